"""What is told of an intake: plain values, kept with it, for its pages, the command line and the API."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.columns import Columns, core_words
from gongjian.apps.grid.comparing import has_title, is_unsettled
from gongjian.apps.grid.writing import PRINTED
from gongjian.kernel.model.fields import Label
from gongjian.kernel.playbook.heads import cell_of
from gongjian.kernel.playbook.meanings import How

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.grid.comparing import Compared
    from gongjian.apps.grid.intake import Sheet
    from gongjian.apps.grid.writing import CellFault, Wish
    from gongjian.kernel.errors import KernelError
    from gongjian.kernel.playbook.heads import HeadColumn

SHOWN = 200  # rows of each kind that a preview shows
FAULTS_CAP = 5_000  # faults that are kept with an intake
SAMPLES = 3
TEXT_SHOWN = 300  # characters of a cell that a report repeats
MASK = "●●●"


def told(found: Compared, asked: Any, ledger: Any) -> dict[str, Any]:
    """Give everything that pages show of an intake."""
    teller = _Teller(found, Columns(asked, ledger))
    plan, lines = found.plan, len(found.rows.typed)
    return {
        "n_rows": lines,
        "n_made": len(plan.made),
        "n_changed": len(plan.changed),
        "n_same": plan.n_same,
        "n_left": len(found.left),
        "n_joined": found.merged.n_joined,
        "n_faults": len(found.faults),
        "n_wrong_rows": len({f.line for f in found.faults}),
        "is_settled": found.is_settled,
        "is_sound": found.is_sound,
        "digest": found.digest if found.is_sound else "",
        "error": error_of(found.error) if found.error else {},
        "heads": teller.heads(),
        "sheets": [teller.sheet(s) for s in found.sheets],
        "quarters": [
            {
                "key": q.key, "heads": list(q.heads), "n_unclear": q.n_unclear, "sample": list(q.sample),
                "n_cumulative": q.n_cumulative, "n_incremental": q.n_incremental, "answer": q.answer,
            }
            for q in found.quarters
        ],
        "faults": [teller.fault(f) for f in found.faults[:FAULTS_CAP]],
        "clashes": teller.clashes(),
        "strangers": teller.strangers(),
        "left": [teller.place(n) for n in sorted(found.left)[:SHOWN]],
        "made": [teller.wish(w) for w in plan.made[:SHOWN]],
        "changed": [teller.wish(w) for w in plan.changed[:SHOWN]],
        "same": teller.same(),
        "ignored": [[teller.word(s), n] for s, n in plan.ignored.most_common()],
        "unknown": [[name, n] for name, n in plan.unknown.most_common(SHOWN)],
    }  # fmt: skip


def error_of(error: KernelError) -> dict[str, Any]:
    """Give an error as JSON: its code, and its facts as texts."""
    return {"code": error.code, "facts": {k: _plain(v) for k, v in error.facts.items()}}


def _plain(value: object) -> Any:
    if isinstance(value, Label):
        return value.of(lang())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    return value if isinstance(value, (int, str)) else str(value)


def _masked(error: dict[str, Any], *, is_hidden: bool) -> dict[str, Any]:
    """Leave out of an error's facts what a personal field was given."""
    if is_hidden and "given" in error["facts"]:
        error["facts"]["given"] = MASK
    return error


class _Teller:
    """The words of one intake."""

    def __init__(self, found: Compared, columns: Columns) -> None:
        self.found = found
        every = columns.every()
        extra = {"id": _("Id (hidden column)"), "number": _("Number"), "blank": _("Empty column")}
        extra |= {"report": _("Progress, problems and next steps in one cell")}
        extra |= {"target.value": _("Target"), "target.rule": _("Counting rule")}
        self.words = {**core_words(), **extra, **{c.source: c.head for c in every}}
        fields = columns.ledger.definition.fields
        self.personal = {f"field:{f.key}" for f in fields if f.personal}
        self.computed = {f"field:{f.key}" for f in fields if f.compute is not None}
        self.by_sheet = {(s.file, s.text.name): s for s in found.sheets}

    def word(self, source: str) -> str:
        return self.words.get(source, source)

    # ---- columns -----------------------------------------------------------------------------------

    def heads(self) -> list[dict[str, Any]]:
        """Give the heads that differ, each once, with the sheets that have it."""
        alike: dict[tuple[Any, ...], list[Sheet]] = defaultdict(list)
        for sheet in self.found.sheets:
            if sheet.head.rows and sheet.lines:
                shape = tuple((c.at, c.over, c.head, c.source, c.how) for c in sheet.head.columns)
                alike[(*shape, frozenset(sheet.answered))].append(sheet)
        return [self._head(group) for group in alike.values()]

    def _head(self, group: Sequence[Sheet]) -> dict[str, Any]:
        first = group[0]
        shown = [c for c in first.head.columns if c.how is not How.SPAN]
        return {
            "sheets": [s.key for s in group],
            "names": [f"{s.file} · {s.text.name}" for s in group],
            "is_taken": any(s.is_taken for s in group),
            "has_title": has_title(first),
            "n_rows": sum(len(s.lines) for s in group),
            "n_open": sum(is_unsettled(first, c) for c in shown),
            "profile": first.head.profile,
            "columns": [self._column(first, c) for c in shown],
        }

    def _column(self, sheet: Sheet, column: HeadColumn) -> dict[str, Any]:
        return {
            "at": column.at,
            "letter": xl_col_to_name(column.at),
            "head": column.head,
            "over": column.over,
            "source": column.source,
            "below": self.word(column.below) if column.below else "",
            "label": self.word(column.source) if column.source else "",
            "how": column.how.value,
            "word": column.word,
            "unit": column.unit,
            "adds": column.adds,
            "is_clash": column.is_clash,
            "is_open": is_unsettled(sheet, column),
            "is_answered": column.at in sheet.answered,
            "is_passed": column.source in PRINTED or column.source in self.computed,
            "candidates": list(column.candidates),
            "samples": self._samples(sheet, column),
        }

    def _samples(self, sheet: Sheet, column: HeadColumn) -> list[str]:
        if column.source in self.personal:
            return [MASK]
        texts = (cell_of(sheet.text.rows[x.at], column.at) for x in sheet.lines)
        return [t[:60] for t in islice((t for t in texts if t), SAMPLES)]

    def sheet(self, sheet: Sheet) -> dict[str, Any]:
        return {
            "key": sheet.key,
            "file": sheet.file,
            "name": sheet.text.name,
            "is_hidden": sheet.text.is_hidden,
            "is_taken": sheet.is_taken,
            "has_head": bool(sheet.head.rows),
            "n_rows": len(sheet.lines),
        }

    # ---- faults ------------------------------------------------------------------------------------

    def place(self, n: int) -> dict[str, Any]:
        place, typed = self.found.rows.places[n], self.found.rows.typed[n]
        title = " ".join(typed.texts.get("title", "").split())[:TEXT_SHOWN]
        return {"file": place.file, "sheet": place.sheet, "row": place.row, "title": title}

    def fault(self, fault: CellFault) -> dict[str, Any]:
        line = self.found.merged.from_line.get((fault.line, fault.source), fault.line)
        cell, head = self._cell(line, fault.source)
        is_hidden = fault.source in self.personal
        return {
            **self.place(line),
            "cell": cell,
            "head": head,
            "source": fault.source,
            "text": MASK if is_hidden and fault.text else fault.text[:TEXT_SHOWN],
            "may_correct": bool(cell) and not is_hidden,
            **_masked(error_of(fault.error), is_hidden=is_hidden),
        }

    def _cell(self, line: int, source: str) -> tuple[str, str]:
        """Give the address of a cell, empty where no column has it, and its printed head."""
        place = self.found.rows.places[line]
        sheet = self.by_sheet[place.file, place.sheet]
        column = sheet.head.column(source) if source else None
        if column is None:
            return "", self.word(source) if source else ""
        return f"{xl_col_to_name(column.at)}{place.row}", column.head or self.word(source)

    def clashes(self) -> list[dict[str, Any]]:
        made = []
        for clash in self.found.merged.clashes[:FAULTS_CAP]:
            lines = [n for n, _text in clash.said]
            is_hidden = clash.source in self.personal
            said = [
                {**self.place(n), "cell": self._cell(n, clash.source)[0],
                 "text": MASK if is_hidden else text}
                for n, text in clash.said
            ]  # fmt: skip
            made.append({
                "key": clash.key,
                "title": said[0]["title"],
                "head": self._cell(lines[0], clash.source)[1],
                "book": MASK if is_hidden and clash.book else clash.book,
                "said": said,
            })  # fmt: skip
        return made

    def strangers(self) -> list[dict[str, Any]]:
        found = islice(self.found.strangers.items(), FAULTS_CAP)
        return [{**self.place(n), "org": org} for n, org in found if n not in self.found.left]

    # ---- rows --------------------------------------------------------------------------------------

    def wish(self, wish: Wish) -> dict[str, Any]:
        cells = [
            {
                "source": source,
                "head": self._cell(wish.line, source)[1],
                "before": self._shown(source, wish.before.get(source, "")),
                "after": self._shown(source, after),
            }
            for source, after in wish.after.items()
            if (after.strip() if wish.is_new else wish.moves(source))
        ]
        title = wish.changes.get("title") or wish.item.title
        code = "" if wish.is_new else wish.item.code
        return {**self.place(wish.line), "title": title, "code": code, "cells": cells}

    def _shown(self, source: str, text: str) -> str:
        if source in self.personal:
            return MASK if text else ""
        return text[:TEXT_SHOWN]

    def same(self) -> list[dict[str, Any]]:
        plan = self.found.plan
        moved = {w.line for w in (*plan.made, *plan.changed)} | {f.line for f in plan.faults}
        rest = (t.line for t in self.found.merged.typed if t.line not in moved)
        return [self.place(n) for n in islice(rest, SHOWN)]


# ---- faults together -----------------------------------------------------------------------------


def grouped(faults: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put the same error under the same head together: a text that repeats is corrected once."""
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for fault in faults:
        key: tuple[str, ...] = (fault["code"], fault["source"], fault["text"], fault["head"])
        if not fault["may_correct"]:
            key = (*key, fault["file"], fault["sheet"], str(fault["row"]))
        one = groups.setdefault(key, {**fault, "places": []})
        one["places"].append(fault)
    return list(groups.values())


def by_file(faults: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Count faults by the file that has them."""
    return Counter(str(f["file"]) for f in faults)
