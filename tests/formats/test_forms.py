"""A form is opened, filled and given back as it came: looks, formulas, merged cells, print settings."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from gongjian.formats.forms import FilledCell, NotePage, fill_form, open_form
from gongjian.formats.read import Limits
from gongjian.kernel.errors import PaperError

NOTE = NotePage("填报说明", "说明", ("单元格", "来源"), [["B2", "=1+1"]])


def workbook(change=lambda _sheet: None) -> bytes:
    """A form with a title that is merged, a formula, a red cell, a date cell, and a print area."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    sheet["A1"] = "项目情况表"
    sheet.merge_cells("A1:C1")
    sheet["A2"], sheet["B3"] = "项目名称", "=1+2"
    sheet["C2"].fill = PatternFill("solid", fgColor="FF0000")
    sheet["C3"].number_format = "yyyy/m/d"
    sheet.print_area, sheet.page_setup.orientation = "A1:C3", "landscape"
    change(sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def filled(data, *cells, note=NOTE):
    return openpyxl.load_workbook(io.BytesIO(fill_form(data, cells, note)))


def test_a_form_is_read_with_its_formulas():
    [sheet] = open_form(workbook(), Limits()).sheets
    assert sheet.text.rows[1][0] == "项目名称"
    assert sheet.formulas == {(2, 1)}


def test_a_filled_form_keeps_its_looks_its_formulas_and_its_print_settings():
    sheet = filled(workbook(), FilledCell(0, 1, 2, "甲", "清单 GC-001"))["表"]
    assert (sheet["C2"].value, sheet["C2"].fill.fgColor.rgb) == ("甲", "00FF0000")
    assert (sheet["B3"].value, str(sheet.merged_cells)) == ("=1+2", "A1:C1")
    assert (sheet.print_area, sheet.page_setup.orientation) == ("'表'!$A$1:$C$3", "landscape")
    assert sheet["C2"].comment.text == "清单 GC-001"


def test_a_formula_and_a_merged_cell_are_never_written_over():
    sheet = filled(workbook(), FilledCell(0, 2, 1, "x"), FilledCell(0, 0, 1, "x"))["表"]
    assert (sheet["B3"].value, sheet["B1"].value) == ("=1+2", None)


def test_a_text_that_begins_like_a_formula_stays_a_text():
    book = filled(workbook(), FilledCell(0, 1, 1, "=cmd|calc"))
    assert (book["表"]["B2"].value, book["表"]["B2"].data_type) == ("=cmd|calc", "s")
    assert (book["填报说明"]["B3"].value, book["填报说明"]["B3"].data_type) == ("=1+1", "s")


def test_a_day_is_a_day_where_the_cell_is_made_for_one():
    day = dt.date(2021, 8, 18)
    sheet = filled(workbook(), FilledCell(0, 2, 2, day), FilledCell(0, 2, 0, day))["表"]
    assert sheet["C3"].value.date() == day
    assert sheet["A3"].value == "2021-08-18"


def test_a_row_that_is_added_looks_like_the_one_above():
    sheet = filled(workbook(), FilledCell(0, 3, 2, "x"))["表"]
    assert sheet["C4"].number_format == "yyyy/m/d"


def test_a_comment_of_the_sender_stays_above_ours():
    def commented(sheet):
        sheet["C2"].comment = Comment("请填全称", "上级")

    sheet = filled(workbook(commented), FilledCell(0, 1, 2, "甲", "来源"))["表"]
    assert sheet["C2"].comment.text == "请填全称\n来源"


def test_a_sheet_of_our_name_gets_another_one():
    once = fill_form(workbook(), [], NOTE)
    assert openpyxl.load_workbook(io.BytesIO(fill_form(once, [], NOTE))).sheetnames == [
        "表",
        "填报说明",
        "填报说明 (2)",
    ]


def with_entry(name: str) -> bytes:
    target = io.BytesIO(workbook())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, b"x")
    return target.getvalue()


def archive(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(name, b"x")
    return target.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "paper.empty"),
        (b"not a workbook", "form.not_xlsx"),
        (OLE + b"\0" * 600, "form.old_format"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "form.encrypted"),
        (with_entry("xl/vbaProject.bin"), "form.macros"),
        (archive("word/document.xml"), "form.not_xlsx"),
        (workbook()[:-200], "form.not_xlsx"),
    ],
)
def test_what_is_no_plain_workbook_is_refused_by_name(data, code):
    with pytest.raises(PaperError) as refused:
        open_form(data, Limits())
    assert refused.value.code == code


def test_empty_cells_that_are_drawn_are_read_and_a_long_tail_of_them_is_not():
    def tall(sheet):
        for r in range(4, 2000):
            sheet.cell(r, 1).fill = PatternFill("solid", fgColor="FFFFFF")

    [sheet] = open_form(workbook(tall), Limits()).sheets
    assert (len(sheet.text.rows), len(sheet.text.rows[0])) == (202, 3)
    assert sheet.text.merged == {(0, 1), (0, 2)}


def test_pictures_are_noticed_because_they_are_not_carried_over():
    assert not open_form(workbook(), Limits()).has_pictures
    assert open_form(with_entry("xl/media/image1.png"), Limits()).has_pictures
