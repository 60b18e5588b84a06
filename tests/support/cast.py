"""A small district: an office, two departments, two towns, and the people that tests act as."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import count

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.access import Scope, scope
from gongjian.apps.accounts.models import Grant, Org, OrgGroup, Person
from gongjian.apps.campaigns.actions import found_campaign, import_items
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register, Responsibility
from gongjian.apps.campaigns.standing import tick
from gongjian.apps.ledger.book import Act
from gongjian.lib import clock
from gongjian.playbooks.load import builtin_text

START, END = dt.date(2021, 7, 1), dt.date(2021, 9, 30)
_n = count(1)


def act(by: Person | None = None, day: dt.date | None = None, **more: object) -> Act:
    """An act with a request of its own; on a day of the campaign where one is given."""
    at = clock.start_of(day) + dt.timedelta(hours=9) if day else None
    who = {"by": by.pk} if by else {}
    return Act(request_id=f"test-{next(_n)}", at=at, **who, **more)


@dataclass
class Cast:
    orgs: dict[str, Org]
    people: dict[str, Person]
    campaign: Campaign
    battles: list[Battle]
    register: Register
    _made: list[Item] = field(default_factory=list)

    def item(self, title="Build the road", *, org="works", due=END, battle=0, **fields) -> Item:
        item = Item(
            campaign=self.campaign,
            register=self.register,
            battle=self.battles[battle],
            title=title,
            org=self.orgs[org],
            start_on=START,
            due=due,
            **{"state": "assigned", **fields},
        )
        owner = Responsibility(
            campaign=self.campaign, item=item, role="owner", org=self.orgs[org], printed=title
        )
        import_items(act(day=START), self.campaign, [item], [owner])
        return Item.objects.select_related("campaign", "register").get(pk=item.pk)

    def scope(self, name: str) -> Scope:
        return scope(self.people[name], clock.today())

    def tick(self, day: dt.date) -> int:
        return tick(self.campaign, day)


def make_cast() -> Cast:
    root = Org(code="d", name="Lakeside District", short_name="Lakeside")
    orgs = {"district": root}
    for n, (code, name) in enumerate(
        {
            "works": "Works Bureau",
            "plan": "Planning Bureau",
            "east": "East Town",
            "west": "West Town",
        }.items()
    ):
        orgs[code] = Org(code=code, name=name, short_name=name, parent=root, order=n + 1)
    accounts.add_orgs(act(), list(orgs.values()))
    departments = OrgGroup(key="departments", name="部门", name_en="Departments")
    towns = OrgGroup(key="towns", name="镇街", name_en="Towns", order=1)
    accounts.add_groups(
        act(),
        {departments: [orgs["works"], orgs["plan"]], towns: [orgs["east"], orgs["west"]]},
    )
    campaign = Campaign(
        code="LK21",
        name="湖滨攻坚季",
        name_en="Lakeside season",
        start_on=START,
        end_on=END,
        is_example=True,
        lit_on=START,
    )
    battles = [
        Battle(campaign=campaign, order=n, name=name, name_en=en, leader_title=post)
        for n, (name, en, post) in enumerate(
            [("道路争速", "Roads", "分管副区长"), ("整改争效", "Repairs", "区委副书记")]
        )
    ]
    found_campaign(act(day=START), campaign, builtin_text("yuecheng-2021"), battles)
    register = Register.objects.get(campaign=campaign, key="tasks")
    people = {
        "office": _person("office", "office", campaign),
        "colleague": _person("colleague", "office", campaign),
        "viewer": _person("viewer", "viewer", campaign),
        "works": _person("works", "contact", campaign, orgs["works"]),
        "east": _person("east", "contact", campaign, orgs["east"]),
        "stranger": _person("stranger"),
    }
    return Cast(orgs, people, campaign, battles, register)


def _person(name, role=None, campaign=None, org=None) -> Person:
    person = Person(username=name, name=f"{name} desk")
    accounts.add_person(act(), person)
    if role:
        held = Grant(person=person, role=role, campaign_id=campaign.pk, org=org)
        accounts.grant(act(), held)
    return person
