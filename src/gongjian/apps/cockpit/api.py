"""The API's reads of campaigns and items, and the report."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.fields import visible_fields
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.items import filter_of
from gongjian.apps.loop import actions as loop
from gongjian.apps.loop.actions import Words

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.kernel.model.fields import FieldDef

router = Router()


class Problem(Schema):
    """An error, as RFC 9457 wants it."""

    type: str
    title: str
    status: int
    detail: str


class CampaignOut(Schema):
    """A campaign."""

    code: str
    name: str
    start_on: dt.date
    end_on: dt.date


class ItemOut(Schema):
    """An item; `version` is its ETag."""

    code: str
    version: int
    title: str
    register_key: str
    battle: str | None
    org: str | None
    start_on: dt.date | None
    due: dt.date | None
    state: str
    progress: Annotated[int, Field(description="basis points, 0–10000")]
    light: str
    due_state: str
    fields: dict[str, Any]


class ItemsOut(Schema):
    """One page of items; give `after` back for the next."""

    items: list[ItemOut]
    after: str | None
    n: int
    is_more: bool


class TallyOut(Schema):
    """The sums of a campaign on a day, by measure."""

    day: dt.date
    sums: dict[str, int]


class ReportIn(Schema):
    """A report: what was done, or `no_change`."""

    progress: Annotated[str, Field(max_length=4000)] = ""
    problems: Annotated[str, Field(max_length=4000)] = ""
    next_steps: Annotated[str, Field(max_length=4000)] = ""
    share: Annotated[int | None, Field(ge=0, le=10_000, description="basis points")] = None
    no_change: bool = False


class Done(Schema):
    """What an action left behind; `repeated` where the same request came before."""

    event: str
    repeated: bool
    result: dict[str, Any]


REFUSALS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.get("campaigns", response={200: list[CampaignOut], 401: Problem}, operation_id="campaigns")
def list_campaigns(request: HttpRequest) -> Any:
    """Give the campaigns that exist for you."""
    return list(campaigns.campaigns(seen_by(request)))


@router.get("campaigns/{code}/tally", response={200: TallyOut, **REFUSALS}, operation_id="tally")
def read_tally(request: HttpRequest, code: str, day: dt.date | None = None) -> Any:
    """Give the sums of a campaign, of now or as a day ended."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day)
    cells = campaigns.cells(seen, asked.campaign, asked.day if asked.is_past else None)
    return {"day": asked.day, "sums": dict(cells.total())}


@router.get("campaigns/{code}/items", response={200: ItemsOut, **REFUSALS}, operation_id="items")
def list_items(  # noqa: PLR0913, PLR0917  # one argument a filter, as the contract shows them
    request: HttpRequest,
    code: str,
    after: str | None = None,
    battle: str | None = None,
    org: str | None = None,
    light: str | None = None,
    due: Annotated[str | None, Query(description="late, soon, later, none, closed")] = None,
) -> Any:
    """Give one page of items."""
    seen = seen_by(request)
    campaign = campaigns.get_campaign_for(seen, code)
    given = {"battle": battle, "org": org, "light": light, "due": due}
    wanted = filter_of({k: v for k, v in given.items() if v})
    page = campaigns.page(campaigns.items(seen, campaign, wanted), after)
    return {
        "items": _items(seen, campaign, page.items),
        "after": page.after,
        "n": min(page.n, campaigns.COUNT_CAP),
        "is_more": page.n > campaigns.COUNT_CAP,
    }


@router.get("items/{code}", response={200: ItemOut, **REFUSALS}, operation_id="item")
def read_item(request: HttpRequest, code: str) -> Any:
    """Give one item."""
    seen = seen_by(request)
    item = campaigns.get_item_for(seen, code)
    return _items(seen, item.campaign, [item])[0]


@router.post("items/{code}/reports", response={200: Done, **REFUSALS}, operation_id="report")
def report(request: HttpRequest, code: str, body: ReportIn) -> Any:
    """Report on an item; send an Idempotency-Key and a repeat changes nothing."""
    seen = seen_by(request)
    item = campaigns.get_item_for(seen, code, may="report")
    words = Words(**body.model_dump())
    done = loop.report(act_of(request), item, words, roles=campaigns.roles(seen, item))
    return {"event": str(done.event_id), "repeated": done.repeated, "result": done.result}


def _items(seen: Scope, campaign: Campaign, rows: list[Item]) -> list[dict[str, Any]]:
    playbook = playbook_in_force(campaign)
    held = campaigns.roles_by_item(seen, rows)
    return [_item(i, visible_fields(playbook.register(i.register.key), held[i.pk])) for i in rows]


def _item(item: Item, fields: tuple[FieldDef, ...]) -> dict[str, Any]:
    shown = {f.key for f in fields if not f.personal}
    return {
        "code": item.code,
        "version": item.version,
        "title": item.title,
        "register_key": item.register.key,
        "battle": item.battle.name if item.battle else None,
        "org": item.org.short_name if item.org else None,
        "start_on": item.start_on,
        "due": item.due,
        "state": item.state,
        "progress": item.progress,
        "light": item.light,
        "due_state": item.due_state,
        "fields": {k: v for k, v in item.fields.items() if k in shown and not is_sealed(v)},
    }
