"""Campaigns of any size for load: seeded, labelled as examples, through the same actions."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Org, Person
from gongjian.apps.campaigns.actions import found_campaign, import_items
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register, Responsibility
from gongjian.apps.demo.acts import act
from gongjian.apps.demo.build import build_desks, build_orgs
from gongjian.apps.demo.data import data
from gongjian.apps.demo.simulate import simulate
from gongjian.playbooks.load import builtin_keys, builtin_text, load_builtin

if TYPE_CHECKING:
    from collections.abc import Callable

START, END = dt.date(2024, 1, 1), dt.date(2024, 3, 31)
BATCH = 5000
PLAYBOOK = builtin_keys()[-1]
VERBS = ("推进", "完成", "启动", "整治", "提升", "新建", "改造", "验收")
THINGS = (
    "道路工程",
    "老旧小区",
    "河道水质",
    "产业园区",
    "公共停车",
    "学校扩建",
    "信访积案",
    "安全隐患",
)
PLACES = ("城东", "城西", "城南", "城北", "湖塘", "江湾", "石桥", "柳溪")


@dataclass(frozen=True, slots=True)
class Size:
    """How many items, and how many days are played."""

    items: int
    days: int


SIZES = {"district": Size(400, 45), "city": Size(8000, 7), "province": Size(50_000, 1)}


def build_load(
    size: str, seed: int, tell: Callable[[str], None] = lambda _line: None
) -> tuple[int, int]:
    """Make a campaign of a size and play it; gives its items and how many reports were made."""
    rng = random.Random(f"load-{seed}")  # noqa: S311  # repeatable, not secret
    owners, people = _around()
    campaign = Campaign(
        code=f"L{seed}{size[0].upper()}",
        name=f"示例攻坚行动{seed}（{size}）",
        name_en=f"Example campaign {seed} ({size})",
        start_on=START,
        end_on=END,
        is_example=True,
        lit_on=START,
    )
    battles = [
        Battle(campaign=campaign, order=n, name=b.name.zh, name_en=b.name.en)
        for n, b in enumerate(load_builtin(PLAYBOOK).battles)
    ]
    slot = f"{campaign.code}-found"
    found_campaign(act(slot, START), campaign, builtin_text(PLAYBOOK), battles)
    _add(campaign, battles, owners, SIZES[size].items, rng, tell)
    until = START + dt.timedelta(days=SIZES[size].days - 1)
    return SIZES[size].items, simulate(campaign, people, until, seed, tell)


def _around() -> tuple[list[Org], dict[str, Person]]:
    if not Org.objects.exists():
        named = build_orgs(START)
        build_desks(START, named)
    people = {
        p.username: p
        for p in Person.objects.filter(username__in=[d.username for d in data().desks])
    }
    return list(Org.objects.filter(parent__isnull=False).order_by("order")), people


def _add(
    campaign: Campaign,
    battles: list[Battle],
    owners: list[Org],
    n: int,
    rng: random.Random,
    tell: Callable[[str], None],
) -> None:
    register = Register.objects.get(campaign=campaign, key="tasks")
    for first in range(0, n, BATCH):
        items, roles = [], []
        for i in range(first, min(first + BATCH, n)):
            org = rng.choice(owners)
            item = Item(
                campaign=campaign,
                register=register,
                battle=rng.choice(battles),
                title=f"{rng.choice(VERBS)}{rng.choice(PLACES)}片区{rng.choice(THINGS)}（{i + 1}号）",
                org=org,
                start_on=START,
                due=START + dt.timedelta(days=rng.randint(10, (END - START).days)),
                state="assigned",
            )
            items.append(item)
            roles.append(Responsibility(campaign=campaign, item=item, role="owner", org=org))
        import_items(act(f"{campaign.code}-items-{first}", START), campaign, items, roles)
        tell(f"{campaign.code} {first + len(items)}/{n}")
