"""Tallies by moves: an action only adds moves, a leased folder merges them, readers sum both.

Why: a counter row that every writer updates is a queue; a row that every writer inserts is not.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Sum

from gongjian.apps.campaigns.models import Cell, DayClosed, Tally, TallyDay, TallyMove
from gongjian.apps.ledger import gate
from gongjian.apps.ledger.seal import take_lease

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import Q

Key = tuple[Any, ...]  # battle, org, register, access class, measure
FULL_COPY_EVERY = 30  # days
FOLD_BATCH = 5000


def add_moves(campaign_id: UUID, moves: Mapping[Key, int]) -> None:
    """Add what an action or the tick changed; the gate must be open."""
    TallyMove.objects.bulk_create(
        [
            TallyMove(campaign_id=campaign_id, n=n, **dict(zip(Cell.KEY, key, strict=True)))
            for key, n in moves.items()
            if n
        ],
        batch_size=500,
    )


def sums(campaign_id: UUID, seen: Q) -> dict[Key, int]:
    """Give every cell that a person may see as it stands now: one statement, exact at once."""
    columns = [*Cell.KEY, "n"]
    merged = Tally.objects.filter(seen, campaign=campaign_id).values_list(*columns)
    moves = TallyMove.objects.filter(seen, campaign=campaign_id).order_by()
    moving = moves.values(*Cell.KEY).annotate(total=Sum("n")).values_list(*Cell.KEY, "total")
    total: Counter[Key] = Counter()
    for *key, n in merged.order_by().union(moving, all=True):
        total[tuple(key)] += n
    return {key: n for key, n in total.items() if n}


def totals(campaign_id: UUID, seen: Q) -> Counter[str]:
    """Give the sums by measure over the cells asked for, added up by the database: one statement."""
    merged = Tally.objects.filter(seen, campaign=campaign_id).order_by()
    moves = TallyMove.objects.filter(seen, campaign=campaign_id).order_by()
    parts = [t.values("measure").annotate(total=Sum("n")) for t in (merged, moves)]
    total: Counter[str] = Counter()
    first, second = (p.values_list("measure", "total") for p in parts)
    for measure, n in first.union(second, all=True):
        total[measure] += n
    return total


def fold(holder: str = "folder") -> int:
    """Merge waiting moves into the tallies; gives how many were merged."""
    if not take_lease("tally", holder):
        return 0
    merged = 0
    while n := _fold_batch():
        merged += n
    return merged


def _fold_batch() -> int:
    with transaction.atomic(), gate.opened():
        moves = list(TallyMove.objects.order_by("pk")[:FOLD_BATCH])
        by_cell: dict[tuple[UUID, Key], int] = defaultdict(int)
        for move in moves:
            by_cell[move.campaign_id, move.cell()] += move.n
        _merge(by_cell)
        gone, _ = TallyMove.objects.filter(pk__in=[m.pk for m in moves]).delete()
        if gone != len(moves):
            # Another folder took over after our lease ran out: leave everything to it.
            raise RuntimeError("tally moves were merged by another folder")
    return len(moves)


def _merge(by_cell: Mapping[tuple[UUID, Key], int]) -> None:
    keys = {cell_key(key): (campaign, key, n) for (campaign, key), n in by_cell.items()}
    found = Tally.objects.filter(key__in=keys, campaign__in={c for c, _ in by_cell})
    there = {(t.campaign_id, t.key): t for t in found}
    changed, made = [], []
    for digest, (campaign, key, n) in keys.items():
        if tally := there.get((campaign, digest)):
            tally.n += n
            changed.append(tally)
        else:
            named = dict(zip(Cell.KEY, key, strict=True))
            made.append(Tally(campaign_id=campaign, key=digest, n=n, **named))
    Tally.objects.bulk_update(changed, ["n"], batch_size=500)
    Tally.objects.bulk_create(made, batch_size=500)


def cell_key(key: Key) -> str:
    """Give a digest of a cell, so that the database can hold cells apart where parts are null."""
    return sha256("|".join(str(part) for part in key).encode()).hexdigest()


def close_day(campaign_id: UUID, day: dt.date, now: Mapping[Key, int]) -> int:
    """Store the cells that changed on a day, all of them every 30 days; gives how many rows."""
    last_full = DayClosed.objects.filter(campaign=campaign_id, is_full=True, day__lt=day)
    newest = last_full.aggregate(day=Max("day"))["day"]
    is_full = newest is None or (day - newest).days >= FULL_COPY_EVERY
    before = {} if is_full else stored(campaign_id, day - dt.timedelta(days=1), None)
    rows = [
        TallyDay(campaign_id=campaign_id, day=day, n=n, **dict(zip(Cell.KEY, key, strict=True)))
        for key, n in _differences(before, now)
    ]
    with transaction.atomic(), gate.opened():
        TallyDay.objects.filter(campaign=campaign_id, day=day).delete()
        DayClosed.objects.filter(campaign=campaign_id, day=day).delete()
        TallyDay.objects.bulk_create(rows, batch_size=500)
        DayClosed(campaign_id=campaign_id, day=day, is_full=is_full).save(force_insert=True)
    return len(rows)


def _differences(before: Mapping[Key, int], now: Mapping[Key, int]) -> Iterable[tuple[Key, int]]:
    for key in {**before, **now}:
        n = now.get(key, 0)
        if before.get(key, 0) != n:
            yield key, n


def stored(campaign_id: UUID, day: dt.date, seen: Q | None) -> dict[Key, int]:
    """Give the cells as they stood when a day ended: two queries. Empty before the first day."""
    full = DayClosed.objects.filter(campaign=campaign_id, is_full=True, day__lte=day)
    since = full.aggregate(day=Max("day"))["day"]
    if since is None:
        return {}
    rows = TallyDay.objects.filter(campaign=campaign_id, day__gte=since, day__lte=day)
    if seen is not None:
        rows = rows.filter(seen)
    cells: dict[Key, int] = {}
    for *key, n in rows.order_by("day").values_list(*Cell.KEY, "n"):
        cells[tuple(key)] = n
    return {key: n for key, n in cells.items() if n}


def on_days(
    campaign_id: UUID, days: Iterable[dt.date], measures: Iterable[str], seen: Q
) -> dict[dt.date, dict[Key, int]]:
    """Give the cells of some measures as they stood when each of some days ended: two queries.

    A day that was not stored reads as the last one stored before it; none before is empty.
    """
    wanted = sorted(set(days))
    if not wanted:
        return {}
    closed = DayClosed.objects.filter(campaign=campaign_id, day__lte=wanted[-1]).order_by("day")
    full = dict(closed.values_list("day", "is_full"))
    rows = TallyDay.objects.filter(
        seen, campaign=campaign_id, measure__in=set(measures), day__lte=wanted[-1]
    )
    by_day: dict[dt.date, list[tuple[Key, int]]] = defaultdict(list)
    for day, *key, n in rows.order_by("day").values_list("day", *Cell.KEY, "n"):
        by_day[day].append((tuple(key), n))
    found: dict[dt.date, dict[Key, int]] = {}
    cells: dict[Key, int] = {}
    stored_days = iter([*full, dt.date.max])
    at = next(stored_days)
    for day in wanted:
        while at <= day:
            cells = dict(by_day[at]) if full[at] else {**cells, **dict(by_day[at])}
            at = next(stored_days)
        found[day] = {key: n for key, n in cells.items() if n}
    return found


def trend(
    campaign_id: UUID, measures: Iterable[str], seen: Q
) -> list[tuple[dt.date, dict[str, int]]]:
    """Give the sums of some measures for every stored day: two queries."""
    wanted = set(measures)
    days = list(DayClosed.objects.filter(campaign=campaign_id).order_by("day"))
    rows = TallyDay.objects.filter(seen, campaign=campaign_id, measure__in=wanted).order_by("day")
    by_day: dict[dt.date, list[tuple[Key, int]]] = defaultdict(list)
    for day, *key, n in rows.values_list("day", *Cell.KEY, "n"):
        by_day[day].append((tuple(key), n))
    cells: dict[Key, int] = {}
    result = []
    for closed in days:
        if closed.is_full:
            cells = {}
        cells.update(by_day[closed.day])
        total: Counter[str] = Counter()
        for key, n in cells.items():
            total[key[-1]] += n
        result.append((closed.day, {m: total[m] for m in wanted}))
    return result
