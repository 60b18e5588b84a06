"""A campaign before its launch: a playbook that asks for something, items with blanks, twenty towns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, Org, OrgGroup, Person
from gongjian.apps.campaigns.actions import found_campaign, import_items
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register, Responsibility
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.campaigns.standing import tick
from gongjian.apps.ledger.book import action
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Return, Round
from gongjian.apps.targets.actions import add_targets
from gongjian.apps.targets.models import Target, TargetVersion
from tests.support.cast import END, START, Cast, act, make_cast

PLAYBOOK = """
format: 2
key: launchable
version: 1
label: {zh: 可部署, en: Launchable}
registers:
  - key: tasks
    label: {zh: 攻坚任务, en: Tasks}
    code_prefix: RW
    workflow: planned
    lights: plain
    needs: [lead, owner, due, target, counting_rule, acceptance]
    fields:
      - {key: acceptance, type: text, label: {zh: 验收标准, en: Acceptance}}
      - {key: cleared, type: number, unit: 件, label: {zh: 化解件数, en: Cleared}}
      - {key: stage, type: choice, choices: [签约, 落地], label: {zh: 阶段, en: Stage}}
  - key: petitions
    label: {zh: 信访积案, en: Petitions}
    code_prefix: XF
    workflow: planned
    lights: plain
    access_class: petition
    needs: [due]
  - key: duties
    label: {zh: 镇街事项, en: Town duties}
    code_prefix: ZJ
    workflow: planned
    lights: plain
    needs: [owner, cleared]
    fields:
      - {key: cleared, type: number, unit: 件, label: {zh: 化解件数, en: Cleared}}
workflows:
  - key: planned
    initial: waiting
    issued: assigned
    states:
      - {key: waiting, category: planned, label: {zh: 待交办, en: Waiting}}
      - {key: assigned, category: open, label: {zh: 已交办, en: Assigned}}
      - {key: closed, category: closed, label: {zh: 已销号, en: Closed}}
    steps:
      - {key: report, label: {zh: 填报, en: Report}, sources: [assigned], target: assigned,
         roles: [contact, office], requires: [[progress, no_change]]}
      - {key: close_out, label: {zh: 销号, en: Close out}, sources: [assigned], target: closed,
         roles: [office], grants: true}
lights:
  - {code: green, shape: circle, colour: "#3fc380", word: {zh: 绿灯, en: Green}, meaning: {zh: 按序时, en: On time}}
  - {code: yellow, shape: triangle, colour: "#f5c451", word: {zh: 黄灯, en: Yellow}, meaning: {zh: 临期, en: Soon}}
  - {code: red, shape: square, colour: "#ff6b6b", word: {zh: 红灯, en: Red}, meaning: {zh: 逾期, en: Late}}
  - {code: done, shape: check, colour: "#6ea8fe", word: {zh: 销号, en: Closed}, meaning: {zh: 销号, en: Closed}}
  - {code: none, shape: dash, colour: "#93a1b5", word: {zh: 未定, en: No date}, meaning: {zh: 未定, en: No date}}
light_rules:
  - {key: plain, soon_days: 7, behind_yellow: 1500, behind_red: 3000}
role_words:
  - {role: lead, word: {zh: 牵头单位, en: Lead org}}
  - {role: owner, word: {zh: 责任单位, en: Responsible org}}
"""
# What an org types for an item that lacks everything, as its form sends it.
TYPED = {
    "owner": "Works Bureau",
    "due": "2021-09-20",
    "target.subject": "Roads opened",
    "target.value": "3",
    "target.unit": "条",
    "target.kind": "count",
    "counting_rule": "完工口径",
    "acceptance": "Opened to traffic.",
}


@dataclass
class Stage:
    """The cast with a campaign that was not launched yet."""

    cast: Cast
    campaign: Campaign
    battles: list[Battle]
    register: Register
    towns: list[Org] = field(default_factory=list)

    def person(self, name: str) -> Person:
        return self.cast.people[name]

    def add(
        self, title: str, *, org: str | None = "works", register: str = "tasks", **more
    ) -> Item:
        """Add an item that its lead org answers for, and that lacks everything else."""
        of = Register.objects.get(campaign=self.campaign, key=register)
        lead = self.cast.orgs[org] if org else None
        facts = {"battle": self.battles[0], "start_on": START, "state": "waiting"} | more
        item = Item(campaign=self.campaign, register=of, title=title, org=lead, **facts)
        roles = [Responsibility(campaign=self.campaign, item=item, role="lead", org=lead)]
        import_items(act(day=START), self.campaign, [item], roles if lead else [])
        return Item.objects.get(pk=item.pk)

    def add_duty(self, title: str, *, org: str | None = "works") -> Item:
        """Add an item that all towns answer for and one org joins."""
        group = OrgGroup.objects.get(key="twenty")
        item = self.add(title, org=org, register="duties")
        row = Responsibility(
            campaign=self.campaign, item=item, role="owner", group_id=group.pk, printed="各镇街"
        )
        import_items(act(day=START), self.campaign, [], [row])
        return item

    def open_round(self, name="First round", due=dt.date(2021, 7, 20), **more) -> Round:
        more = {"reason": "Everything goes out before the launch."} | more
        plan = actions.RoundPlan(name, due, **more)
        done = actions.open_round(act(self.person("office"), START), self.campaign, plan)
        return Round.objects.select_related("campaign").get(pk=done.result["round"])

    def returns(self, row: Round, **where) -> list[Return]:
        return list(Return.objects.filter(round=row, **where).order_by("item__code", "org__order"))


def make_stage(n: int = 0, announced: int | None = None) -> Stage:
    """Make the cast, a campaign that announces a number of items, and that many of them."""
    cast = make_cast()
    campaign = Campaign(
        code="QD21",
        name="启动攻坚季",
        name_en="Launch season",
        start_on=START,
        end_on=END,
        is_example=True,
        lit_on=START,
        announced=[{"what": "攻坚任务", "n": announced, "span": [0, 1]}] if announced else [],
    )
    battles = [
        Battle(campaign=campaign, order=k, name=name)
        for k, name in enumerate(["道路争速", "整改争效"])
    ]
    found_campaign(act(day=START), campaign, PLAYBOOK, battles)
    register = Register.objects.get(campaign=campaign, key="tasks")
    for person in cast.people.values():
        for held in Grant.objects.filter(person=person):
            more = Grant(person=person, role=held.role, campaign_id=campaign.pk, org=held.org)
            accounts.grant(act(), more)
    stage = Stage(cast, campaign, battles, register)
    for k in range(n):
        stage.add(f"Build road {k + 1}")
    return stage


def add_towns(stage: Stage, n: int = 20) -> None:
    """Add a group of towns."""
    root = stage.cast.orgs["district"]
    stage.towns = [
        Org(
            code=f"t{k:02d}",
            name=f"Town {k:02d}",
            short_name=f"Town {k:02d}",
            parent=root,
            order=100 + k,
        )
        for k in range(n)
    ]
    accounts.add_orgs(act(), stage.towns)
    group = OrgGroup(key="twenty", name="二十镇街", name_en="Twenty towns", order=9)
    accounts.add_groups(act(), {group: stage.towns})


def is_sound(stage: Stage) -> bool:
    """The book is clean and a recount finds nothing."""
    campaign = Campaign.objects.get(pk=stage.campaign.pk)
    tick(campaign, campaign.lit_on)
    seal()
    return verify().faults == () and recount(campaign) == []


def own_target(cast: Cast, item: Item, order: int = 99, **more) -> Target:
    """Give an item a target of at least three, through an action."""
    target = Target(
        campaign=item.campaign, battle=item.battle, item=item, order=order, subject="Roads"
    )
    facts = {"kind": "count", "op": ">=", "floor": 3, "unit": "条", "strength": "plain"} | more
    version = TargetVersion(target=target, n=1, text="3", since=START, **facts)
    _add_target(act(cast.people["office"], START), target, version)
    return target


@action("test.add_target")
def _add_target(book, target, version):
    book.campaign_id = target.campaign_id
    add_targets(book, [target], [version])
    return {}
