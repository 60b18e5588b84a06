"""One-time questions asked through the action, and workbooks of answers as offices send them back."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl

from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Answer, Inquiry
from gongjian.apps.loop.things import Kind, Thing
from tests.support.cast import Cast, act

DUE = dt.date(2021, 7, 20)
THINGS = (
    Thing("t0", "在建工地数", Kind.NUMBER, "个"),
    Thing("t1", "是否停工", Kind.YES_NO),
    Thing("t2", "主要原因", Kind.CHOICE, choices=("资金", "用地", "其他")),
)
TYPED = {"t0": "3", "t1": "yes", "t2": "资金"}


def ask(cast: Cast, orgs=("works", "plan", "east", "west"), things=THINGS, **more) -> Inquiry:
    """Ask some orgs of the cast, as its office."""
    plan = actions.InquiryPlan(
        title=more.pop("title", "各单位在建工地情况"),
        things=things,
        due=more.pop("due", DUE),
        orgs=[cast.orgs[o] for o in orgs],
        **more,
    )
    done = actions.ask(act(cast.people["office"], dt.date(2021, 7, 1)), cast.campaign, plan)
    return Inquiry.objects.select_related("campaign").get(pk=done.result["inquiry"])


def answer_of(cast: Cast, row: Inquiry, org: str) -> Answer:
    return Answer.objects.select_related("inquiry__campaign", "org", "campaign").get(
        inquiry=row, org=cast.orgs[org]
    )


def filled_in(data: bytes, cells: dict[tuple[str, str], str]) -> bytes:
    """Fill cells of a workbook that was taken out, each named by org and head."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    rows = {str(r[1].value): r for r in sheet.iter_rows()}
    heads = {str(c.value): n for n, c in enumerate(rows["单位"])}
    for (org, head), text in cells.items():
        rows[org][heads[head]].value = text
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
