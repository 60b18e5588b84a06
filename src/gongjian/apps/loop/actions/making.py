"""Items that an action makes beside another one, linked with it and kept as closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gongjian.apps.accounts.models import AccessClass, Org, Post
from gongjian.apps.campaigns.actions import add_items
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign, Item, ItemLink, Register, Responsibility
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop.queries.decisions import link_between
from gongjian.kernel.model.workflow import StateCategory
from gongjian.kernel.playbook.values import FieldError, is_blank, missing, parse
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.apps.ledger.book import Book
    from gongjian.kernel.model.playbook import Playbook, RegisterDef


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an item is made of: fields as they were typed, and who is what to it."""

    title: str
    due: dt.date | None
    org: Org | None
    fields: Mapping[str, str] = field(default_factory=dict)
    duties: Sequence[tuple[str, Org | Post]] = ()


def make_beside(book: Book, beside: Item, register: str, sheet: Sheet) -> Item:
    """Make an item in another register, in force from today, linked with the one beside it.

    In an open register it is kept as closely as what it speaks of.
    """
    campaign, playbook = beside.campaign, playbook_in_force(beside.campaign)
    book.campaign_id = campaign.pk
    shape = playbook.register(register)
    made = Item(
        campaign=campaign,
        register=Register.objects.get(campaign=campaign, key=register),
        battle_id=beside.battle_id,
        title=sheet.title.strip()[:300],
        org=sheet.org,
        due=sheet.due,
        state=_first_state(playbook, register),
        issued_on=clock.day_of(book.at, campaign.zone),
        fields=_fields(shape, sheet.fields),
    )
    if lacking := missing(shape, made.fields, made.state):
        raise ActionError("item.field_required", fields=[shape.field(k).label for k in lacking])
    add_items(book, campaign, [made], list(_duties(made, sheet.duties)))
    if made.access_class == AccessClass.OPEN != beside.access_class:
        book.update(made, access_class=beside.access_class)
    _link(book, playbook, made, beside)
    return made


def day_of(book: Book, campaign: Campaign) -> dt.date:
    """Give the day an action is of, by the campaign's clock; an example's stands where it stopped."""
    at = book.act.at
    return clock.day_of(at, campaign.zone) if at else today_of(campaign)


def _first_state(playbook: Playbook, register: str) -> str:
    workflow = playbook.workflow_of(register)
    is_planned = workflow.state(workflow.initial).category is StateCategory.PLANNED
    return (workflow.issued if is_planned else "") or workflow.initial


def _fields(shape: RegisterDef, typed: Mapping[str, str]) -> dict[str, Any]:
    """Read what was typed for the fields that the register has; the rest has no place there."""
    read: dict[str, Any] = {}
    for one in shape.fields:
        if one.key in typed and one.compute is None:
            try:
                read[one.key] = parse(one, typed[one.key])
            except FieldError as error:
                raise ActionError(error.code, **error.facts) from error
    return {k: v for k, v in read.items() if not is_blank(v)}


def _duties(made: Item, duties: Sequence[tuple[str, Org | Post]]) -> list[Responsibility]:
    return [
        Responsibility(
            campaign_id=made.campaign_id,
            item=made,
            role=role,
            order=n,
            org=holder if isinstance(holder, Org) else None,
            post=holder if isinstance(holder, Post) else None,
        )
        for n, (role, holder) in enumerate(duties)
    ]


def _link(book: Book, playbook: Playbook, made: Item, beside: Item) -> None:
    found = link_between(playbook, made.register.key, beside.register.key)
    if found is None:
        return
    link, is_forth = found
    source, target = (made, beside) if is_forth else (beside, made)
    row = ItemLink(campaign_id=made.campaign_id, kind=link.key, source=source, target=target)
    book.insert(row)
