"""A seeded simulation: day by day the tick runs, orgs report, the office closes out, the day is stored.

It goes through the same actions as any user; everything it writes is marked as simulation.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.campaigns.standing import tick
from gongjian.apps.demo.acts import act
from gongjian.apps.loop.actions import Words, close_out, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from gongjian.apps.accounts.models import Person

OFFICE = frozenset({"office"})
OWNER = frozenset({"contact"})
DONE = 10_000
PROGRESS = (
    "已召开专题推进会，明确分工和节点。",
    "现场踏勘完成，问题清单已交相关单位。",
    "方案已报区政府审议，同步开展前期工作。",
    "主体工作过半，按周调度。",
    "已完成自查，正在整理佐证材料。",
    "收尾阶段，正在组织验收。",
)
PROBLEMS = ("", "", "", "部分地块权属待厘清。", "跨部门审批时间较长。", "施工力量偏紧。")
NEXT = ("下周完成阶段验收。", "加快协调审批。", "继续按节点推进。", "组织现场会。")


@dataclass
class Pace:
    """How an item goes: some on time, some late, some stuck for a while."""

    speed: float
    stuck_until: int


def simulate(campaign: Campaign, people: dict[str, Person], until: dt.date, seed: int,
             tell: Callable[[str], None] = lambda _line: None) -> int:  # fmt: skip
    """Play a campaign from its first day to a day; gives how many reports were made."""
    rng = random.Random(f"{seed}-{campaign.code}")  # noqa: S311  # repeatable, not secret
    items = list(Item.objects.filter(campaign=campaign).order_by("code"))
    paces = {i.pk: _pace(rng) for i in items}
    day, n = campaign.start_on, 0
    while day <= until:
        tick(campaign, day)
        n += _one_day(campaign, people, day, rng, paces)
        tally.fold("simulation")
        tally.close_day(campaign.pk, day, tally.sums(campaign.pk, Q()))
        if day.day == 1:
            tell(f"{campaign.code} {day}")
        day += dt.timedelta(days=1)
    return n


def _pace(rng: random.Random) -> Pace:
    speed = rng.choices([1.25, 1.05, 0.85, 0.55], weights=[35, 35, 20, 10])[0]
    return Pace(speed * rng.uniform(0.9, 1.1), rng.choice([0, 0, 0, 0, 20, 35]))


def _one_day(
    campaign: Campaign,
    people: dict[str, Person],
    day: dt.date,
    rng: random.Random,
    paces: dict[UUID, Pace],
) -> int:
    """Let a seventh of the open items report on a working day; the office closes what is done."""
    if day.weekday() >= 5:
        return 0
    rows = Item.objects.filter(campaign=campaign, closed_on=None).select_related(
        "campaign", "register"
    )
    n = 0
    for item in rows.order_by("code"):
        if item.progress >= DONE and rng.random() < 0.3:
            # A desk of its own grants what another one reported.
            slot = f"{item.code}-{day}-close"
            close_out(act(slot, day, people["office2"], hour=16), item, roles=OFFICE)
        elif item.progress < DONE and rng.random() < 0.2:
            _report(item, people, day, rng, paces[item.pk])
            n += 1
    return n


def _report(
    item: Item, people: dict[str, Person], day: dt.date, rng: random.Random, pace: Pace
) -> None:
    start, due = item.start_on or item.campaign.start_on, item.due or item.campaign.end_on
    passed = max((day - start).days - pace.stuck_until, 0) / max((due - start).days, 1)
    share = min(int(DONE * min(passed * pace.speed, 1.0) / 100) * 100, DONE)
    share = max(share, item.progress)
    if share >= DONE - 300:
        share = DONE
    step = min(share * len(PROGRESS) // (DONE + 1), len(PROGRESS) - 1)
    words = (
        Words(no_change=True)
        if share == item.progress and item.progress
        else Words(PROGRESS[step], rng.choice(PROBLEMS), rng.choice(NEXT), share)
    )
    report(act(f"{item.code}-{day}", day, people["contacts"], hour=10), item, words, roles=OWNER)
