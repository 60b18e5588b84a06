"""Goals of the quarters: counted from the beginning of the year, or each for itself; asked where unclear.

One sheet may mix both, so each row is read by itself. Only rows that would be new are looked at: those
that are there were read when they came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gongjian.kernel.playbook.cells import Counting, quarters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.grid.intake import Rows, Sheet
    from gongjian.kernel.model.fields import FieldDef

AS_PRINTED = "as_printed"
ANSWERS = (Counting.CUMULATIVE.value, Counting.INCREMENTAL.value, AS_PRINTED)
_TOTALS = ("year_goal", "annual_goal", "year_target", "target_year")


@dataclass(frozen=True, slots=True)
class QuarterQuestion:
    """Columns of quarters in the sheets of one head, and how many of their rows are unclear."""

    key: str
    heads: tuple[str, ...]
    n_unclear: int
    n_cumulative: int
    n_incremental: int
    sample: tuple[str, ...]
    answer: str = ""


def counted(
    ledger: Ledger, rows: Rows, sheets: Sequence[Sheet], answers: Mapping[str, str]
) -> list[QuarterQuestion]:
    """Read the quarters of new rows; where the register has a field for how they count, it is filled."""
    target = counting_field(ledger)
    found: dict[str, QuarterQuestion] = {}
    sets = {(s.file, s.text.name): made for s in sheets if s.is_taken and (made := _sets(s))}
    for n, typed in enumerate(rows.typed) if sets else ():
        if typed.item:
            continue
        place = rows.places[n]
        for key, sources, heads in sets.get((place.file, place.sheet), ()):
            texts = [typed.texts.get(s, "") for s in sources]
            if not any(texts):
                continue
            reading = quarters(texts, _total(ledger, typed.texts)).reading
            found[key] = _noted(found.get(key), (key, heads), reading, texts)
            said = answers.get(key, "") if reading is Counting.UNCLEAR else reading.value
            if target is not None and said in (Counting.CUMULATIVE, Counting.INCREMENTAL):
                _fill(rows, n, target, said)
    return [replace(q, answer=answers.get(k, "")) for k, q in found.items() if q.n_unclear]


def counting_field(ledger: Ledger) -> FieldDef | None:
    """Give the field that says how quarters count: two choices, one of which is called cumulative."""
    for field in ledger.definition.fields:
        keys = [c.key for c in field.choices]
        if len(keys) == 2 and Counting.CUMULATIVE in keys:
            return field
    return None


def _fill(rows: Rows, n: int, target: FieldDef, said: str) -> None:
    source = f"field:{target.key}"
    if rows.typed[n].texts.get(source):
        return
    keys = [c.key for c in target.choices]
    other = next(k for k in keys if k != Counting.CUMULATIVE)
    key = said if said == Counting.CUMULATIVE else other
    rows.typed[n] = replace(rows.typed[n], texts={**rows.typed[n].texts, source: key})


def _sets(sheet: Sheet) -> list[tuple[str, list[str], tuple[str, ...]]]:
    """Give the sets of quarters of a sheet that have two columns at least, each under its name."""
    made = []
    by_place = {c.at: c for c in sheet.head.columns}
    for one in sheet.head.quarters:
        columns = [by_place[at] for _quarter, at in one.columns if by_place[at].source]
        if len(columns) > 1:
            heads = tuple(c.head for c in columns)
            made.append(("|".join((one.over, *heads)), [c.source for c in columns], heads))
    return made


def _total(ledger: Ledger, texts: Mapping[str, str]) -> str | None:
    for field in ledger.definition.fields:
        is_year = (
            field.key in _TOTALS or "年度目标" in field.label.zh or "全年目标" in field.label.zh
        )
        if is_year and (text := texts.get(f"field:{field.key}")):
            return text
    return texts.get("target.value") or texts.get("target")


def _noted(
    there: QuarterQuestion | None,
    named: tuple[str, tuple[str, ...]],
    reading: Counting,
    texts: Sequence[str],
) -> QuarterQuestion:
    one = there or QuarterQuestion(named[0], named[1], 0, 0, 0, ())
    if reading is Counting.CUMULATIVE:
        return replace(one, n_cumulative=one.n_cumulative + 1)
    if reading is Counting.INCREMENTAL:
        return replace(one, n_incremental=one.n_incremental + 1)
    return replace(one, n_unclear=one.n_unclear + 1, sample=one.sample or tuple(texts))
