"""Rosters (名册): a list of items frozen as it stands, version by version, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max

from gongjian.apps.campaigns.models import Roster
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Register

ROSTER_CAP = 20_000


@action("campaigns.freeze_roster")
def freeze_roster(
    book: Book, register: Register, name: str, members: Sequence[UUID]
) -> dict[str, Any]:
    """Freeze some items of a register as the next version of a named list."""
    if not name.strip():
        raise ActionError("roster.name_missing")
    if not book.act.reason.strip():
        raise ActionError("roster.reason_missing")
    if not members:
        raise ActionError("roster.empty")
    if len(members) > ROSTER_CAP:
        raise ActionError("action.too_many_rows", n=len(members), limit=ROSTER_CAP)
    book.campaign_id = register.campaign_id
    book.lock([register])
    there = Roster.objects.filter(register=register, name=name.strip())
    row = Roster(
        campaign_id=register.campaign_id,
        register=register,
        name=name.strip()[:120],
        n=(there.aggregate(n=Max("n"))["n"] or 0) + 1,
        since=clock.day_of(book.at, register.campaign.zone),
        reason=book.act.reason.strip()[:300],
        members=[str(pk) for pk in members],
    )
    book.insert(row)
    return {"roster": row.name, "n": row.n, "items": len(members)}
