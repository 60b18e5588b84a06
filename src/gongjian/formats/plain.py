"""Plain text, line by line; and what kind of line each is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gongjian.kernel.model.document import BlockKind
from gongjian.kernel.text.strand import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUM = "一二三四五六七八九十百"
_LEVELS = (
    re.compile(rf"^\s*第[{_NUM}\d]+[章部篇]"),
    re.compile(rf"^\s*[{_NUM}]+、"),
    re.compile(rf"^\s*[（(][{_NUM}]+[)）]"),
    re.compile(r"^\s*\d{1,3}\s*[.．、](?!\d)"),
    re.compile(r"^\s*[（(]\d{1,3}[)）]"),
)
_LONGEST_HEADING = 40


def pieces_of(text: str) -> Iterator[Piece]:
    """Give the lines of a text."""
    at = 0
    for n, line in enumerate(text.splitlines(keepends=True), 1):
        bare = line.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
        if bare.strip():
            kind, level = kind_of(bare)
            yield Piece(kind, bare, tuple(range(at, at + len(bare))), level, f"line {n}")
        at += len(line)


def kind_of(line: str) -> tuple[BlockKind, int]:
    """Tell a heading or a list item by its numbering, and how deep it is."""
    for depth, pattern in enumerate(_LEVELS, 1):
        if pattern.match(line):
            short = len(line.strip()) <= _LONGEST_HEADING
            heading = short and not line.rstrip().endswith(("。", "；", ";"))
            return (BlockKind.HEADING if heading else BlockKind.LIST_ITEM, depth)
    return BlockKind.PARAGRAPH, 0
