"""Campaigns: listed, read, set up from a playbook, copied from a former one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns import actions, queries, versions
from gongjian.apps.campaigns.api.items import ItemsOut, page_of
from gongjian.apps.campaigns.coded import org_coded
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.campaigns.sources import (
    Front,
    Source,
    battles_of,
    from_builtin,
    from_campaign,
    from_text,
)
from gongjian.apps.campaigns.told import Teller
from gongjian.lib.contract import PAGE, After, Body, Day, Limit, Unfit, cursor, place_of
from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Battle
    from gongjian.apps.ledger.book import Outcome

router = Router(tags=["Campaigns"])


class CampaignLine(Schema):
    """A campaign in a list."""

    code: str
    name: str
    name_en: str
    start_on: dt.date
    end_on: dt.date


class CampaignsOut(Schema):
    """One page of campaigns."""

    campaigns: list[CampaignLine]
    after: str | None


class BattleOut(Schema):
    """A front of a campaign."""

    id: str
    name: str
    name_en: str
    parent: str | None
    leader: Annotated[str | None, Field(description="id of the post that leads it at the start")]
    leader_title: str
    lead_org: Annotated[str | None, Field(description="code of its lead org")]


class CampaignOut(CampaignLine):
    """A campaign with its battles."""

    version: int
    goal: str
    issuer: str
    place: str
    anchor_on: dt.date | None
    published_on: dt.date | None
    zone: str
    is_office: Annotated[bool, Field(description="whether you run it")]
    battles: list[BattleOut]


class FrontIn(Body):
    """A battle of a new campaign."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    leader: Annotated[str, Field(max_length=120, description="title of the post that leads it")] = (
        ""
    )


class CampaignIn(Body):
    """A new campaign, by a shipped playbook (`playbook`) or one of your own (`text`, YAML)."""

    code: Annotated[str, Field(max_length=16)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    name_en: Annotated[str, Field(max_length=160)] = ""
    goal: Annotated[str, Field(max_length=300)] = ""
    start_on: Day
    end_on: Day
    playbook: Annotated[str | None, Field(max_length=60)] = None
    text: Annotated[str | None, Field(max_length=400_000)] = None
    battles: Annotated[
        list[FrontIn] | None,
        Field(max_length=60, description="without it, the usual ones of the playbook"),
    ] = None


class CopyIn(Body):
    """A campaign as a former one was: its playbook, and what is ticked of its items."""

    code: Annotated[str, Field(max_length=16)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    name_en: Annotated[str, Field(max_length=160)] = ""
    goal: Annotated[str, Field(max_length=300)] = ""
    start_on: Day
    end_on: Day
    battles: Annotated[
        list[FrontIn] | None, Field(max_length=60, description="without it, the former ones")
    ] = None
    take_items: bool = False
    take_duties: bool = True
    take_fields: bool = True
    dates: Literal["shift", "blank"] = "shift"


@router.get("campaigns", **reads(CampaignsOut))
def list_campaigns(request: HttpRequest, after: After = None, limit: Limit = PAGE) -> Any:
    """Give the campaigns that exist for you."""
    rows = queries.campaigns(seen_by(request)).order_by("code")
    place = place_of(after)
    found = list((rows.filter(code__gt=place[0]) if place else rows)[: limit + 1])
    is_last = len(found) <= limit
    return {
        "campaigns": found[:limit],
        "after": None if is_last else cursor(found[limit - 1].code),
    }


@router.get("campaigns/{code}", **reads(CampaignOut))
def read_campaign(request: HttpRequest, code: str) -> Any:
    """Give one campaign with its battles."""
    seen = seen_by(request)
    campaign = queries.get_campaign_for(seen, code)
    return {
        **{n: getattr(campaign, n) for n in CampaignOut.model_fields if hasattr(campaign, n)},
        "is_office": seen.is_office(campaign.pk),
        "battles": [_battle(b) for b in queries.battles(campaign)],
    }


def _battle(battle: Battle) -> dict[str, Any]:
    return {
        "id": str(battle.pk),
        "name": battle.name,
        "name_en": battle.name_en,
        "parent": str(battle.parent_id) if battle.parent_id else None,
        "leader": str(battle.leader_id) if battle.leader_id else None,
        "leader_title": battle.leader.title if battle.leader else battle.leader_title,
        "lead_org": battle.lead_org.code if battle.lead_org else None,
    }


@router.get("campaigns/{code}/items", **reads(ItemsOut))
def list_items(  # noqa: PLR0913, PLR0917  # one argument a filter, as the contract shows them
    request: HttpRequest,
    code: str,
    after: After = None,
    limit: Limit = PAGE,
    battle: Annotated[UUID | None, Query(description="id of a battle")] = None,
    org: Annotated[str | None, Query(description="code of the accountable org")] = None,
    register_key: Annotated[str | None, Query(max_length=40)] = None,
    state: str | None = None,
    light: str | None = None,
    due: Annotated[str | None, Query(description="late, soon, later, none, closed")] = None,
) -> Any:
    """Give one page of the items of a campaign, across its registers."""
    seen = seen_by(request)
    campaign = queries.get_campaign_for(seen, code)
    wanted = queries.ItemFilter(
        battle=battle,
        org=org_coded(org, "query.org").pk if org else None,
        register=register_key,
        state=state,
        light=light,
        due_state=due,
    )
    rows = queries.items(seen, campaign, wanted)
    return page_of(Teller(seen, campaign, playbook_in_force(campaign), []), rows, after, limit)


@router.post("campaigns", **writes("playbooks:write", "campaigns.create"))
@once
def create_campaign(request: HttpRequest, body: CampaignIn) -> Outcome:
    """Set a campaign up; whoever does runs it."""
    _require_wide(request)
    if (body.playbook is None) == (body.text is None):
        raise Unfit("body.playbook", "name either a shipped playbook or a text of your own")
    source = from_builtin(body.playbook) if body.playbook else from_text(body.text or "")
    campaign = _campaign(body, None)
    battles = battles_of(campaign, source, _fronts(source, body.battles))
    rows = list(battles.values())
    return actions.create_campaign(act_of(request), campaign, source.text, rows)


@router.post("campaigns/{code}/copy", **writes("playbooks:write", "campaigns.copy"))
@once
def copy_campaign(request: HttpRequest, code: str, body: CopyIn) -> Outcome:
    """Set a campaign up as a former one was, with its items where these are asked for."""
    seen = _require_wide(request)
    former = versions.get_own_campaign_for(seen, code)
    source = from_campaign(former)
    campaign = _campaign(body, former)
    battles = battles_of(campaign, source, _fronts(source, body.battles))
    items = []
    if body.take_items:
        rows = queries.items(seen, former, queries.ItemFilter())
        items = list(rows.select_related("register"))
    taken = actions.Taken(body.take_duties, body.take_fields, body.dates == "shift")
    args = (campaign, source.text, battles, items, taken)
    return actions.copy_campaign(act_of(request), *args)


def _require_wide(request: HttpRequest) -> Scope:
    """Let the office of any campaign in; a token for one campaign makes no other."""
    seen = seen_by(request)
    versions.require_office(seen)
    token = getattr(request, "token", None)
    if token is not None and token.campaign_id is not None:
        raise PermissionDenied
    return seen


def _campaign(body: CampaignIn | CopyIn, former: Campaign | None) -> Campaign:
    said = body.model_dump(include={"code", "name", "name_en", "goal", "start_on", "end_on"})
    return Campaign(id=new_id(), former=former, **said)


def _fronts(source: Source, given: Sequence[FrontIn] | None) -> list[Front]:
    if given is None:
        return source.fronts()
    fronts = {f.name: Front(f.name, f.leader) for f in given}
    return list(fronts.values())
