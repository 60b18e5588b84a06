"""Targets: read with their versions, raised by an org, attached to items."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.queries import get_campaign_for, get_item_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.targets import actions, queries
from gongjian.apps.targets.actions import Raise
from gongjian.apps.targets.models import Target, TargetVersion
from gongjian.lib.contract import Body, Day, Id, Unfit

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.book import Act, Outcome

router = Router(tags=["Targets"])
Reason = Annotated[str, Field(min_length=1, max_length=300)]
Number = Annotated[str, Field(max_length=24, pattern=r"^-?\d{1,18}(\.\d{1,4})?$")]


class AimOut(Schema):
    """One version of a target; decimals are texts."""

    n: int
    kind: str
    op: str
    floor: str | None
    upper: str | None
    stretch: str | None
    unit: str
    due: dt.date | None
    strength: str
    counting_rule: str
    raised_by: Annotated[str | None, Field(description="id of the org that set it itself")]
    text: str
    reason: str
    since: dt.date


class TargetLine(Schema):
    """A target as it is in force."""

    id: str
    subject: str
    battle: str | None
    item: Annotated[str | None, Field(description="code of the item that works for it")]
    base: AimOut
    raised: AimOut | None


class TargetsOut(Schema):
    """The targets of a campaign, in their order."""

    targets: list[TargetLine]


class TargetOut(TargetLine):
    """A target with all its versions."""

    version: int
    versions: list[AimOut]


class RaiseIn(Body):
    """A better value or an earlier day, and why."""

    value: Annotated[Number | None, Field(description="a decimal as text")] = None
    due: Day | None = None
    reason: Reason


class WhyIn(Body):
    """Why."""

    reason: Reason


class AttachIn(Body):
    """The target that an item shall work for."""

    target: Id


@router.get("campaigns/{code}/targets", **reads(TargetsOut))
def list_targets(request: HttpRequest, code: str) -> Any:
    """Give the targets of a campaign, as far as you see their items."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    found = queries.seen_aims(seen, campaign.pk, queries.aims(campaign, today_of(campaign)))
    codes = dict(
        Target.objects.filter(campaign=campaign, item__isnull=False).values_list("pk", "item__code")
    )
    return {"targets": [_line(a, codes.get(a.target.pk)) for a in found]}


def _line(aim: queries.Aim, item: str | None) -> dict[str, Any]:
    target = aim.target
    return {
        "id": str(target.pk),
        "subject": target.subject,
        "battle": str(target.battle_id) if target.battle_id else None,
        "item": item,
        "base": _version(aim.version),
        "raised": _version(aim.raised) if aim.raised else None,
    }


def _version(version: TargetVersion) -> dict[str, Any]:
    said = {n: getattr(version, n) for n in AimOut.model_fields if hasattr(version, n)}
    decimals = {n: _plain(getattr(version, n)) for n in ("floor", "upper", "stretch")}
    raised_by = str(version.raised_by_id) if version.raised_by_id else None
    return {**said, **decimals, "raised_by": raised_by}


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


@router.get("targets/{uuid:pk}", **reads(TargetOut))
def read_target(request: HttpRequest, pk: UUID) -> Any:
    """Give one target with its versions."""
    target = queries.get_target_for(seen_by(request), pk)
    versions = list(TargetVersion.objects.filter(target=target).order_by("n"))
    line = _line(queries.aim_of(target, versions), target.item.code if target.item else None)
    return {**line, "version": target.version, "versions": [_version(v) for v in versions]}


@router.post("targets/{uuid:pk}/raise", **writes("loop:write", "targets.raise_own"))
@once
def raise_own(request: HttpRequest, pk: UUID, body: RaiseIn) -> Outcome:
    """Set an org's own target above the base line, which stays."""
    seen = seen_by(request)
    row = queries.get_target_for(seen, pk, may="raise")
    if row.item is None or row.item.org is None:
        raise Http404
    asked = Raise(Decimal(body.value) if body.value else None, body.due)
    return actions.raise_own(_act(request, seen, row, body.reason), row, asked, row.item.org)


@router.post("targets/{uuid:pk}/withdraw", **writes("loop:write", "targets.withdraw_raise"))
@once
def withdraw_raise(request: HttpRequest, pk: UUID, body: WhyIn) -> Outcome:
    """Take an own target back: the base line alone counts again."""
    seen = seen_by(request)
    row = queries.get_target_for(seen, pk, may="raise")
    return actions.withdraw_raise(_act(request, seen, row, body.reason), row)


def _act(request: HttpRequest, seen: Scope, row: Target, reason: str) -> Act:
    """The office acts for the org, and is shown as such."""
    for_org = row.item.org_id if row.item and queries.raises(seen, row) == "office" else None
    return act_of(request, reason, on_behalf_of=for_org)


@router.post("items/{code}/targets", **writes("items:write", "targets.attach"))
@once
def attach_target(request: HttpRequest, code: str, body: AttachIn) -> Outcome:
    """Let an item work for a target of its campaign."""
    item = get_item_for(seen_by(request), code, may="edit")
    target = Target.objects.select_related("item").filter(pk=body.target).first()
    if target is None or target.campaign_id != item.campaign_id:
        raise Unfit("body.target", "no target of this campaign")
    return actions.attach(act_of(request), target, item)


@router.delete("items/{code}/targets/{uuid:pk}", **writes("items:write", "targets.detach"))
@once
def detach_target(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Part a target from the item that works for it."""
    item = get_item_for(seen_by(request), code, may="edit")
    target = Target.objects.select_related("item").filter(pk=pk, item=item).first()
    if target is None:
        raise Http404
    return actions.detach(act_of(request), target)
