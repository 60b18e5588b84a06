"""A campaign whose playbook has obstacles and decisions; a leading post with two holders and a secretary."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.actions import Appointment
from gongjian.apps.accounts.models import Grant, Person, Post
from gongjian.apps.campaigns.actions import found_campaign, import_items
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register, Responsibility
from gongjian.apps.loop.models import Option
from gongjian.playbooks.load import builtin_text
from tests.support.cast import END, START, Cast, act
from tests.support.web import client

LATER = "2021-10-20"


@dataclass
class Table:
    """The campaign PD21, its people, and ways to raise, ask and decide through pages."""

    cast: Cast
    campaign: Campaign
    post: Post
    people: dict[str, Person] = field(default_factory=dict)

    def item(self, title="桥梁合龙", *, register="tasks", org="works", **columns) -> Item:
        where = Register.objects.get(campaign=self.campaign, key=register)
        item = Item(
            campaign=self.campaign, register=where, title=title, org=self.cast.orgs[org],
            start_on=START, **{"due": END, "state": "assigned", **columns},
        )  # fmt: skip
        owner = Responsibility(campaign=self.campaign, item=item, role="owner", org=item.org)
        import_items(act(day=START), self.campaign, [item], [owner])
        return self.again(item)

    def again(self, item: Item) -> Item:
        return Item.objects.select_related("campaign", "register", "org").get(pk=item.pk)

    def raise_(self, who: str, item: Item, **more):
        sent = {
            "what": "管线未迁改", "owner": "Planning Bureau", "due": "2021-08-10", "kind": "approval",
            "ask": "协调管线单位进场", "days_lost": "12", "request_id": act().request_id, **more,
        }  # fmt: skip
        return client(self.people[who]).post(f"/i/{item.code}/obstacle", sent, follow=True)

    def obstacle(self, item: Item) -> Item:
        """Raise an obstacle as the item's contact; gives it."""
        assert self.raise_("works", item).status_code == 200
        return self.newest("obstacles")

    def newest(self, register: str) -> Item:
        rows = Item.objects.filter(campaign=self.campaign, register__key=register)
        return self.again(rows.order_by("code").last())

    def ask(self, who: str, item: Item, **more):
        sent = {
            "question": "是否改用备选线位", "advice": "建议方案一", "leader": str(self.post.pk),
            "wanted_on": "2021-08-01", "option-1": "改用备选线位", "effect-1": "多投300万元",
            "option-2": "维持原线位", "effect-2": "等管线迁改", "request_id": act().request_id, **more,
        }  # fmt: skip
        return client(self.people[who]).post(f"/i/{item.code}/decision", sent)

    def request(self, item: Item, **more) -> Item:
        """Ask for a decision as the item's contact: option two moves the item to a later day."""
        answer = self.ask("works", item, **{f"date-2-{item.code}": LATER, **more})
        assert answer.status_code == 302, answer.content.decode()
        return self.newest("decisions")

    def decide(self, who: str, request: Item, n: int = 0, **more):
        sent = {"request_id": act().request_id, **more}
        if n:
            sent["option"] = str(Option.objects.get(item=request, order=n - 1).pk)
        return client(self.people[who]).post(f"/i/{request.code}/decide", sent, follow=True)

    def page(self, who: str, item: Item):
        return client(self.people[who]).get(f"/i/{item.code}/")


def make_table(cast: Cast) -> Table:
    campaign = Campaign(
        code="PD21", name="项目攻坚季", name_en="Project season", start_on=START, end_on=END,
        is_example=True, lit_on=START,
    )  # fmt: skip
    battle = Battle(campaign=campaign, order=0, name="项目争速", name_en="Projects")
    found_campaign(act(day=START), campaign, builtin_text("project-drive"), [battle])
    post = Post(org=cast.orgs["district"], title="常务副区长", title_en="First deputy head")
    accounts.add_posts(act(), [post])
    table = Table(cast, campaign, post)
    roles = {
        "office": ("office", None), "viewer": ("viewer", None), "works": ("contact", "works"),
        "plan": ("contact", "plan"), "east": ("contact", "east"), "leader": ("leader", None),
        "deputy": ("leader", None), "other": ("leader", None), "secretary": ("secretary", None),
    }  # fmt: skip
    for name, (role, org) in roles.items():
        table.people[name] = _person(table, name, role, org)
    table.people["stranger"] = cast.people["stranger"]
    return table


def seat_at(table: Table, person: Person, role: str, *, holds: bool = False) -> None:
    """Give somebody of another campaign a role in this one; the post as well, where they hold it."""
    accounts.grant(act(), Grant(person=person, role=role, campaign_id=table.campaign.pk))
    if holds:
        accounts.appoint(act(), table.post, Appointment(person, START))


def _person(table: Table, name: str, role: str, org: str | None) -> Person:
    person = Person(username=f"pd-{name}", name=f"{name}席")
    accounts.add_person(act(), person, post=table.post if name in {"leader", "deputy"} else None)
    where = table.cast.orgs[org] if org else None
    accounts.grant(act(), Grant(person=person, role=role, campaign_id=table.campaign.pk, org=where))
    return person
