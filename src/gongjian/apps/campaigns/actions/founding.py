"""A campaign is set up from a playbook, or copied from last year's."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.accounts.models import Grant, Role
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.actions.items import add_items, found
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.ledger.book import ROW_CAP, ActionError, Book, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.kernel.model.fields import FieldType
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Battle, Campaign, Register
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

CODE = re.compile(r"^[A-Z][A-Z0-9]{1,11}$")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken over of each item of a former campaign; never evidence, reports, personal values."""

    responsibilities: bool = True
    fields: bool = True
    dates: bool = True  # moved by what lies between the two starts; else left blank


@action("campaigns.create")
def create_campaign(
    book: Book, campaign: Campaign, playbook_text: str, battles: Sequence[Battle]
) -> dict[str, Any]:
    """Set up a campaign that has no paper; whoever does runs it."""
    _refuse_malformed(campaign)
    found(book, campaign, playbook_text, battles)
    let_in(book, campaign)
    return {"campaign": campaign.code, "items": 0}


@action("campaigns.copy")
def copy_campaign(  # what a copy consists of
    book: Book,
    campaign: Campaign,
    playbook_text: str,
    battles: Mapping[UUID | None, Battle],
    items: Sequence[Item],
    taken: Taken,
) -> dict[str, Any]:
    """Set a campaign up as a former one was, with some of its items, all in their first state.

    `battles` are the new ones by the id of the former; items of a battle that is not taken over stand
    in none.
    """
    _refuse_malformed(campaign)
    playbook, registers = found(book, campaign, playbook_text, list(battles.values()))
    let_in(book, campaign)
    made, roles = _copies(campaign, playbook, registers, items, taken)
    n = len(made) + len(roles)
    if n > ROW_CAP - 1000:  # the campaign itself has some as well
        raise ActionError("campaign.copy_too_large", n=n, limit=ROW_CAP)
    for was, item in made.items():
        item.battle = battles.get(was.battle_id) if was.battle_id else None
    past = [i for i in made.values() if i.due and i.due > campaign.end_on]
    for item in past:
        item.due = None  # it is asked for again in a round
    add_items(book, campaign, list(made.values()), roles)
    return {"campaign": campaign.code, "items": len(made), "undated": len(past)}


def _refuse_malformed(campaign: Campaign) -> None:
    if not CODE.match(campaign.code):
        raise ActionError("campaign.code_malformed", campaign=campaign.code)
    if len(campaign.name) > 160:
        raise ActionError("campaign.name_too_long", n=len(campaign.name), limit=160)


def let_in(book: Book, campaign: Campaign) -> None:
    """Whoever creates a campaign runs it, unless they run every campaign already."""
    day = clock.day_of(book.at)
    wide = {"campaign_id": None, "org": None, "item_id": None}
    held = Grant.objects.filter(on_day(day), person=book.act.by, role=Role.OFFICE, **wide)
    if book.act.by != SYSTEM and not held.exists():
        book.insert(Grant(person_id=book.act.by, role=Role.OFFICE, campaign_id=campaign.pk))


def _copies(
    campaign: Campaign,
    playbook: Playbook,
    registers: Mapping[str, Register],
    items: Sequence[Item],
    taken: Taken,
) -> tuple[dict[Item, Item], list[Responsibility]]:
    """Make the new rows, each after the one above it."""
    made: dict[Item, Item] = {}
    by_id: dict[UUID, Item] = {}
    start = campaign.former.start_on if campaign.former else campaign.start_on
    moved = campaign.start_on - start
    for was in sorted(items, key=lambda i: (i.depth, i.code)):
        if register := registers.get(was.register.key):
            item = _copy(was, campaign, playbook.register(register.key), taken, moved)
            item.register = register
            item.state = playbook.workflow_of(register.key).initial
            item.parent = by_id.get(was.parent_id) if was.parent_id else None
            made[was] = by_id[was.pk] = item
    return made, _roles(campaign, made) if taken.responsibilities else []


def _copy(
    was: Item, campaign: Campaign, register: RegisterDef, taken: Taken, moved: dt.timedelta
) -> Item:
    item = Item(campaign=campaign, title=was.title)
    if taken.dates:
        item.start_on = was.start_on + moved if was.start_on else None
        item.due = was.due + moved if was.due else None
    if taken.fields:
        item.fields = _fields(was, register)
    if taken.responsibilities:
        item.org_id = was.org_id
    return item


def _fields(was: Item, register: RegisterDef) -> dict[str, Any]:
    """Take over what the register still knows; files are evidence, and personal values stay behind."""
    known = {
        f.key
        for f in register.fields
        if not f.personal and f.compute is None and f.type is not FieldType.FILE
    }
    return {k: v for k, v in was.fields.items() if k in known and not isinstance(v, dict)}


def _roles(campaign: Campaign, made: Mapping[Item, Item]) -> list[Responsibility]:
    """Copy who is what today; those whose time has run out stay behind."""
    by_id = {was.pk: item for was, item in made.items()}
    first = next(iter(made), None)
    if first is None:
        return []
    rows = Responsibility.objects.filter(campaign=first.campaign_id, until=None)
    return [
        Responsibility(
            campaign=campaign,
            item=by_id[r.item_id],
            role=r.role,
            order=r.order,
            org_id=r.org_id,
            post_id=r.post_id,
            group_id=r.group_id,
            printed=r.printed,
        )
        for r in rows
        if r.item_id in by_id
    ]
