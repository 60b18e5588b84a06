"""The rows of one register with the whole filter, search and order of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns import actions
from gongjian.apps.campaigns.api.items import ItemOut, Value, battle_of, titled, values_of
from gongjian.apps.campaigns.api.registers import register_for
from gongjian.apps.campaigns.coded import org_coded
from gongjian.apps.campaigns.fields import askable_fields, editable_fields, visible_fields
from gongjian.apps.campaigns.models import Campaign, Item, Responsibility
from gongjian.apps.campaigns.queries import COUNT_CAP, get_item_for
from gongjian.apps.campaigns.registers import Ledger, ask_of
from gongjian.apps.campaigns.told import Teller, sendable
from gongjian.apps.cockpit import queries
from gongjian.kernel.model.fields import FieldType
from gongjian.lib.contract import (
    PAGE,
    After,
    Body,
    Code,
    Day,
    Id,
    Limit,
    Line,
    Unfit,
    answer,
    cursor,
    known_only,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.registers import Row
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.fields import FieldDef

router = Router(tags=["Registers"])
_ASKED = ("q", "battle", "org", "state", "light", "sort", "after", "limit", "day")
_RANGES = {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED, FieldType.DATE}
FIELDS = {
    "name": "f",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "maxProperties": 0,  # named by the register: a client that knows none sends none
        "additionalProperties": {"type": "string"},
    },
    "description": "Conditions on filterable fields, each a parameter of its own: `f.KEY`, and of numbers "
    "and dates `f.KEY.from` and `f.KEY.to`. One that the register does not know is refused.",
}


class ItemIn(Body):
    """A new item."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    parent: Annotated[Code | None, Field(description="code of the item above")] = None
    battle: Id | None = None
    start_on: Day | None = None
    due: Day | None = None
    owner: Annotated[
        Code | None, Field(description="code of the responsible org: it is counted for the item")
    ] = None
    fields: dict[str, Value] = {}
    reason: Line = ""


class RowOut(ItemOut):
    """A row of a register: an item at home there, or one that is listed there."""

    number: Annotated[str, Field(description="its number in this register")]
    is_listed: Annotated[bool, Field(description="at home elsewhere: `fields` are this register's")]


class RowsOut(Schema):
    """One page of a register; `after` leads to the next, `n` stops at 10,000 where there are more."""

    items: list[RowOut]
    after: str | None
    n: int
    is_more: bool
    is_cut: Annotated[bool, Field(description="more are listed here than were looked at")]


@router.get("campaigns/{code}/registers/{key}/items", **reads(RowsOut, parameters=[FIELDS]))
def list_rows(  # noqa: PLR0913, PLR0917  # one argument a filter, as the contract shows them
    request: HttpRequest,
    code: str,
    key: str,
    q: Annotated[str, Query(max_length=100, description="part of a title or a code")] = "",
    battle: Annotated[str, Query(description="id of a battle")] = "",
    org: Annotated[str, Query(description="code, name or id of the accountable org")] = "",
    state: Annotated[str, Query(max_length=32)] = "",
    light: Annotated[str, Query(max_length=16)] = "",
    sort: Annotated[str, Query(description="code, due, start_on, progress, light or f.KEY")] = "",
    day: Annotated[Day | None, Query(description="as the register stood when a day ended")] = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Any:
    """Give one page of a register, filtered and in the order asked for; a minus turns it round."""
    seen = seen_by(request)
    campaign, register, _playbook = register_for(seen, code, key)
    asked = queries.ask(seen, campaign, day)
    definition = asked.playbook.register(key)
    askable = askable_fields(definition, seen.wide_roles(campaign.pk))
    known_only(request, {*_ASKED, *_conditions(askable)})
    ask = ask_of(request.GET.dict(), askable)
    for fault in ask.faults:
        raise fault
    ledger = Ledger(
        seen, register, definition, asked.playbook, asked.day if asked.is_past else None
    )
    place = place_of(after)
    page = ledger.page(ask, place[0] if place else "", limit)
    return answer({
        "items": _told(seen, campaign, ledger, page.rows),
        "after": cursor(page.after) if page.after else None,
        "n": min(page.n, COUNT_CAP),
        "is_more": page.n > COUNT_CAP,
        "is_cut": page.is_cut,
    })  # fmt: skip


def _conditions(askable: Iterable[FieldDef]) -> Iterable[str]:
    for one in askable:
        if one.filterable and one.type in _RANGES:
            yield from (f"f.{one.key}.from", f"f.{one.key}.to")
        elif one.filterable:
            yield f"f.{one.key}"


def _told(
    seen: Scope, campaign: Campaign, ledger: Ledger, rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """Give the rows; those listed from elsewhere by what this register shows of them."""
    by_home: dict[UUID, list[Any]] = {}
    for row in rows:
        by_home.setdefault(row.item.campaign_id, []).append(row.item)
    homes = {campaign.pk: campaign}
    if others := set(by_home) - set(homes):
        homes |= Campaign.objects.in_bulk(others)
    told: dict[UUID, dict[str, Any]] = {}
    for pk, items in by_home.items():
        found = Teller(seen, homes[pk], ledger.home_of(items[0]), items).told()
        told |= {item.pk: one for item, one in zip(items, found, strict=True)}
    columns = visible_fields(ledger.definition, seen.wide_roles(campaign.pk))
    shown = [f for f in columns if not f.personal and not f.compute]
    return [_row(row, told[row.item.pk], shown) for row in rows]


def _row(row: Row, told: dict[str, Any], shown: Sequence[FieldDef]) -> dict[str, Any]:
    said = {**told, "number": row.number, "is_listed": row.listing is not None}
    if row.listing is not None:
        said["fields"] = sendable(shown, {f.key: row.value(f) for f in shown})
    return said


@router.post(
    "campaigns/{code}/registers/{key}/items", **writes("items:write", "campaigns.add_item")
)
@once
def add_item(request: HttpRequest, code: str, key: str, body: ItemIn) -> Outcome:
    """Add an item to a register, on its own or below another one."""
    seen = seen_by(request)
    campaign, register, playbook = register_for(seen, code, key, may="edit")
    said = playbook.register(key)
    mine = {f.key: f for f in editable_fields(said, seen.roles(campaign.pk))}
    if unknown := sorted(set(body.fields) - set(mine)):
        raise Unfit(f"body.fields.{unknown[0]}", "no field of this register that you may fill")
    parent = _parent(seen, campaign, body.parent)
    battle = battle_of(campaign.pk, body.battle) if body.battle else None
    owner = org_coded(body.owner, "body.owner") if body.owner else None
    values = values_of(mine, body.fields, body.due)
    item = Item(
        campaign=campaign,
        register=register,
        parent=parent,
        battle=battle or (parent.battle if parent else None),
        title=titled(body.title),
        start_on=body.start_on,
        due=body.due,
        org=owner,
        fields={k: v for k, v in values.items() if v not in (None, "", [])},
    )
    duty = Responsibility(campaign=campaign, item=item, role="owner", org=owner)
    duty.printed = str(owner)[:120]
    return actions.add_item(act_of(request, body.reason), item, [duty] if owner else [])


def _parent(seen: Scope, campaign: Campaign, code: str | None) -> Item | None:
    if code is None:
        return None
    try:
        parent = get_item_for(seen, code)
    except Http404:
        parent = None
    if parent is None or parent.campaign_id != campaign.pk:
        raise Unfit("body.parent", "no item of this campaign, or not for you")
    return parent
