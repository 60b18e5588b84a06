"""Who is what to an item: duties given and taken away, the accountable org with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.accounts.models import Org, Post
from gongjian.apps.campaigns.models import Responsibility
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.lib import clock

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Item

_ACCOUNTABLE = ("lead", "owner")  # the first lead, else the first owner


@action("campaigns.add_duty")
def add_duty(book: Book, item: Item, role: str, holder: Org | Post) -> dict[str, Any]:
    """Give an org or a post a duty towards an item."""
    if role not in Responsibility.Role.values:
        raise ActionError("duty.no_such_role", role=role)
    book.campaign_id = item.campaign_id
    there = list(item.responsibilities.filter(role=role))
    day = clock.day_of(book.at, item.campaign.zone)
    own = (holder.pk, None) if isinstance(holder, Org) else (None, holder.pk)
    if any((r.org_id, r.post_id) == own and in_force(r, day) for r in there):
        raise ActionError("duty.exists", holder=str(holder))
    row = Responsibility(
        campaign_id=item.campaign_id,
        item=item,
        role=role,
        order=max((r.order for r in there), default=-1) + 1,
        org=holder if isinstance(holder, Org) else None,
        post=holder if isinstance(holder, Post) else None,
        printed=str(holder)[:120],
    )
    book.insert(row)
    _settle(book, item, row.role)
    return {"item": item.code, "duty": str(row.pk)}


@action("campaigns.remove_duty")
def remove_duty(book: Book, duty: Responsibility) -> dict[str, Any]:
    """Take back a duty that was given by mistake; one that moves on a date is another action."""
    item = duty.item
    book.campaign_id = item.campaign_id
    book.delete(duty)
    _settle(book, item, duty.role)
    return {"item": item.code, "duty": str(duty.pk)}


def _settle(book: Book, item: Item, role: str) -> None:
    """Make the accountable org follow from the duties."""
    if role not in _ACCOUNTABLE:
        return
    day = clock.day_of(book.at, item.campaign.zone)
    rows = item.responsibilities.filter(role__in=_ACCOUNTABLE, org__isnull=False)
    held = sorted(
        (r for r in rows if in_force(r, day)), key=lambda r: (_ACCOUNTABLE.index(r.role), r.order)
    )
    org_id = held[0].org_id if held else None
    if org_id != item.org_id:
        book.update(item, org_id=org_id)
