"""What a sheet's XML says that the reader of values leaves out.

How far its values reach (the reader lays a grid over all of it before anybody can look), which cells hold
an error or a formula that was never worked out, and which numbers are shown as percentages.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from gongjian.kernel.errors import PaperError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOOK = "xl/workbook.xml"
_CELL = re.compile(
    rb"<(?:\w+:)?row\b([^>]*)>|<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL
)
# As nearly every program writes them: cells that hold nothing are passed over without being looked at.
_PLACED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"([^>]*)(?<!/)>(.*?)</c>', re.DOTALL)
_OTHERWISE = re.compile(rb'<c(?=[\s/>])(?! r=")|<\w+:c[\s/>]')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'\br="(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d{1,6})"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)>(.*?)</(?:\w+:)?(?:v|is)>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PERCENT = frozenset({9, 10})  # numbers of the two formats that every program knows
ERROR, NO_VALUE = "cell.error", "cell.no_value"


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot be read, as (row, column) from 0: an error, or a formula without a saved value."""

    row: int
    column: int
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a sheet."""

    faults: tuple[CellFault, ...] = ()
    percents: frozenset[tuple[int, int]] = frozenset()


def look(data: bytes, rows: int, columns: int) -> dict[str, Looked]:
    """Look through the sheets of a workbook, by name, before their values are read.

    Raises PaperError: ``paper.broken``, ``sheet.too_many_rows``, ``sheet.too_wide``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            percent = _percent_styles(archive)
            return {
                name: _look(archive.read(path), name, percent, (rows, columns))
                for name, path in _paths(archive).items()
            }
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise PaperError("paper.broken") from error


def _look(xml: bytes, name: str, percent: frozenset[int], limits: tuple[int, int]) -> Looked:
    faults: list[CellFault] = []
    percents: set[tuple[int, int]] = set()
    for row, column, attributes, inner in _cells(xml):
        if row >= limits[0]:
            raise PaperError("sheet.too_many_rows", sheet=name, n=row + 1, limit=limits[0])
        if column >= limits[1]:
            raise PaperError("sheet.too_wide", sheet=name, n=column + 1, limit=limits[1])
        if b't="e"' in attributes:
            said = _VALUE.search(inner)
            text = said[1].decode("utf-8", "replace") if said else ""
            faults.append(CellFault(row, column, ERROR, text))
        elif inner.startswith(b"<v>"):
            if percent and (style := _STYLE.search(attributes)) and int(style[1]) in percent:
                percents.add((row, column))
        elif _FORMULA.search(inner):
            said = _VALUE.search(inner)
            # A text that was worked out to nothing is saved as such; nothing at all was never worked out.
            if (said is None or not said[1]) and b't="str"' not in attributes:
                faults.append(CellFault(row, column, NO_VALUE))
            elif percent and (style := _STYLE.search(attributes)) and int(style[1]) in percent:
                percents.add((row, column))
    return Looked(tuple(faults), frozenset(percents))


def _cells(xml: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Give each cell that holds something: place from 0, attributes, what is in it."""
    if not _OTHERWISE.search(xml):
        for found in _PLACED.finditer(xml):
            letters, number, attributes, inner = found.groups()
            if inner:
                yield int(number) - 1, _number(letters), attributes, inner
        return
    row, column = -1, -1
    for found in _CELL.finditer(xml):
        opened, attributes, inner = found.groups()
        if attributes is None:
            place = _ROW.search(opened)
            row, column = int(place[1]) - 1 if place else row + 1, -1
            continue
        if at := _PLACE.search(attributes):
            row, column = int(at[2]) - 1, _number(at[1])
        else:  # a cell may leave its place out: it is the next one
            column += 1
        if inner:
            yield row, column, attributes, inner


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the part of each sheet, by the name of the sheet."""
    parts = {
        str(one.get("Id")): posixpath.normpath(posixpath.join("xl", str(one.get("Target"))))
        for one in _parsed(archive, "xl/_rels/workbook.xml.rels")
    }
    found = {}
    for one in _parsed(archive, _BOOK).iter("{*}sheet"):
        link = next((v for k, v in one.attrib.items() if str(k).endswith("}id")), "")
        path = parts.get(str(link), "").lstrip("/")
        if path in archive.namelist():
            found[str(one.get("name"))] = path
    return found


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Give the styles whose numbers are shown as percentages."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    root = _parsed(archive, "xl/styles.xml")
    shown = set(_PERCENT)
    for one in root.iter("{*}numFmt"):
        if "%" in _QUOTED.sub("", str(one.get("formatCode"))):
            shown.add(int(str(one.get("numFmtId"))))
    styles = root.find("{*}cellXfs")
    formats = [] if styles is None else [str(one.get("numFmtId", "0")) for one in styles]
    return frozenset(n for n, name in enumerate(formats) if name.isdigit() and int(name) in shown)


def _parsed(archive: zipfile.ZipFile, path: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(path), parser)
