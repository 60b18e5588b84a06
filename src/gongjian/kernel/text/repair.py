"""The passes of repair, in their order; each change is recorded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gongjian.kernel.model.document import RepairKind
from gongjian.kernel.text.furniture import cut_furniture
from gongjian.kernel.text.readings import NOTE_LETTERS, simplified
from gongjian.kernel.text.shifted import shifted_edits
from gongjian.kernel.text.strand import Edit, Piece, Strand

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from gongjian.kernel.model.document import Document

_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_NOTE = re.compile(rf"(?<=[{_HAN}])\({NOTE_LETTERS}+\)")
_SPACE = re.compile("[\u00a0\u2002-\u200a\u202f\u3000]|[\u200b-\u200d\ufeff\u00ad]")
_HALF = re.compile(
    rf"(?<=[{_HAN}”》）\"])[,;:?!](?![0-9])|(?<=[{_HAN}”》）])[,;:](?=[0-9])"
    rf"|(?<=[0-9A-Za-z%％])[,;:](?=[{_HAN}“《])|(?<=[{_HAN}])\((?=[^()]*[{_HAN}][^()]*\))"
)
_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_MANY_NOTES = 3


def repair(
    source: str, pieces: Iterable[Piece], encoding: str, *, title: str | None = None
) -> Document:
    """Repair a paper's text and cut what is not the paper.

    Parameters
    ----------
    source : str
        What was read.
    pieces : iterable of Piece
        Its blocks.
    encoding : str
        How it was decoded.
    title : str or None
        The headline, where the format names one.

    Returns
    -------
    Document
        Text with a map to the source, and every repair.
    """
    strand = Strand.of(source, pieces)
    strand.apply(_spaces(strand.text))
    if _is_annotated(strand.text):
        strand.apply(shifted_edits(strand.text))
        strand.apply(
            Edit(m.start(), m.end(), "", RepairKind.PINYIN) for m in _NOTE.finditer(strand.text)
        )
    if _is_traditional(strand.text):
        strand.apply(_to_simplified(strand.text))
    strand.apply(_wide(strand.text))
    strand.apply(_quotes(strand.text))
    found = cut_furniture(strand, title)
    published: dt.date | None = found.published_on
    return strand.document(found.title, published, encoding)


def _is_annotated(text: str) -> bool:
    return len(_NOTE.findall(text)) >= _MANY_NOTES


def _is_traditional(text: str) -> bool:
    """A mainland paper keeps a name or a quotation in traditional characters; a mirror changes all."""
    han = re.findall(rf"[{_HAN}]", text)
    changed = sum(simplified(c) != c for c in han)
    return bool(han) and changed / len(han) > 0.05


def _spaces(text: str) -> Iterator[Edit]:
    for m in _SPACE.finditer(text):
        wide = m.group() not in "\u200b\u200c\u200d\ufeff\u00ad"
        yield Edit(m.start(), m.end(), " " if wide else "", RepairKind.SPACE)


def _to_simplified(text: str) -> Iterator[Edit]:
    """Convert run by run, so that phrases are seen whole and the map stays right."""
    for m in re.finditer(rf"[{_HAN}]+", text):
        after = simplified(m.group())
        if after == m.group():
            continue
        if len(after) != len(m.group()):
            yield Edit(m.start(), m.end(), after, RepairKind.TRADITIONAL)
            continue
        yield from _differing(m.start(), m.group(), after)


def _differing(start: int, before: str, after: str) -> Iterator[Edit]:
    """Give one edit for each run of neighbouring characters that differ."""
    i = 0
    while i < len(before):
        if before[i] == after[i]:
            i += 1
            continue
        j = i
        while j < len(before) and before[j] != after[j]:
            j += 1
        yield Edit(start + i, start + j, after[i:j], RepairKind.TRADITIONAL)
        i = j


def _wide(text: str) -> Iterator[Edit]:
    for m in _HALF.finditer(text):
        if m.group() == "(":
            close = text.index(")", m.start())
            yield Edit(close, close + 1, "）", RepairKind.WIDTH)
        yield Edit(m.start(), m.end(), _FULL[m.group()], RepairKind.WIDTH)


def _quotes(text: str) -> Iterator[Edit]:
    """Straight quotes of a line, in pairs around Chinese, become curly ones."""
    for line in re.finditer(r"[^\n]+", text):
        marks = [m.start() + line.start() for m in re.finditer('"', line.group())]
        if len(marks) % 2 or not re.search(rf"[{_HAN}]", line.group()):
            continue
        for n, at in enumerate(marks):
            yield Edit(at, at + 1, "”" if n % 2 else "“", RepairKind.QUOTE)
