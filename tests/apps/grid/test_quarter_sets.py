"""Goals of the quarters: read row by row, asked once where unclear, written where a field is for it."""

from __future__ import annotations

import pytest
from tests.support.returned import upload, workbook
from tests.support.web import client

from gongjian.apps.campaigns.models import Item
from gongjian.apps.grid.models import Intake
from gongjian.apps.ledger.models import Event

HERE = "/c/LK21/r/tasks/intake/"
HEADS = ("工作任务", "年度目标", "一季度目标", "二季度目标", "三季度目标", "四季度目标")
SURE = [
    ("引进项目", "全年8个", "2个", "4个", "6个", "8个"),
    ("开工项目", "全年10个", "1个", "2个", "3个", "4个"),
]
UNCLEAR = ("推进改革", "", "2个", "4个", "6个", "8个")


@pytest.fixture
def seat(cast):
    return client(cast.people["office"])


def hand_in(seat, rows):
    sent = seat.post(HERE, {"files": [upload(workbook(rows, HEADS))]})
    return seat.get(sent.url)


def take(seat, page):
    digest = Intake.objects.get().report["digest"]
    return seat.post(page.context["here"] + "take", {"digest": digest}, follow=True)


def counting() -> dict[str, str]:
    return {i.title: i.fields.get("period_counting", "") for i in Item.objects.all()}


def test_rows_whose_quarters_are_sure_are_read_each_by_itself(seat):
    page = hand_in(seat, SURE)
    assert page.context["step"] == "preview"
    take(seat, page)
    assert counting() == {"引进项目": "cumulative", "开工项目": "increment"}


def test_what_is_unclear_is_asked_once_and_the_answer_kept(seat):
    page = hand_in(seat, [*SURE, UNCLEAR])
    assert page.context["step"] == "map"
    [question] = page.context["questions"]
    assert (question["n_unclear"], question["n_cumulative"], question["n_incremental"]) == (1, 1, 1)
    ready = seat.post(page.context["here"] + "map", {"quarter-0": "incremental"}, follow=True)
    assert ready.context["step"] == "preview"
    take(seat, ready)
    assert counting()["推进改革"] == "increment"
    assert counting()["引进项目"] == "cumulative"
    assert "incremental" in Event.objects.get(action="grid.write").reason


def test_rows_that_are_there_are_not_asked_about_again(seat):
    page = hand_in(seat, [UNCLEAR])
    ready = seat.post(page.context["here"] + "map", {"quarter-0": "as_printed"}, follow=True)
    take(seat, ready)
    assert counting() == {"推进改革": ""}
    Intake.objects.all().delete()
    assert hand_in(seat, [UNCLEAR]).context["report"]["n_same"] == 1
