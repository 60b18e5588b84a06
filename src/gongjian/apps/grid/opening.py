"""Workbooks that people bring: judged by what they hold, kept by their content, read as text."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from gongjian.apps.campaigns.uploads import safe_name
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets
from gongjian.kernel.errors import KernelError, PaperError
from gongjian.lib.scan import Verdict, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gongjian.formats.xlsx import SheetText

FILES_CAP = 100  # of one request; a form of Django takes no more
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # what programs wrote before 2007, and what is encrypted
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROGRAMS = ("vbaproject.bin", "macrosheets/")


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook that was read, under a name that no other of its intake has."""

    name: str
    sha256: str
    sheets: Sequence[SheetText]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be read, and why."""

    name: str
    error: KernelError


def limits() -> Limits:
    """Give what a workbook may cost."""
    return Limits(settings.PAPER_MAX_BYTES, settings.PAPER_MAX_UNPACKED_BYTES)


def take_up(given: Iterable[tuple[str, bytes]]) -> tuple[list[Opened], list[Refused]]:
    """Read files one by one, and keep those that can be read.

    Raises ActionError: ``intake.no_file``, ``intake.too_many_files``.
    """
    opened: list[Opened] = []
    refused: list[Refused] = []
    for n, (name, data) in enumerate(given, 1):
        if n > FILES_CAP:
            raise ActionError("intake.too_many_files", limit=FILES_CAP)
        called = _free(safe_name(name), {o.name for o in opened})
        try:
            sheets = _checked(called, data)
        except KernelError as error:
            refused.append(Refused(called, error))
            continue
        opened.append(Opened(called, files.put(data), sheets))
    if not opened and not refused:
        raise ActionError("intake.no_file")
    return opened, refused


def reopened(kept: Iterable[Mapping[str, str]]) -> Iterator[Opened]:
    """Read files again that an intake has kept."""
    for one in kept:
        try:
            data = files.get(one["sha256"])
        except OSError as error:
            raise ActionError("intake.file_gone", file=one["name"]) from error
        yield Opened(one["name"], one["sha256"], read_sheets(data, limits()))


def _checked(name: str, data: bytes) -> list[SheetText]:
    if not data:
        raise ActionError("file.empty")
    if data.startswith(_OLE):
        raise PaperError("sheet.encrypted" if _ENCRYPTED in data else "sheet.old_workbook")
    if not data.startswith(b"PK"):
        raise PaperError("sheet.no_workbook")
    if len(data) > settings.PAPER_MAX_BYTES:
        raise PaperError("paper.too_large", size=len(data), limit=settings.PAPER_MAX_BYTES)
    _refuse_programs(data)
    with files.incoming([data]) as file:
        verdict = scan(file.path)
    if verdict in {Verdict.REFUSED, Verdict.SILENT}:
        raise ActionError(f"file.scan_{verdict.value}", name=name)
    sheets = read_sheets(data, limits())
    if not any(sheet.rows for sheet in sheets):
        raise PaperError("sheet.nothing_in_it")
    return sheets


def _refuse_programs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [n.lower() for n in archive.namelist()]
    except (zipfile.BadZipFile, ValueError) as error:
        raise PaperError("paper.broken") from error
    if any(mark in name for name in names for mark in _PROGRAMS):
        raise PaperError("sheet.macros")
    if "xl/workbook.xml" not in names:
        raise PaperError("sheet.no_workbook")


def _free(name: str, taken: set[str]) -> str:
    """Give a name that is not taken: answers about a file are kept under it."""
    name = name.replace("|", "_")
    stem, dot, ending = name.rpartition(".")
    n, made = 1, name
    while made in taken:
        n += 1
        made = f"{stem} ({n}){dot}{ending}" if dot else f"{name} ({n})"
    return made
