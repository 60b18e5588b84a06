"""The rows under a ledger's head: tasks, their parts, headings, totals, notes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from gongjian.kernel.playbook.cells import two_sources
from gongjian.kernel.playbook.heads import cell_of
from gongjian.kernel.playbook.meanings import How, bare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from gongjian.kernel.playbook.heads import Head, HeadColumn

    Rows = Sequence[Sequence[str]]
    Places = Collection[tuple[int, int]]

_NUMBER = re.compile(r"^[*★]?\(?\d+(?:[.\-]\d+)*\)?[.、]?[*★]?$")
_NUMERAL = "一二三四五六七八九十百"
_COUNTED = re.compile(rf"^\(?[{_NUMERAL}]+\)?[、.]?$")
_HEADINGS = (
    re.compile(rf"^第[{_NUMERAL}\d]+(?:章|部分|篇|类|板块)[、:.\s]*"),
    re.compile(rf"^[{_NUMERAL}]+[、.:]\s*"),
    re.compile(rf"^\([{_NUMERAL}]+\)[、.]?\s*"),
)
_PLAIN = 1  # a heading without a number stands where 一、 would
_BATTLE = re.compile(r"(?:攻坚战|保卫战|行动|专题|专项|工程|板块)(?:\([^()]*\))?$")
_TOTAL = re.compile(
    r"^(?:本页)?(?:合计|小计|总计|累计|共计|total|subtotal|grandtotal)(?:[:(].*)?$", re.IGNORECASE
)
_NOTE = re.compile(
    r"^(?:备注|注|说明|附注|填表说明|填表人|填报人|填报单位|填报日期|填报时间|制表人?|审核人?|审签|签发人?|"
    r"主要负责人|单位负责人|分管领导|联系人|联系电话|notes?)\s*\d*[:.]",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"^[+-]?[\d,，.]+$")
_SAME = 2 / 3  # of the words of a head make a row a repetition of it


class LineKind(StrEnum):
    """What a row under a head is."""

    TASK = "task"  # a row of the register
    PART = "part"  # number and task are merged down from the row above: more of the same task
    CHILD = "child"  # a task of its own under the one above, which spans it
    GROUP = "group"  # the name of a battle or a chapter across the table
    TOTAL = "total"
    HEAD = "head"  # the head or the title again, on a new page
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One row under a head; empty rows are none.

    Attributes
    ----------
    at : int
        Its position in the sheet, from 0.
    kind : LineKind
        What it is.
    texts : Mapping of str to str
        Source → text of its cells, of columns whose meaning is known; numbers carry the unit of their
        head where the field counts in another. A task under a battle's heading has ``battle`` too.
    number : str
        The printed number, without a star.
    is_starred : bool
        Whether the number has a star (``1*``: the level of this table leads).
    groups : tuple of str
        The headings above it, the outermost first.
    of : int or None
        For a part or a child, the position of the row that it belongs to.
    said : str
        Text of a heading, a total or a note.
    """

    at: int
    kind: LineKind
    texts: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    is_starred: bool = False
    groups: tuple[str, ...] = ()
    of: int | None = None
    said: str = ""


def lines_of(rows: Rows, head: Head, *, merged: Places = frozenset()) -> list[Line]:
    """Tell what each row under a head is.

    Parameters
    ----------
    rows : sequence of sequence of str
        The sheet, as the head was found in it.
    head : Head
        Its head; the meaning of columns may have been decided by a person since.
    merged : collection of (int, int)
        Places that hold a copy of a merged cell.

    Returns
    -------
    list of Line
        In the order of the sheet.

    Notes
    -----
    A row is, in this order, nothing (empty), a repeated head or title, a total, a note, a heading, a
    part or a child of the task above, else a task. Numbers that begin anew change nothing: a number
    is no identity. Where number *and* task are merged downwards, the rows are parts of one task and
    their texts are to be joined (`joined`); where the head of the task spans two columns and only the
    left one is merged downwards, the left text is a task and each row beside it a child. A row that
    has a number of its own is a task, whatever is merged.
    """
    return _Reader(rows, head, frozenset(merged)).read() if head.rows else []


def joined(lines: Iterable[Line]) -> list[Line]:
    """Give the rows of the register that lines make: tasks with their parts, and children.

    Parameters
    ----------
    lines : iterable of Line
        As `lines_of` gives them.

    Returns
    -------
    list of Line
        Tasks and children in the order of the sheet; the texts of a task's parts are put under its
        own, each on a line, what is said twice in a row once.
    """
    found: list[Line] = []
    place: dict[int, int] = {}
    for line in lines:
        if line.kind in {LineKind.TASK, LineKind.CHILD}:
            place.setdefault(line.at, len(found))
            found.append(line)
        elif line.kind is LineKind.PART and line.of in place:
            n = place[line.of]
            found[n] = replace(found[n], texts=_under(found[n].texts, line.texts))
    return found


def _under(texts: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    made = dict(texts)
    for source, text in more.items():
        there = made.get(source, "")
        if text and text != there.rpartition("\n")[2]:
            made[source] = f"{there}\n{text}" if there else text
    return made


class _Reader:
    def __init__(self, rows: Rows, head: Head, merged: frozenset[tuple[int, int]]) -> None:
        self.rows, self.head, self.merged = rows, head, merged
        self.columns = [c for c in head.columns if c.how is not How.SPAN]
        self.spans = self._spans()
        self.title = head.column("title")
        number = head.column("number") or head.column("code")
        self.number = number.at if number else None
        self.heads = [{bare(t) for t in rows[r] if t.strip()} for r in head.rows]
        self.above = {bare(t) for t in head.above}
        self.groups: list[tuple[int, str]] = []
        self.is_foot = False
        self.task: int | None = None  # the row that parts belong to

    def _spans(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        left = -1
        for column in self.head.columns:
            if column.how is not How.SPAN:
                left = column.at
            else:
                found.setdefault(left, []).append(column.at)
        return found

    def read(self) -> list[Line]:
        lines: list[Line] = []
        for r in range(self.head.begins, len(self.rows)):
            if any(cell.strip() for cell in self.rows[r]):
                lines += self._lines(r)
        return lines

    def _lines(self, r: int) -> list[Line]:
        own = {c: t for c, t in enumerate(self.rows[r]) if t.strip() and (r, c) not in self.merged}
        texts = list(dict.fromkeys(t.strip() for t in self.rows[r] if t.strip()))
        first = texts[0]
        folded = _folded(first)
        if self._is_head(texts):
            return [Line(r, LineKind.HEAD, said=first)]
        if self._is_total(r):
            return [Line(r, LineKind.TOTAL, said=first)]
        if _NOTE.match(folded) or (self.is_foot and len(texts) == 1):
            self.is_foot = True
            return [Line(r, LineKind.NOTE, said=" ".join(texts))]
        if (heading := self._heading(r, texts)) is not None:
            self._enter(heading)
            self.task = None
            return [Line(r, LineKind.GROUP, groups=self._names, said=heading)]
        self.is_foot = False
        return self._tasks(r, own)

    def _is_head(self, texts: Sequence[str]) -> bool:
        words = {bare(t) for t in texts}
        if len(words) == 1:
            return bool({w.removesuffix("续") for w in words} & self.above)
        return any(len(words & head) >= max(_SAME * len(words), 2) for head in self.heads)

    def _is_total(self, r: int) -> bool:
        """A total names itself in the first cells and has no number."""
        if _NUMBER.match(self._number(r)):
            return False
        firsts = [t for c in range(3) if (t := cell_of(self.rows[r], c))]
        return any(_TOTAL.match(_folded(t)) for t in firsts)

    def _number(self, r: int) -> str:
        return "" if self.number is None else _folded(cell_of(self.rows[r], self.number))

    def _heading(self, r: int, texts: Sequence[str]) -> str | None:
        """Give the text of a heading: the only text of its row, or one behind 一 instead of 1."""
        number = self._number(r)
        title = cell_of(self.rows[r], self.title.at) if self.title else ""
        if len(texts) == 2 and _COUNTED.match(number) and texts[1] == title:
            return f"{number.rstrip('、.')}、{title}" if number[0] != "(" else f"{number}{title}"
        if len(texts) > 1 or _NUMBER.match(_folded(texts[0])):
            return None
        text = texts[0]
        at = next(c for c, t in enumerate(self.rows[r]) if t.strip())
        n_copies = sum((r, c) in self.merged for c in range(len(self.rows[r])))
        if 2 * n_copies >= len(self.columns) or at == self.number:
            return text
        is_named = any(p.match(_folded(text)) for p in _HEADINGS) or _BATTLE.search(_folded(text))
        return text if is_named and at == self.columns[0].at else None

    def _enter(self, text: str) -> None:
        folded = _folded(text)
        depth = next((n for n, p in enumerate(_HEADINGS) if p.match(folded)), _PLAIN)
        while self.groups and self.groups[-1][0] >= depth:
            self.groups.pop()
        self.groups.append((depth, text))

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(text for _depth, text in self.groups)

    # ---- tasks ------------------------------------------------------------------------------------

    def _tasks(self, r: int, own: Mapping[int, str]) -> list[Line]:
        if self._is_spanning(r):
            return self._children(r, own)
        if self.task is not None and self._continues(r):
            texts = self._texts(r, own, frozenset(own))
            return [Line(r, LineKind.PART, texts, of=self.task, groups=self._names)]
        self.task = r
        return [self._task(r, frozenset(range(len(self.rows[r]))))]

    def _task(self, r: int, places: frozenset[int]) -> Line:
        texts = self._texts(r, dict(enumerate(self.rows[r])), places)
        if self.groups and not texts.get("battle"):
            texts["battle"] = _unnumbered(self.groups[0][1])
        number = self._number(r)
        is_starred = any(mark in number for mark in "*★")
        return Line(r, LineKind.TASK, texts, number.strip("*★"), is_starred, groups=self._names)

    def _continues(self, r: int) -> bool:
        """Tell whether a row has neither a number nor a task of its own."""
        if self.title is None:
            return False
        is_bare = not cell_of(self.rows[r], self.title.at) or self._is_down(r, self.title.at)
        if self.number is None:
            return is_bare
        return is_bare and (not self._number(r) or self._is_down(r, self.number))

    def _is_down(self, r: int, c: int) -> bool:
        """Tell whether a cell is merged down from the row above."""
        return (
            r > self.head.begins
            and (r, c) in self.merged
            and cell_of(self.rows[r], c) == cell_of(self.rows[r - 1], c)
        )

    def _is_spanning(self, r: int) -> bool:
        """Tell whether a task's head spans columns and its left cell several rows."""
        if self.title is None or not self.spans.get(self.title.at):
            return False
        right = self.spans[self.title.at][0]
        is_own = cell_of(self.rows[r], right) != cell_of(self.rows[r], self.title.at)
        below = r + 1 < len(self.rows) and self._is_down(r + 1, self.title.at)
        is_down = self.task is not None and self._is_down(r, self.title.at)
        return is_own and (below or is_down)

    def _children(self, r: int, own: Mapping[int, str]) -> list[Line]:
        if self.title is None:
            return []
        made = []
        spanned = self.spans[self.title.at]
        places = frozenset(range(len(self.rows[r])))
        shared = (
            frozenset(c for c in places if self._is_down(r + 1, c))
            if r + 1 < len(self.rows)
            else frozenset()
        )
        if not self._is_down(r, self.title.at) or self.task is None:
            self.task = r
            made.append(self._task(r, shared - set(spanned)))
        else:
            shared = frozenset(c for c in places if self._is_down(r, c))
        texts = self._texts(r, own, places - shared - {self.title.at})
        texts["title"] = " ".join(t for c in spanned if (t := cell_of(self.rows[r], c)))
        battle = (
            {}
            if "battle" in texts or not self.groups
            else {"battle": _unnumbered(self.groups[0][1])}
        )
        child = Line(r, LineKind.CHILD, {**texts, **battle}, of=self.task, groups=self._names)
        return [*made, child]

    def _texts(self, r: int, cells: Mapping[int, str], places: frozenset[int]) -> dict[str, str]:
        found: dict[str, str] = {}
        for column in self.columns:
            if not column.source or column.source in {"number", "blank"}:
                continue
            at = [c for c in (column.at, *self.spans.get(column.at, ())) if c in places]
            texts = dict.fromkeys(t for c in at if (t := cells.get(c, "").strip()))
            if not at:
                continue
            found |= _said(column, "：".join(texts) if column is self.title else " ".join(texts))
        return found


def _said(column: HeadColumn, text: str) -> dict[str, str]:
    """Give what a cell says by source: of two sources in one cell each has its part."""
    if column.below:
        first, rest = two_sources(text)
        return {column.source: first, column.below: rest}
    if column.adds and _BARE_NUMBER.match(text):
        text += column.adds
    return {column.source: text}


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _unnumbered(heading: str) -> str:
    """Give a heading without its number."""
    text = heading.strip()
    for pattern in _HEADINGS:
        folded = unicodedata.normalize("NFKC", text)
        if (found := pattern.match(folded)) and found.end() < len(folded):
            # The folded text is as long as the printed one for the marks that headings are made of.
            return (
                text[found.end() :].strip() if len(folded) == len(text) else folded[found.end() :]
            )
    return text
