"""The whole road on the example paper: draft, gap list, a round answered three ways, launch."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.loop.test_sheets import written
from tests.support.cast import act
from tests.support.rounds import PLAYBOOK
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.drafting import actions as drafting
from gongjian.apps.drafting.confirm import Plan
from gongjian.apps.drafting.models import Draft
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop.models import Return, Round
from gongjian.apps.papers.actions import receive
from gongjian.apps.papers.models import Paper
from gongjian.formats.read import Limits, read_paper
from gongjian.formats.xlsx import read_sheets

FILE = Path(__file__).parents[3] / "examples" / "yuecheng-plan.docx"
DAY = dt.date(2021, 7, 1)
TYPED = {
    "owner": "Works Bureau", "due": "2021-09-20", "target.subject": "建成", "target.value": "1",
    "target.unit": "项", "counting_rule": "验收口径", "acceptance": "现场核查",
}  # fmt: skip


@pytest.fixture
def road(cast):
    """Confirm the example paper under a playbook that asks for something."""
    office = cast.people["office"]
    data = FILE.read_bytes()
    document = read_paper(data, FILE.name)
    got = receive(act(office, DAY), data, FILE.name, document, DAY)
    paper = Paper.objects.get(pk=got.result["paper"])
    drafted = drafting.draft(act(office, DAY), paper, document, DAY)
    draft = Draft.objects.select_related("paper").get(pk=drafted.result["draft"])
    drafting.confirm(act(office, DAY), draft, Plan("RD21", PLAYBOOK, is_example=True))
    campaign = Campaign.objects.get(code="RD21")
    accounts.grant(act(), Grant(person=cast.people["works"], role="contact", campaign_id=campaign.pk,
                                org=campaign.items.order_by("code").first().org))  # fmt: skip
    return cast, campaign


@pytest.mark.slow
def test_a_paper_is_completed_three_ways_and_launched(road):
    cast, campaign = road
    seat = client(cast.people["office"])
    gaps = seat.get("/c/RD21/gaps").context
    n = campaign.items.count()
    assert (gaps["n"], gaps["n_with_owner"], gaps["n_with_due"]) == (n, n, n)
    assert gaps["n_complete"] == 0
    sent = {"name": "补全", "due": "2021-07-10"}
    assert seat.post("/c/RD21/rounds", sent).status_code == 302
    row = Round.objects.get()
    asked = list(Return.objects.filter(round=row, kind="blanks").order_by("item__code"))
    by_page, behalf, rest = asked[0], asked[1], asked[2:]
    client(cast.people["works"]).post(f"/returns/{by_page.pk}/", TYPED)
    seat.post(f"/returns/{behalf.pk}/", TYPED)
    by_workbook(seat, row, rest)
    ways = Return.objects.filter(round=row, kind="blanks").values_list("via", flat=True)
    assert sorted(set(ways)) == ["on_behalf", "page", "workbook"]
    marks = [r.mark for r in seat.get(f"/c/RD21/rounds/{row.pk}/").context["rows"]]
    seat.post(f"/c/RD21/rounds/{row.pk}/accept", {"all": "1", "shown": marks})
    assert seat.get("/c/RD21/gaps").context["n_complete"] == n
    agenda = {"day": "2021-07-01", "main": "礼堂"}
    assert seat.post("/c/RD21/launch/publish", agenda).status_code == 302
    assert not Item.objects.filter(campaign=campaign, issued_on=None).exists()
    seal()
    assert verify().faults == ()
    assert recount(Campaign.objects.get(code="RD21")) == []


def by_workbook(seat, row, returns):
    """Take the workbook out, fill the white cells of its first sheet in, and give it back."""
    answer = seat.get(f"/c/RD21/rounds/{row.pk}/workbook")
    page = read_sheets(answer.content, Limits())[0].rows
    heads = page[3]
    wanted = {str(r.pk) for r in returns}
    filled = {"牵头单位": "Works Bureau", "责任单位": "Works Bureau", "完成时限": "9月20日前", "目标内容": "建成",
              "目标值": "1项", "计量单位": "项", "口径": "验收口径", "验收标准": "现场核查"}  # fmt: skip
    rows = [
        {h: filled.get(h, str(v)) for h, v in zip(heads, cells, strict=True) if h}
        for cells in page[4:]
        if str(cells[0]) in wanted
    ]
    file = SimpleUploadedFile("补全.xlsx", written(rows, over=True))
    preview = seat.post(f"/c/RD21/rounds/{row.pk}/upload", {"sheets": file})
    assert preview.context["reading"].faults == []
    assert len(preview.context["new"]) == len(rows) == len(returns)
    assert seat.post(f"/c/RD21/rounds/{row.pk}/import").status_code == 302
