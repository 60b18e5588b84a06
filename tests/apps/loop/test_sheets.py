"""The workbook of a round: out with merged heads, back with errors by cell, taken in whole or not at all."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.rounds import TYPED, add_towns, is_sound, make_stage
from tests.support.web import client

from gongjian.apps.ledger.models import Event
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets

FILLED = {
    "责任单位": "Works Bureau",
    "完成时限": "9月20日前",
    "目标内容": "Roads opened",
    "目标值": "3条",
    "计量单位": "条",
    "目标类型": "数量",
    "口径": "完工口径",
    "验收标准": "Opened",
    "本单位细化方案": "Survey | Planning Bureau | 2021-08-01\nDig",
}


@pytest.fixture
def stage(db):
    return make_stage(3)


@pytest.fixture
def row(stage):
    return stage.open_round()


def sheet(stage, row, person="works", **query):
    answer = client(stage.person(person)).get(f"/c/QD21/rounds/{row.pk}/workbook", query)
    assert answer.status_code == 200, answer.url
    return read_sheets(answer.content, Limits())


def written(rows, *, over=False) -> bytes:
    """A workbook as an office hands it on: a title, heads that are merged or not, texts."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("表")
        page.write(0, 0, "分解补全表")
        heads = list(rows[0])
        for c, head in enumerate(heads):
            page.write(2, c, head)
        if over:
            page.merge_range(1, 1, 1, len(heads) - 1, "责任与目标")
        for r, cells in enumerate(rows):
            for c, text in enumerate(cells.values()):
                page.write_string(3 + r, c, text)
    return target.getvalue()


def send(stage, row, *books, person="works"):
    files = [SimpleUploadedFile(f"{n}.xlsx", data) for n, data in enumerate(books, 1)]
    return client(stage.person(person)).post(f"/c/QD21/rounds/{row.pk}/upload", {"sheets": files})


def codes(stage, row):
    return [r.item.code for r in stage.returns(row)]


def test_a_workbook_has_merged_heads_known_columns_and_hidden_ids(stage, row):
    [page] = sheet(stage, row)
    top, heads = page.rows[2], page.rows[3]
    assert heads[:3] == ("标识", "编号", "事项")
    assert top[heads.index("责任单位")] == "责任"
    assert [top[heads.index(h)] for h in ("目标内容", "目标值", "口径")] == ["目标"] * 3
    assert [r[1] for r in page.rows[4:]] == codes(stage, row)


def test_what_was_taken_out_and_filled_in_comes_back(stage, row):
    first = {"编号": codes(stage, row)[0], **FILLED}
    preview = send(stage, row, written([first], over=True))
    assert preview.status_code == 200, preview.context["reading"]
    assert [g.row.item.code for g in preview.context["new"]] == codes(stage, row)[:1]
    assert stage.returns(row)[0].state == "asked"  # nothing is written before it is taken in
    take_in(stage, row, written([first], over=True))
    one = stage.returns(row)[0]
    assert (one.state, one.via, one.content["due"]) == ("returned", "workbook", "2021-09-20")
    assert one.content["target"]["value"] == "3"
    assert [line["title"] for line in one.lines] == ["Survey", "Dig"]
    assert is_sound(stage)


def take_in(stage, row, *books, person="works"):
    seat = client(stage.person(person))
    files = [SimpleUploadedFile(f"{n}.xlsx", data) for n, data in enumerate(books, 1)]
    seat.post(f"/c/QD21/rounds/{row.pk}/upload", {"sheets": files})
    return seat.post(f"/c/QD21/rounds/{row.pk}/import")


@pytest.mark.parametrize(
    ("variant", "head"),
    [
        ("责任部门", "责任单位"),
        ("完 成 时 间：", "完成时限"),
        ("统计口径", "口径"),
        ("目标值（必填）", "目标值"),
    ],
)
def test_small_variants_of_heads_are_read(stage, row, variant, head):
    cells = {variant if k == head else k: v for k, v in FILLED.items()}
    preview = send(stage, row, written([{"编号": codes(stage, row)[0], **cells}]))
    assert preview.status_code == 200
    assert preview.context["unknown"] == []


def test_a_column_that_means_nothing_is_named(stage, row):
    book = written([{"编号": codes(stage, row)[0], **FILLED, "心情": "好"}])
    assert send(stage, row, book).context["unknown"] == ["心情"]


def test_errors_are_told_by_cell_and_nothing_is_taken_in(stage, row):
    first, second, _ = codes(stage, row)
    good = {"编号": first, **FILLED}
    bad = {"编号": second, **FILLED, "完成时限": "2021-12-31", "责任单位": "Ministry of Magic"}
    answer = send(stage, row, written([good, bad]))
    assert answer.status_code == 422
    faults = answer.context["reading"].faults
    assert {(f.sheet, f.column, f.row, f.head) for f in faults} == {
        ("表", "B", 5, "责任单位"),
        ("表", "C", 5, "完成时限"),
    }
    take_in(stage, row, written([good, bad]))
    assert {r.state for r in stage.returns(row)} == {"asked"}


def test_a_row_of_another_org_is_refused(stage, row):
    other = stage.add("Theirs", org="plan")
    later = stage.open_round("Second")
    answer = send(stage, later, written([{"编号": other.code, **FILLED}]), person="works")
    assert answer.status_code == 403  # nothing is asked of works in the second round
    assert send(stage, row, written([{"编号": other.code, **FILLED}])).status_code == 422


def test_two_workbooks_that_name_different_values_are_a_conflict(stage, row):
    first = codes(stage, row)[0]
    one = written([{"编号": first, **FILLED}])
    other = written([{"编号": first, **FILLED, "目标值": "5"}])
    answer = send(stage, row, one, other)
    (clash,) = answer.context["conflicts"]
    assert (clash.code, clash.label) == (first, "目标值")
    assert clash.said == (("1.xlsx", "3条"), ("2.xlsx", "5"))
    assert answer.status_code == 422


def test_workbooks_of_two_orgs_are_taken_in_at_once_by_the_office(stage, row):
    stage.add("Theirs", org="plan")
    later = stage.open_round("All")
    mine = {"编号": codes(stage, row)[0], **FILLED}
    assert send(stage, later, written([mine]), person="office").status_code == 422
    theirs = {"编号": codes(stage, later)[0], **FILLED}
    take_in(stage, later, written([theirs]), person="office")
    one = stage.returns(later)[0]
    assert (one.state, one.returned_by) == ("returned", stage.person("office").pk)
    assert Event.objects.get(action="loop.fill").on_behalf_of_id == stage.cast.orgs["plan"].pk


def test_the_same_workbook_once_more_changes_nothing(stage, row):
    book = written([{"编号": codes(stage, row)[0], **FILLED}])
    take_in(stage, row, book)
    again = send(stage, row, book)
    assert (again.context["new"], again.context["changed"]) == ([], [])
    assert again.context["reading"].n_same == 1


def test_an_answer_that_came_after_the_preview_is_not_overwritten(stage, row):
    one = stage.returns(row)[0]
    seat = client(stage.person("office"))
    file = SimpleUploadedFile("1.xlsx", written([{"编号": one.item.code, **FILLED}]))
    assert seat.post(f"/c/QD21/rounds/{row.pk}/upload", {"sheets": file}).context["is_clean"]
    client(stage.person("works")).post(f"/returns/{one.pk}/", {**TYPED, "acceptance": "Ours"})
    page = seat.post(f"/c/QD21/rounds/{row.pk}/import", follow=True).content.decode()
    one.refresh_from_db()
    assert (one.via, one.content["acceptance"]) == ("page", "Ours")
    assert one.item.code in page


def test_a_reminder_between_preview_and_taking_in_is_no_hindrance(stage, row):
    one = stage.returns(row)[0]
    file = SimpleUploadedFile("1.xlsx", written([{"编号": one.item.code, **FILLED}]))
    seat = client(stage.person("works"))
    seat.post(f"/c/QD21/rounds/{row.pk}/upload", {"sheets": file})
    client(stage.person("office")).post(f"/c/QD21/rounds/{row.pk}/chase")
    seat.post(f"/c/QD21/rounds/{row.pk}/import")
    assert [r.state for r in stage.returns(row)] == ["returned", "asked", "asked"]


def test_what_is_no_workbook_is_told_in_a_sentence(stage, row):
    answer = send(stage, row, b"PK\x03\x04broken")
    assert answer.status_code == 422
    assert "1.xlsx" in answer.content.decode()


def test_parts_of_a_group_have_a_sheet_of_their_own(db):
    stage = make_stage(1)
    add_towns(stage, 2)
    stage.add_duty("Settle old cases")
    row = stage.open_round()
    names = [s.name for s in sheet(stage, row, person="office") if not s.is_hidden]
    assert names == ["攻坚任务", "镇街事项", "镇街事项 · 分项"]


def test_a_round_trip_by_id_survives_a_changed_code_column(stage, row):
    page = sheet(stage, row)[0]
    heads, first = list(page.rows[3]), list(page.rows[4])
    cells = dict(zip(heads, first, strict=True))
    cells |= {h: v for h, v in FILLED.items() if h in cells} | {"编号": "?"}
    take_in(stage, row, written([cells]))
    assert stage.returns(row)[0].content["counting_rule"] == "完工口径"


def test_more_steps_than_fit_are_told_and_none_is_dropped_in_silence(stage, row):
    steps = "\n".join(f"Step {n}" for n in range(21))
    book = written([{"编号": codes(stage, row)[0], **FILLED, "本单位细化方案": steps}])
    (fault,) = send(stage, row, book).context["reading"].faults
    assert "20" in fault.why


def test_a_workbook_above_the_limit_is_not_even_read(stage, row, settings):
    settings.PAPER_MAX_BYTES = 100
    answer = send(stage, row, written([{"编号": codes(stage, row)[0], **FILLED}]))
    assert answer.status_code == 422
    assert "100" in answer.content.decode()
