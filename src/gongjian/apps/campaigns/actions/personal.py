"""Personal fields are read, looked up and destroyed, and each time the book tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.models import Disclosure
from gongjian.apps.campaigns.personal import destroy_key, is_sealed, keys_of_cases
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.campaigns.models import Campaign, Item, Register

LOOKUP = "lookup"


@action("campaigns.reveal")
def reveal(book: Book, item: Item, fields: Sequence[str]) -> dict[str, Any]:
    """Tell that personal fields are read in clear; the values themselves are never in the book."""
    if not book.act.reason.strip():
        raise ActionError("reveal.reason_missing")
    closed = [k for k in fields if is_sealed(item.fields.get(k))]
    if not closed:
        raise ActionError("reveal.nothing", item=item.code)
    if not keys_of_cases([item.pk]):
        raise ActionError("item.key_destroyed", item=item.code)
    book.campaign_id = item.campaign_id
    book.insert(_disclosure(book, item, closed, reason=book.act.reason.strip()[:300]))
    return {"item": item.code, "fields": closed}


@action("campaigns.look_up")
def look_up(
    book: Book, campaign: Campaign, register: Register, field: str, found: Sequence[Item]
) -> dict[str, Any]:
    """Tell that a personal field was searched, also where nothing was found; never for what."""
    book.campaign_id = campaign.pk
    book.insert(*(_disclosure(book, item, [field], reason=LOOKUP) for item in found))
    return {"register": register.key, "field": field, "n": len(found)}


@action("campaigns.erase")
def erase(book: Book, item: Item, confirmed: str) -> dict[str, Any]:
    """Destroy the key of an item's personal fields: nothing brings them back, wherever copies lie.

    The item itself is touched, so that its marks are rebuilt without the key.
    """
    if confirmed.strip() != item.code:
        raise ActionError("erase.not_confirmed", item=item.code)
    closed = [k for k, v in item.fields.items() if is_sealed(v)]
    if not destroy_key(item.pk):
        raise ActionError("erase.nothing", item=item.code)
    book.campaign_id = item.campaign_id
    row = _disclosure(book, item, closed, reason=book.act.reason.strip()[:300])
    row.kind = Disclosure.Kind.ERASED
    book.insert(row)
    book.update(item)
    return {"item": item.code, "fields": closed}


def _disclosure(book: Book, item: Item, fields: Sequence[str], *, reason: str) -> Disclosure:
    return Disclosure(
        campaign_id=item.campaign_id,
        item=item,
        fields=list(fields),
        by=None if book.act.by == SYSTEM else book.act.by,
        at=book.at,
        reason=reason,
    )
