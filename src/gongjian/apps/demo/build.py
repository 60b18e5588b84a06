"""Build the demonstration: orgs, desks, both papers, both campaigns; every step an action."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, Org, OrgGroup, Person, Post
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.demo import orgs
from gongjian.apps.drafting import actions as drafting
from gongjian.apps.drafting.confirm import Plan
from gongjian.apps.drafting.models import Draft
from gongjian.apps.ledger.book import Act
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.papers.actions import receive
from gongjian.apps.papers.models import Paper
from gongjian.formats.read import read_paper
from gongjian.playbooks.load import builtin_text, load_builtin

if TYPE_CHECKING:
    from collections.abc import Callable

    Say = Callable[[str], None]

ORIGIN = "simulation"


@dataclass(frozen=True, slots=True)
class Example:
    """One paper of the demonstration and the campaign made of it."""

    file: str
    code: str
    playbook: str
    name_en: str
    start: dt.date
    until: dt.date
    anchor_on: dt.date | None = None
    anchor_name: str = ""
    anchor_name_en: str = ""


EXAMPLES = (
    Example(
        "yuecheng-plan.docx",
        "YC21",
        "yuecheng-2021",
        "Yuecheng campaign season “lead and climb”",
        dt.date(2021, 7, 1),
        dt.date(2021, 8, 18),
    ),
    Example(
        "xiaoshan-mirror.html",
        "XS21",
        "xiaoshan-2021",
        "Xiaoshan campaign year “the Games lift the city”",
        dt.date(2021, 3, 10),
        dt.date(2021, 8, 18),
        dt.date(2022, 9, 10),
        "开幕",
        "the opening",
    ),
)


def at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """Give an instant of a day in China."""
    zone = dt.timezone(dt.timedelta(hours=8))
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def act(slot: str, day: dt.date, by: Person | None = None, hour: int = 9) -> Act:
    """Give an act of the simulation, back-dated and labelled so."""
    who = by.pk if by else SYSTEM
    return Act(request_id=f"demo-{slot}"[:64], by=who, at=at(day, hour), origin=ORIGIN)


def build_orgs(day: dt.date) -> dict[str, Org]:
    """Add the offices, their groups and the leading posts."""
    root = Org(code="district", name="示例区", short_name="示例区", name_en="Example district")
    named = {"示例区": root}
    lists = (orgs.DEPARTMENTS, orgs.TOWNS, orgs.TASKFORCES, orgs.PLATFORMS)
    members: list[list[Org]] = []
    for kind, names in zip(orgs.GROUPS, lists, strict=True):
        made = [
            Org(
                parent=root,
                code=f"{kind[0]}-{n:02d}",
                name=name,
                short_name=name,
                name_en=orgs.ENGLISH.get(name, ""),
                order=len(named) + n,
            )
            for n, name in enumerate(names, 1)
        ]
        members.append(made)
        named |= {o.short_name: o for o in made}
    accounts.add_orgs(act("orgs", day), list(named.values()))
    groups = {
        OrgGroup(key=key, name=zh, name_en=en, order=n): made
        for n, ((key, zh, en), made) in enumerate(zip(orgs.GROUPS, members, strict=True))
    }
    accounts.add_groups(act("groups", day), groups)
    posts = [Post(org=root, title=zh, title_en=en) for zh, en in orgs.LEADERS]
    accounts.add_posts(act("posts", day), posts)
    return named


def build_desks(day: dt.date, named: dict[str, Org]) -> dict[str, Person]:
    """Add one user for each role; nobody can sign in as one except in the demonstration."""
    people = {}
    for desk in orgs.DESKS:
        person = Person(username=desk.username, name=desk.name, name_en=desk.name_en, is_demo=True)
        accounts.add_person(act(f"desk-{desk.username}", day), person)
        held = Grant(person=person, role=desk.role, org=named.get(desk.org))
        accounts.grant(act(f"grant-{desk.username}", day), held)
        people[desk.username] = person
    return people


def build_campaign(example: Example, office: Person) -> Campaign:
    """Read a paper, draft it, confirm it: what an office does, in three actions."""
    data = (files("gongjian.apps.demo") / "papers" / example.file).read_bytes()
    document = read_paper(data, example.file)
    day, slot = example.start, example.code
    got = receive(act(f"{slot}-paper", day, office), data, example.file, document, day)
    paper = Paper.objects.get(pk=got.result["paper"])
    drafted = drafting.draft(act(f"{slot}-draft", day, office), paper, document, day)
    draft = Draft.objects.select_related("paper").get(pk=drafted.result["draft"])
    playbook = load_builtin(example.playbook)
    tails = ("", "攻坚战")
    plan = Plan(
        code=example.code,
        playbook_text=builtin_text(example.playbook),
        name_en=example.name_en,
        anchor_on=example.anchor_on,
        anchor_name=example.anchor_name,
        anchor_name_en=example.anchor_name_en,
        is_example=True,
        leaders={b.name.zh + t: b.leader.zh for b in playbook.battles for t in tails},
        english={b.name.zh + t: b.name.en for b in playbook.battles for t in tails},
    )
    drafting.confirm(act(f"{slot}-confirm", day, office), draft, plan)
    return Campaign.objects.get(code=example.code)
