"""Two campaigns by a small playbook of their own: every type of field, links, a closer register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, Person, Post
from gongjian.apps.campaigns.actions import add_item, found_campaign
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register, Responsibility
from gongjian.apps.campaigns.standing import tick
from tests.support.cast import END, START, Cast, act

PLAYBOOK = """
format: 2
key: books
version: 1
label: {zh: 样本, en: Sample}
registers:
  - key: works
    label: {zh: 工程清单, en: Works}
    code_prefix: GC
    workflow: steps
    lights: plain
    note: {zh: 本季度的工程都登记在这里。, en: The works of the quarter stand here.}
    fields:
      - {key: cost, type: money, unit: 万元, sortable: true, filterable: true, label: {zh: 总投资, en: Cost}}
      - {key: stage, type: choice, filterable: true, label: {zh: 阶段, en: Stage}, choices: [{key: early, label: {zh: 前期, en: Early}}, {key: built, label: {zh: 建成, en: Built}}]}
      - {key: found_on, type: date, sortable: true, filterable: true, label: {zh: 发现日期, en: Found on}}
      - {key: builder, type: org, filterable: true, label: {zh: 施工单位, en: Builder}}
      - {key: guide, type: person, label: {zh: 指导员, en: Guide}}
      - {key: paper, type: link, label: {zh: 文号, en: Paper}}
      - {key: proof, type: file, label: {zh: 验收单, en: Proof}}
      - {key: measures, type: text, several: true, label: {zh: 措施, en: Measures}, edit: [contact]}
      - {key: secret_note, type: text, label: {zh: 内部意见, en: Inner note}, see: [leader]}
      - {key: parts_cost, type: computed, label: {zh: 子项投资合计, en: Cost of parts}, compute: {op: sum, of: [cost], over: children}}
    heads:
      - key: l2
        label: {zh: 任务分解表, en: Decomposition table}
        title: 重点工程任务分解表
        columns:
          - {head: 序号, source: number}
          - {head: 重点工作, source: title, over: 任务}
          - {head: 总投资, source: "field:cost", over: 任务}
          - {head: 责任单位, source: owner, mark_lead: true}
          - {head: 进展情况、存在问题及下一步打算, source: report}
  - key: scenes
    label: {zh: 场景清单, en: Scenes}
    code_prefix: CJ
    workflow: steps
    lights: plain
    parents: [works]
    fields:
      - {key: level, type: choice, filterable: true, label: {zh: 级别, en: Level}, choices: [省级, 市级]}
      - {key: rank, type: number, sortable: true, filterable: true, label: {zh: 排名, en: Rank}}
  - key: demands
    label: {zh: 上级要求, en: Demands}
    code_prefix: SJ
    workflow: steps
    lights: plain
    fields: []
  - key: cases
    label: {zh: 信访积案, en: Cases}
    code_prefix: XF
    workflow: steps
    lights: plain
    access_class: petition
    fields:
      - {key: phone, type: text, personal: true, filterable: true, label: {zh: 联系电话, en: Phone}}
      - {key: petitioner, type: text, personal: true, label: {zh: 信访人, en: Petitioner}}
      - {key: id_number, type: text, personal: true, see: [auditor], label: {zh: 身份证号, en: Identity number}}
      - {key: plan, type: text, label: {zh: 化解方案, en: Plan}}
workflows:
  - key: steps
    initial: planned
    issued: assigned
    states:
      - {key: planned, category: planned, label: {zh: 待下达, en: Planned}}
      - {key: assigned, category: open, label: {zh: 已交办, en: Assigned}}
      - {key: shelved, category: active, label: {zh: 挂账, en: Shelved}}
      - {key: closed, category: closed, label: {zh: 已销号, en: Closed out}}
    steps:
      - {key: report, label: {zh: 填报进展, en: Report}, sources: [assigned], target: assigned, roles: [contact, principal, office]}
      - {key: shelve, label: {zh: 转为挂账, en: Shelve}, sources: [assigned], target: shelved, roles: [office], requires: [[reason], [file]]}
      - {key: close_out, label: {zh: 销号, en: Close out}, sources: [assigned, shelved], target: closed, roles: [office], grants: true}
lights:
  - {code: green, shape: circle, colour: "#3fc380", word: {zh: 绿灯, en: Green}, meaning: {zh: 按序时推进, en: On schedule}}
  - {code: yellow, shape: triangle, colour: "#f5c451", word: {zh: 黄灯, en: Yellow}, meaning: {zh: 临近时限, en: Due soon}}
  - {code: red, shape: square, colour: "#ff6b6b", word: {zh: 红灯, en: Red}, meaning: {zh: 已逾期, en: Overdue}}
  - {code: done, shape: check, colour: "#6ea8fe", word: {zh: 已销号, en: Closed}, meaning: {zh: 已办结, en: Closed out}}
  - {code: none, shape: dash, colour: "#93a1b5", word: {zh: 未定时限, en: No date}, meaning: {zh: 未定, en: No deadline}}
light_rules:
  - {key: plain, soon_days: 7, behind_yellow: 1500, behind_red: 3000}
role_words:
  - {role: lead, word: {zh: 牵头责任单位, en: Heading org}}
  - {role: owner, word: {zh: 承办单位, en: Handling org}}
links:
  - {key: scene_of, label: {zh: 对应场景, en: Scene}, back: {zh: 来自工程, en: From works}, sources: [works], targets: [scenes], one_source: true}
  - {key: answers, label: {zh: 承接上级要求, en: Answers}, back: {zh: 由其承接, en: Answered by}, targets: [demands], one_target: true}
"""


@dataclass
class Books:
    """The cast, with two campaigns of the small playbook and people of every reach."""

    cast: Cast
    campaign: Campaign
    other: Campaign
    battles: dict[str, list[Battle]]
    people: dict[str, Person]

    def register(self, key: str, campaign: Campaign | None = None) -> Register:
        return Register.objects.select_related("campaign").get(
            campaign=campaign or self.campaign, key=key
        )

    def item(
        self, title="Build the road", *, register="works", org="works", campaign=None, **columns
    ) -> Item:
        where = campaign or self.campaign
        item = Item(
            campaign=where,
            register=self.register(register, where),
            title=title,
            org=self.cast.orgs[org],
            **{"battle": self.battles[where.code][0], "start_on": START, "due": END, **columns},
        )
        owner = Responsibility(
            campaign=where, item=item, role="owner", org=item.org, printed=item.org.name
        )
        add_item(act(self.people["office"], START), item, [owner])
        return self.again(item)

    def again(self, item: Item) -> Item:
        rows = Item.objects.select_related("campaign", "register", "battle", "org")
        return rows.get(pk=item.pk)

    def case(self, title="Old grievance", **columns) -> Item:
        fields = {
            "phone": "13900001234",
            "petitioner": "李某某",
            "id_number": "330602190001010011",
            "plan": "逐户走访定方案",
            **columns,
        }
        return self.item(title, register="cases", fields=fields)


def make_books(cast: Cast) -> Books:
    made, battles = {}, {}
    for code, name in (("BK21", "样本攻坚"), ("BK22", "第二攻坚")):
        campaign = Campaign(
            code=code,
            name=name,
            start_on=START,
            end_on=END,
            is_example=True,
            lit_on=START,
        )
        battles[code] = [
            Battle(campaign=campaign, order=n, name=f"{name}第{n}战", leader_title="区领导")
            for n in range(2)
        ]
        found_campaign(act(day=START), campaign, PLAYBOOK, battles[code])
        made[code] = campaign
    books = Books(cast, made["BK21"], made["BK22"], battles, dict(cast.people))
    _let_in(books)
    return books


def _let_in(books: Books) -> None:
    orgs = books.cast.orgs
    here = books.campaign
    books.people |= {
        name: person(name)
        for name in ("clerk", "keeper", "auditor", "leader", "solo", "gone", "plan")
    }
    for who, role, org, more in (
        ("office", "office", None, {}),
        ("viewer", "viewer", None, {}),
        ("works", "contact", "works", {}),
        ("east", "contact", "east", {}),
        ("plan", "contact", "plan", {}),
        ("clerk", "contact", "works", {"access_class": "petition"}),
        ("keeper", "viewer", None, {"access_class": "petition"}),
        ("auditor", "auditor", None, {}),
        ("leader", "leader", None, {}),
    ):
        let_in(books.people[who], role, here, orgs[org] if org else None, **more)
    let_in(books.people["gone"], "office", here, until=START - dt.timedelta(days=1))
    let_in(books.people["office"], "office", books.other)
    let_in(books.people["colleague"], "viewer", books.other)
    post = Post(org=orgs["plan"], title="区委副书记")
    accounts.add_posts(act(), [post])
    books.people["deputy"] = person("deputy", post)
    accounts.grant(act(), Grant(post=post, role="leader", campaign_id=here.pk))


def person(name: str, post: Post | None = None) -> Person:
    made = Person(username=name, name=f"{name} desk")
    accounts.add_person(act(), made, post=post)
    return made


def let_in(who: Person, role: str, campaign: Campaign, org=None, **more) -> None:
    accounts.grant(act(), Grant(person=who, role=role, campaign_id=campaign.pk, org=org, **more))


def move_to(books: Books, day: dt.date) -> None:
    """Let the clock of the first campaign stand at a day."""
    tick(books.campaign, day)
    books.campaign.refresh_from_db()
