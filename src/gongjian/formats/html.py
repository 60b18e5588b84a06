"""Web pages: main text with the place of every character in the page's source."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from html.parser import HTMLParser

from gongjian.formats.plain import kind_of
from gongjian.kernel.model.document import BlockKind
from gongjian.kernel.text.strand import Piece

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "tr",
        "table",
        "ul",
        "ol",
        "section",
        "article",
        "blockquote",
        "dd",
        "dt",
        "dl",
        "center",
        "header",
        "footer",
        "nav",
        "aside",
        "main",
        "form",
        "pre",
        "hr",
        "title",
    ]
)
_SKIPPED = frozenset(
    ["script", "style", "noscript", "template", "iframe", "select", "nav", "footer", "aside"]
)
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
_HINT = re.compile(
    r"crumb|breadcrumb|\bnav|footer|share|copyright|related|recommend|sidebar|toolbar|\bmenu|banner|pagination",
    re.IGNORECASE,
)
_HEADS = {f"h{n}": n for n in range(1, 7)}


class _Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.starts = [0, *(m.end() for m in re.finditer("\n", source))]
        self.pieces: list[Piece] = []
        self.chars: list[str] = []
        self.origin: list[int] = []
        self.linked = 0
        self.skipping: list[str] = []
        self.open: list[str] = []
        self.row: list[tuple[int, int]] | None = None
        self.header = False
        self.title = ""

    def at(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag in _BLOCKS:
                self.flush()
            return
        self.open.append(tag)
        hints = " ".join(v or "" for k, v in attrs if k in {"class", "id", "role"})
        if self.skipping or tag in _SKIPPED or (hints and _HINT.search(hints)):
            self.skipping.append(tag)
            return
        if tag in {"td", "th"}:
            self.header = self.header or tag == "th"
            if self.chars and self.row is not None:
                self.put("\t", self.at())
        elif tag in _BLOCKS and self.row is None:
            self.flush()
        if tag == "tr":
            self.row = []

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        while self.open:
            closed = self.open.pop()
            if self.skipping:
                self.skipping.pop()
            if closed == tag:
                break
        if tag == "tr" and not self.skipping:
            self.flush(BlockKind.TABLE_ROW)
            self.row, self.header = None, False
        elif tag in _BLOCKS and self.row is None and not self.skipping:
            self.flush(level=_HEADS.get(tag, 0))

    def handle_data(self, data: str) -> None:
        start = self.at()
        for offset, char in enumerate(data):
            self.put(" " if char in "\r\n\t\x0c" else char, start + offset)

    def handle_entityref(self, name: str) -> None:
        self.reference(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.reference(f"&#{name};")

    def reference(self, written: str) -> None:
        for char in html.unescape(written):
            self.put(char, self.at())

    def put(self, char: str, at: int) -> None:
        if self.skipping:
            return
        if char == " " and (not self.chars or self.chars[-1] in " \t"):
            return
        self.chars.append(char)
        self.origin.append(at)
        self.linked += "a" in self.open

    def flush(self, kind: BlockKind | None = None, level: int = 0) -> None:
        text = "".join(self.chars)
        bare = text.rstrip()
        if bare.strip():
            if self.open and self.open[-1] == "title":
                self.title = bare
            elif self.linked <= len(text) * 0.6:
                self.pieces.append(self.piece(bare, kind, level))
        self.chars, self.origin, self.linked = [], [], 0

    def piece(self, text: str, kind: BlockKind | None, level: int) -> Piece:
        origin = tuple(self.origin[: len(text)])
        if kind is None and level:
            kind = BlockKind.HEADING
        guessed, depth = kind_of(text)
        line = bisect_right(self.starts, origin[0])
        return Piece(
            kind or guessed,
            text,
            origin,
            level or (0 if kind else depth),
            f"line {line}",
            is_header=self.header and kind is BlockKind.TABLE_ROW,
        )


def pieces_of(source: str) -> list[Piece]:
    """Give the main text of a page; nothing that the page links to is ever fetched."""
    reader = _Reader(source)
    reader.feed(source)
    reader.close()
    reader.flush()
    return reader.pieces
