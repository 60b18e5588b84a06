from __future__ import annotations

import io
import re
import zipfile

import pytest
import xlsxwriter

from gongjian.formats.read import Limits
from gongjian.formats.xlsx import SheetColumn, SheetPage, read_sheets, write_book
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
