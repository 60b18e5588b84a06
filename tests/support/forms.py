"""A campaign with a register of projects, and forms as other offices send them."""

from __future__ import annotations

import io
from dataclasses import dataclass

import openpyxl
from openpyxl.styles import Border, Side

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant
from gongjian.apps.campaigns.actions import found_campaign, import_items
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register, Responsibility
from tests.support.cast import END, START, Cast, act

PLAYBOOK = """
format: 2
key: projects
version: 1
label: {zh: 项目攻坚, en: Projects}
registers:
  - key: projects
    label: {zh: 工程清单, en: Works}
    code_prefix: GC
    workflow: plain
    lights: plain
    fields:
      - {key: invest, type: money, unit: 万元, label: {zh: 总投资, en: Investment}}
      - {key: site, type: text, label: {zh: 建设地点, en: Site}}
      - {key: stage, type: choice, choices: [前期, 在建, 竣工], label: {zh: 建设阶段, en: Stage}}
      - {key: land, type: number, unit: 亩, label: {zh: 用地面积, en: Land}}
      - {key: phone, type: text, personal: true, label: {zh: 业主手机, en: Phone of the owner}}
      - {key: secret, type: text, see: [leader], edit: [leader], label: {zh: 谈判底价, en: Floor price}}
workflows:
  - key: plain
    initial: assigned
    states:
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


@dataclass
class Works:
    """A campaign of projects, its office and a town's contact, and three projects."""

    cast: Cast
    campaign: Campaign
    register: Register

    def add(self, title: str, *, org: str = "works", **fields) -> Item:
        place = self.cast.orgs[org]
        facts = {"title": title, "org": place, "start_on": START, "due": END, "state": "assigned"}
        item = Item(campaign=self.campaign, register=self.register, fields=fields, **facts)
        owner = Responsibility(campaign=self.campaign, item=item, role="owner", org=place)
        import_items(act(day=START), self.campaign, [item], [owner])
        return Item.objects.get(pk=item.pk)


def make_works(cast: Cast) -> Works:
    campaign = Campaign(
        code="GC21", name="项目攻坚季", start_on=START, end_on=END, is_example=True, lit_on=START
    )
    battle = Battle(campaign=campaign, order=0, name="项目争速")
    found_campaign(act(day=START), campaign, PLAYBOOK, [battle])
    for person in cast.people.values():
        for held in Grant.objects.filter(person=person):
            more = Grant(person=person, role=held.role, campaign_id=campaign.pk, org=held.org)
            accounts.grant(act(), more)
    return Works(cast, campaign, Register.objects.get(campaign=campaign, key="projects"))


def book(rows, *, name="表", change=lambda _sheet: None) -> bytes:
    """A form as a workbook: a title over the table, what is blank drawn with a border."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = name
    for r, row in enumerate(rows, 1):
        for c, text in enumerate(row, 1):
            cell = sheet.cell(r, c)
            cell.value = text or None
            cell.border = Border(bottom=Side("thin"))
    change(sheet)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


TABLE = [
    ["重点项目用地情况表", "", "", "", "", ""],
    ["序号", "项目名称", "总投资（亿元）", "责任单位", "完成时限", "征迁户数"],
    ["1", "湖滨路改造", "", "", "", ""],
    ["2", "东城学校", "", "", "", ""],
    ["合计", "", "=SUM(C3:C4)", "", "", ""],
    ["填报人：____", "", "填报日期：  年  月  日", "", "", ""],
]
