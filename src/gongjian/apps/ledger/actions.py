"""Undo: the inverse change-set, as an action of its own."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import ProtectedError

from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import Change, Event, Ledgered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    Key = tuple[str, UUID]


@action("ledger.undo")
def undo(book: Book, event_id: UUID) -> dict[str, Any]:
    """Take an event back, all of it or nothing: refused where one of its rows has since moved.

    1. The changes are gathered by row, the rows fetched: one query a table.
    2. Rows that the event made are removed, the last first; changed ones get back what they had;
       removed ones come again under their id, with the next version.
    """
    event = Event.objects.get(pk=event_id)
    book.campaign_id = event.campaign_id
    by_row: dict[Key, list[Change]] = defaultdict(list)
    for change in Change.objects.filter(event=event).order_by("-n"):
        by_row[change.table, change.row].append(change)
    if not by_row:
        raise ActionError("undo.nothing")
    rows = _rows(list(by_row))
    try:
        for key, changes in by_row.items():
            _take_back(book, changes, rows.get(key))
    except ProtectedError as error:
        raise ActionError("undo.in_use") from error
    return {"undone": str(event_id), "rows": len(by_row)}


def _model(table: str) -> type[Ledgered]:
    model = apps.get_model(table)
    if not issubclass(model, Ledgered):
        raise TypeError(table)
    return model


def _rows(keys: Sequence[Key]) -> dict[Key, Ledgered]:
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for table, pk in keys:
        wanted[table].append(pk)
    return {
        (table, row.pk): row
        for table, ids in wanted.items()
        for row in _model(table)._default_manager.in_bulk(ids).values()
    }


def _take_back(book: Book, changes: Sequence[Change], row: Ledgered | None) -> None:
    """Take back what one event did to one row, its newest change first."""
    newest, oldest = changes[0], changes[-1]
    if newest.after is None:
        _bring_back(book, changes, row)
        return
    if row is None or row.version != newest.version:
        raise ActionError("undo.moved", row=str(newest.row))
    if oldest.before is None:
        book.delete(row)
        return
    columns = {f.attname: f for f in row.fact_columns()}
    before = _before(changes)
    book.update(row, **{n: columns[n].to_python(v) for n, v in before.items()})


def _before(changes: Sequence[Change]) -> dict[str, Any]:
    """Give what the row had before the oldest of the changes, as far as they touched it."""
    before: dict[str, Any] = {}
    for change in changes:
        before |= change.before or {}
    return before


def _bring_back(book: Book, changes: Sequence[Change], row: Ledgered | None) -> None:
    removed = changes[0]
    same = Change.objects.filter(table=removed.table, row=removed.row)
    if row is not None or same.filter(version__gt=removed.version).exists():
        raise ActionError("undo.moved", row=str(removed.row))
    if changes[-1].before is None:
        return
    model = _model(removed.table)
    book.insert(model.load(_before(changes), removed.row, removed.version + 1))
