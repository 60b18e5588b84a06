"""A workbook form that somebody sends: its text with its formulas, and the same workbook filled in."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.properties import PageSetupProperties

from gongjian.formats.xlsx import COLUMN_CAP, SheetText, read_sheets
from gongjian.kernel.errors import PaperError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.workbook import Workbook

    from gongjian.formats.read import Limits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "vbaProject.bin"
_LOST = ("xl/charts/", "xl/media/", "xl/embeddings/", "xl/activeX/", "xl/ctrlProps/")
SHEET_BYTES = (
    32 * 1024 * 1024
)  # of one sheet, unpacked: a form is small, a million empty rows are not
EMPTY_ROWS = 200  # drawn below the text: enough for a table that waits to be filled
_AUTHOR = "攻坚 Gongjian"
_FONT = "宋体"


@dataclass(frozen=True, slots=True)
class FormSheetText:
    """One visible sheet of a form: its place in the workbook, its text, where its formulas stand."""

    at: int
    text: SheetText
    formulas: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FormBook:
    """A form as text; `lost` tells that it holds pictures or charts, which are not carried over."""

    sheets: tuple[FormSheetText, ...]
    has_pictures: bool


@dataclass(frozen=True, slots=True)
class FilledCell:
    """What is written into one cell: a text, a number or a day, and what a comment says of it."""

    sheet: int  # place in the workbook
    row: int  # from 0
    column: int
    value: str | float | int | dt.date
    comment: str = ""


@dataclass(frozen=True, slots=True)
class NotePage:
    """The sheet that is added: what was filled from where, and what is open."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    widths: tuple[int, ...] = ()


def open_form(data: bytes, limits: Limits) -> FormBook:
    """Read a form.

    Raises PaperError: ``form.old_format``, ``form.encrypted``, ``form.macros``, ``form.not_xlsx``,
    ``form.vast``, and what `read_sheets` raises.
    """
    if len(data) > limits.max_bytes:
        raise PaperError("paper.too_large", size=len(data), limit=limits.max_bytes)
    names = _refuse_other_kinds(data)
    sheets = read_sheets(data, limits)
    _refuse_vast(data)
    book = _loaded(data)
    found = [
        FormSheetText(n, _with_empty(sheet, book[sheet.name]), _formulas(book[sheet.name]))
        for n, sheet in enumerate(sheets)
        if not sheet.is_hidden and sheet.rows
    ]
    return FormBook(tuple(found), any(n.startswith(_LOST) for n in names))


def _with_empty(text: SheetText, sheet: Any) -> SheetText:
    """Give a sheet's text with the empty cells that are drawn around it: they wait to be filled."""
    n = len(text.rows)
    width = min(max(len(text.rows[0]), sheet.max_column), COLUMN_CAP)
    height = min(max(n, sheet.max_row), n + EMPTY_ROWS)
    rows = [[*row, *[""] * (width - len(row))] for row in text.rows]
    rows += [[""] * width for _ in range(height - n)]
    copies = set()
    for place in sheet.merged_cells.ranges:
        top, left = place.min_row - 1, place.min_col - 1
        for r in range(top, min(place.max_row, height)):
            for c in range(left, min(place.max_col, width)):
                if (r, c) != (top, left):
                    rows[r][c] = rows[top][left]
                    copies.add((r, c))
    return SheetText(text.name, tuple(map(tuple, rows)), merged=frozenset(copies))


def _refuse_other_kinds(data: bytes) -> list[str]:
    """Tell a plain workbook from old, locked, scripted and other ones by what they hold."""
    if not data:
        raise PaperError("paper.empty", name="")
    if data.startswith(_OLE):
        raise PaperError("form.encrypted" if _ENCRYPTED in data else "form.old_format")
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile as error:
        raise PaperError("form.not_xlsx") from error
    if any(n.endswith(_MACROS) for n in names):
        raise PaperError("form.macros")
    if "xl/workbook.xml" not in names:
        raise PaperError("form.not_xlsx")
    return names


def _refuse_vast(data: bytes) -> None:
    """Refuse sheets that are vast although they say little; what they unpack to was counted before."""
    for entry in zipfile.ZipFile(io.BytesIO(data)).infolist():
        if entry.filename.startswith("xl/worksheets/") and entry.file_size > SHEET_BYTES:
            raise PaperError("form.vast", limit=SHEET_BYTES // 1024 // 1024)


def _loaded(data: bytes) -> Workbook:
    """Load a workbook with its looks; what the library does not know of is dropped without a word."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data))
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise PaperError("paper.broken") from error
    return book


def _formulas(sheet: Any) -> frozenset[tuple[int, int]]:
    return frozenset(
        (row - 1, column - 1)
        for (row, column), cell in sheet._cells.items()  # those that are there, no others
        if cell.data_type == "f"
    )


def fill_form(data: bytes, cells: Iterable[FilledCell], note: NotePage) -> bytes:
    """Give the same workbook with cells filled and a sheet that says from where.

    Looks, merged cells, formats, print settings and formulas stay. A text that begins like a formula is
    written as a text; a row beyond the form's last one looks like the one above it.
    """
    book = _loaded(data)
    sheets = {n: book[name] for n, name in enumerate(book.sheetnames)}
    for cell in sorted(cells, key=lambda c: (c.sheet, c.row, c.column)):
        _write(sheets[cell.sheet], cell)
    _add_note(book, note)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _write(sheet: Any, filled: FilledCell) -> None:
    row, column = filled.row + 1, filled.column + 1
    if row > sheet.max_row and row > 1:
        _like_above(sheet, row)
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell) or cell.data_type == "f":
        return
    value = filled.value
    if isinstance(value, dt.date):
        _write_day(cell, value)
    elif isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"  # also where it begins with =
    else:
        cell.value = value
    if filled.comment:
        before = f"{cell.comment.text}\n" if cell.comment else ""
        said = Comment(before + filled.comment, _AUTHOR)
        said.width, said.height = 260, 80
        cell.comment = said


def _write_day(cell: Any, day: dt.date) -> None:
    """A cell that is made for days gets one, any other its text."""
    cell.value = day if cell.is_date else day.isoformat()


def _like_above(sheet: Any, row: int) -> None:
    """Give a new row the looks of the one above it."""
    for above in sheet[row - 1]:
        made = sheet.cell(row, above.column)
        if above.has_style and not isinstance(above, MergedCell):
            made._style = copy(above._style)
    if (height := sheet.row_dimensions[row - 1].height) is not None:
        sheet.row_dimensions[row].height = height


def _add_note(book: Workbook, note: NotePage) -> None:
    name, n = note.name, 2
    while name in book.sheetnames:
        name, n = f"{note.name} ({n})", n + 1
    sheet = book.create_sheet(name)
    plain = Font(name=_FONT, size=11)
    for r, row in enumerate([[note.title], list(note.heads), *note.rows], 1):
        for c, text in enumerate(row, 1):
            cell = sheet.cell(r, c)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(text))
            cell.data_type = "s"
            cell.font = Font(name=_FONT, size=14 if r == 1 else 11, bold=True) if r < 3 else plain
            if r > 1:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for c, width in enumerate(note.widths, 1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:2"
