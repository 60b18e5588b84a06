"""The launch check and the launch."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.coded import living_org
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions import Agenda
from gongjian.apps.loop.models import Waiver
from gongjian.apps.loop.queries.launch import waiting
from gongjian.apps.loop.queries.returns import get_office_campaign_for
from gongjian.lib.contract import Body, Code, Day, Id, Unfit

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome

router = Router(tags=["Closed loop"])
CUT = 1000  # items told by a check
Codes = Annotated[list[Code], Field(min_length=1, max_length=5000, description="codes of items")]


class Lacking(Schema):
    """An item that lacks something, as far as nobody answers for it."""

    item: str
    lacks: list[str]


class Counted(Schema):
    """A number that the paper announces, beside what is there."""

    what: str
    announced: int
    found: int
    counts: Annotated[str, Field(description="key of a register, `*items` or `*battles`")]
    is_waived: bool


class WaiverOut(Schema):
    """What somebody answers for by name."""

    id: str
    item: str | None
    need: str
    reason: str


class CheckOut(Schema):
    """The launch check of a campaign."""

    published_on: dt.date | None
    n: Annotated[int, Field(description="items that wait")]
    n_complete: int
    lacking: list[Lacking]
    is_cut: bool
    counts: list[Counted]
    waivers: list[WaiverOut]


class CountIn(Body):
    """Which register counts for a number that the paper announces."""

    what: Annotated[str, Field(max_length=120)]
    counts: Annotated[str, Field(max_length=60, description="key, `*items` or `*battles`")]


class LeadIn(Body):
    """One lead org for many items."""

    items: Codes
    org: Code


class WaiveIn(Body):
    """What is let pass, and why: all that some items lack, or counts that differ."""

    items: Annotated[list[Code], Field(max_length=5000)] = []
    counts: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=200)] = []
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class WithdrawIn(Body):
    """Waivers to be taken back."""

    waivers: Annotated[list[Id], Field(min_length=1, max_length=5000)]


class AgendaLine(Body):
    """A line of the agenda."""

    what: Annotated[str, Field(min_length=1, max_length=300)]
    who: Annotated[str, Field(max_length=120)] = ""


class LaunchIn(Body):
    """How the launch is held; only the first one has an agenda, later ones issue what came since."""

    day: Day | None = None
    main: Annotated[str, Field(max_length=120, description="the main venue")] = ""
    branches: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=200)] = []
    lines: Annotated[list[AgendaLine], Field(max_length=100)] = []


@router.get("campaigns/{code}/launch", **reads(CheckOut))
def read_check(request: HttpRequest, code: str) -> Any:
    """Give what holds the launch up; for the office."""
    campaign = get_office_campaign_for(seen_by(request), code)
    here = waiting(campaign)
    codes = {str(i.pk): i.code for i in here.items}
    known = {i.pk: i.code for i in here.items}
    lacking = here.check.lacking
    basis = {a["what"]: here.basis(a) for a in campaign.announced}
    return {
        "published_on": campaign.published_on,
        "n": here.check.n,
        "n_complete": here.check.n_complete,
        "lacking": [{"item": codes[c.key], "lacks": list(c.lacks)} for c in lacking[:CUT]],
        "is_cut": len(lacking) > CUT,
        "counts": [
            {
                "what": c.what,
                "announced": c.n,
                "found": c.found,
                "counts": basis.get(c.what, ""),
                "is_waived": c.is_waived,
            }
            for c in here.check.counts
        ],
        "waivers": [
            {
                "id": str(w.pk),
                "item": known.get(w.item_id) if w.item_id else None,
                "need": w.need,
                "reason": w.reason,
            }
            for w in here.waivers[:CUT]
        ],
    }


@router.post("campaigns/{code}/launch/counts", **writes("loop:write", "loop.count_by"))
@once
def count_by(request: HttpRequest, code: str, body: CountIn) -> Outcome:
    """Say which register counts for a number that the paper announces."""
    campaign = get_office_campaign_for(seen_by(request), code)
    return actions.count_by(act_of(request), campaign, body.what, body.counts)


@router.post("campaigns/{code}/launch/leads", **writes("loop:write", "loop.name_lead"))
@once
def name_lead(request: HttpRequest, code: str, body: LeadIn) -> Outcome:
    """Name the lead org of many items at once."""
    campaign = get_office_campaign_for(seen_by(request), code)
    org = living_org(body.org, "body.org")
    return actions.name_lead(act_of(request), campaign, _items(campaign, body.items), org)


def _items(campaign: Campaign, codes: list[str]) -> list[Any]:
    found = list(campaign.items.filter(code__in=codes).order_by("code"))
    if missing := sorted(set(codes) - {i.code for i in found}):
        raise Unfit("body.items", f"no item of this campaign: {missing[0]}")
    return found


@router.post("campaigns/{code}/launch/waivers", **writes("loop:write", "loop.waive"))
@once
def waive(request: HttpRequest, code: str, body: WaiveIn) -> Outcome:
    """Answer by name for what items lack, or for counts that differ."""
    campaign = get_office_campaign_for(seen_by(request), code)
    here = waiting(campaign)
    chosen = {str(i.pk) for i in _items(campaign, body.items)} if body.items else set()
    needs: dict[UUID | None, list[str]] = {
        UUID(c.key): list(c.lacks) for c in here.check.lacking if c.key in chosen
    }
    if body.counts:
        needs[None] = [c.what for c in here.check.differing if c.what in body.counts]
    return actions.waive(act_of(request, body.reason), campaign, needs)


@router.post(
    "campaigns/{code}/launch/waivers/withdraw", **writes("loop:write", "loop.withdraw_waivers")
)
@once
def withdraw_waivers(request: HttpRequest, code: str, body: WithdrawIn) -> Outcome:
    """Take waivers back: what they let pass is asked for again."""
    campaign = get_office_campaign_for(seen_by(request), code)
    found = Waiver.objects.filter(campaign=campaign, pk__in=body.waivers)
    return actions.withdraw_waivers(act_of(request), campaign, list(found))


@router.post("campaigns/{code}/launch", **writes("loop:write", "loop.launch", "loop.issue_part"))
@once
def launch(request: HttpRequest, code: str, body: LaunchIn) -> Outcome:
    """Publish the campaign and put its items in force; later the items that came since."""
    campaign = get_office_campaign_for(seen_by(request), code)
    agenda = None
    if campaign.published_on is None and body.day is not None:
        lines = tuple((x.what, x.who) for x in body.lines)
        agenda = Agenda(body.day, body.main, tuple(body.branches), lines)
    return actions.launch_all(act_of(request), campaign, agenda)
