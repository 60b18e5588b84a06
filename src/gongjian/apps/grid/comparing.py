"""What some workbooks would do to a register: read, settled by what a person answered, compared; no write.

Answers about an intake, as they are kept with it:
    sheets: {"FILE|SHEET": {"taken": bool, "columns": {position: source}, "cells": {"C7": text}}}
    quarters: {set of columns: "cumulative" | "incremental" | "as_printed"}
    choices: {"ITEM|SOURCE": file, or "-" for what the book has};  later_wins: bool
    left: [["FILE|SHEET", row], …]  rows that are not taken
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gongjian.apps.grid.intake import Rows, rows_of, sheets_of
from gongjian.apps.grid.merging import Merged, merged, strangers
from gongjian.apps.grid.quarter_sets import counted
from gongjian.apps.grid.writing import PRINTED, CellFault, WritePlan, plan_writes
from gongjian.kernel.errors import KernelError
from gongjian.kernel.playbook.meanings import How

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.intake import Sheet
    from gongjian.apps.grid.opening import Opened
    from gongjian.apps.grid.quarter_sets import QuarterQuestion
    from gongjian.apps.grid.writing import Wish
    from gongjian.formats.xlsx import SheetText
    from gongjian.kernel.playbook.heads import HeadColumn

CELL = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")


@dataclass
class Compared:
    """What was found in the workbooks, and what taking them in would do."""

    sheets: list[Sheet] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    plan: WritePlan = field(default_factory=WritePlan)
    merged: Merged = field(default_factory=Merged)
    faults: list[CellFault] = field(default_factory=list)
    quarters: list[QuarterQuestion] = field(default_factory=list)
    strangers: dict[int, str] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    error: KernelError | None = None  # why nothing could be compared

    @property
    def is_settled(self) -> bool:
        """Tell whether every column of what is taken has a meaning."""
        taken = [s for s in self.sheets if s.is_taken]
        asked = any(unsettled(s) or not has_title(s) for s in taken)
        return bool(taken) and not asked and not any(not q.answer for q in self.quarters)

    @property
    def is_sound(self) -> bool:
        """Tell whether it can be taken in as it stands."""
        is_open = self.faults or self.merged.clashes or self.plan.conflicts or self.error
        return self.is_settled and not is_open

    @property
    def digest(self) -> str:
        """Give what stands for all that would be written, new ids aside."""
        made = [_told(w, "") for w in self.plan.made]
        changed = [_told(w, str(w.item.pk)) for w in self.plan.changed]
        told = json.dumps([made, changed], ensure_ascii=False, default=str)
        return sha256(told.encode()).hexdigest()


def _told(wish: Wish, item: str) -> list[object]:
    duties = {role: [h.key for h in held] for role, held in sorted(wish.duties.items())}
    facts = sorted(wish.changes.items()), sorted(wish.fields.items()), duties
    return [wish.line, item, *facts, wish.before, wish.after]


def compare(
    asked: Asked,
    ledger: Ledger,
    files: Iterable[Opened],
    answers: Mapping[str, Any],
    tell: Callable[[int], None] = lambda _n: None,
) -> Compared:
    """Read workbooks and compare them with the register; `tell` is told after each that was read."""
    texts = []
    for n, file in enumerate(files, 1):
        texts.append((file.name, _corrected(file.name, file.sheets, answers)))
        tell(n)
    found = Compared(sheets=sheets_of(asked, ledger, texts, answers.get("sheets", {})))
    try:
        _compare(asked, ledger, found, answers, n_files=len(texts))
    except KernelError as error:
        found.error = error
    tell(len(texts) + 1)
    return found


def _compare(
    asked: Asked, ledger: Ledger, found: Compared, answers: Mapping[str, Any], *, n_files: int
) -> None:
    rows = found.rows = rows_of(asked, ledger, found.sheets)
    found.left = _left(rows, answers.get("left", ()))
    found.quarters = counted(ledger, rows, found.sheets, answers.get("quarters", {}))
    found.merged = merged(asked, ledger, rows, found.left, answers)
    found.plan = plan_writes(asked, ledger, found.merged.typed, is_paper=True)
    if n_files > 1:
        found.strangers = strangers(asked, rows, found.sheets)
    out = {*found.left, *found.merged.joined}
    faults = [f for f in rows.faults if f.line not in out | _alone(rows, out)]
    unread = [f for f in _unread(found) if f.line not in found.left]
    known = {(f.line, f.source) for f in unread}
    faults += unread + [f for f in found.plan.faults if (f.line, f.source) not in known]
    found.faults = sorted(faults, key=lambda f: f.line)


def _corrected(
    name: str, sheets: Sequence[SheetText], answers: Mapping[str, Any]
) -> list[SheetText]:
    """Put what a person wrote on the page into the cells, and take their faults away."""
    made = []
    for sheet in sheets:
        cells = answers.get("sheets", {}).get(f"{name}|{sheet.name}", {}).get("cells", {})
        made.append(_with_cells(sheet, cells) if cells else sheet)
    return made


def _with_cells(sheet: SheetText, cells: Mapping[str, str]) -> SheetText:
    rows = [list(row) for row in sheet.rows]
    places = set()
    for address, text in cells.items():
        if (place := place_of(address)) and place[0] < len(rows):
            row = rows[place[0]]
            row += [""] * (place[1] + 1 - len(row))
            row[place[1]] = text
            places.add(place)
    faults = tuple(f for f in sheet.faults if (f.row, f.column) not in places)
    whole = tuple(map(tuple, rows))
    return replace(sheet, rows=whole, merged=sheet.merged - places, faults=faults)


def place_of(address: str) -> tuple[int, int] | None:
    """Give row and column of an address such as C7, from 0."""
    found = CELL.match(address)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def _left(rows: Rows, said: Iterable[Sequence[Any]]) -> set[int]:
    """Give the lines that a person left out, and those below them."""
    wanted = {(key, row) for key, row in said}
    left: set[int] = set()
    if not wanted:
        return left
    for n, (place, typed) in enumerate(zip(rows.places, rows.typed, strict=True)):
        if (f"{place.file}|{place.sheet}", place.row) in wanted or typed.parent in left:
            left.add(n)
    return left


def _unread(found: Compared) -> list[CellFault]:
    """Give the cells of rows that hold an error, or a formula that was never worked out."""
    lines = {(p.file, p.sheet, p.row): n for n, p in enumerate(found.rows.places)}
    faults = []
    for sheet in found.sheets:
        if not sheet.is_taken or not sheet.text.faults:
            continue
        columns = {c.at: c for c in sheet.head.columns if _is_read(c)}
        for one in sheet.text.faults:
            line = lines.get((sheet.file, sheet.text.name, one.row + 1))
            if line is not None and one.column in columns:
                error = KernelError(one.code, given=one.text)
                source = columns[one.column].source
                faults.append(CellFault(line, source, error, one.text))
    return faults


def _is_read(column: HeadColumn) -> bool:
    return bool(column.source) and column.source not in PRINTED


def _alone(rows: Rows, out: set[int]) -> set[int]:
    """Give the lines that were double and are not any more, as the others are out."""
    alive = [[n for n in lines if n not in out] for lines in rows.doubles.values()]
    return {lines[0] for lines in alive if lines}


# ---- columns -------------------------------------------------------------------------------------


def unsettled(sheet: Sheet) -> list[HeadColumn]:
    """Give the columns of a sheet that a person must settle."""
    return [c for c in sheet.head.columns if is_unsettled(sheet, c)]


def is_unsettled(sheet: Sheet, column: HeadColumn) -> bool:
    """Tell whether a column has no meaning and nobody said that it is not to be taken."""
    if column.at in sheet.answered:
        return False
    return column.is_clash or (not column.source and column.how is not How.SPAN)


def has_title(sheet: Sheet) -> bool:
    """Tell whether a sheet says what its rows are about."""
    return any(sheet.head.column(source) for source in ("title", "id", "code"))
