"""Sentences and clauses with their places; quotations and brackets are not cut."""

from __future__ import annotations

from dataclasses import dataclass

_OPEN = {"“": "”", "《": "》", "（": "）", "(": ")", "「": "」"}
_CLOSE = set(_OPEN.values())


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the paper.

    Attributes
    ----------
    text : str
        Its characters.
    start : int
        Where it begins in the document's text.
    """

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends.

        Returns
        -------
        int
            Index after its last character.
        """
        return self.start + len(self.text)

    def part(self, start: int, end: int) -> Clause:
        """Give a part of it, without white space at its ends.

        Parameters
        ----------
        start, end : int
            Indices in this clause.

        Returns
        -------
        Clause
            The part.
        """
        piece = self.text[start:end]
        lead = len(piece) - len(piece.lstrip())
        return Clause(piece.strip(), self.start + start + lead)


def split(clause: Clause, marks: str) -> list[Clause]:
    """Cut at punctuation that stands outside quotations and brackets.

    Parameters
    ----------
    clause : Clause
        What to cut.
    marks : str
        Characters to cut at.

    Returns
    -------
    list of Clause
        The parts without the marks; empty ones are left out.

    Examples
    --------
    >>> [c.text for c in split(Clause("建“一，二”，修路", 0), "，")]
    ['建“一，二”', '修路']
    """
    parts, begin, waiting = [], 0, []
    for i, char in enumerate(clause.text):
        if char in _OPEN:
            waiting.append(_OPEN[char])
        elif char in _CLOSE:
            if waiting and waiting[-1] == char:
                waiting.pop()
        elif char in marks and not waiting:
            parts.append(clause.part(begin, i))
            begin = i + 1
    parts.append(clause.part(begin, len(clause.text)))
    return [p for p in parts if p.text]


def sentences(clause: Clause) -> list[Clause]:
    """Cut at the ends of sentences; a closing quotation mark behind a full stop goes along.

    Parameters
    ----------
    clause : Clause
        A block.

    Returns
    -------
    list of Clause
        Its sentences.
    """
    parts, begin, text = [], 0, clause.text
    for i, char in enumerate(text):
        if char in "。！？" and not (i + 1 < len(text) and text[i + 1] == "）"):
            stop = i + 2 if text[i + 1 : i + 2] == "”" else i + 1
            parts.append(clause.part(begin, stop))
            begin = stop
    parts.append(clause.part(begin, len(text)))
    return [p for p in parts if p.text]
