"""Sums of columns over all rows that are asked for, not over those on the screen."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, Sum

from gongjian.apps.campaigns.models import ItemKey
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column

CAP = 20_000  # rows that are added up one by one, where no key holds the numbers
_SCALE = Decimal(10_000)
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})


def totals(asked: Asked, ledger: Ledger, ask: Ask, columns: Sequence[Column]) -> dict[str, Any]:
    """Give the sum of each column of numbers, and the mean progress: three queries at most.

    Columns that may be sorted or filtered are added up by the database; the others row by row up to a
    cap, and it is said where that was reached.
    """
    known = {f.key: f for f in ledger.definition.fields}
    wanted = [known[c.field] for c in columns if c.field and known[c.field].type in _NUMBERS]
    wanted = [f for f in wanted if not f.several and not f.personal]
    keyed = [f.key for f in wanted if f.sortable or f.filterable]
    others = [f.key for f in wanted if f.key not in keyed]
    sums: dict[str, Decimal] = {}
    n, is_cut = 0, False
    if asked.is_past or ledger.listed()[0]:
        n, is_cut = _by_rows(ledger, ask, [*keyed, *others], sums)
    else:
        rows = ledger.own(ask)
        n = rows.aggregate(n=Count("pk"), mean=Avg("progress"))["n"]
        found = ItemKey.objects.filter(register=ledger.register, field__in=keyed)
        summed = found.filter(item__in=rows.values("pk")).order_by().values("field")
        for field, total in summed.annotate(total=Sum("num")).values_list("field", "total"):
            sums[field] = Decimal(total) / _SCALE if total is not None else Decimal(0)
        if others:
            _n, is_cut = _by_rows(ledger, ask, others, sums)
    units = {f.key: f.unit for f in wanted}
    return {
        "n": n,
        "is_cut": is_cut,
        "sums": {f"field:{k}": _said(v, units[k]) for k, v in sums.items()},
    }


def _by_rows(
    ledger: Ledger, ask: Ask, keys: Sequence[str], sums: dict[str, Decimal]
) -> tuple[int, bool]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    known = {f.key: f for f in ledger.definition.fields}
    n = 0
    for row in ledger.stream(ask, ("pk", "code", "fields"), CAP + 1):
        n += 1
        if n > CAP:
            break
        for key in keys:
            value = row.value(known[key])
            if value not in (None, ""):
                found[key] += Decimal(str(value))
    sums.update(found)
    return min(n, CAP), n > CAP


def _said(number: Decimal, unit: str) -> str:
    text = f"{number.normalize():,f}"
    return f"{text} {unit}".rstrip()
