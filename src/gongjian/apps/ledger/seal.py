"""The sealer: numbers committed events and appends them to one log; and what checks it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from gongjian.apps.ledger.models import Change, Event, Leaf, Lease, Seal, Unsealed
from gongjian.kernel.ledger.fold import canonical
from gongjian.kernel.ledger.merkle import Frontier, leaf_hash
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BATCH = 1000


def entry(event: Event, changes: Iterable[Change]) -> bytes:
    """Write an event with its changes as the bytes that are sealed."""
    head: dict[str, Any] = {
        "id": str(event.id),
        "campaign": str(event.campaign_id or ""),
        "actor": str(event.actor_id),
        "on_behalf_of": str(event.on_behalf_of_id or ""),
        "action": event.action,
        "request": event.request_id,
        "reason": event.reason,
        "origin": event.origin,
        "outcome": event.outcome,
        "at": event.at.astimezone(dt.UTC).isoformat(),
        "recorded_at": event.recorded_at.astimezone(dt.UTC).isoformat(),
        "schema": event.schema,
    }
    rows = [[c.n, c.table, str(c.row), c.version, c.before, c.after] for c in changes]
    return canonical([head, rows])


def take_lease(name: str, holder: str, seconds: int = 30) -> bool:
    """Become the only one who does a job, for a while; a lease that ran out may be taken over."""
    now = clock.now()
    until = now + dt.timedelta(seconds=seconds)
    Lease.objects.bulk_create([Lease(name=name, holder="", until=now)], ignore_conflicts=True)
    free = Lease.objects.filter(name=name, until__lte=now) | Lease.objects.filter(
        name=name, holder=holder
    )
    return bool(free.update(holder=holder, until=until))


def seal(holder: str = "sealer") -> Seal | None:
    """Seal every committed event that has no number yet; the newest seal, or None before the first.

    Only one sealer works at a time: the lease keeps others away, and two that slip through meet at
    the leaf's primary key, where the later one fails and changes nothing.
    """
    if take_lease("sealer", holder):
        while _seal_batch():
            pass
    return Seal.objects.order_by("-size").first()


def _seal_batch() -> bool:
    with transaction.atomic():
        waiting = Unsealed.objects.order_by("event_id")
        if connection.features.has_select_for_update:
            waiting = waiting.select_for_update()
        ids = [u.event_id for u in waiting[:BATCH]]
        if not ids:
            return False
        last = Seal.objects.order_by("-size").first()
        edge = _edge(last)
        leaves = []
        for event, changes in events_with_changes(ids):
            hashed = leaf_hash(entry(event, changes))
            leaves.append(Leaf(n=edge.size, event_id=event.id, hash=hashed))
            edge = edge.append(hashed)
        Leaf.objects.bulk_create(leaves, batch_size=500)
        Unsealed.objects.filter(event_id__in=ids).delete()
        Seal(
            size=edge.size, root=edge.root(), peaks=b"".join(edge.peaks), sealed_at=clock.now()
        ).save(force_insert=True)
    return len(ids) == BATCH


def _edge(last: Seal | None) -> Frontier:
    if last is None:
        return Frontier()
    peaks = bytes(last.peaks)
    return Frontier(last.size, tuple(peaks[i : i + 32] for i in range(0, len(peaks), 32)))


def events_with_changes(ids: list[Any]) -> Iterator[tuple[Event, list[Change]]]:
    """Give events in the order of their ids, each with its changes in order: two queries."""
    events = Event.objects.filter(pk__in=ids).order_by("pk")
    by_event: dict[Any, list[Change]] = {pk: [] for pk in ids}
    for change in Change.objects.filter(event_id__in=ids).order_by("n"):
        by_event[change.event_id].append(change)
    for event in events:
        yield event, by_event[event.pk]
