"""Word documents: headings, lists and tables, read with limits and without following anything."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from gongjian.formats.archive import refuse_unsafe
from gongjian.formats.plain import kind_of
from gongjian.kernel.errors import PaperError
from gongjian.kernel.model.document import BlockKind
from gongjian.kernel.text.strand import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gongjian.formats.read import Limits

_HEADING = re.compile(r"^(?:heading|标题)\s*(\d)", re.IGNORECASE)


def pieces_of(data: bytes, limits: Limits) -> tuple[str, list[Piece]]:
    """Give the flattened text of a document and its blocks; the text is their source."""
    refuse_unsafe(data, limits)
    try:
        document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise PaperError("paper.broken") from error
    parts: list[str] = []
    pieces: list[Piece] = []
    at = 0
    for kind, text, level, place, is_header in _blocks(document):
        if not text.strip():
            continue
        origin = tuple(range(at, at + len(text)))
        pieces.append(Piece(kind, text, origin, level, place, is_header))
        parts.append(text)
        at += len(text) + 1
    return "\n".join(parts), pieces


def _blocks(document: object) -> Iterator[tuple[BlockKind, str, int, str, bool]]:
    body = document.element.body  # type: ignore[attr-defined]  # python-docx has no public walk
    tables = paragraphs = 0
    for child in body.iterchildren():
        if child.tag == qn("w:p"):
            paragraphs += 1
            paragraph = Paragraph(child, document)  # type: ignore[arg-type]
            text = _text(child)
            kind, level = _kind(paragraph, text)
            yield kind, text, level, f"paragraph {paragraphs}", False
        elif child.tag == qn("w:tbl"):
            tables += 1
            yield from _rows(Table(child, document), tables)  # type: ignore[arg-type]


def _text(element: etree._Element) -> str:
    """Give all text of a paragraph, that of links included, deleted revisions left out."""
    nodes = element.iter(qn("w:t"), qn("w:tab"), qn("w:br"))
    parts = [(node.text or "") if node.tag == qn("w:t") else " " for node in nodes]
    return "".join(parts).replace("\n", " ").replace("\t", " ")


def _kind(paragraph: Paragraph, text: str) -> tuple[BlockKind, int]:
    style = paragraph.style.name if paragraph.style is not None else ""
    if found := _HEADING.match(style or ""):
        return BlockKind.HEADING, int(found.group(1))
    if (style or "").lower() == "title":
        return BlockKind.HEADING, 0
    numbering = _numbering(paragraph)
    if numbering is not None:
        level = getattr(numbering, "ilvl", None)
        return BlockKind.LIST_ITEM, 1 + (int(level.val) if level is not None else 0)
    return kind_of(text)


def _numbering(paragraph: Paragraph) -> Any:
    """Find the numbering of a paragraph: its own, else its style's; there is no public reader."""
    style = paragraph.style.element if paragraph.style is not None else None
    for properties in (paragraph._p.pPr, style.pPr if style is not None else None):
        if properties is not None and properties.numPr is not None:
            return properties.numPr
    return None


def _rows(table: Table, n: int) -> Iterator[tuple[BlockKind, str, int, str, bool]]:
    for r, row in enumerate(table.rows, 1):
        cells = [
            " ".join(_text(p._p) for p in cell.paragraphs if p.text.strip()) for cell in row.cells
        ]
        marked = row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None
        yield BlockKind.TABLE_ROW, "\t".join(cells), 0, f"table {n} row {r}", marked or r == 1
