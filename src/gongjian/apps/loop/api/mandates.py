"""Mandates that leading officials and orgs accept, and what orgs undertook in public."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Person
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.coded import living_org
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop import actions, commitment_pages, letters
from gongjian.apps.loop.actions import MandatePlan, Renewal, Said, Signature
from gongjian.apps.loop.api.steps import ReasonIn
from gongjian.apps.loop.forms import open_targets
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries import material
from gongjian.apps.loop.queries.material import Addressee
from gongjian.apps.loop.queries.returns import get_office_campaign_for
from gongjian.lib.contract import Body, Code, Day, Id, Unfit, version_held

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome
    from gongjian.apps.loop.models import Commitment, Mandate
    from gongjian.apps.targets.models import Target

router = Router(tags=["Mandates"])
Paragraph = Annotated[str, Field(max_length=1000)]


class MandateOut(Schema):
    """One edition of a mandate, without what it holds."""

    id: str
    version: int
    serial: Annotated[int, Field(description="of the receiver, the same for every edition")]
    n: Annotated[int, Field(description="of the edition")]
    battle: str | None
    post: str | None
    org: str | None
    state: str
    issued_on: dt.date
    accept_by: dt.date
    accepted_on: dt.date | None
    signed_name: str
    via: str
    is_acting: bool
    digest: Annotated[str, Field(description="SHA-256 of the content: what is signed")]


class MandatesOut(Schema):
    """The newest edition of each receiver that you may see."""

    mandates: list[MandateOut]


class LetterOut(MandateOut):
    """One edition with all that it holds."""

    content: Annotated[dict[str, Any], Field(description="as it was frozen at issue")]
    is_unaltered: Annotated[
        bool, Field(description="the content has the digest, also the signed one")
    ]


class MandatesIn(Body):
    """Mandates to be issued: to the leading officials of battles, by their ids, and to orgs by codes."""

    battles: Annotated[list[Id], Field(max_length=200)] = []
    orgs: Annotated[list[Code], Field(max_length=2000)] = []
    accept_by: Day
    heading: Annotated[str, Field(max_length=160)] = ""
    opening: Annotated[str, Field(max_length=2000)] = ""


class AgainIn(Body):
    """Mandates to be issued again, with what changed and why, or the answer to an objection."""

    mandates: Annotated[list[Id], Field(min_length=1, max_length=2000)]
    accept_by: Day
    note: Paragraph = ""


class SignatureIn(Body):
    """Acceptance: the digest of what was read, and the name of who signs; empty: the account's."""

    digest: Annotated[str, Field(max_length=64)]
    name: Annotated[str, Field(max_length=60)] = ""


class ObjectionIn(Body):
    """What is objected to."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class CommitmentOut(Schema):
    """What an org undertook in public."""

    id: str
    version: int
    org: str
    speaker: str
    text: str
    occasion: str
    said_on: dt.date
    items: Annotated[list[str], Field(description="codes, of those you may see")]
    target: str | None


class CommitmentsOut(Schema):
    """What orgs undertook in a campaign, in the order in which it was said."""

    commitments: list[CommitmentOut]


class CommitmentIn(Body):
    """A commitment: by the post that spoke, never by a person's name."""

    org: Code
    speaker: Annotated[str, Field(min_length=1, max_length=80)]
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    said_on: Day
    occasion: Annotated[str, Field(max_length=120)] = ""
    items: Annotated[list[Code], Field(max_length=50)] = []
    target: Id | None = None


@router.get("campaigns/{code}/mandates", **reads(MandatesOut))
def list_mandates(request: HttpRequest, code: str) -> Any:
    """Give the newest edition of each receiver: of all, or of your orgs."""
    seen = seen_by(request)
    campaign = queries.get_mandates_campaign_for(seen, code)
    rows = queries.mandates(seen, campaign).filter(state__in=material.LIVE).defer("content")
    return {"mandates": [_mandate(r) for r in rows.select_related("post", "org", "battle")]}


def _mandate(row: Mandate) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "version": row.version,
        "serial": row.serial,
        "n": row.n,
        "battle": str(row.battle_id) if row.battle_id else None,
        "post": row.post.title if row.post else None,
        "org": row.org.code if row.org else None,
        "state": row.state,
        "issued_on": row.issued_on,
        "accept_by": row.accept_by,
        "accepted_on": row.accepted_on,
        "signed_name": row.signed_name,
        "via": row.via,
        "is_acting": row.is_acting,
        "digest": row.digest,
    }


@router.get("mandates/{uuid:pk}", **reads(LetterOut))
def read_mandate(request: HttpRequest, pk: UUID) -> Any:
    """Give one edition with all that it holds."""
    row = queries.get_mandate_for(seen_by(request), pk)
    return {**_mandate(row), "content": row.content, "is_unaltered": material.is_unaltered(row)}


@router.post("campaigns/{code}/mandates", **writes("loop:write", "loop.issue_mandates"))
@once
def issue_mandates(request: HttpRequest, code: str, body: MandatesIn) -> Outcome:
    """Issue mandates, each frozen as goals and items stand now."""
    campaign = get_office_campaign_for(seen_by(request), code)
    to = [*_battles(campaign, body.battles), *_orgs(body.orgs)]
    plan = MandatePlan(to, body.accept_by, body.heading, body.opening)
    return actions.issue_mandates(act_of(request), campaign, plan)


def _battles(campaign: Campaign, ids: list[UUID]) -> list[Addressee]:
    led = {t.battle.pk: t for t in material.led_battles(campaign, today_of(campaign)) if t.battle}
    if unknown := [pk for pk in ids if pk not in led]:
        raise Unfit("body.battles", f"no battle of this campaign: {unknown[0]}")
    return [led[pk] for pk in dict.fromkeys(ids)]


def _orgs(codes: list[str]) -> list[Addressee]:
    return [Addressee(org=living_org(code, "body.orgs")) for code in dict.fromkeys(codes)]


@router.post("campaigns/{code}/mandates/reissue", **writes("loop:write", "loop.reissue_mandates"))
@once
def reissue_mandates(request: HttpRequest, code: str, body: AgainIn) -> Outcome:
    """Issue another edition of mandates; their receivers accept again."""
    campaign = get_office_campaign_for(seen_by(request), code)
    live = {row.pk: row for row in material.live_mandates(campaign)}
    if unknown := [pk for pk in body.mandates if pk not in live]:
        raise Unfit("body.mandates", f"no newest edition of this campaign: {unknown[0]}")
    rows = [live[pk] for pk in dict.fromkeys(body.mandates)]
    for row in rows:
        row.campaign = campaign
    plan = Renewal(rows, body.accept_by, body.note)
    return actions.reissue_mandates(act_of(request), campaign, plan)


@router.post("campaigns/{code}/mandates/chase", **writes("loop:write", "loop.chase_mandates"))
@once
def chase_mandates(request: HttpRequest, code: str) -> Outcome:
    """Remind everybody who has not accepted."""
    campaign = get_office_campaign_for(seen_by(request), code)
    return actions.chase_mandates(act_of(request), campaign)


@router.post("mandates/{uuid:pk}/accept", **writes("", "loop.accept_mandate", by_person=True))
@once
def accept_mandate(request: HttpRequest, pk: UUID, body: SignatureIn) -> Outcome:
    """Accept and sign: by the receiver in person, or a secretary visibly for the leading official."""
    seen = seen_by(request)
    row = queries.get_mandate_for(seen, pk, may="receive")
    is_acting = queries.receives(seen, row) == "acting"
    user = request.user
    signature = Signature(
        name=body.name.strip() or (user.name if isinstance(user, Person) else ""),
        digest=body.digest,
        device=letters.device_of(request.headers.get("User-Agent", "")),
        is_acting=is_acting,
    )
    act = act_of(request, on_behalf_of=row.post_id if is_acting else None)
    return actions.accept_mandate(act, row, signature)


@router.post("mandates/{uuid:pk}/object", **writes("", "loop.object_to_mandate", by_person=True))
@once
def object_to_mandate(request: HttpRequest, pk: UUID, body: ObjectionIn) -> Outcome:
    """Object to a mandate; the office answers by another edition."""
    seen = seen_by(request)
    row = queries.get_mandate_for(seen, pk, may="receive")
    is_acting = queries.receives(seen, row) == "acting"
    act = act_of(request, on_behalf_of=row.post_id if is_acting else None)
    return actions.object_to_mandate(act, row, body.text)


@router.post("mandates/{uuid:pk}/withdraw", **writes("loop:write", "loop.withdraw_mandate"))
@once
def withdraw_mandate(request: HttpRequest, pk: UUID, body: ReasonIn) -> Outcome:
    """Withdraw a mandate, with the reason."""
    row = queries.get_mandate_for(seen_by(request), pk, may="run")
    return actions.withdraw_mandate(act_of(request, body.reason), row)


@router.get("campaigns/{code}/commitments", **reads(CommitmentsOut))
def list_commitments(request: HttpRequest, code: str) -> Any:
    """Give what orgs undertook in public."""
    seen = seen_by(request)
    campaign = queries.get_mandates_campaign_for(seen, code)
    rows = queries.commitments(campaign)
    shown = commitment_pages.commitment_rows(seen, rows)
    return {
        "commitments": [
            _commitment(row, [code for code, _title, _href in one.items])
            for row, one in zip(rows, shown, strict=True)
        ]
    }


def _commitment(row: Commitment, codes: list[str]) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "version": row.version,
        "org": row.org.code,
        "speaker": row.speaker,
        "text": row.text,
        "occasion": row.occasion,
        "said_on": row.said_on,
        "items": codes,
        "target": str(row.target_id) if row.target_id else None,
    }


@router.post("campaigns/{code}/commitments", **writes("loop:write", "loop.record_commitment"))
@once
def record_commitment(request: HttpRequest, code: str, body: CommitmentIn) -> Outcome:
    """Record what an org undertook in public."""
    seen = seen_by(request)
    campaign = get_office_campaign_for(seen, code)
    return actions.record_commitment(act_of(request), campaign, _said(seen, campaign, body))


def _said(seen: Scope, campaign: Campaign, body: CommitmentIn) -> Said:
    return Said(
        org=living_org(body.org, "body.org"),
        speaker=body.speaker,
        text=body.text,
        said_on=body.said_on,
        occasion=body.occasion,
        items=[_item(seen, campaign, code) for code in dict.fromkeys(body.items)],
        target=_target(campaign, body.target) if body.target else None,
    )


def _item(seen: Scope, campaign: Campaign, code: str) -> Item:
    try:
        item = get_item_for(seen, code)
    except Http404:
        item = None
    if item is None or item.campaign_id != campaign.pk or item.access_class != "open":
        raise Unfit("body.items", f"no open item of this campaign: {code}")
    return item


def _target(campaign: Campaign, pk: UUID) -> Target:
    found = next((t for t in open_targets(campaign) if t.pk == pk), None)
    if found is None:
        raise Unfit("body.target", "no target of this campaign")
    return found


@router.put(
    "commitments/{uuid:pk}",
    **writes("loop:write", "loop.change_commitment", is_conditional=True),
)
@once
def change_commitment(request: HttpRequest, pk: UUID, body: CommitmentIn) -> Outcome:
    """Correct what was recorded."""
    seen = seen_by(request)
    row = _held(request, queries.get_commitment_for(seen, pk))
    return actions.change_commitment(act_of(request), row, _said(seen, row.campaign, body))


def _held(request: HttpRequest, row: Commitment) -> Commitment:
    version = version_held(request)
    if version is not None:
        row.version = min(version, row.version)
    return row


@router.delete(
    "commitments/{uuid:pk}",
    **writes("loop:write", "loop.remove_commitment", is_conditional=True),
)
@once
def remove_commitment(request: HttpRequest, pk: UUID) -> Outcome:
    """Remove what was recorded by mistake."""
    row = _held(request, queries.get_commitment_for(seen_by(request), pk))
    return actions.remove_commitment(act_of(request), row)
