"""Processor time and memory of reading and writing workbooks; no database.

usage: python benches/bench_xlsx.py [--rows 10000] [--columns 12]

What is read back is compared with what was written, and what a stray value costs is shown beside it.
"""

from __future__ import annotations

import argparse
import io
import resource
import tempfile
import time
from collections.abc import Callable, Iterator

import xlsxwriter

from gongjian.formats.read import Limits
from gongjian.formats.xlsx import SheetColumn, SheetPage, read_sheets, write_book, write_rows
from gongjian.kernel.errors import PaperError

LIMIT = 1.5  # seconds of the processor for 10,000 rows of 12 columns


def timed(what: str, work: Callable[[], object]) -> object:
    """Say what a piece of work costs, and give what it gave."""
    begun = time.process_time()
    found = work()
    used = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:44} {used:6.2f} s   peak {peak} MB")
    return found


def page(rows: int, columns: int) -> SheetPage:
    """Give a sheet as long as is asked; its rows are made while they are written."""
    heads = [SheetColumn(f"列{n}", is_hidden=not n) for n in range(columns)]
    return SheetPage("清单", heads, texts(rows, columns), title="任务清单")


def texts(rows: int, columns: int) -> Iterator[list[str]]:
    """Give rows of texts."""
    return ([f"第{r}行第{c}列的文字" for c in range(columns)] for r in range(rows))


def far(kind: str) -> bytes:
    """Give a small table in a sheet of which a million rows are marked as used."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet("a"), book.add_format({"bold": True})
        for r, cells in enumerate(texts(20, 12)):
            sheet.write_row(r, 0, cells)
        if kind == "looks":
            for r in range(20, 1_048_576):
                sheet.write_blank(r, 0, None, bold)
        else:
            sheet.write(1_048_575, 16_383, "x")
    return target.getvalue()


def refused(data: bytes) -> str:
    """Give the code with which a workbook is refused."""
    try:
        read_sheets(data, Limits())
    except PaperError as error:
        return error.code
    return ""


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=12)
    asked = parser.parse_args()
    size = f"{asked.rows} x {asked.columns}"
    looks, stray = far("looks"), far("stray")
    [short] = timed("read a million empty rows with looks", lambda: read_sheets(looks, Limits()))  # type: ignore[misc]
    assert len(short.rows) == 20
    assert timed("refuse a value in the last cell of all", lambda: refused(stray))
    with tempfile.TemporaryFile() as target:
        begun = time.process_time()
        timed(f"write_rows {size}", lambda: write_rows(target, page(asked.rows, asked.columns)))
        used = time.process_time() - begun
        target.seek(0)
        data = target.read()
    [sheet] = timed(f"read_sheets {size}", lambda: read_sheets(data, Limits()))  # type: ignore[misc]
    assert list(map(list, sheet.rows[2:])) == list(texts(asked.rows, asked.columns))
    timed(f"write_book {size}", lambda: write_book([page(asked.rows, asked.columns)]))
    assert used < LIMIT * asked.rows * asked.columns / 120_000, used


if __name__ == "__main__":
    main()
