"""The workbook of a one-time question: out with drop-downs, back with errors by cell, whole or not at all."""

from __future__ import annotations

import io

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.cast import act
from tests.support.inquiries import TYPED, answer_of, ask, filled_in
from tests.support.web import client

from gongjian.apps.ledger.models import Event
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Answer

HEADS = ("在建工地数（个）", "是否停工", "主要原因")
SAID = dict(zip(HEADS, ("3", "是", "资金"), strict=True))


@pytest.fixture
def row(cast):
    return ask(cast)


def taken_out(cast, row, person="office", **query) -> bytes:
    answer = client(cast.people[person]).get(f"/c/LK21/inquiries/{row.pk}/workbook", query)
    assert answer.status_code == 200
    return answer.content


def upload(seat, row, *books):
    files = [SimpleUploadedFile(f"{n}.xlsx", data) for n, data in enumerate(books, 1)]
    return seat.post(f"/c/LK21/inquiries/{row.pk}/upload", {"sheets": files})


def send(cast, row, *books, person="office"):
    return upload(client(cast.people[person]), row, *books)


def take_in(cast, row, *books, person="office"):
    seat = client(cast.people[person])
    upload(seat, row, *books)
    return seat.post(f"/c/LK21/inquiries/{row.pk}/import")


def cells(*orgs, **more):
    return {(org, head): text for org in orgs for head, text in {**SAID, **more}.items()}


def states(row):
    return {a.org.code: a.state for a in Answer.objects.filter(inquiry=row)}


def test_the_workbook_has_a_row_for_each_org_and_drop_downs(cast, row):
    sheet = openpyxl.load_workbook(io.BytesIO(taken_out(cast, row))).worksheets[0]
    heads = [c.value for c in sheet[3]]
    assert heads == ["标识", "单位", *HEADS, "零报告", "备注"]
    assert [r[1].value for r in sheet.iter_rows(min_row=4)][:2] == [
        "Works Bureau",
        "Planning Bureau",
    ]
    lists = {str(v.sqref)[0]: v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists == {"D": '"是,否"', "E": '"资金,用地,其他"', "F": '"是"'}


def test_an_org_takes_out_its_own_row_and_no_other(cast, row):
    sheet = openpyxl.load_workbook(io.BytesIO(taken_out(cast, row, "works"))).worksheets[0]
    assert [r[1].value for r in sheet.iter_rows(min_row=4)] == ["Works Bureau"]
    one = openpyxl.load_workbook(io.BytesIO(taken_out(cast, row, org=str(cast.orgs["east"].pk))))
    assert [r[1].value for r in one.worksheets[0].iter_rows(min_row=4)] == ["East Town"]


def test_what_was_filled_in_comes_back_whole(cast, row):
    book = filled_in(taken_out(cast, row), {**cells("Works Bureau"), ("East Town", "零报告"): "是"})
    preview = send(cast, row, book)
    assert preview.context["new"] == ["Works Bureau", "East Town"]
    assert set(states(row).values()) == {"open"}  # nothing is written before it is taken in
    take_in(cast, row, book)
    assert states(row) == {"works": "answered", "plan": "open", "east": "none", "west": "open"}
    one = answer_of(cast, row, "works")
    assert (one.via, one.content) == ("workbook", {"t0": "3", "t1": "yes", "t2": "资金"})
    assert Event.objects.filter(action="loop.answer").count() == 1


def test_the_same_workbook_again_says_nothing_new(cast, row):
    book = filled_in(taken_out(cast, row), cells("Works Bureau"))
    take_in(cast, row, book)
    again = send(cast, row, book)
    assert (again.context["new"], again.context["changed"]) == ([], [])
    assert again.context["reading"].n_same == 1
    assert send(cast, row, taken_out(cast, row)).context["reading"].n_same == 1


def test_wrong_cells_are_named_and_nothing_is_taken_in(cast, row):
    wrong = {**cells("Works Bureau"), **cells("East Town", **{HEADS[0]: "几个", HEADS[2]: "天气"})}
    wrong |= {("West Town", "零报告"): "是", ("West Town", HEADS[0]): "2"}
    book = filled_in(taken_out(cast, row), wrong)
    answer = send(cast, row, book)
    assert answer.status_code == 422
    found = {(f.column + str(f.row), f.head) for f in answer.context["reading"].faults}
    assert found == {("C6", HEADS[0]), ("E6", HEADS[2]), ("F7", "零报告")}
    take_in(cast, row, book)
    assert set(states(row).values()) == {"open"}


def test_a_row_without_its_id_is_found_by_the_name_of_the_org(cast, row):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for r, cells_ in enumerate(
            [
                ("单位", "在建工地数", "是否停工", "主要原因", "心情"),
                ("East Town", "3", "否", "用地", "好"),
            ]
        ):
            for c, text in enumerate(cells_):
                sheet.write_string(r, c, text)
    answer = send(cast, row, target.getvalue())
    assert (answer.context["new"], answer.context["unknown"]) == (["East Town"], ["心情"])


def test_two_workbooks_that_say_different_things_for_one_org_are_refused(cast, row):
    one = filled_in(taken_out(cast, row), cells("Works Bureau"))
    other = filled_in(taken_out(cast, row), cells("Works Bureau", **{HEADS[0]: "9"}))
    answer = send(cast, row, one, other)
    assert answer.status_code == 422
    assert "1.xlsx" in answer.context["reading"].faults[0].why
    assert send(cast, row, one, one).status_code == 200


def test_an_org_gives_back_its_own_row_only(cast, row):
    book = filled_in(taken_out(cast, row), {**cells("Works Bureau"), **cells("East Town")})
    assert send(cast, row, book, person="works").status_code == 422
    own = filled_in(taken_out(cast, row, "works"), cells("Works Bureau"))
    assert take_in(cast, row, own, person="works").url == "/returns/"
    assert states(row)["works"] == "answered"


def test_a_row_of_another_question_is_refused(cast, row):
    other = ask(cast, title="Other", reason="口径已变")
    book = filled_in(taken_out(cast, other), cells("Works Bureau"))
    answer = send(cast, row, book)
    assert answer.status_code == 422
    assert "Works Bureau" in answer.context["reading"].faults[0].why


@pytest.mark.parametrize("data", [b"no workbook", b""])
def test_a_file_that_is_no_workbook_is_refused_in_a_sentence(cast, row, data):
    answer = send(cast, row, data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["sheets"]


def test_an_answer_that_came_in_since_is_not_overwritten(cast, row):
    seat = client(cast.people["office"])
    upload(seat, row, filled_in(taken_out(cast, row), cells("Works Bureau")))
    client(cast.people["works"]).post(answer_path(cast, row), {**TYPED, "t0": "9"})
    answer = seat.post(f"/c/LK21/inquiries/{row.pk}/import", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/upload")
    assert answer_of(cast, row, "works").content["t0"] == "9"


def answer_path(cast, row):
    return f"/returns/inquiries/{answer_of(cast, row, 'works').pk}/"


def test_a_closed_question_takes_no_workbook_in(cast, row):
    book = filled_in(taken_out(cast, row), cells("Works Bureau"))
    seat = client(cast.people["office"])
    upload(seat, row, book)
    actions.close_inquiry(act(cast.people["office"]), row)
    seat.post(f"/c/LK21/inquiries/{row.pk}/import")
    assert set(states(row).values()) == {"open"}
