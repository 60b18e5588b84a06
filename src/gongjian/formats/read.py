"""A file becomes a Document: its kind is told by its content, its encoding by trying."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.formats import docx, html, plain
from gongjian.kernel.errors import PaperError
from gongjian.kernel.text.repair import repair

if TYPE_CHECKING:
    from gongjian.kernel.model.document import Document

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|div|p|table|meta)\b", re.IGNORECASE)
_ZIP = b"PK\x03\x04"
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What a paper may cost."""

    max_bytes: int = 20 * 1024 * 1024
    max_unpacked_bytes: int = 200 * 1024 * 1024


def read_paper(data: bytes, name: str, limits: Limits = Limits()) -> Document:  # frozen
    """Read a txt, html or docx paper.

    Raises PaperError: ``paper.empty``, ``paper.too_large``, ``paper.zip_bomb``,
    ``paper.xml_entities``, ``paper.broken``, ``paper.unknown_kind``.
    """
    if len(data) > limits.max_bytes:
        raise PaperError("paper.too_large", size=len(data), limit=limits.max_bytes)
    if not data.strip():
        raise PaperError("paper.empty", name=name)
    if data.startswith(_ZIP):
        source, pieces = docx.pieces_of(data, limits)
        return _checked(repair(source, pieces, "docx"), name)
    text, encoding = decode(data)
    if _HTML.search(text[:_HEAD]):
        return _checked(repair(text, html.pieces_of(text), encoding), name)
    return _checked(repair(text, plain.pieces_of(text), encoding), name)


def _checked(document: Document, name: str) -> Document:
    if not document.text.strip():
        raise PaperError("paper.empty", name=name)
    return document


def decode(data: bytes) -> tuple[str, str]:
    """Decode a file: by its mark, as UTF-8, as declared, as GB 18030, as Big5; the first that fits."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding) or _refuse()
    declared = _DECLARED.search(data[:_HEAD])
    tried = [
        "utf-8",
        *([declared.group(1).decode().lower()] if declared else []),
        "gb18030",
        "big5",
    ]
    for encoding in tried:
        if (found := _strictly(data, encoding)) and not _looks_binary(found[0]):
            return found
    return _refuse()


def _strictly(data: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return data.decode(encoding), encoding
    except (UnicodeDecodeError, LookupError):
        return None


def _looks_binary(text: str) -> bool:
    head = text[:_HEAD]
    return sum(c < " " and c not in "\r\n\t\x0c" for c in head) > len(head) // 50


def _refuse() -> tuple[str, str]:
    raise PaperError("paper.unknown_kind")
