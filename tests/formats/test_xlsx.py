from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from gongjian.formats.read import Limits
from gongjian.formats.sheet_xml import _cells, _look
from gongjian.formats.xlsx import SheetColumn, SheetPage, read_sheets, write_book, write_rows
from gongjian.kernel.errors import PaperError

HEADS = [
    SheetColumn("序号"),
    SheetColumn("牵头单位", over="责任"),
    SheetColumn("责任单位", over="责任"),
    SheetColumn("阶段", choices=("签约", "落地")),
]


def test_merged_heads_and_texts_come_back_as_they_were_written():
    book = write_book([SheetPage("清单", HEADS, [[1, "甲局", "乙局", "签约"]], title="清单一")])
    [sheet] = read_sheets(book, Limits())
    assert sheet.rows[0] == ("清单一",) * 4
    assert sheet.rows[1] == ("序号", "责任", "责任", "阶段")
    assert sheet.rows[2] == ("序号", "牵头单位", "责任单位", "阶段")
    assert sheet.rows[3] == ("1", "甲局", "乙局", "签约")
    assert (1, 2) in sheet.merged


def test_a_text_that_begins_like_a_formula_stays_a_text():
    book = write_book([SheetPage("a", [SheetColumn("x")], [["=1+1"], ["@cmd"]])])
    assert [r[0] for r in read_sheets(book, Limits())[0].rows] == ["x", "=1+1", "@cmd"]


def test_hidden_sheets_are_told_and_a_million_empty_rows_cost_nothing():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet, hidden = book.add_worksheet("a"), book.add_worksheet("b")
        hidden.hide()
        sheet.write(0, 0, 3.0)
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))
    first, second = read_sheets(target.getvalue(), Limits())
    assert first.rows == (("3",), ("2",))
    assert second.is_hidden


def test_what_is_no_workbook_is_refused():
    with pytest.raises(PaperError, match=r"paper\.broken"):
        read_sheets(b"PK\x03\x04 nothing", Limits())


def test_a_long_list_of_choices_stands_in_a_hidden_sheet_that_the_cells_name():
    orgs = tuple(f"Office number {n} of the district" for n in range(30))
    columns = [SheetColumn("Org", choices=orgs), SheetColumn("Stage", choices=("a", "b"))]
    book = write_book([SheetPage("a", columns, [["", ""]])])
    page, hidden = read_sheets(book, Limits())
    assert (page.is_hidden, hidden.is_hidden) == (False, True)
    assert tuple(r[0] for r in hidden.rows) == orgs
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        rules = parts.read("xl/worksheets/sheet1.xml").decode()
    assert f"'{hidden.name}'!$A$1:$A$30" in rules
    assert '"a,b"' in rules


def test_single_cells_that_are_known_are_grey():
    page = SheetPage(
        "a", [SheetColumn("x"), SheetColumn("y")], [["1", "2"]], known=frozenset({(0, 1)})
    )
    with zipfile.ZipFile(io.BytesIO(write_book([page]))) as parts:
        cells = parts.read("xl/worksheets/sheet1.xml").decode()
    styles = dict(re.findall(r'r="([AB]2)" s="(\d+)"', cells))
    assert styles["A2"] != styles["B2"]


# ---- what other programs write ----------------------------------------------------------------------


def made(fill) -> bytes:
    """Give a workbook of another writer."""
    book = Workbook()
    fill(book.worksheets[0])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_errors_are_told_by_cell_and_are_no_text():
    def fill(sheet):
        sheet.append(["项目", "数"])
        sheet.append(["a", "#REF!"])
        sheet.append(["b", "#N/A"])
        sheet.append(["c", "见 #N/A 一栏"])

    [sheet] = read_sheets(made(fill), Limits())
    told = [(f.row, f.column, f.code, f.text) for f in sheet.faults]
    assert told == [(1, 1, "cell.error", "#REF!"), (2, 1, "cell.error", "#N/A")]
    assert [r[1] for r in sheet.rows] == ["数", "", "", "见 #N/A 一栏"]


def test_a_formula_that_was_never_worked_out_is_told():
    def fill(sheet):
        sheet.append(["项目", "数"])
        sheet.append(["a", "=1+1"])

    [sheet] = read_sheets(made(fill), Limits())
    assert [(f.row, f.column, f.code) for f in sheet.faults] == [(1, 1, "cell.no_value")]


def test_a_formula_gives_its_saved_value():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("a")
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, '="x"', None, "x")
        sheet.write_formula(0, 2, "=0.3", book.add_format({"num_format": "0.0%"}), 0.305)
    [one] = read_sheets(target.getvalue(), Limits())
    assert one.rows == (("2", "x", "30.5%"),)
    assert one.faults == ()


def test_shares_are_read_as_they_are_shown_and_days_as_days():
    def fill(sheet):
        sheet.append([0.3, 1, 44469, dt.date(2021, 9, 30), 44469, 0.3])
        for place, shown in (
            ("A1", "0%"),
            ("B1", "0.00%"),
            ("D1", 'yyyy"年"m"月"d"日"'),
            ("F1", '0.0"%"'),  # a mark, not a percentage
        ):
            sheet[place].number_format = shown

    [sheet] = read_sheets(made(fill), Limits())
    assert sheet.rows == (("30%", "100%", "44469", "2021-09-30", "44469", "0.3"),)


@pytest.mark.parametrize(
    ("place", "code"), [((1_048_575, 0), "sheet.too_many_rows"), ((0, 16_383), "sheet.too_wide")]
)
def test_a_value_far_away_is_refused_before_room_is_made_for_it(place, code):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("a")
        sheet.write(0, 0, "x")
        sheet.write(*place, "x")
    with pytest.raises(PaperError, match=code.replace(".", r"\.")):
        read_sheets(target.getvalue(), Limits())


def test_what_is_no_sheet_of_this_format_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(PaperError, match=r"paper\.broken"):
        read_sheets(target.getvalue(), Limits())


def test_a_formula_that_gives_an_empty_text_was_worked_out():
    cells = b'<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1"><f>1</f></c></row>'
    assert [(f.row, f.column) for f in _look(cells, "a", frozenset(), (9, 9)).faults] == [(0, 1)]


def test_cells_that_leave_their_place_out_are_counted():
    cells = (
        b'<row><c><v>1</v></c><c/><c t="e"><v>#REF!</v></c></row><row r="4"><c><f>A1</f></c></row>'
    )
    found = [(row, column) for row, column, _, _ in _cells(cells)]
    assert found == [(0, 0), (0, 2), (3, 0)]


# ---- long sheets ------------------------------------------------------------------------------------


def streamed(page: SheetPage) -> bytes:
    target = io.BytesIO()
    write_rows(target, page)
    return target.getvalue()


ROWS = [[1, "甲局", "=1+1", "签约"], [2, None, "@乙", "-丙"], [3, "+丁", True, 2.5]]


@pytest.mark.parametrize("write", [streamed, lambda page: write_book([page])])
def test_both_writers_write_the_same_sheet(write):
    page = SheetPage("清单", HEADS, iter(ROWS), "题", "注", "水印", frozenset({0}), paper="A3")
    [sheet] = read_sheets(write(page), Limits())
    assert sheet.rows[:2] == (("题",) * 4, ("注",) * 4)
    assert sheet.rows[2:4] == (
        ("序号", "责任", "责任", "阶段"),
        ("序号", "牵头单位", "责任单位", "阶段"),
    )
    assert sheet.rows[4:7] == (
        ("1", "甲局", "=1+1", "签约"),
        ("2", "", "@乙", "-丙"),
        ("3", "+丁", "True", "2.5"),
    )
    assert sheet.rows[8] == ("水印",) * 4


@pytest.mark.parametrize("write", [streamed, lambda page: write_book([page])])
def test_what_begins_like_a_formula_is_a_text_to_other_programs(write):
    data = write(SheetPage("a", [SheetColumn("x")], [["=1+1"], ["+1"], ["-1"], ["@x"], ["12"]]))
    cells = list(load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2))
    assert [row[0].data_type for row in cells] == ["s"] * 5
    assert [row[0].value for row in cells] == ["=1+1", "+1", "-1", "@x", "12"]


@pytest.mark.parametrize(
    ("paper", "is_portrait", "size", "way"),
    [("A4", False, 9, "landscape"), ("A3", True, 8, "portrait")],
)
def test_paper_panes_and_the_hidden_column_are_as_asked(paper, is_portrait, size, way):
    columns = [SheetColumn("Id", is_hidden=True), *HEADS]
    page = SheetPage("a", columns, [["u", *ROWS[0]]], "题", paper=paper, is_portrait=is_portrait)
    sheet = load_workbook(io.BytesIO(streamed(page))).active
    assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (size, way)
    assert sheet.freeze_panes == "A4"  # below the title and the two rows of heads
    assert sheet.print_title_rows == "$2:$3"
    assert sheet.column_dimensions["A"].hidden
    assert {str(r) for r in sheet.merged_cells.ranges} == {
        "A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3",
    }  # fmt: skip


def test_several_long_lists_of_choices_stand_beside_each_other():
    first = tuple(f"Office number {n} of the district" for n in range(30))
    second = tuple(f"Town number {n} of the district" for n in range(40))
    page = SheetPage("a", [SheetColumn("x", choices=first), SheetColumn("y", choices=second)], [])
    _, hidden = read_sheets(streamed(page), Limits())
    assert tuple(r[0] for r in hidden.rows if r[0]) == first
    assert tuple(r[1] for r in hidden.rows) == second


def test_ten_thousand_rows_are_written_in_a_second_and_a_half():
    columns = [SheetColumn(f"列{n}") for n in range(12)]
    rows = ([f"第{r}行第{c}列" for c in range(12)] for r in range(10_000))
    begun = time.process_time()
    write_rows(io.BytesIO(), SheetPage("a", columns, rows))
    assert (
        time.process_time() - begun < 3
    )  # 0.9 s where nothing else runs; the bench holds the limit
