"""One column of many items: what would change, what stays, what cannot and why; before anything is written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.columns import REPORTED, Columns
from gongjian.apps.grid.writing import CellFault, Typed, plan_writes
from gongjian.apps.ledger.book import ActionError
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column
    from gongjian.apps.grid.writing import Conflict, Wish, WritePlan

CAP = 20_000
SHOWN = 30  # changes that a preview prints, and codes that it names for one reason
FURTHEST = 3_660  # days by which dates are moved at once
# A title is its own item's; a report is what an org says of it.
# Sentences that tell of one row each; of many, these are said once.
_GENERAL = {
    "item.dates_reversed": "bulk.dates_reversed",
    "write.no_such_item": "bulk.not_there",
}
_NOT_ALIKE = REPORTED | {"title", "report"}


@dataclass(frozen=True, slots=True)
class Change:
    """What many items are to have in one column: a text, nothing, or a date moved by some days."""

    source: str
    text: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen item, with the version that was seen."""

    item: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some items are left as they are."""

    text: str
    codes: tuple[str, ...]
    n: int


@dataclass(slots=True)
class Preview:
    """What a change would do; `plan` holds what can be written of it."""

    plan: WritePlan
    n_same: int = 0
    reasons: list[Reason] = field(default_factory=list)
    samples: list[dict[str, str]] = field(default_factory=list)
    moved: list[Reason] = field(default_factory=list)  # changed by others since they were seen
    n_refused: int = 0  # left as they are, for one reason or several

    @property
    def n(self) -> int:
        """Give how many items would change."""
        return len(self.plan.changed)


def columns(asked: Asked, ledger: Ledger) -> list[Column]:
    """Give the columns that may be changed for many items at once."""
    every = Columns(asked, ledger).every()
    return [c for c in every if c.is_editable and c.source not in _NOT_ALIKE]


def choices_of(asked: Asked, column: Column) -> list[tuple[str, str]]:
    """Give the values to choose from, where a column has no others."""
    if column.source == "battle":
        return [(b.name, b.label(lang())) for b in campaigns.battles(asked.campaign)]
    return list(column.choices)


def preview(asked: Asked, ledger: Ledger, picks: Sequence[Pick], change: Change) -> Preview:
    """Work out what a change would do to the chosen items; nothing is written."""
    typed, faults = _typed(ledger, picks, change)
    plan = plan_writes(asked, ledger, typed)
    faults += plan.faults
    codes = _codes(ledger, picks)
    bad = {f.line for f in faults} | {c.line for c in plan.conflicts}
    sound = replace(
        plan, changed=[w for w in plan.changed if w.line not in bad], faults=[], conflicts=[]
    )
    return Preview(
        plan=sound,
        n_same=len(picks) - len(sound.changed) - len(bad),
        reasons=_reasons(((_why(f), f.line) for f in faults), codes),
        samples=[_sample(w, change.source) for w in sound.changed[:SHOWN]],
        moved=_reasons(((_theirs(c), c.line) for c in plan.conflicts), codes),
        n_refused=len({f.line for f in faults}),
    )


def _typed(
    ledger: Ledger, picks: Sequence[Pick], change: Change
) -> tuple[list[Typed], list[CellFault]]:
    """Give what is typed into each row; moving a date needs one that is there."""
    if change.days is None:
        rows = [
            Typed({change.source: change.text}, p.item, p.version, n) for n, p in enumerate(picks)
        ]
        return rows, []
    found = {str(i.pk): i for i in ledger.named({p.item for p in picks})}
    typed, faults = [], []
    for n, pick in enumerate(picks):
        day = _day_of(found.get(pick.item), change.source)
        moved = _moved(day, change.days) if day else None
        if moved is None:
            faults.append(CellFault(n, change.source, ActionError("bulk.no_date")))
        else:
            typed.append(Typed({change.source: moved.isoformat()}, pick.item, pick.version, n))
    return typed, faults


def _day_of(item: Item | None, source: str) -> dt.date | None:
    if item is None:
        return None
    if not source.startswith("field:"):
        day: dt.date | None = getattr(item, source)
        return day
    value = item.fields.get(source[6:])
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _moved(day: dt.date, days: int) -> dt.date | None:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return None


def _codes(ledger: Ledger, picks: Sequence[Pick]) -> dict[int, str]:
    """Give the codes of the chosen items by their place; one that is not seen has none."""
    known = {str(i.pk): i.code for i in ledger.named({p.item for p in picks})}
    return {n: known.get(p.item, "") for n, p in enumerate(picks)}


def _reasons(found: Iterable[tuple[str, int]], codes: Mapping[int, str]) -> list[Reason]:
    lines: dict[str, dict[int, None]] = defaultdict(dict)
    for text, line in found:
        lines[text][line] = None
    made = []
    for text, at in lines.items():
        named = tuple(codes[line] for line in at if codes.get(line))
        made.append(Reason(text, named[:SHOWN], len(at)))
    return sorted(made, key=lambda r: -r.n)


def _why(fault: CellFault) -> str:
    general = _GENERAL.get(fault.error.code)
    return sentence(ActionError(general) if general else fault.error)


def _theirs(conflict: Conflict) -> str:
    said = {"who": conflict.by or _("System"), "value": conflict.theirs or _("nothing")}
    return _("%(who)s has changed it in the meantime to: %(value)s") % said


def _sample(wish: Wish, source: str) -> dict[str, str]:
    return {
        "code": wish.item.code,
        "title": wish.item.title,
        "before": wish.before.get(source, ""),
        "after": wish.after.get(source, ""),
    }


def told(made: Preview) -> dict[str, Any]:
    """Give what is kept of a change for its report."""
    reasons = [{"text": r.text, "codes": list(r.codes), "n": r.n} for r in made.reasons]
    return {"n": made.n, "n_same": made.n_same, "n_refused": made.n_refused, "reasons": reasons}
