"""What is put together from several rooms: the sums of a campaign, and what happened to an item."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Router, Schema

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.operations import reads
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.history import ALL
from gongjian.apps.cockpit.item_page import ItemPage
from gongjian.lib.contract import Day

router = Router()


class TallyOut(Schema):
    """The sums of a campaign on a day, by measure."""

    day: dt.date
    sums: dict[str, int]


class DifferenceOut(Schema):
    """What one event did to one thing; `key` is its stable name, where it is a column or a field."""

    key: str
    label: str
    before: str
    after: str


class EventOut(Schema):
    """One event in the life of an item, as far as you see it."""

    at: dt.datetime
    who: str
    action: str
    reason: str
    changes: list[DifferenceOut]


class HistoryOut(Schema):
    """What happened to an item, the newest first."""

    events: list[EventOut]
    is_cut: bool


@router.get("campaigns/{code}/tally", **reads(TallyOut), tags=["Campaigns"])
def read_tally(request: HttpRequest, code: str, day: Day | None = None) -> Any:
    """Give the sums of a campaign, of now or as a day ended."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day)
    cells = campaigns.cells(seen, asked.campaign, asked.day if asked.is_past else None)
    return {"day": asked.day, "sums": dict(cells.total())}


@router.get("items/{code}/history", **reads(HistoryOut), tags=["Items"])
def read_history(request: HttpRequest, code: str) -> Any:
    """Give what happened to an item, in words; not to the public."""
    seen = seen_by(request)
    item = campaigns.get_item_for(seen, code)
    if not seen.may_see_sources(item.campaign_id):
        raise PermissionDenied
    asked = queries.ask(seen, item.campaign, None)
    rows, is_cut = ItemPage(asked, item, None).whole_past().rows(limit=ALL)
    return {
        "events": [
            {
                "at": r.at,
                "who": r.who,
                "action": r.action,
                "reason": r.reason,
                "changes": [
                    {"key": d.key, "label": d.label, "before": d.before, "after": d.after}
                    for d in r.changes
                ],
            }
            for r in rows
        ],
        "is_cut": is_cut,
    }
