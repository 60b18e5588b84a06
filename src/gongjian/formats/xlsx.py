"""Workbooks: read as text cell by cell, merged cells filled; written as real ledgers look."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
from xlsxwriter.utility import xl_col_to_name

from gongjian.formats.archive import refuse_unsafe
from gongjian.kernel.errors import PaperError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.formats.read import Limits

ROW_CAP = 50_000
COLUMN_CAP = 200
_FONT = "宋体"
_LISTS = "选项"  # hidden: the choices of long drop-downs


@dataclass(frozen=True, slots=True)
class SheetText:
    """One sheet as text: every row has the same length, a merged cell stands in each of its places.

    `merged` names the places that hold a copy, as (row, column) from 0.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    is_hidden: bool = False
    merged: frozenset[tuple[int, int]] = frozenset()


def read_sheets(data: bytes, limits: Limits) -> list[SheetText]:
    """Read a workbook; formulas give the values they were saved with, links are not followed.

    Raises PaperError: ``paper.empty``, ``paper.too_large``, ``paper.zip_bomb``,
    ``paper.xml_entities``, ``paper.broken``, ``sheet.too_many_rows``.
    """
    if len(data) > limits.max_bytes:
        raise PaperError("paper.too_large", size=len(data), limit=limits.max_bytes)
    if not data:
        raise PaperError("paper.empty", name="")
    refuse_unsafe(data, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [(m.name, m.visible) for m in book.sheets_metadata]
        return [_sheet(book, name, visible) for name, visible in names]
    except CalamineError as error:
        raise PaperError("paper.broken") from error


def _sheet(book: CalamineWorkbook, name: str, visible: SheetVisibleEnum) -> SheetText:
    sheet = book.get_sheet_by_name(name)
    rows = [[_text(v) for v in row[:COLUMN_CAP]] for row in sheet.to_python(skip_empty_area=False)]
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) > ROW_CAP:
        raise PaperError("sheet.too_many_rows", sheet=name, n=len(rows), limit=ROW_CAP)
    copies = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for r in range(top, min(bottom, len(rows) - 1) + 1):
            for c in range(left, min(right, len(rows[r]) - 1) + 1):
                if (r, c) != (top, left):
                    rows[r][c] = rows[top][left]
                    copies.add((r, c))
    hidden = visible is not SheetVisibleEnum.Visible
    return SheetText(name, tuple(map(tuple, rows)), hidden, frozenset(copies))


def _text(value: Any) -> str:
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value).strip()


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column to write: its head, the merged head above it, its width in characters, its choices."""

    head: str
    over: str = ""
    width: int = 16
    choices: tuple[str, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet to write: title, heads (one row, or two where any has a head above it), rows of text.

    `watermark` is printed at the foot of every page and stands in a last row of the sheet.
    """

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[object]]
    title: str = ""
    note: str = ""
    watermark: str = ""
    locked: frozenset[int] = field(
        default_factory=frozenset
    )  # columns shown grey: not to be filled
    known: frozenset[tuple[int, int]] = field(
        default_factory=frozenset
    )  # single cells shown so, as (row of `rows`, column) from 0


def write_book(pages: Sequence[SheetPage]) -> bytes:
    """Write sheets ready for print: A4 landscape, repeated heads, official fonts.

    A text that begins like a formula stays a text.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    lists: dict[tuple[str, ...], str] = {}
    with xlsxwriter.Workbook(target, options) as book:
        for page in pages:
            _write(book, page, lists)
        if lists:
            hidden = book.add_worksheet(_LISTS)
            for n, choices in enumerate(lists):
                hidden.write_column(0, n, choices)
            hidden.hide()
    return target.getvalue()


def _write(book: Any, page: SheetPage, lists: dict[tuple[str, ...], str]) -> None:
    sheet = book.add_worksheet(_sheet_name(page.name))
    base = {
        "font_name": _FONT,
        "font_size": 11,
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
    }
    plain = book.add_format(base)
    grey = book.add_format({**base, "bg_color": "#eeeeee"})
    head = book.add_format({**base, "bold": True, "align": "center", "bg_color": "#e8eefc"})
    title = book.add_format({"font_name": "方正小标宋简体", "font_size": 18, "align": "center"})
    small = book.add_format({"font_name": _FONT, "font_size": 10, "text_wrap": True})
    last = len(page.columns) - 1
    row = 0
    for text, style in ((page.title, title), (page.note, small)):
        if text:
            _across(sheet, (row, 0, row, last), text, style)
            row += 1
    first, row = row, _write_heads(sheet, page.columns, row, head)
    sheet.freeze_panes(row, 0)
    sheet.repeat_rows(first, row - 1)
    begin = row
    for r, cells in enumerate(page.rows):
        for c, value in enumerate(cells):
            style = grey if c in page.locked or (r, c) in page.known else plain
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if number:
                sheet.write_number(row, c, value, style)
            else:
                sheet.write_string(row, c, "" if value is None else str(value), style)
        row += 1
    _write_choices(sheet, page.columns, (begin, max(row - 1, begin)), lists)
    if page.watermark:
        _across(sheet, (row + 1, 0, row + 1, last), page.watermark, small)
        # A single & begins an order to the printer; the program takes no more than 255 characters.
        sheet.set_footer(f"&L{page.watermark[:110].replace('&', '&&')}&R&P/&N")
    else:
        sheet.set_footer("&R&P/&N")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _sheet_name(name: str) -> str:
    """Give a name without the marks that a sheet's name may not have."""
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip(" '")[:31] or "1"


def _write_heads(sheet: Any, columns: Sequence[SheetColumn], row: int, style: Any) -> int:
    is_double = any(c.over for c in columns)
    for n, column in enumerate(columns):
        sheet.set_column(n, n, column.width, None, {"hidden": column.is_hidden})
        if is_double and not column.over:
            sheet.merge_range(row, n, row + 1, n, column.head, style)
        else:
            sheet.write_string(row + is_double, n, column.head, style)
    n = 0
    while is_double and n < len(columns):
        end = n
        while end + 1 < len(columns) and columns[end + 1].over == columns[n].over:
            end += 1
        if columns[n].over:
            _across(sheet, (row, n, row, end), columns[n].over, style)
            n = end + 1
        else:
            n += 1
    return row + 1 + is_double


def _across(sheet: Any, place: tuple[int, int, int, int], text: str, style: Any) -> None:
    top, left, bottom, right = place
    if (top, left) == (bottom, right):
        sheet.write_string(top, left, text, style)
    else:
        sheet.merge_range(top, left, bottom, right, text, style)


def _write_choices(
    sheet: Any,
    columns: Sequence[SheetColumn],
    rows: tuple[int, int],
    lists: dict[tuple[str, ...], str],
) -> None:
    first, last = rows
    for n, column in enumerate(columns):
        if column.choices:
            source = _source(column.choices, lists)
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(first, n, last, n, rule)


def _source(choices: tuple[str, ...], lists: dict[tuple[str, ...], str]) -> list[str] | str:
    """A rule may hold 255 characters; a longer list stands in a hidden sheet that the rule names."""
    if len(",".join(choices)) <= 255:
        return list(choices)
    letter = xl_col_to_name(list(lists).index(choices) if choices in lists else len(lists))
    return lists.setdefault(choices, f"='{_LISTS}'!${letter}$1:${letter}${len(choices)}")
