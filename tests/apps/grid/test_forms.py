"""A form that somebody sends is answered from the book: with sources, without what one may not see."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.forms import TABLE, book, make_works
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import Item
from gongjian.apps.grid.models import ForeignForm
from gongjian.apps.ledger.models import Event

HEADS = ["序号", "项目名称", "总投资（万元）", "建设阶段", "用地面积（亩）"]


@pytest.fixture
def works(cast):
    made = make_works(cast)
    made.add("湖滨路改造", invest="52000", site="湖滨", stage="在建")
    made.add("东城学校", org="east", invest="8000", secret="75819264")
    made.add("西城水厂")
    return made


def drop(works, data, person="office", name="来表.xlsx"):
    file = SimpleUploadedFile(name, data)
    return client(works.cast.people[person]).post("/c/GC21/forms/", {"form": file})


def page_of(works, data, person="office"):
    seat = client(works.cast.people[person])
    return seat.get(drop(works, data, person).url)


def filled(works, answer, person="office"):
    url = f"{answer.request['PATH_INFO']}file"
    data = client(works.cast.people[person]).get(url).content
    return openpyxl.load_workbook(io.BytesIO(data))


def settle(works, page, person="office", **sent):
    seat = client(works.cast.people[person])
    return seat.post(page.request["PATH_INFO"], sent, follow=True)


def asked(page):
    return {(q.label, q.about[-4:]) for q in page.context["questions"]}


def key_of(page, label):
    return next(q.key for q in page.context["questions"] if q.label.startswith(label))


def test_a_form_is_filled_from_the_book_with_source_and_day(works):
    page = page_of(works, book(TABLE))
    assert (page.context["n_matched"], page.context["n_named"]) == (2, 2)
    sheet = filled(works, page)["表"]
    assert [sheet.cell(3, c).value for c in range(3, 6)] == [5.2, "Works Bureau", "2021-09-30"]
    assert sheet["C4"].value == 0.8
    said = sheet["C3"].comment.text
    assert "工程清单" in said
    assert "2021-07-01" in said
    assert sheet["C5"].value == "=SUM(C3:C4)"


def test_who_fills_it_in_and_the_day_stand_in_the_gaps(works):
    sheet = filled(works, page_of(works, book(TABLE)))["表"]
    assert sheet["A6"].value == "填报人：office desk"
    assert sheet["C6"].value == "填报日期：2021年7月1日"


def test_a_sheet_tells_what_was_filled_from_where_and_what_is_open(works):
    note = filled(works, page_of(works, book(TABLE))).worksheets[-1]
    assert note.title == "填报说明"
    rows = [[c.value for c in row] for row in note.iter_rows(min_row=3)]
    assert ["C3", "总投资（亿元）", "5.2"] in [r[:3] for r in rows]
    assert [r[0] for r in rows if r[1] == "征迁户数"] == ["F3", "F4"]


def test_the_day_is_that_of_the_last_change_of_this_very_cell(works):
    item = Item.objects.get(title="湖滨路改造")
    office = act(works.cast.people["office"], item.campaign.start_on.replace(day=9))
    edit_item(office, item, {"fields": {**item.fields, "invest": "60000"}})
    rows = page_of(works, book(TABLE)).context["answered"]
    days = {(r.code[-3:], r.label): str(r.on) for r in rows}
    assert days["001", "总投资（亿元）"] == "2021-07-09"
    assert days["001", "完成时限"] == "2021-07-01"


def test_what_the_sender_could_have_known_is_said_in_words_to_copy(works):
    page = page_of(works, book(TABLE)).context
    assert (page["n_known"], page["n_columns"]) == (4, 5)
    assert str(page["since"]) == "2021-07-01"
    for word in ("来表", "总投资", "工程清单", "征迁户数"):
        assert word in page["reply"]


def test_what_is_not_known_is_asked_once_and_only_put_into_the_form(works):
    page = page_of(works, book(TABLE))
    assert asked(page) == {("征迁户数", "滨路改造"), ("征迁户数", "东城学校")}
    n = Event.objects.count()
    page = settle(works, page, **{f"q:{key_of(page, '征迁户数')}": "=12", "answers": "1"})
    assert Event.objects.count() == n
    cell = filled(works, page)["表"]["F3"]
    assert (cell.value, cell.data_type) == ("=12", "s")
    assert page.context["n_asked"] == 2  # still there, to be corrected


def test_what_has_a_column_goes_into_the_book_if_one_likes(works):
    page = page_of(works, book([HEADS, ["1", "东城学校", "", "", ""]]))
    land, stage = key_of(page, "用地面积"), key_of(page, "建设阶段")
    sent = {f"q:{land}": "12.5", f"q:{stage}": "前期", "keep": [land], "answers": "1"}
    page = settle(works, page, **sent)
    item = Item.objects.get(title="东城学校")
    assert (item.fields["land"], "stage" in item.fields) == ("12.5", False)
    sheet = filled(works, page)["表"]
    assert (sheet["E2"].value, sheet["D2"].value) == (12.5, "前期")
    assert Event.objects.filter(action="grid.write").count() == 1


def test_a_wrong_answer_for_the_book_is_told_at_its_question_and_nothing_is_kept(works):
    page = page_of(works, book([HEADS, ["1", "东城学校", "", "", ""]]))
    land, stage = key_of(page, "用地面积"), key_of(page, "建设阶段")
    sent = {f"q:{land}": "很多", f"q:{stage}": "前期", "keep": [land, stage], "answers": "1"}
    answer = settle(works, page, **sent)
    assert answer.status_code == 422
    assert [q.key for q in answer.context["questions"] if q.fault] == [land]
    assert "很多" in answer.content.decode()
    assert not Event.objects.filter(action="grid.write").exists()


def test_free_rows_take_the_items_that_one_chooses(works):
    page = page_of(works, book([HEADS, *[[str(n), "", "", "", ""] for n in (1, 2)]]))
    assert (page.context["n_free"], page.context["n_answered"]) == (2, 0)
    codes = {code: pk for pk, code, _t, _c in page.context["choosing"]}
    page = settle(works, page, item=[codes["GC21-GC-002"], codes["GC21-GC-001"]], items="1")
    sheet = filled(works, page)["表"]
    assert [sheet.cell(r, 2).value for r in (2, 3)] == ["东城学校", "湖滨路改造"]
    assert [sheet.cell(r, 1).value for r in (2, 3)] == ["1", "2"]


def test_an_item_that_the_sender_names_is_not_put_into_a_free_row_as_well(works):
    rows = [HEADS, ["1", "东城学校", "", "", ""], ["2", "", "", "", ""], ["3", "", "", "", ""]]
    page = settle(works, page_of(works, book(rows)), all="1")
    sheet = filled(works, page)["表"]
    titles = [sheet.cell(r, 2).value for r in (2, 3, 4)]
    assert titles == ["东城学校", "湖滨路改造", "西城水厂"]


def test_items_that_no_row_is_left_for_are_named(works):
    rows = [HEADS, ["1", "", "", "", ""], ["备注：以上各项如实填写", "", "", "", ""]]
    page = settle(works, page_of(works, book(rows)), all="1")
    assert page.context["not_in"] == ["GC21-GC-002", "GC21-GC-003"]
    assert filled(works, page)["表"]["A3"].value.startswith("备注")


def test_a_table_without_rows_grows_as_many_as_are_chosen(works):
    page = settle(works, page_of(works, book([HEADS])), all="1")
    sheet = filled(works, page)["表"]
    assert [sheet.cell(r, 2).value for r in (2, 3, 4)] == ["湖滨路改造", "东城学校", "西城水厂"]
    assert sheet["B4"].border.bottom.style == "thin"


def test_a_row_that_may_mean_several_items_is_asked_and_not_guessed(works):
    works.add("湖滨路改造")
    page = page_of(works, book(TABLE))
    (row,) = page.context["unclear"]
    assert len(row.candidates) == 2
    page = settle(works, page, **{f"row:{row.key}": row.candidates[0][0], "rows": "1"})
    assert page.context["n_matched"] == 2


def test_a_card_is_about_the_item_that_it_names(works):
    card = [["项目信息表", "", "", ""], ["项目名称", "湖滨路改造", "总投资（万元）", ""],
            ["建设地点", "", "用地面积（亩）", ""], ["填报单位：", "", "联系电话：", ""]]  # fmt: skip
    page = page_of(works, book(card), "works")
    sheet = filled(works, page, "works")["表"]
    assert (sheet["D2"].value, sheet["B3"].value) == (52000, "湖滨")
    assert sheet["B4"].value == "Works Bureau"


def test_personal_and_hidden_columns_are_never_filled_in(works):
    heads = ["项目名称", "总投资（万元）", "业主手机", "谈判底价"]
    page = page_of(works, book([heads, ["东城学校", "", "", ""]]), "east")
    assert page.context["personal"] == ["业主手机"]
    assert {q.label for q in page.context["questions"]} == {"谈判底价"}
    assert "75819264" not in page.content.decode()
    sheet = filled(works, page, "east")["表"]
    assert [sheet.cell(2, c).value for c in (2, 3, 4)] == [8000, None, None]


def test_an_org_fills_in_what_it_sees_and_no_more(works):
    page = page_of(works, book(TABLE), "east")
    assert (page.context["n_matched"], page.context["n_named"]) == (1, 2)
    sheet = filled(works, page, "east")["表"]
    assert (sheet["C3"].value, sheet["C4"].value) == (None, 0.8)


def test_another_register_can_be_chosen_and_the_page_says_what_it_recognises(works):
    page = page_of(works, book([["甲", "乙"], ["", ""]]))
    assert page.context["n_columns"] == 0
    assert page.status_code == 200
    assert settle(works, page, register="projects").context["register"] == "projects"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "为空"),
        (b"x", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
        (book(TABLE)[:-300], "xlsx"),
    ],
)
def test_what_is_no_plain_workbook_is_refused_in_a_sentence(works, data, word):
    answer = drop(works, data)
    assert answer.status_code == 422
    assert word in answer.context["fault"] or word == "为空"
    assert not ForeignForm.objects.exists()


def test_a_form_is_its_receivers_alone(works):
    url = drop(works, book(TABLE)).url
    for path in (url, f"{url}file"):
        assert client(works.cast.people["colleague"]).get(path).status_code == 403
        assert client(works.cast.people["stranger"]).get(path).status_code == 404
    assert client(works.cast.people["colleague"]).get("/c/GC21/forms/").context["forms"] == []
    assert (
        client(works.cast.people["office"]).get(f"{url[:-37]}{works.campaign.pk}/").status_code
        == 404
    )


def test_the_same_form_again_brings_its_choices_along(works):
    same = book([HEADS, ["1", "", "", "", ""]])
    settle(works, page_of(works, same), all="1")
    again = page_of(works, same)
    assert again.context["n_chosen"] == 3


def test_a_form_is_taken_off_the_desk(works):
    page = page_of(works, book(TABLE))
    settle(works, page, drop="1")
    assert not ForeignForm.objects.exists()
    url = page.request["PATH_INFO"]
    assert client(works.cast.people["office"]).get(url).status_code == 404


def test_filling_changes_nothing_in_the_book(works):
    n = Event.objects.count()
    filled(works, page_of(works, book(TABLE)))
    assert Event.objects.count() == n


def test_the_page_asks_the_same_however_many_rows_a_form_has(works):
    def counted(n):
        rows = [HEADS, *[[str(k), "", "", "", ""] for k in range(n)]]
        page = settle(works, page_of(works, book(rows)), all="1")
        seat = client(works.cast.people["office"])
        seat.get(page.request["PATH_INFO"])
        with CaptureQueriesContext(connection) as caught:
            seat.get(page.request["PATH_INFO"])
        return len(caught)

    few = counted(2)
    for k in range(27):
        works.add(f"Road {k}", invest="1")
    assert counted(30) == few


def test_the_register_whose_items_are_named_is_answered_from(cast):
    """The register of petitions has more of the form's columns, and none of its items."""
    item = cast.item("修建湖滨路")
    heads = ["序号", "工作任务", "牵头单位", "责任单位", "完成时限", "进展情况", "存在问题"]
    data = book([heads, ["1", item.title, *[""] * 5]])
    seat = client(cast.people["office"])
    file = SimpleUploadedFile("form.xlsx", data)
    page = seat.get(seat.post("/c/LK21/forms/", {"form": file}).url).context
    assert (page["register"], page["n_matched"]) == ("tasks", 1)


def test_a_row_that_is_called_otherwise_is_found_by_the_code_that_one_types(works):
    page = page_of(works, book([HEADS, ["1", "滨水道路工程", "", "", ""]]))
    (row,) = page.context["unclear"]
    page = settle(works, page, **{f"row:{row.key}": "GC21-GC-001", "rows": "1"})
    assert (page.context["unclear"], page.context["n_matched"]) == ([], 1)
