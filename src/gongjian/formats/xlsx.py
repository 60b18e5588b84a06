"""Workbooks: read as text cell by cell, merged cells filled; written as real ledgers look."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
from xlsxwriter.utility import xl_col_to_name

from gongjian.formats.archive import refuse_unsafe
from gongjian.formats.sheet_xml import CellFault, Looked, look
from gongjian.kernel.errors import PaperError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

    from gongjian.formats.read import Limits

_LINE, _TALLEST = 15, 409  # points: of a line, and as high as a row may be
_WIDE = "\u2e80"  # characters from here on are twice as wide
ROW_CAP = 50_000
COLUMN_CAP = 200
MERGED_CAP = 1_000_000  # places in merged cells: more of them than a real sheet has cells
_FONT = "宋体"
_LISTS = "选项"  # hidden: the choices of long drop-downs


@dataclass(frozen=True, slots=True)
class SheetText:
    """One sheet as text: every row has the same length, a merged cell stands in each of its places.

    `merged` names the places that hold a copy, as (row, column) from 0. `faults` are cells that hold an
    error or a formula that was never worked out: in `rows` they are empty, which they are not.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    is_hidden: bool = False
    merged: frozenset[tuple[int, int]] = frozenset()
    faults: tuple[CellFault, ...] = ()


def read_sheets(data: bytes, limits: Limits) -> list[SheetText]:
    """Read a workbook; formulas give the values they were saved with, links are not followed.

    Raises PaperError: ``paper.empty``, ``paper.too_large``, ``paper.zip_bomb``,
    ``paper.xml_entities``, ``paper.broken``, ``sheet.too_many_rows``, ``sheet.too_wide``.
    """
    if len(data) > limits.max_bytes:
        raise PaperError("paper.too_large", size=len(data), limit=limits.max_bytes)
    if not data:
        raise PaperError("paper.empty", name="")
    refuse_unsafe(data, limits)
    # Looked through first: one stray value in the last cell makes the reader ask for 17 thousand million.
    looked = look(data, ROW_CAP, COLUMN_CAP)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [(m.name, m.visible) for m in book.sheets_metadata if m.name in looked]
        return [_sheet(book, name, visible, looked[name]) for name, visible in names]
    except CalamineError as error:
        raise PaperError("paper.broken") from error


def _sheet(
    book: CalamineWorkbook, name: str, visible: SheetVisibleEnum, looked: Looked
) -> SheetText:
    sheet = book.get_sheet_by_name(name)
    values = sheet.to_python(skip_empty_area=False)
    rows = [[_text(v) for v in row] for row in values]
    for r, c in looked.percents:
        if r < len(rows) and c < len(rows[r]):
            rows[r][c] = _percent(values[r][c]) or rows[r][c]
    while rows and not any(rows[-1]):
        rows.pop()
    copies = _fill(rows, sheet.merged_cell_ranges or ())
    hidden = visible is not SheetVisibleEnum.Visible
    return SheetText(name, tuple(map(tuple, rows)), hidden, copies, looked.faults)


def _fill(
    rows: list[list[str]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> frozenset[tuple[int, int]]:
    """Put the text of a merged cell into each of its places, and give these."""
    copies = set()
    n = 0
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        height, width = (
            min(bottom, len(rows) - 1) - top + 1,
            min(right, len(rows[top]) - 1) - left + 1,
        )
        n += height * width
        if n > MERGED_CAP:
            raise PaperError("paper.broken")
        for r in range(top, top + height):
            for c in range(left, left + width):
                rows[r][c] = rows[top][left]
                copies.add((r, c))
        copies.discard((top, left))
    return frozenset(copies)


def _percent(value: Any) -> str:
    """Give a share as the sheet shows it: 0.3 is 30%."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return f"{value * 100:.10g}%"


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
    """A column to write: its head, the merged head above it, its width in characters, its choices.

    `hint` is shown beside a cell of it that is being filled.
    """

    head: str
    over: str = ""
    width: int = 16
    choices: tuple[str, ...] = ()
    is_hidden: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet to write: title, heads (one row, or two where any has a head above it), rows of text.

    `watermark` is printed at the foot of every page and stands in a last row of the sheet. `paper` is A4
    or A3. Rows are taken one by one: they may come from anywhere, and end.
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
    paper: str = "A4"
    is_portrait: bool = False


Lists = dict[tuple[str, ...], str]
# A text that begins like a formula or a link stays a text.
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_PAPERS = {"A4": 9, "A3": 8}


def write_book(pages: Sequence[SheetPage]) -> bytes:
    """Write sheets ready for print: A4 landscape unless a page says else, repeated heads, official fonts."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**_AS_TEXT, "in_memory": True}) as book:
        _write_pages(book, pages)
    return target.getvalue()


def write_rows(target: IO[bytes], page: SheetPage) -> None:
    """Write one long sheet, looking the same, without holding more than a row of it.

    Texts stand in their cells instead of a common table, so the file is somewhat larger.
    """
    with xlsxwriter.Workbook(target, {**_AS_TEXT, "constant_memory": True}) as book:
        _write_pages(book, [page])


def _write_pages(book: Any, pages: Iterable[SheetPage]) -> None:
    styles, lists = _Styles(book), Lists()
    for page in pages:
        _write(book.add_worksheet(_sheet_name(page.name)), page, styles, lists)
    if lists:
        hidden = book.add_worksheet(_LISTS)
        for r, words in enumerate(
            zip_longest(*lists)
        ):  # row by row: rows that are left are written
            for c, word in enumerate(words):
                if word is not None:
                    hidden.write_string(r, c, word)
        hidden.hide()


class _Styles:
    """The looks of a workbook's cells, made once."""

    def __init__(self, book: Any) -> None:
        base = {
            "font_name": _FONT,
            "font_size": 11,
            "text_wrap": True,
            "valign": "vcenter",
            "border": 1,
        }
        small = {"font_name": _FONT, "font_size": 10, "text_wrap": True}
        large = {"font_name": "方正小标宋简体", "font_size": 18, "align": "center"}
        self.plain = book.add_format(base)
        self.grey = book.add_format({**base, "bg_color": "#eeeeee"})
        self.head = book.add_format(
            {**base, "bold": True, "align": "center", "bg_color": "#e8eefc"}
        )
        self.title = book.add_format(large)
        self.small = book.add_format(small)


def _write(sheet: Any, page: SheetPage, styles: _Styles, lists: Lists) -> None:
    for n, column in enumerate(page.columns):
        sheet.set_column(n, n, column.width, None, {"hidden": column.is_hidden})
    last = len(page.columns) - 1
    row = 0
    for text, style in ((page.title, styles.title), (page.note, styles.small)):
        if text:
            _across(sheet, (row, 0, last), text, style)
            row += 1
    first, begin = row, _write_heads(sheet, page.columns, row, styles.head)
    sheet.freeze_panes(begin, 0)
    sheet.repeat_rows(first, begin - 1)
    row = _write_cells(sheet, page, begin, styles)
    _write_choices(sheet, page.columns, (begin, max(row - 1, begin)), lists)
    if page.watermark:
        _across(sheet, (row + 1, 0, last), page.watermark, styles.small)
        # A single & begins an order to the printer; the program takes no more than 255 characters.
        sheet.set_footer(f"&L{page.watermark[:110].replace('&', '&&')}&R&P/&N")
    else:
        sheet.set_footer("&R&P/&N")
    (sheet.set_portrait if page.is_portrait else sheet.set_landscape)()
    sheet.set_paper(_PAPERS[page.paper])
    sheet.fit_to_pages(1, 0)


def _write_cells(sheet: Any, page: SheetPage, begin: int, styles: _Styles) -> int:
    """Write the rows and give the one after them; looks are looked up once a column, not once a cell."""
    looks = [styles.grey if c in page.locked else styles.plain for c in range(len(page.columns))]
    known, grey = page.known, styles.grey
    write_string, write_number = sheet.write_string, sheet.write_number
    widths = [0 if c.is_hidden else c.width for c in page.columns]
    row = begin - 1
    for row, cells in enumerate(page.rows, begin):  # its last value is what is given
        if (n_lines := _n_lines(cells, widths)) > 1:
            sheet.set_row(row, min(n_lines * _LINE, _TALLEST))
        for c, value in enumerate(cells):
            look_of = grey if known and (row - begin, c) in known else looks[c]
            if type(value) is str:
                write_string(row, c, value, look_of)
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                write_number(row, c, value, look_of)
            else:
                write_string(row, c, "" if value is None else str(value), look_of)
    return row + 1


def _n_lines(cells: Sequence[object], widths: Sequence[int]) -> int:
    """Count the lines of the tallest cell: not every program makes a row as high as what stands in it.

    A Chinese character is as wide as two Latin ones.
    """
    most = 1
    for value, width in zip(cells, widths, strict=True):
        if type(value) is not str or not width or (2 * len(value) <= width and "\n" not in value):
            continue
        lines = 0
        for line in value.split("\n"):
            wide = len(line) + sum(c >= _WIDE for c in line)
            lines += max(-(-wide // width), 1)
        most = max(most, lines)
    return most


def _sheet_name(name: str) -> str:
    """Give a name without the marks that a sheet's name may not have."""
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip(" '")[:31] or "1"


def _write_heads(sheet: Any, columns: Sequence[SheetColumn], row: int, style: Any) -> int:
    """Write one row of heads, or two; cells in reading order, as a row that was left cannot be changed."""
    overs = [c.over for c in columns]
    if not any(overs):
        for n, column in enumerate(columns):
            sheet.write_string(row, n, column.head, style)
        return row + 1
    for n, column in enumerate(columns):
        is_first = not n or overs[n - 1] != column.over
        sheet.write_string(
            row, n, (column.over or column.head) if is_first or not column.over else "", style
        )
    for n, column in enumerate(columns):
        sheet.write_string(row + 1, n, column.head if column.over else "", style)
    for over, group in groupby(enumerate(overs), key=itemgetter(1)):
        places = [n for n, _over in group]
        if not over:
            sheet.merge.extend([row, n, row + 1, n] for n in places)
        elif len(places) > 1:
            sheet.merge.append([row, places[0], row, places[-1]])
    return row + 2


def _across(sheet: Any, place: tuple[int, int, int], text: str, style: Any) -> None:
    """Write a text across columns of one row."""
    row, left, right = place
    if left == right:
        sheet.write_string(row, left, text, style)
    else:
        sheet.merge_range(row, left, row, right, text, style)


def _write_choices(
    sheet: Any,
    columns: Sequence[SheetColumn],
    rows: tuple[int, int],
    lists: Lists,
) -> None:
    first, last = rows
    for n, column in enumerate(columns):
        hint = {"input_message": column.hint[:255]} if column.hint else {}
        if column.choices:
            source = _source(column.choices, lists)
            rule = {"validate": "list", "source": source, "error_type": "warning", **hint}
            sheet.data_validation(first, n, last, n, rule)
        elif hint:
            sheet.data_validation(first, n, last, n, {"validate": "any", **hint})


def _source(choices: tuple[str, ...], lists: Lists) -> list[str] | str:
    """A rule may hold 255 characters; a longer list stands in a hidden sheet that the rule names."""
    if len(",".join(choices)) <= 255:
        return list(choices)
    letter = xl_col_to_name(list(lists).index(choices) if choices in lists else len(lists))
    return lists.setdefault(choices, f"='{_LISTS}'!${letter}$1:${letter}${len(choices)}")
