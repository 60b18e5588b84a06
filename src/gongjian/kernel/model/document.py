"""A paper as text: blocks, repairs, and a map from every character back to the source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class BlockKind(StrEnum):
    """What a block of a paper is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"


class RepairKind(StrEnum):
    """Why characters of the source were changed, dropped or marked."""

    TRADITIONAL = "traditional"  # 繁 → 简
    PINYIN = "pinyin"  # a reading in brackets put in by a mirror
    SHIFTED = "shifted"  # GBK bytes read one out of step
    LOST = "lost"  # cannot be restored; marked, nothing guessed
    WIDTH = "width"  # half-width punctuation after a Chinese character, and the like
    QUOTE = "quote"
    SPACE = "space"  # no-break, ideographic and zero-width spaces


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of characters, end excluded.

    Attributes
    ----------
    start : int
        Index of the first character.
    end : int
        Index after the last character; equal to ``start`` for an empty span.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table row.

    Attributes
    ----------
    kind : BlockKind
        What it is.
    span : Span
        Where it stands in ``Document.text``, without the closing line break.
    level : int
        Depth of a heading or list item from 1; 0 for anything else.
    cells : tuple of Span
        The cells of a table row in reading order (in ``Document.text``); empty for other kinds.
    place : str
        Where the source has it, for people: ``"line 12"``, ``"body/p 4"``, ``"table 2 row 3"``.
    is_header : bool
        True for a row that names the columns of its table.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    cells: tuple[Span, ...] = ()
    place: str = ""
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """One change made to the text of a paper.

    Attributes
    ----------
    kind : RepairKind
        Why.
    span : Span
        Where the result stands in ``Document.text``; empty where characters were dropped.
    source : Span
        What was replaced, in ``Document.source``.
    before : str
        The characters of the source.
    after : str
        What stands there now.
    certain : bool
        False where a person should look: several readings were possible.
    """

    kind: RepairKind
    span: Span
    source: Span
    before: str
    after: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of a paper after reading and repair (来文的正文).

    Attributes
    ----------
    text : str
        Main text without page furniture, one block a line, joined by line breaks.
    source : str
        What was read: the decoded file for txt and html, the flattened text for docx.
    origin : tuple of int
        For each character of ``text`` the index in ``source`` it came from, and one more entry
        for the end; never falling.
    blocks : tuple of Block
        In reading order; they do not overlap.
    repairs : tuple of Repair
        In the order of their place.
    title : str or None
        The headline, without page furniture.
    published_on : date or None
        The paper's own date, if it carries one.
    encoding : str
        The encoding that was used to decode the file.
    """

    text: str
    source: str
    origin: tuple[int, ...]
    blocks: tuple[Block, ...]
    repairs: tuple[Repair, ...] = ()
    title: str | None = None
    published_on: date | None = None
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        if len(self.origin) != len(self.text) + 1:
            raise ValueError("origin needs one entry for each character and one for the end")

    def source_span(self, span: Span) -> Span:
        """Where a stretch of the text stands in the source.

        Parameters
        ----------
        span : Span
            A stretch of ``text``.

        Returns
        -------
        Span
            The stretch of ``source`` from its first to its last character.

        Examples
        --------
        >>> d = Document("ab", "a-b", (0, 2, 3), ())
        >>> d.source_span(Span(0, 2))
        Span(start=0, end=3)
        """
        start = self.origin[span.start]
        if span.end == span.start:
            return Span(start, start)
        return Span(start, max(start, min(self.origin[span.end], self.origin[span.end - 1] + 1)))

    def of(self, span: Span) -> str:
        """Give the characters of a span.

        Parameters
        ----------
        span : Span
            A stretch of ``text``.

        Returns
        -------
        str
            Its characters.
        """
        return self.text[span.start : span.end]
