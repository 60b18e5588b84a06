"""The road from a confirmed draft to a launch, as an office walks it; all of it marked as simulation."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.demo.acts import act
from gongjian.apps.loop import actions
from gongjian.apps.loop.answers import NOTE, Names, Reader, questions
from gongjian.apps.loop.models import Return, Round
from gongjian.apps.loop.queries.launch import waiting
from gongjian.apps.loop.queries.returns import whole

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.answers import Question
    from gongjian.kernel.model.playbook import Playbook

ANSWERED = 4  # items whose orgs answer in time; the others are waived and stay asked
NAME = "首轮分解补全（模拟）"
NOTE_TEXT = "请牵头单位补全责任单位、时限、目标和口径；可附本单位细化方案。（模拟）"
REASON = "先部署、后补报，由攻坚办按周跟踪。（模拟）"
STEPS = ("制定实施方案", "组织阶段验收")
SAID = {
    "target.value": "1",
    "target.unit": "项",
    "target.kind": "count",
    "counting_rule": "以通过验收为准（模拟）",
    NOTE: "已与配合单位会商。（模拟）",
}
AGENDA = (
    ("宣读行动方案", "攻坚办"),
    ("牵头领导部署任务", "牵头区领导"),
    ("责任单位表态", "各责任单位"),
)


def launch_campaign(campaign: Campaign, people: dict[str, Person]) -> None:
    """Send the blanks out, take some answers in, waive what is left, launch."""
    office, day, slot = people["office"], campaign.start_on, campaign.code
    plan = actions.RoundPlan(NAME, due=day + dt.timedelta(days=7), note=NOTE_TEXT)
    opened = actions.open_round(act(f"{slot}-round", day, office), campaign, plan)
    row = Round.objects.select_related("campaign").get(pk=opened.result["round"])
    _answer(row, people, day)
    needs = _left(campaign)
    if needs:
        waived = act(f"{slot}-waive", day, office, reason=REASON)
        actions.waive(waived, campaign, needs)
    agenda = actions.Agenda(day, "区行政中心报告厅（模拟）", ("各镇街视频分会场（模拟）",), AGENDA)
    campaign.refresh_from_db()
    actions.launch_all(act(f"{slot}-launch", day, office), campaign, agenda)


def _answer(row: Round, people: dict[str, Person], day: dt.date) -> None:
    """Let some orgs answer, one of them with a plan of its own; the office accepts."""
    asked = whole(Return.objects.filter(round=row, kind=Return.Kind.BLANKS))
    rows = list(asked.order_by("item__code")[:ANSWERED])
    playbook, names = playbook_in_force(row.campaign), Names()
    filled = []
    for n, one in enumerate(rows):
        typed = _typed(playbook, one, names, with_plan=n == 0)
        answers = Reader(playbook, names, one.item).read(one.asked, typed)
        if not answers.faults:
            filled.append(actions.Filled(one, answers))
    slot = row.campaign.code
    if filled:
        done = act(f"{slot}-returns", day, people["contacts"])
        actions.fill(done, filled, Return.Via.PAGE)
        actions.accept(act(f"{slot}-accept", day, people["office"]), [f.row for f in filled])


def _typed(playbook: Playbook, row: Return, names: Names, *, with_plan: bool) -> dict[str, str]:
    org = names.word(str(row.org_id))
    last = (row.item.due or row.campaign.end_on).isoformat()
    found = questions(playbook, row.item.register.key, row.asked)
    typed = {q.name: _said(q, org, last, row.item.title) for q in found}
    if with_plan:
        for n, step in enumerate(STEPS):
            typed |= {f"line-{n}-title": f"{step}：{row.item.title[:60]}", f"line-{n}-due": last}
    return typed


def _said(question: Question, org: str, last: str, title: str) -> str:
    if question.name in SAID:
        return SAID[question.name]
    if question.kind == "orgs":
        return org
    if question.kind == "date":
        return last
    if question.kind == "choice":
        return question.choices[0][0]
    if question.kind == "number":
        return "1"
    return (
        title[:60]
        if question.name == "target.subject"
        else "按方案要求完成并经牵头单位确认（模拟）"
    )


def _left(campaign: Campaign) -> dict[UUID | None, list[str]]:
    """Give what still holds the launch up: needs of items, and counts that differ."""
    check = waiting(campaign).check
    needs: dict[UUID | None, list[str]] = {UUID(c.key): list(c.lacks) for c in check.lacking}
    if check.differing:
        needs[None] = [c.what for c in check.differing]
    return needs
