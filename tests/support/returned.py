"""Workbooks as offices hand them in: small ones, made cell by cell with another writer than ours."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

HEADS = ("事项", "责任单位", "时限", "总投资", "阶段")
HERE = "/c/BK21/r/works/intake/"


def workbook(
    rows: Iterable[Sequence[object]], heads: Sequence[str] = HEADS, **more: object
) -> bytes:
    """A sheet with a head in its first row; `sheets` adds others by name, hidden where they begin with a dot."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "清单"
    for row in (heads, *rows):
        sheet.append(list(row))
    for name, extra in dict(more).items():
        page = book.create_sheet(name.strip("_"))
        page.sheet_state = "hidden" if name.startswith("_") else "visible"
        for row in extra:  # type: ignore[attr-defined]
            page.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def opened(data: bytes):
    return load_workbook(io.BytesIO(data))


def upload(data: bytes, name: str = "a.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def plain(n: int, first: int = 1) -> list[tuple[object, ...]]:
    """Rows without a fault."""
    return [
        (f"整治河道{k}号", "Works Bureau", "9月底前", k, "前期") for k in range(first, first + n)
    ]
