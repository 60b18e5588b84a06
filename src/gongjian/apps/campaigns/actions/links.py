"""Links between items, and the other registers in which an item is listed (登记)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.codes import reserve
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item, ItemLink, Listing, Register
from gongjian.apps.campaigns.related import own_columns
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.kernel.playbook.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.apps.campaigns.models import Battle
    from gongjian.kernel.model.playbook import LinkDef


@action("campaigns.link")
def link_items(
    book: Book, source: Item, target: Item, kind: str, *, note: str = ""
) -> dict[str, Any]:
    """Link two items by a kind that the source's playbook declares, within what it allows."""
    playbook = playbook_in_force(source.campaign)
    link = next((one for one in playbook.links if one.key == kind), None)
    if link is None:
        raise ActionError("link.no_such_kind", kind=kind)
    if source.pk == target.pk:
        raise ActionError("link.to_itself", item=source.code)
    for item, allowed in ((source, link.sources), (target, link.targets)):
        if allowed and item.register.key not in allowed:
            raise ActionError("link.wrong_register", item=item.code, link=link.label)
    book.campaign_id = source.campaign_id
    book.lock([source, target])
    _refuse_too_many(link, source, target)
    row = ItemLink(
        campaign_id=source.campaign_id, kind=kind, source=source, target=target, note=note[:300]
    )
    book.insert(row)
    return {"link": str(row.pk), "source": source.code, "target": target.code}


def _refuse_too_many(link: LinkDef, source: Item, target: Item) -> None:
    same = ItemLink.objects.filter(kind=link.key)
    if same.filter(source=source, target=target).exists():
        raise ActionError("link.exists", item=target.code)
    if link.one_source and same.filter(target=target).exists():
        raise ActionError("link.has_source", item=target.code, link=link.back)
    if link.one_target and same.filter(source=source).exists():
        raise ActionError("link.has_target", item=source.code, link=link.label)


@action("campaigns.unlink")
def unlink(book: Book, link: ItemLink) -> dict[str, Any]:
    """Remove a link; history keeps it."""
    book.campaign_id = link.campaign_id
    book.delete(link)
    return {"link": str(link.pk), "source": link.source.code, "target": link.target.code}


@action("campaigns.list_item")
def list_item(
    book: Book,
    item: Item,
    register: Register,
    *,
    number: str = "",
    battle: Battle | None = None,
    fields: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """List an item in another register, of this campaign or another, with a number of its own there.

    Without a number it takes the next one of that register's counter.
    """
    if register.pk == item.register_id:
        raise ActionError("listing.at_home", item=item.code)
    book.lock([register])  # two who list at once get two numbers, and the second is told
    if Listing.objects.filter(register=register, item=item).exists():
        raise ActionError("listing.exists", item=item.code)
    book.campaign_id = register.campaign_id
    kept = _own(item, register, fields or {})
    if number:
        _refuse_taken(register, number)
    else:
        n = reserve(register.pk, 1)
        number = f"{register.campaign.code}-{register.code_prefix}-{n:03d}"
    row = Listing(
        campaign_id=register.campaign_id,
        register=register,
        item=item,
        battle=battle,
        number=number,
        fields={k: v for k, v in kept.items() if not is_blank(v)},
    )
    book.insert(row)
    return {"item": item.code, "listing": str(row.pk), "number": number}


@action("campaigns.edit_listing")
def edit_listing(
    book: Book,
    listing: Listing,
    *,
    number: str,
    battle: Battle | None = None,
    fields: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Change what only that register holds of an item: number, battle and columns there."""
    if not number:
        raise ActionError("listing.number_missing")
    if number != listing.number:
        _refuse_taken(listing.register, number)
    book.campaign_id = listing.campaign_id
    changed = _own(listing.item, listing.register, fields or {})
    laid = {k: v for k, v in {**listing.fields, **changed}.items() if not is_blank(v)}
    book.update(listing, number=number, battle=battle, fields=laid)
    return {"item": listing.item.code, "number": number}


@action("campaigns.unlist")
def unlist(book: Book, listing: Listing) -> dict[str, Any]:
    """Take an item off another register; it stays in its own."""
    book.campaign_id = listing.campaign_id
    book.delete(listing)
    return {"item": listing.item.code, "number": listing.number}


def _own(item: Item, register: Register, fields: Mapping[str, Any]) -> dict[str, Any]:
    there = playbook_in_force(register.campaign).register(register.key)
    home = playbook_in_force(item.campaign).register(item.register.key)
    own = {f.key for f in own_columns(there, home)}
    if unknown := set(fields) - own:
        raise ActionError("item.not_editable", fields=sorted(unknown))
    return dict(fields)


def _refuse_taken(register: Register, number: str) -> None:
    listed = Listing.objects.filter(register=register, number=number).exists()
    if listed or Item.objects.filter(register=register, code=number).exists():
        raise ActionError("listing.number_taken", number=number)
