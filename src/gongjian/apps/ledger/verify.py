"""Prove that the book was not altered, and that the rows follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps

from gongjian.apps.ledger.book import wire
from gongjian.apps.ledger.models import Change, Event, Leaf, Ledgered, Seal, Unsealed
from gongjian.apps.ledger.seal import entry, events_with_changes
from gongjian.kernel.ledger.fold import Book, RowChange, fold
from gongjian.kernel.ledger.merkle import Frontier, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit, by its code; the command line makes a sentence of it."""

    code: str
    table: str = ""
    row: str = ""
    field: str = ""
    event: str = ""
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found."""

    events: int
    rows: int
    size: int
    root: str
    faults: tuple[Fault, ...]


def verify(size: int | None = None, root: str | None = None) -> Verdict:
    """Check events against the sealed log, rows against the events, and a saved root if given."""
    faults: list[Fault] = []
    edge = _check_log(faults, size, root)
    faults.extend(_events_outside_log())
    book = _check_changes(faults)
    n_rows = _check_rows(book, faults)
    return Verdict(Event.objects.count(), n_rows, edge.size, edge.root().hex(), tuple(faults))


def _check_log(faults: list[Fault], size: int | None, root: str | None) -> Frontier:
    """Recompute every leaf and every root on the way."""
    seals = {s.size: bytes(s.root) for s in Seal.objects.all()}
    wanted = dict(seals)
    edge = Frontier()
    for leaf, event, changes in _leaves():
        if leaf.n != edge.size:
            faults.append(Fault("leaf.missing", n=edge.size))
        if event is None:
            faults.append(Fault("event.deleted", event=str(leaf.event_id), n=leaf.n))
        elif leaf_hash(entry(event, changes)) != bytes(leaf.hash):
            faults.append(_edited(event, changes, leaf.n))
        edge = edge.append(bytes(leaf.hash))
        if edge.size in wanted and wanted.pop(edge.size) != edge.root():
            faults.append(Fault("root.differs", n=edge.size))
        if size == edge.size and root is not None and edge.root().hex() != root.lower():
            faults.append(Fault("saved_root.differs", n=size))
    if size is not None and size > edge.size:
        faults.append(Fault("log.cut_off", n=edge.size))
    faults.extend(Fault("log.cut_off", n=edge.size) for lost in wanted if lost > edge.size)
    return edge


def _edited(event: Event, changes: list[Change], n: int) -> Fault:
    first = changes[0] if changes else None
    return Fault(
        "event.edited",
        event=str(event.id),
        table=first.table if first else "",
        row=str(first.row) if first else "",
        n=n,
    )


def _leaves() -> Iterator[tuple[Leaf, Event | None, list[Change]]]:
    """Walk the log in order, a chunk at a time."""
    after = -1
    while chunk := list(Leaf.objects.filter(n__gt=after).order_by("n")[:CHUNK]):
        found = {e.pk: (e, c) for e, c in events_with_changes([x.event_id for x in chunk])}
        for leaf in chunk:
            event, changes = found.get(leaf.event_id, (None, []))
            yield leaf, event, changes
        after = chunk[-1].n


def _events_outside_log() -> list[Fault]:
    """Find events that are neither sealed nor waiting to be: put in past the book."""
    stray = Event.objects.exclude(pk__in=Leaf.objects.values("event_id")).exclude(
        pk__in=Unsealed.objects.values("event_id")
    )
    return [Fault("event.inserted", event=str(pk)) for pk in stray.values_list("pk", flat=True)]


def _check_changes(faults: list[Fault]) -> Book:
    """Fold all changes in the order of versions."""
    changes = Change.objects.order_by("table", "row", "version", "event_id").values_list(
        "event_id", "table", "row", "version", "before", "after"
    )
    book, breaks = fold(
        RowChange(str(e), t, str(r), v, before, after)
        for e, t, r, v, before, after in changes.iterator(chunk_size=CHUNK)
    )
    faults.extend(Fault(f"change.{b.code}", b.table, b.row, b.field, b.event) for b in breaks)
    return book


def _check_rows(book: Book, faults: list[Fault]) -> int:
    """Compare every ledgered row with what the events say of it."""
    n = 0
    for model in apps.get_models():
        if not issubclass(model, Ledgered):
            continue
        for row in model._default_manager.order_by("pk").iterator(chunk_size=CHUNK):
            n += 1
            faults.extend(_row_faults(book, row))
    faults.extend(
        Fault("row.deleted", table, pk, event=said.events[""]) for (table, pk), said in book.items()
    )
    return n


def _row_faults(book: Book, row: Ledgered) -> list[Fault]:
    table = row._meta.label_lower
    said = book.pop((table, str(row.pk)), None)
    if said is None:
        return [Fault("row.inserted", table, str(row.pk))]
    faults = []
    has: dict[str, Any] = {**wire(row), "version": row.version}
    tells = {**said.fields, "version": said.version}
    for name, value in tells.items():
        if name in has and has[name] != value:
            event = said.events.get(name, said.events[""])
            faults.append(Fault("row.edited", table, str(row.pk), name, event))
    return faults
