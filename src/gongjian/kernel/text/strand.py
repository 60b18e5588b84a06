"""Text that remembers where each character came from while it is being repaired."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongjian.kernel.model.document import Block, BlockKind, Document, Repair, RepairKind, Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Piece:
    """A block as a format gives it.

    Attributes
    ----------
    kind : BlockKind
        What it is.
    text : str
        Its characters; cells of a table row are joined by tabs.
    origin : tuple of int
        For each character its index in the source.
    level : int
        Depth of a heading or list item.
    place : str
        Where the source has it, for people.
    is_header : bool
        True for a row that names columns.
    """

    kind: BlockKind
    text: str
    origin: tuple[int, ...]
    level: int = 0
    place: str = ""
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement in the text.

    Attributes
    ----------
    start, end : int
        What is replaced.
    after : str
        What stands there instead.
    kind : RepairKind or None
        Why; None for cutting that is no repair.
    certain : bool
        False where a person should look.
    """

    start: int
    end: int
    after: str
    kind: RepairKind | None = None
    certain: bool = True


@dataclass
class _Done:
    kind: RepairKind
    start: int
    end: int
    source: Span
    before: str
    certain: bool


@dataclass
class Strand:
    """Text under repair, with its blocks and what was done so far.

    Attributes
    ----------
    source : str
        What was read.
    text : str
        As it stands now.
    origin : list of int
        For each character of ``text`` its index in ``source``, and one entry for the end.
    blocks : list
        Kind, start, end, level, place and header mark of each block.
    """

    source: str
    text: str = ""
    origin: list[int] = field(default_factory=list)
    blocks: list[tuple[BlockKind, int, int, int, str, bool]] = field(default_factory=list)
    _done: list[_Done] = field(default_factory=list)

    @classmethod
    def of(cls, source: str, pieces: Iterable[Piece]) -> Strand:
        """Join the pieces of a paper, one a line.

        Parameters
        ----------
        source : str
            What was read.
        pieces : iterable of Piece
            Its blocks in order.

        Returns
        -------
        Strand
            The text before any repair.
        """
        strand = cls(source)
        parts: list[str] = []
        at = 0
        for piece in pieces:
            if parts:
                parts.append("\n")
                strand.origin.append(min(strand.origin[-1] + 1, len(source)))
                at += 1
            parts.append(piece.text)
            strand.origin.extend(piece.origin)
            end = at + len(piece.text)
            strand.blocks.append((piece.kind, at, end, piece.level, piece.place, piece.is_header))
            at = end
        strand.text = "".join(parts)
        strand.origin.append(min(strand.origin[-1] + 1, len(source)) if strand.origin else 0)
        return strand

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make some replacements at once.

        Parameters
        ----------
        edits : iterable of Edit
            They must not overlap.
        """
        text: list[str] = []
        origin: list[int] = []
        moved = [0] * (len(self.text) + 1)
        at = 0
        for edit in sorted(edits, key=lambda e: (e.start, e.end)):
            self._keep(at, edit.start, text, origin, moved)
            new = len(origin)
            for i in range(edit.start, edit.end):
                moved[i] = min(new + i - edit.start, new + len(edit.after))
            text.append(edit.after)
            origin.extend(self._origins(edit))
            self._note(edit, new)
            at = edit.end
        self._keep(at, len(self.text), text, origin, moved)
        moved[len(self.text)] = len(origin)
        self._move(moved)
        self.text = "".join(text)
        self.origin = [*origin, self.origin[-1]]

    def _keep(
        self, start: int, end: int, text: list[str], origin: list[int], moved: list[int]
    ) -> None:
        for i in range(start, end):
            moved[i] = len(origin) + i - start
        text.append(self.text[start:end])
        origin.extend(self.origin[start:end])

    def _origins(self, edit: Edit) -> list[int]:
        n = edit.end - edit.start
        if n == 0:
            return [self.origin[edit.start]] * len(edit.after)
        return [self.origin[edit.start + min(i, n - 1)] for i in range(len(edit.after))]

    def _note(self, edit: Edit, new: int) -> None:
        if edit.kind is None:
            return
        first = self.origin[edit.start]
        last = self.origin[edit.end - 1] + 1 if edit.end > edit.start else first
        source = Span(first, max(first, last))
        self._pending.append(
            _Done(
                edit.kind,
                new,
                new + len(edit.after),
                source,
                self.source[source.start : source.end],
                edit.certain,
            )
        )

    _pending: list[_Done] = field(default_factory=list)

    def _move(self, moved: list[int]) -> None:
        for done in self._done:
            done.start, done.end = moved[done.start], moved[done.end]
        self._done += self._pending
        self._pending = []
        self.blocks = [(b[0], moved[b[1]], moved[b[2]], *b[3:]) for b in self.blocks]

    def document(self, title: str | None, published_on: dt.date | None, encoding: str) -> Document:
        """Close the repair.

        Parameters
        ----------
        title : str or None
            The headline.
        published_on : date or None
            The paper's own date.
        encoding : str
            How the file was decoded.

        Returns
        -------
        Document
            Text, map, blocks and repairs.
        """
        done = sorted(self._done, key=lambda d: (d.start, d.end))
        return Document(
            text=self.text,
            source=self.source,
            origin=tuple(self.origin),
            blocks=tuple(self._block(*b) for b in self.blocks if b[2] > b[1]),
            repairs=tuple(
                Repair(
                    d.kind,
                    Span(d.start, d.end),
                    d.source,
                    d.before,
                    self.text[d.start : d.end],
                    d.certain,
                )
                for d in done
            ),
            title=title,
            published_on=published_on,
            encoding=encoding,
        )

    def _block(
        self, kind: BlockKind, start: int, end: int, level: int, place: str, is_header: bool
    ) -> Block:
        cells: list[Span] = []
        if kind is BlockKind.TABLE_ROW:
            at = start
            for cell in self.text[start:end].split("\t"):
                cells.append(Span(at, at + len(cell)))
                at += len(cell) + 1
        return Block(kind, Span(start, end), level, tuple(cells), place, is_header)
