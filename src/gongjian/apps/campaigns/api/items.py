"""One item: read with its version, changed member by member, taken back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import OrgGroup
from gongjian.apps.accounts.operations import once, reads, require_scope, writes
from gongjian.apps.campaigns import queries, related
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Battle, Item
from gongjian.apps.campaigns.naming import read
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.told import Teller, facts_of, iso
from gongjian.apps.campaigns.undoing import get_event_for, step_of
from gongjian.apps.ledger.actions import undo
from gongjian.apps.ledger.book import ActionError
from gongjian.kernel.model.fields import FieldType
from gongjian.lib.contract import (
    PAGE,
    After,
    Body,
    Limit,
    Line,
    Unfit,
    answer,
    cursor,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Responsibility
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook

router = Router(tags=["Items"])

# A value of a playbook field: a text, a number, several of them, or nothing.
Scalar = str | int | float
Value = Scalar | list[Scalar] | None


class ItemOut(Schema):
    """An item; orgs and people are told by code and user name, as they may be sent back."""

    code: str
    id: str
    version: Annotated[int, Field(description="each change of its facts is one more")]
    campaign: str
    register_key: str
    title: str
    battle: Annotated[str | None, Field(description="id of a battle of its campaign")]
    battle_name: str | None
    org: Annotated[str | None, Field(description="code of the org that is counted for it")]
    org_name: str | None
    parent: Annotated[str | None, Field(description="code of the item above it")]
    depth: int
    start_on: dt.date | None
    due: dt.date | None
    state: str
    progress: Annotated[int, Field(description="basis points, 0–10000")]
    light: str
    due_state: str
    closed_on: dt.date | None
    fields: Annotated[dict[str, Any], Field(description="playbook fields, decimals as texts")]


class ItemWhole(ItemOut):
    """An item with who is what to it, and the fields that are worked out."""

    issued_on: dt.date | None
    duties: Annotated[
        dict[str, list[str]],
        Field(description="role → codes of orgs, `post:ID` or `group:KEY`, in their order"),
    ]
    computed: dict[str, str | None]


class ItemsOut(Schema):
    """One page of items; `after` leads to the next, `n` stops at 10,000 where there are more."""

    items: list[ItemOut]
    after: str | None
    n: int
    is_more: bool


# The columns that `whole` reads.
_READ = (
    "code", "version", "title", "depth", "start_on", "due", "state", "progress", "light",
    "due_state", "issued_on", "closed_on", "access_class", "fields", "parent_id", "root_id",
    "campaign__code", "campaign__zone", "campaign__is_example", "campaign__lit_on",
    "register__key", "battle__name", "org__code", "org__short_name",
)  # fmt: skip


@router.get("items/{code}", **reads(ItemWhole, is_tagged=True))
def read_item(request: HttpRequest, code: str) -> Any:
    """Give one item."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code, only=_READ)
    return answer(whole(seen, item), version=item.version, request=request)


def whole(seen: Scope, item: Item) -> dict[str, Any]:
    """Give an item with all that is told of it: three queries, more only for what names other rows."""
    playbook = playbook_in_force(item.campaign)
    duties = related.duties(item, today_of(item.campaign))
    teller = teller_of(seen, item, playbook)
    teller.orgs |= {d.org.pk: (d.org.code, d.org.short_name) for d in duties if d.org}
    told = teller.told()[0]
    below = related.fields_below(seen, item) if teller.wants_below(item) else []
    return {
        **told,
        "issued_on": iso(item.issued_on),
        "duties": by_role(duties),
        "computed": teller.sums(item, below),
    }


def teller_of(seen: Scope, item: Item, playbook: Playbook) -> Teller:
    """Give what tells of one item, with the rows at hand that were fetched with it."""
    teller = Teller(seen, item.campaign, playbook, [item])
    teller.registers[item.register_id] = item.register.key
    if item.org is not None:
        teller.orgs[item.org.pk] = (item.org.code, item.org.short_name)
    if item.battle is not None:
        teller.battles[item.battle.pk] = item.battle.name
    return teller


def by_role(duties: Sequence[Responsibility]) -> dict[str, list[str]]:
    """Give who is what, each in the order in which they are named."""
    found: dict[str, list[str]] = {}
    groups = group_keys(duties)
    for duty in duties:
        found.setdefault(duty.role, []).append(holder(duty, groups))
    return found


def group_keys(duties: Sequence[Responsibility]) -> dict[UUID, str]:
    """Give the keys of the groups that hold a duty: one query, if there are any."""
    ids = {d.group_id for d in duties if d.group_id}
    return dict(OrgGroup.objects.filter(pk__in=ids).values_list("pk", "key")) if ids else {}


def holder(duty: Responsibility, groups: Mapping[UUID, str]) -> str:
    """Name who holds a duty by what may be sent back; who was never matched, as the paper does."""
    if duty.org is not None:
        return duty.org.code
    if duty.post_id:
        return f"post:{duty.post_id}"
    return f"group:{groups.get(duty.group_id, duty.group_id)}" if duty.group_id else duty.printed


@router.get("items/{code}/items", **reads(ItemsOut))
def items_below(request: HttpRequest, code: str, after: After = None, limit: Limit = PAGE) -> Any:
    """Give the items right below one."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    rows = Item.objects.filter(queries.visible(seen, item.campaign_id), parent=item)
    teller = teller_of(seen, item, playbook_in_force(item.campaign))
    return page_of(teller, rows.order_by("code"), after, limit)


def page_of(teller: Teller, rows: Any, after: str | None, limit: int) -> Any:
    """Give one page by keyset, and a count that stops early: two queries, and those for names."""
    n = rows.order_by()[: queries.COUNT_CAP + 1].count()
    place = place_of(after)
    found = facts_of(rows.filter(code__gt=place[0]) if place else rows, limit + 1)
    teller.rows = found[:limit]
    is_last = len(found) <= limit
    return answer({
        "items": teller.told(),
        "after": None if is_last else cursor(found[limit - 1].code),
        "n": min(n, queries.COUNT_CAP),
        "is_more": n > queries.COUNT_CAP,
    })  # fmt: skip


def titled(given: str) -> str:
    """Give a title without the blanks around it; none is refused."""
    title = " ".join(given.split())
    if not title:
        raise Unfit("body.title", "must not be empty")
    return title


def battle_of(campaign_id: UUID, pk: UUID) -> Any:
    """Give a battle of a campaign."""
    battle = Battle.objects.filter(campaign=campaign_id, pk=pk).first()
    if battle is None:
        raise Unfit("body.battle", "no battle of this campaign")
    return battle


def values_of(
    fields: Mapping[str, FieldDef], given: Mapping[str, Value], due: dt.date | None = None
) -> dict[str, Any]:
    """Read values as they are kept: as a page reads what is typed, all faults at once."""
    typed = {key: text_of(fields[key], value) for key, value in given.items() if key in fields}
    found = read([fields[key] for key in typed], typed, due.year if due else None)
    for error in found.faults.values():
        raise ActionError(error.code, **error.facts)
    return found.values


def text_of(field: FieldDef, value: Value) -> str:
    if isinstance(value, list):
        if not field.several:
            raise Unfit(f"body.fields.{field.key}", "takes one value, not a list")
        return ("\n" if field.type is FieldType.TEXT else "、").join(map(_plain, value))
    return "" if value is None else _plain(value)


def _plain(value: Scalar) -> str:
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


class UndoIn(Body):
    """Why something is taken back."""

    reason: Line = ""


@router.post("events/{uuid:pk}/undo", **writes("items:write", "ledger.undo"))
@once
def undo_event(request: HttpRequest, pk: UUID, body: UndoIn | None = None) -> Outcome:
    """Take an event back, all of it or nothing: refused where one of its rows has moved since.

    A token needs the scope of what is taken back.
    """
    found = get_event_for(seen_by(request), pk)
    require_scope(request, _scope_of(step_of(found).action))
    return undo(act_of(request, body.reason if body else ""), found.pk)


def _scope_of(action: str) -> str:
    if action.startswith(("accounts.", "campaigns.move_duties")):
        return "orgs:write"
    return "loop:write" if action.startswith("loop.") else "items:write"
