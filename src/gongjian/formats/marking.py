"""A workbook given back as it came, its wrong cells coloured, each with a comment."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from gongjian.kernel.errors import PaperError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COLOUR = "FFFFC7CE"
SIZE_CAP = 30 * 1024 * 1024  # unpacked: the library holds some ten times as much while it works
_WIDTH, _HEIGHT = 320, 110  # of a comment, in points


def marked(data: bytes, faults: Mapping[str, Iterable[tuple[str, str]]], author: str) -> bytes:
    """Colour cells of a workbook: sheet → (address, why); several reasons of one cell are one comment.

    Formulas, looks and widths stay; pictures and charts do not come back.
    Raises PaperError: ``paper.broken``, ``sheet.too_large_to_mark``.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > SIZE_CAP:
        raise PaperError("sheet.too_large_to_mark", size=size, limit=SIZE_CAP)
    from openpyxl import load_workbook  # noqa: PLC0415  # half a second, only this pays
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    try:
        book = load_workbook(io.BytesIO(data))
    except Exception as error:  # the library raises whatever its parts raise
        raise PaperError("paper.broken") from error
    fill = PatternFill("solid", start_color=_COLOUR, end_color=_COLOUR)
    for sheet, cells in faults.items():
        if sheet not in book.sheetnames:
            continue
        page = book[sheet]
        for address, why in cells:
            cell = _written(page, address)
            cell.fill = fill
            said = f"{cell.comment.text}\n{why}" if cell.comment else why
            cell.comment = Comment(said, author, _HEIGHT, _WIDTH)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _written(page: Any, address: str) -> Any:
    """Give the cell that is shown at an address: of a merged one the first."""
    cell = page[address]
    for merged in page.merged_cells.ranges:
        if address in merged:
            return page.cell(merged.min_row, merged.min_col)
    return cell
