"""More time (延期): asked before the deadline, agreed by the unit's head, granted or refused by others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.loop.actions.steps import day_of_act, person_of, take
from gongjian.apps.loop.models import Extension

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.ledger.book import Book


@dataclass(frozen=True, slots=True)
class Plea:
    """What is asked for: a new day, and how far it is; the reason stands in the act."""

    due: dt.date
    progress: str
    is_force_majeure: bool = False


@action("loop.ask_extension")
def ask_extension(book: Book, item: Item, plea: Plea, *, roles: frozenset[str]) -> dict[str, Any]:
    """Ask for more time before the deadline, with reason, new date and progress."""
    today = day_of_act(book, item.campaign)
    if item.due is None:
        raise ActionError("extension.no_due", item=item.code)
    if today > item.due:
        raise ActionError("extension.too_late", item=item.code, due=item.due.isoformat())
    if plea.due <= item.due:
        raise ActionError("extension.not_later", due=item.due.isoformat())
    if not plea.progress.strip():
        raise ActionError("extension.no_progress")
    row = Extension(
        campaign_id=item.campaign_id,
        item=item,
        due=item.due,
        asked_due=plea.due,
        reason=book.act.reason.strip()[:500],
        progress=plea.progress.strip(),
        is_force_majeure=plea.is_force_majeure,
        asked_by=person_of(book),
        asked_at=book.at,
    )
    found = take(book, item, "ask_extension", roles)
    book.insert(row)
    return {**found, "extension": str(row.pk)}


@action("loop.grant_extension")
def grant_extension(
    book: Book, item: Item, due: dt.date | None = None, *, roles: frozenset[str]
) -> dict[str, Any]:
    """Grant more time: the reply states the new date, the one asked for or an earlier one."""
    row = _asked(item)
    new = due or row.asked_due
    if not row.due < new <= row.asked_due:
        raise ActionError(
            "extension.not_between", first=row.due.isoformat(), last=row.asked_due.isoformat()
        )
    found = take(book, item, "grant_extension", roles, due=new)
    _decide(book, row, state=Extension.State.GRANTED, granted_due=new)
    return {**found, "due": new.isoformat()}


@action("loop.refuse_extension")
def refuse_extension(book: Book, item: Item, *, roles: frozenset[str]) -> dict[str, Any]:
    """Refuse more time, with a reason."""
    row = _asked(item)
    found = take(book, item, "refuse_extension", roles)
    _decide(book, row, state=Extension.State.REFUSED)
    return found


def _asked(item: Item) -> Extension:
    row: Extension | None = Extension.objects.filter(item=item, state=Extension.State.ASKED).last()
    if row is None:
        raise ActionError("extension.none_asked", item=item.code)
    return row


def _decide(book: Book, row: Extension, **facts: Any) -> None:
    note = book.act.reason.strip()[:500]
    book.update(row, decided_by=person_of(book), decided_at=book.at, decision_note=note, **facts)
