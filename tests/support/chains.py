"""People of every role that a workflow names, and a way to drive an item through pages."""

from __future__ import annotations

from dataclasses import dataclass

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, Person
from gongjian.apps.campaigns.actions import import_items
from gongjian.apps.campaigns.models import Item, Register, Responsibility
from tests.support.cast import END, START, Cast, act
from tests.support.web import client

ROLES = ("leader", "secretary", "principal", "contact", "inspector", "office")


@dataclass
class Desk:
    """A cast with people for each role: those of an org belong to the works bureau or oversee it."""

    cast: Cast
    people: dict[str, Person]

    def item(self, register: str, state: str, **columns) -> Item:
        where = Register.objects.get(campaign=self.cast.campaign, key=register)
        item = Item(
            campaign=self.cast.campaign, register=where, battle=self.cast.battles[0], title="桥面渗水",
            org=self.cast.orgs["works"], start_on=START, state=state, **{"due": END, **columns},
        )  # fmt: skip
        owner = Responsibility(campaign=self.cast.campaign, item=item, role="owner", org=item.org)
        over = Responsibility(
            campaign=self.cast.campaign, item=item, role="overseer", org=self.cast.orgs["plan"]
        )
        import_items(act(day=START), self.cast.campaign, [item], [owner, over])
        return self.again(item)

    def again(self, item: Item) -> Item:
        return Item.objects.select_related("campaign", "register").get(pk=item.pk)

    def step(self, who: str, item: Item, step: str, reason: str = ""):
        """Press a button of the item's page."""
        name = {"close_out": "close-out", "reopen": "reopen"}.get(step, "step")
        said = {"step": step, "reason": reason, "request_id": act().request_id}
        return client(self.people[who]).post(f"/i/{item.code}/{name}", said, follow=True)

    def report(self, who: str, item: Item, progress: str = "支座已更换"):
        said = {"progress": progress, "percent": "60", "request_id": act().request_id}
        return client(self.people[who]).post(f"/i/{item.code}/report", said, follow=True)

    def state(self, item: Item) -> str:
        return self.again(item).state


def make_desk(cast: Cast) -> Desk:
    people = {}
    for role in ROLES:
        org = cast.orgs["works"] if role in {"principal", "contact"} else None
        people[role] = _person(f"the {role}", role, cast, org)
    people["overseer"] = _person("the overseer", "principal", cast, cast.orgs["plan"])
    people["office2"] = _person("another of the office", "office", cast, None)
    return Desk(cast, people)


def _person(name: str, role: str, cast: Cast, org) -> Person:
    person = Person(username=name.replace(" ", "-"), name=name)
    accounts.add_person(act(), person)
    for kept in ("open", "instruction"):
        held = Grant(person=person, role=role, campaign_id=cast.campaign.pk, org=org)
        held.access_class = kept
        accounts.grant(act(), held)
    return person
