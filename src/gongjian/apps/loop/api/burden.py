"""What is asked of orgs, week by week."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.operations import reads
from gongjian.apps.loop import burden_pages
from gongjian.apps.loop.queries.burden import get_burden_campaign_for, meter

if TYPE_CHECKING:
    from gongjian.apps.loop.queries.burden import Meter

router = Router(tags=["Closed loop"])


class WeekOut(Schema):
    """What an org was asked in one week."""

    week: Annotated[str, Field(description="by ISO 8601, as 2030-W05")]
    monday: dt.date
    fields: int
    forms: int
    is_over: Annotated[bool, Field(description="more fields than the cap")]


class OrgBurdenOut(Schema):
    """One org, with its weeks."""

    org: str
    fields: int
    forms: int
    fields_everywhere: Annotated[
        int, Field(description="of the last week, in all campaigns that you see")
    ]
    weeks: list[WeekOut]


class BurdenOut(Schema):
    """What was asked of the orgs that you see in the last eight weeks, the heaviest first."""

    cap: Annotated[int, Field(description="fields of an org and week; above it a reason is needed")]
    orgs: list[OrgBurdenOut]


@router.get("campaigns/{code}/burden", **reads(BurdenOut))
def read_burden(request: HttpRequest, code: str) -> Any:
    """Give how much was asked of orgs: of all of them, or of those you act for."""
    seen = seen_by(request)
    campaign = get_burden_campaign_for(seen, code)
    found = meter(seen, campaign)
    rows = burden_pages.org_rows(found, campaign)
    return {"cap": found.cap, "orgs": [_org(found, row) for row in rows]}


def _org(found: Meter, row: burden_pages.OrgRow) -> dict[str, Any]:
    return {
        "org": row.org.code,
        "fields": row.fields,
        "forms": row.forms,
        "fields_everywhere": row.everywhere,
        "weeks": [
            {
                "week": cell.head,
                "monday": monday,
                "fields": cell.fields,
                "forms": cell.forms,
                "is_over": cell.is_over,
            }
            for monday, cell in zip(found.weeks, row.cells, strict=True)
        ],
    }
