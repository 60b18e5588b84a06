"""A form that somebody sends (来表): its table, the cells beside its labels, what each of them asks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gongjian.kernel.playbook.body import LineKind, lines_of
from gongjian.kernel.playbook.heads import Head, cell_of, recognise
from gongjian.kernel.playbook.meanings import How, bare, meanings, unit_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from gongjian.kernel.model.fields import RoleWord
    from gongjian.kernel.model.playbook import RegisterDef

    Rows = Sequence[Sequence[str]]
    Places = Collection[tuple[int, int]]  # (row, column) from 0

# What a form asks about whoever fills it in, by the words that it is asked with.
ORG, PERSON, PHONE, DAY = "form:org", "form:person", "form:phone", "form:day"
_WORDS = {
    ORG: ("填报单位", "报送单位", "填表单位", "上报单位", "单位名称", "填报部门", "报送部门", "Reporting org"),
    PERSON: ("填报人", "填表人", "制表人", "制表", "报送人", "填报人员", "Filled in by"),
    PHONE: ("联系电话", "电话", "手机", "手机号", "联系方式", "填报人电话", "办公电话", "Telephone"),
    DAY: ("填报日期", "填报时间", "报送日期", "报送时间", "上报日期", "上报时间", "填表日期", "填表时间", "制表日期", "制表时间",
          "Date of the form"),
}  # fmt: skip
_OWN = {bare(word): source for source, words in _WORDS.items() for word in words}
_GAP = r"[_＿—\s]"  # noqa: RUF001  # both widths stand in forms
_INSIDE = re.compile(
    rf"(?P<label>[^\s:：_＿]{{1,16}})\s*[:：](?P<gap>{_GAP}*)(?=$|[^\s_＿])"  # noqa: RUF001
)
_DATE_GAP = re.compile(r"[_＿\s\d]*年[_＿\s]*月[_＿\s]*日")  # noqa: RUF001
_ONLY_GAP = re.compile(r"^[_＿\s/—-]*$")  # noqa: RUF001
_EXAMPLE = re.compile(r"^[（(]?\s*(?:示例|样例|填写示例|例\s*[:：])")
_SENTENCE = re.compile(r"[。；;？?!！]")
_NUMBERED = re.compile(r"^\s*(?:\d+[.、)）]|[一二三四五六七八九十]+、|[（(]\d+[)）])\s*")
_NUMBER_ONLY = re.compile(r"^[\d.、()（）*]*$")
LABEL_LIMIT = 16
_NAMES_A_ROW = ("code", "title")


@dataclass(frozen=True, slots=True)
class Blank:
    """A cell, or a gap in one, that a form wants filled.

    Attributes
    ----------
    row, column : int
        Its place in the sheet, from 0.
    label : str
        The word that asks.
    source : str
        What it asks for: a column of the register, or one of `ORG`, `PERSON`, `PHONE` and `DAY`; empty
        where it is not known.
    span : tuple of (int, int) or None
        The part of the cell's text that the answer takes the place of; None where the cell is empty.
    unit : str
        Unit that the form names.
    is_clash : bool
        True where that unit cannot be converted to the field's.
    mark_lead : bool
        True where ``*`` marks the lead among several orgs.
    below : str
        A second source that is printed under the first in the same cell; empty without one.
    """

    row: int
    column: int
    label: str
    source: str = ""
    span: tuple[int, int] | None = None
    unit: str = ""
    is_clash: bool = False
    mark_lead: bool = False
    below: str = ""

    @property
    def is_own(self) -> bool:
        """Tell whether it asks about whoever fills the form in, not about an item.

        Returns
        -------
        bool
            True for `ORG`, `PERSON`, `PHONE` and `DAY`.
        """
        return self.source in _WORDS


@dataclass(frozen=True, slots=True)
class FormLine:
    """One row of a form's table that is about one item, named by the sender or left free.

    Attributes
    ----------
    row : int
        Its place in the sheet, from 0.
    code, title : str
        What the sender wrote of the item; both empty for a free row.
    blanks : tuple of Blank
        Its empty cells, from left to right.
    """

    row: int
    code: str = ""
    title: str = ""
    blanks: tuple[Blank, ...] = ()

    @property
    def is_free(self) -> bool:
        """Tell whether the sender left open which item it is about.

        Returns
        -------
        bool
            True where neither code nor title stands in the row.
        """
        return not self.code and not self.title


@dataclass(frozen=True, slots=True)
class FormSheet:
    """What one sheet of a form asks.

    Attributes
    ----------
    head : Head
        The head of its table; without rows where there is no table.
    lines : tuple of FormLine
        The rows of the table.
    blanks : tuple of Blank
        Cells beside labels, outside the table.
    code, title : str
        The item that a card without a table names beside its labels; empty where it names none.
    is_open : bool
        True where nothing stands below the table, so that rows may be added.
    next_row : int
        Where a row that is added would stand, from 0.
    """

    head: Head
    lines: tuple[FormLine, ...] = ()
    blanks: tuple[Blank, ...] = ()
    code: str = ""
    title: str = ""
    is_open: bool = False
    next_row: int = 0

    @property
    def is_card(self) -> bool:
        """Tell whether the sheet is about one item: no table, but labels that ask for its columns.

        Returns
        -------
        bool
            True for a card.
        """
        known = [b for b in self.blanks if b.source and not b.is_own]
        return not self.head.rows and bool(known or self.code or self.title)

    @property
    def n_known(self) -> int:
        """Count the columns of the register that the sheet asks for.

        Returns
        -------
        int
            How many different ones, of the table and beside labels.
        """
        found = {s for c in self.head.columns for s in (c.source, c.below) if s}
        found |= {b.source for b in self.blanks if b.source and not b.is_own}
        return len(found - {"number", "blank"})


def read_form(
    rows: Rows,
    register: RegisterDef,
    role_words: Iterable[RoleWord] = (),
    *,
    merged: Places = frozenset(),
    formulas: Places = frozenset(),
) -> FormSheet:
    """Find what a sheet of a form asks, and of which items.

    Parameters
    ----------
    rows : sequence of sequence of str
        The sheet as text; a merged cell stands in each of its places.
    register : RegisterDef
        The register that the answers come from.
    role_words : iterable of RoleWord
        Words of the playbook for responsibilities.
    merged : collection of (int, int)
        Places that hold a copy of a merged cell.
    formulas : collection of (int, int)
        Places with a formula: never blank, whatever they show.

    Returns
    -------
    FormSheet
        Its table, and the cells beside labels.

    Notes
    -----
    1. The table's head is found by `recognise`. Under it a row with a code or a title is about that
       item, an empty one (or one with a bare number) is free; examples, totals, headings and notes
       are neither. The table ends at the first note.
    2. A row of a card (label, cell, label, cell) is no head: its known words are apart, and known
       words stand above or below them.
    3. Outside the table a label asks for the empty cell to its right, or for the gap behind its colon.
       A word that nobody knows is a label only with a colon, or where known labels stand in its column
       or its row: a title is not.
    """
    words = tuple(role_words)
    meant = meanings(register, words)
    head = recognise(rows, register, words, merged=merged)
    reader = _Reader(rows, head, frozenset(merged), frozenset(formulas))
    if head.rows and _Cells(reader, meant, range(0)).is_card():
        head = reader.head = Head()
    lines, end = reader.table()
    taken = range(head.rows[0], end) if head.rows else range(0)
    cells = _Cells(reader, meant, taken)
    blanks = tuple(cells.blanks())
    code, title = cells.named() if not head.rows else ("", "")
    is_open = bool(head.rows) and not any(any(row) for row in rows[end:])
    return FormSheet(head, tuple(lines), blanks, code, title, is_open, end)


class _Reader:
    """The sheet with its table."""

    def __init__(
        self,
        rows: Rows,
        head: Head,
        merged: frozenset[tuple[int, int]],
        formulas: frozenset[tuple[int, int]],
    ) -> None:
        self.rows, self.head, self.merged, self.formulas = rows, head, merged, formulas
        self.width = max(map(len, rows), default=0)

    def is_blank(self, r: int, c: int) -> bool:
        """Tell whether a cell waits to be filled."""
        if (r, c) in self.merged or (r, c) in self.formulas:
            return False
        return bool(_ONLY_GAP.match(cell_of(self.rows[r], c)))

    def table(self) -> tuple[list[FormLine], int]:
        """Give the rows of the table, and where it ends."""
        if not self.head.rows:
            return [], 0
        kinds = {line.at: line for line in lines_of(self.rows, self.head, merged=self.merged)}
        found: list[FormLine] = []
        for r in range(self.head.begins, len(self.rows)):
            line = kinds.get(r)
            if line is not None and line.kind is LineKind.NOTE:
                return found, r
            if self._is_free(r):
                found.append(FormLine(r, blanks=self._blanks(r)))
            elif line is not None and line.kind in {LineKind.TASK, LineKind.CHILD}:
                found += self._named(r, line.texts)
        return found, len(self.rows)

    def _is_free(self, r: int) -> bool:
        number = self.head.column("number")
        for c in range(self.width):
            text = cell_of(self.rows[r], c)
            is_number = number is not None and c == number.at and _NUMBER_ONLY.match(text)
            if not _ONLY_GAP.match(text) and not is_number:
                return False
        return True

    def _named(self, r: int, texts: Mapping[str, str]) -> list[FormLine]:
        code, title = (texts.get(name, "").strip() for name in _NAMES_A_ROW)
        if any(_EXAMPLE.match(cell) for cell in self.rows[r]):
            return []
        blanks = self._blanks(r)
        return [FormLine(r, code, title, blanks)] if code or title or blanks else []

    def _blanks(self, r: int) -> tuple[Blank, ...]:
        return tuple(b for b in _row_of(self.head, r) if self.is_blank(r, b.column))


def _row_of(head: Head, r: int) -> Iterator[Blank]:
    """Give what the columns of a table ask for in one row."""
    for column in head.columns:
        is_asked = column.how is not How.SPAN and column.source not in {"number", "blank"}
        if is_asked and column.head:
            yield Blank(
                r,
                column.at,
                f"{column.over} {column.head}".strip(),
                column.source,
                unit=column.unit,
                is_clash=column.is_clash,
                mark_lead=column.mark_lead,
                below=column.below,
            )


class _Cells:
    """The cells beside labels, outside the table."""

    def __init__(self, reader: _Reader, meant: Mapping[str, str], taken: range) -> None:
        self.reader, self.meant, self.taken = reader, meant, taken

    def blanks(self) -> Iterator[Blank]:
        """Give what labels ask for: gaps in cells, and cells to the right of labels."""
        beside = list(self._beside())
        sure = {b for b, _c, is_sure in beside if is_sure}
        columns = {c for b, c, is_sure in beside if is_sure}
        rows = {b.row for b in sure}
        for r, c, text in self._texts():
            yield from self._inside(r, c, text)
            for blank, at, _sure in beside:
                if (blank.row, at) == (r, c) and (
                    blank in sure or at in columns or blank.row in rows
                ):
                    yield blank

    def named(self) -> tuple[str, str]:
        """Give the code and the title that stand beside their labels."""
        found = {"code": "", "title": ""}
        for r, c, text in self._texts():
            source = self.source(text)
            right = self._right(r, c)
            if source in found and right is not None and not found[source]:
                beside = cell_of(self.reader.rows[r], right)
                found[source] = "" if _ONLY_GAP.match(beside) else beside
        return found["code"], found["title"]

    def is_card(self) -> bool:
        """Tell whether what was taken for a head is a row of a card.

        Its known words have cells between them, and known words stand above or below them again.
        """
        head = self.reader.head
        known = {c.at: c.source for c in head.columns if c.source}
        row = head.rows[-1]
        if any(self._right(row, at) in known for at in known):
            return False
        around = [r for r in (head.rows[0] - 1, row + 1) if 0 <= r < len(self.reader.rows)]
        return any(
            self.source(cell_of(self.reader.rows[r], at)) not in {"", source}
            for r in around
            for at, source in known.items()
        )

    def source(self, label: str) -> str:
        """Give what a label asks for; empty where it is not known."""
        word = _NUMBERED.sub("", label).rstrip(":： ")
        for key in (bare(word), unit_of(word)[0]):
            if key and (source := self.meant.get(key) or _OWN.get(key)):
                return source
        return ""

    def _texts(self) -> Iterator[tuple[int, int, str]]:
        for r, row in enumerate(self.reader.rows):
            if r in self.taken:
                continue
            for c in range(len(row)):
                text = cell_of(row, c)
                if text and (r, c) not in self.reader.merged:
                    yield r, c, text

    def _right(self, r: int, c: int) -> int | None:
        """Give the first cell to the right of one, merged as it may be; None at the edge."""
        text, at = cell_of(self.reader.rows[r], c), c + 1
        while (r, at) in self.reader.merged and cell_of(self.reader.rows[r], at) == text:
            at += 1
        return at if at < self.reader.width and (r, at) not in self.reader.merged else None

    def _beside(self) -> Iterator[tuple[Blank, int, bool]]:
        """Give empty cells to the right of what may be a label, and whether it surely is one."""
        for r, c, text in self._texts():
            right = self._right(r, c)
            if right is None or not self.reader.is_blank(r, right) or not _is_label(text):
                continue
            source = self.source(text)
            if not source and self._is_title(r):
                continue
            label = _NUMBERED.sub("", text).rstrip(":： ")
            is_sure = bool(source) or text.rstrip()[-1] in ":："
            yield Blank(r, right, label, source, unit=unit_of(label)[1]), c, is_sure

    def _is_title(self, r: int) -> bool:
        """Tell whether a row is the first one that says anything, and says one thing only."""
        texts = {t.strip() for t in self.reader.rows[r] if t.strip()}
        return len(texts) == 1 and not any(any(row) for row in self.reader.rows[:r])

    def _inside(self, r: int, c: int, text: str) -> Iterator[Blank]:
        """Give the gaps behind colons in a cell; a single label whose right cell is empty has none."""
        if (r, c) in self.reader.formulas:
            return
        raw = self.reader.rows[r][c]
        found = list(_INSIDE.finditer(raw))
        if len(found) == 1 and self._has_room(r, c, text) and not _DATE_GAP.search(raw):
            return  # the cell to its right is meant
        for match in found:
            span = _gap_of(raw, match, is_last=match is found[-1])
            if span is not None:
                label = _NUMBERED.sub("", match["label"])
                yield Blank(r, c, label, self.source(label), span, unit_of(label)[1])

    def _has_room(self, r: int, c: int, text: str) -> bool:
        right = self._right(r, c)
        return right is not None and self.reader.is_blank(r, right) and _is_label(text)


def _gap_of(raw: str, match: re.Match[str], *, is_last: bool) -> tuple[int, int] | None:
    """Give the gap behind a label: drawn, before a further label, or to the end of the cell."""
    begin, rest = match.start("gap"), raw[match.start("gap") :]
    if date := _DATE_GAP.match(rest):
        return begin, begin + date.end()
    is_drawn = bool(match["gap"].strip())
    is_before = len(match["gap"]) > 1 and not is_last
    return match.span("gap") if is_drawn or is_before or not rest.strip() else None


def _is_label(text: str) -> bool:
    word = _NUMBERED.sub("", unicodedata.normalize("NFKC", text)).rstrip(": ")
    if not 1 < len(bare(word)) <= LABEL_LIMIT or _SENTENCE.search(word):
        return False
    return not _NUMBER_ONLY.match(word) and "_" not in word


def filled_text(text: str, answers: Iterable[tuple[Blank, str]]) -> str:
    """Give the text of a cell with its gaps filled.

    Parameters
    ----------
    text : str
        As the form has it.
    answers : iterable of (Blank, str)
        Gaps of this cell, each with what takes its place.

    Returns
    -------
    str
        The text; what stands behind a gap stays apart from the answer by a blank.

    Examples
    --------
    >>> filled_text("填报人：____ 电话：", [(Blank(0, 0, "填报人", span=(4, 8)), "攻坚办")])
    '填报人：攻坚办 电话：'
    """
    made = text
    for blank, answer in sorted(answers, key=lambda a: a[0].span or (0, 0), reverse=True):
        begin, end = blank.span or (0, len(made))
        rest = made[end:]
        between = "  " if rest and not rest[0].isspace() else ""
        made = f"{made[:begin]}{answer}{between}{rest}"
    return made


def added(sheet: FormSheet, n: int) -> FormSheet:
    """Give a sheet with rows added at the end of its table.

    Parameters
    ----------
    sheet : FormSheet
        A sheet whose table is open.
    n : int
        How many rows.

    Returns
    -------
    FormSheet
        The sheet with free rows that were not there; the same sheet where its table is not open.
    """
    if not sheet.is_open or n < 1:
        return sheet
    rows = range(sheet.next_row, sheet.next_row + n)
    more = tuple(FormLine(r, blanks=tuple(_row_of(sheet.head, r))) for r in rows)
    return replace(sheet, lines=(*sheet.lines, *more), next_row=sheet.next_row + n)
