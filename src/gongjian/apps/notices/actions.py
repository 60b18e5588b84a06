"""Parts of actions that tell somebody something, and that settle what was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.notices.models import Notice
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from gongjian.apps.ledger.book import Book


def tell(book: Book, notices: Iterable[Notice]) -> int:
    """Put rows into inboxes; one that tells an org of the same thing again takes the older one's place."""
    rows = list(notices)
    older = Notice.objects.filter(
        about__in={n.about for n in rows if n.about}, done_on=None, org__in={n.org_id for n in rows}
    )
    now = {(n.about, n.org_id, n.access_class) for n in rows}
    again = [n for n in older if (n.about, n.org_id, n.access_class) in now]
    if again:
        book.update_many(again, done_on=clock.day_of(book.at))
    for row in rows:
        row.at = book.at
        row.campaign_id = book.campaign_id
    book.insert(*rows)
    return len(rows)


def settle(
    book: Book, codes: Iterable[str], told: Collection[tuple[UUID, UUID, str | None]], day: dt.date
) -> int:
    """Say that what orgs were told (about, org, access class or None for any) is done; gives how many."""
    rows = Notice.objects.filter(
        code__in=set(codes),
        about__in={about for about, _org, _closeness in told},
        org__in={org for _about, org, _closeness in told},
        done_on=None,
    )
    open_ones = [
        n for n in rows if any((n.about, n.org_id, c) in told for c in (n.access_class, None))
    ]
    if open_ones:
        book.update_many(open_ones, done_on=day)
    return len(open_ones)
