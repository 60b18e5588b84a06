"""A second look (回头看): it holds, or it was closed on paper and is opened again and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.loop.actions.steps import person_of, take
from gongjian.apps.loop.models import Movement, Revisit
from gongjian.lib import clock

if TYPE_CHECKING:
    from gongjian.apps.ledger.book import Book

LOOKERS = frozenset({"office", "inspector"})


@action("loop.record_revisit")
def record_revisit(
    book: Book, row: Revisit, *, held: bool, roles: frozenset[str]
) -> dict[str, Any]:
    """Write down what a second look found; what has slipped is opened again. Never by who asked for the close-out."""
    item = row.item
    if not roles & LOOKERS:
        raise PermissionDenied
    if row.state != Revisit.State.DUE:
        raise ActionError("revisit.done", item=item.code)
    if not book.act.reason.strip():
        raise ActionError("revisit.no_note")
    by = person_of(book)
    asked = Movement.objects.filter(item=item, step__in=("request_close", "submit")).last()
    if by is not None and by in {item.reported_by, asked.by if asked else None}:
        raise ActionError("revisit.own", item=item.code)
    day = clock.day_of(book.at, item.campaign.zone)
    book.campaign_id = item.campaign_id
    state = Revisit.State.HELD if held else Revisit.State.SLIPPED
    book.update(row, state=state, note=book.act.reason.strip()[:500], by=by, at=book.at, on=day)
    if held:
        return {"item": item.code, "state": item.state}
    return take(book, item, "reopen", roles)
