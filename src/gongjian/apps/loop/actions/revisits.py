"""A second look (回头看): it holds, or it was closed on paper and is opened again and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.loop.actions.steps import person_of, take
from gongjian.apps.loop.models import Movement, Revisit
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.apps.ledger.book import Book

SAMPLE, SAMPLE_CAP = "sample", 200
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


@action("loop.draw_revisits")
def draw_revisits(
    book: Book, campaign: Campaign, items: Sequence[Item], due: dt.date, *, seed: str
) -> dict[str, Any]:
    """Set second looks at a sample; its seed stays in the book, so that anybody can draw it again."""
    if not items:
        raise ActionError("revisit.none_drawn")
    if len(items) > SAMPLE_CAP:
        raise ActionError("revisit.too_many", limit=SAMPLE_CAP)
    book.campaign_id = campaign.pk
    rows = [Revisit(campaign=campaign, item=item, limit=SAMPLE, due=due) for item in items]
    book.insert(*rows)
    return {"seed": seed, "items": [item.code for item in items], "due": due.isoformat()}
