"""Files that people bring: judged by their content before anything of them is kept."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

from django.conf import settings

from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.lib.scan import Verdict, scan

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from gongjian.apps.papers.files import Incoming, Kept

_OFFICE = "application/vnd.openxmlformats-officedocument."
# What is accepted, by what the bytes are, with the endings such a file may have.
ALLOWED: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    f"{_OFFICE}wordprocessingml.document": ("docx", "dotx", "wps"),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx", "xltx", "et"),
    f"{_OFFICE}presentationml.presentation": ("pptx", "potx", "ppsx", "dps"),
    "application/x-ole-storage": ("doc", "xls", "ppt", "wps", "et", "dps", "wpt", "ett", "dpt"),
    "application/ofd": ("ofd",),
    "application/zip": ("zip",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "video/mp4": ("mp4", "m4v"),
    "text/plain": ("txt", "csv", "md"),
}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")  # the name of the stream, in the file's directory
_PIECE = 1 << 20
_MACROS = ("vbaproject.bin", "macrosheets/")
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|\?xml|html|svg|script|head|body|iframe|xhtml)", re.IGNORECASE
)
_SCRIPT = re.compile(rb"^\s*(?:#!|@echo\b|<\?php|<%|MZ)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
NAME_LIMIT = 120


def keep_upload(upload: UploadedFile[Any]) -> tuple[Kept, str]:
    """Take a file in: size, type and scanner are asked before it is kept. Gives it with a safe name.

    Raises ActionError: ``file.too_large``, ``file.empty``, ``file.type_refused``,
    ``file.scan_refused``, ``file.scan_silent``.
    """
    limit = settings.FILE_MAX_BYTES
    if (upload.size or 0) > limit:
        raise ActionError("file.too_large", size=upload.size, limit=limit)
    name = safe_name(upload.name or "")
    with files.incoming(upload.chunks()) as file:
        if not file.size:
            raise ActionError("file.empty")
        kind = kind_of(file)
        ending = name.rpartition(".")[2].lower() if "." in name else ""
        if kind is None or ending not in ALLOWED[kind]:
            allowed = [e for endings in ALLOWED.values() for e in endings]
            raise ActionError("file.type_refused", name=name, allowed=allowed)
        verdict = scan(file.path)
        if verdict in {Verdict.REFUSED, Verdict.SILENT}:
            raise ActionError(f"file.scan_{verdict.value}", name=name)
        file.keep()
        return files.Kept(file.sha256, file.size, kind, verdict.value), name


def safe_name(given: str) -> str:
    """Reduce a name to its last part, without anything that a system could take for more than a name."""
    bare = _CONTROL.sub("", given).replace("\\", "/").rpartition("/")[2]
    bare = _NOT_IN_NAMES.sub("_", bare).strip(". ")
    if len(bare) > NAME_LIMIT:
        stem, dot, ending = bare.rpartition(".")
        keeps = bool(dot) and len(ending) <= 5
        bare = f"{stem[: NAME_LIMIT - len(ending) - 1]}.{ending}" if keeps else bare[:NAME_LIMIT]
    return bare or "file"


def kind_of(file: Incoming) -> str | None:
    """Tell an accepted file's type by its content; None for everything else."""
    head = file.head()
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    if head.startswith(_OLE):
        return None if _holds(file, _OLE_MACROS) else "application/x-ole-storage"
    guessed = _guess(head)
    if guessed in ALLOWED and guessed != "text/plain":
        return guessed
    return "text/plain" if _is_plain(head) else None


def _holds(file: Incoming, mark: bytes) -> bool:
    """Tell whether a mark stands anywhere in a file: read piece by piece, each with the end of the last."""
    kept = b""
    with file.path.open("rb") as opened:
        while piece := opened.read(_PIECE):
            if mark in kept + piece:
                return True
            kept = piece[-(len(mark) - 1) :]
    return False


def _guess(head: bytes) -> str | None:
    import puremagic  # noqa: PLC0415  # its table costs 50 ms, only uploads pay

    try:
        return str(puremagic.from_string(head, mime=True)) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        return None


def _is_plain(head: bytes) -> bool:
    """A text in an encoding of this country that is neither markup nor a script."""
    if b"\0" in head or _SCRIPT.match(head) or _MARKUP.search(head):
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _kind_of_zip(file: Incoming) -> str | None:
    """An Office file is a zip with a known part; one with macros is no document but a program."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            names = [n.lower() for n in archive.namelist()[:20_000]]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if any(mark in name for name in names for mark in _MACROS):
        return None
    parts = {
        "word/document.xml": f"{_OFFICE}wordprocessingml.document",
        "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
        "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
        "ofd.xml": "application/ofd",
    }
    for part, kind in parts.items():
        if part in names:
            return kind
    return "application/zip"
