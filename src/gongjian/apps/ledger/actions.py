"""Undo: the inverse change-set, as an action of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import ProtectedError

from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import Change, Event, Ledgered

if TYPE_CHECKING:
    from uuid import UUID


@action("ledger.undo")
def undo(book: Book, event_id: UUID) -> dict[str, Any]:
    """Take an event back; refused where one of its rows has since moved."""
    event = Event.objects.get(pk=event_id)
    book.campaign_id = event.campaign_id
    changes = list(Change.objects.filter(event=event).order_by("-n"))
    for change in changes:
        _take_back(book, change)
    return {"undone": str(event_id), "rows": len(changes)}


def _take_back(book: Book, change: Change) -> None:
    model = apps.get_model(change.table)
    if not issubclass(model, Ledgered):
        raise TypeError(change.table)
    row = model._default_manager.filter(pk=change.row).first()
    if change.after is None:
        if row is not None:
            raise ActionError("undo.moved", row=str(change.row))
        raise ActionError("undo.removed", row=str(change.row))
    if row is None or row.version != change.version:
        raise ActionError("undo.moved", row=str(change.row))
    if change.before is None:
        try:
            book.delete(row)
        except ProtectedError as error:
            raise ActionError("undo.in_use", row=str(change.row)) from error
        return
    columns = {f.attname: f for f in row.fact_columns()}
    book.update(row, **{n: columns[n].to_python(v) for n, v in change.before.items()})
