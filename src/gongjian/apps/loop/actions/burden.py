"""Part of actions that ask orgs for something: above the cap only with a reason; nothing is forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop.queries.burden import over_cap
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Book

NAMED = 20  # orgs that the refusal names


def weigh(book: Book, campaign: Campaign, more: Mapping[UUID, int], reason: str) -> int:
    """Give how many orgs are asked for more than the cap this week; without a reason it is refused.

    Two offices that ask in the same moment do not see each other: it warns, it does not lock.
    """
    day = min(clock.day_of(book.at, campaign.zone), today_of(campaign))
    over = over_cap(campaign, more, day)
    if over and not reason.strip():
        orgs = Org.objects.in_bulk([o.org for o in over[:NAMED]])
        named = [f"{orgs[o.org].short_name} +{o.by}" for o in over[:NAMED]]
        raise ActionError("burden.over_cap", n=len(over), cap=over[0].cap, orgs=named)
    return len(over)
