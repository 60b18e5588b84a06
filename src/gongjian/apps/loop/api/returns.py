"""Rounds as the office runs them, returns as orgs fill them, a group's parts as the lead joins them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions import Filled, Joined, RoundPlan
from gongjian.apps.loop.answers import Names, Reader, typed_of
from gongjian.apps.loop.models import Return, Round
from gongjian.apps.loop.queries import returns as queries
from gongjian.kernel.playbook.values import parse
from gongjian.lib.contract import (
    PAGE,
    After,
    Body,
    Day,
    Id,
    Limit,
    Line,
    Unfit,
    cursor,
    place_of,
    version_held,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.book import Outcome
    from gongjian.apps.loop.queries.returns import Duty

router = Router(tags=["Closed loop"])


class RoundOut(Schema):
    """A round of returns."""

    id: str
    version: int
    name: str
    due: dt.date
    state: str
    note: str
    n_in: int
    n: int


class RoundsOut(Schema):
    """The rounds of a campaign, the newest first."""

    rounds: list[RoundOut]


class RoundIn(Body):
    """A round to be sent out."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    due: Day
    note: Annotated[str, Field(max_length=2000)] = ""
    only_lacking: bool = False
    reason: Annotated[Line, Field(description="why orgs are asked for more than the cap")] = ""


class ReturnOut(Schema):
    """A return: what one org is asked about one item, and what it says."""

    id: str
    version: int
    round: str
    item: str
    org: str
    kind: str
    state: str
    asked: list[str]
    content: Annotated[dict[str, str], Field(description="as it may be sent back")]
    review_note: str


class ReturnsOut(Schema):
    """One page of returns."""

    returns: list[ReturnOut]
    after: str | None


class FillIn(Body):
    """Answers by the names in `content`; orgs by their names, several parted by 、."""

    content: dict[str, Annotated[str, Field(max_length=8000)]]


class SendBackIn(Body):
    """What is to be corrected."""

    note: Annotated[str, Field(min_length=1, max_length=300)]


class Seen(Body):
    """A return in the version in which it was looked at."""

    id: Id
    version: Annotated[int, Field(ge=1, le=1_000_000_000)]


class AcceptIn(Body):
    """The returns to take over, as they were looked at."""

    returns: Annotated[list[Seen], Field(min_length=1, max_length=2000)]


class PartsIn(Body):
    """What a group's parts say together."""

    text: Annotated[str, Field(max_length=8000)] = ""
    values: dict[str, Annotated[str, Field(max_length=8000)]] = {}
    parts: Annotated[list[Seen], Field(max_length=2000)] = []
    without: Annotated[bool, Field(description="although parts are missing")] = False


class PartsOut(Schema):
    """One item that a group answers for: the parts of its members."""

    item: str
    n_in: int
    parts: list[ReturnOut]
    missing: Annotated[list[str], Field(description="codes of orgs")]


@router.get("campaigns/{code}/rounds", **reads(RoundsOut))
def list_rounds(request: HttpRequest, code: str) -> Any:
    """Give the rounds of a campaign; for the office."""
    campaign = queries.get_office_campaign_for(seen_by(request), code)
    return {"rounds": [_round(r, n_in, n) for r, n_in, n in queries.rounds(campaign)]}


def _round(row: Round, n_in: int, n: int) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "version": row.version,
        "name": row.name,
        "due": row.due,
        "state": row.state,
        "note": row.note,
        "n_in": n_in,
        "n": n,
    }


@router.post("campaigns/{code}/rounds", **writes("loop:write", "loop.open_round"))
@once
def open_round(request: HttpRequest, code: str, body: RoundIn) -> Outcome:
    """Send out what is blank: one return for each item to the org that answers for it.

    An org is asked for more fields in a week than the cap only with a reason.
    """
    campaign = queries.get_office_campaign_for(seen_by(request), code)
    return actions.open_round(
        act_of(request, body.reason), campaign, RoundPlan(**body.model_dump())
    )


@router.get("campaigns/{code}/rounds/{uuid:pk}", **reads(RoundOut))
def read_round(request: HttpRequest, code: str, pk: UUID) -> Any:
    """Give one round, and how far it is."""
    row = queries.get_round_for(seen_by(request), code, pk)
    found = queries.progress(row)
    return _round(row, found.n_in, found.n)


@router.get("campaigns/{code}/rounds/{uuid:pk}/returns", **reads(ReturnsOut))
def list_round_returns(  # one argument a filter, as the contract shows them
    request: HttpRequest,
    code: str,
    pk: UUID,
    state: Annotated[str | None, Query(description="asked, returned, sent_back, accepted")] = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Any:
    """Give one page of the returns of a round."""
    row = queries.get_round_for(seen_by(request), code, pk)
    rows = Return.objects.filter(round=row)
    return _page(rows.filter(state=state) if state else rows, after, limit)


@router.get("returns", **reads(ReturnsOut))
def list_own_returns(request: HttpRequest, after: After = None, limit: Limit = PAGE) -> Any:
    """Give one page of what open rounds ask of your orgs."""
    rows = queries.asked_of(seen_by(request)).filter(round__state=Round.State.OPEN)
    return _page(rows, after, limit)


def _page(rows: Any, after: str | None, limit: int) -> dict[str, Any]:
    if place := place_of(after):
        rows = rows.filter(pk__gt=place[0])
    found = list(queries.whole(rows).order_by("pk")[: limit + 1])
    is_last = len(found) <= limit
    return {
        "returns": _returns(found[:limit]),
        "after": None if is_last else cursor(str(found[limit - 1].pk)),
    }


def _returns(rows: Sequence[Return]) -> list[dict[str, Any]]:
    names = Names()
    books = {r.campaign_id: r.campaign for r in rows}
    playbooks = {pk: playbook_in_force(campaign) for pk, campaign in books.items()}
    return [
        {
            "id": str(r.pk),
            "version": r.version,
            "round": str(r.round_id),
            "item": r.item.code,
            "org": r.org.code,
            "kind": r.kind,
            "state": r.state,
            "asked": r.asked,
            "content": typed_of(r, playbooks[r.campaign_id].register(r.item.register.key), names),
            "review_note": r.review_note,
        }
        for r in rows
    ]


@router.get("returns/{uuid:pk}", **reads(ReturnOut))
def read_return(request: HttpRequest, pk: UUID) -> Any:
    """Give one return."""
    return _returns([queries.get_return_for(seen_by(request), pk)])[0]


@router.post("returns/{uuid:pk}/fill", **writes("loop:write", "loop.fill", is_conditional=True))
@once
def fill_return(request: HttpRequest, pk: UUID, body: FillIn) -> Outcome:
    """Give a return back, whole: from its org, or from the office on its behalf."""
    seen = seen_by(request)
    row = queries.get_return_for(seen, pk)
    version = version_held(request)
    if version is not None:
        row.version = min(version, row.version)
    playbook = playbook_in_force(row.campaign)
    answers = Reader(playbook, Names(), row.item).read(row.asked, body.content)
    for error in answers.faults.values():
        raise ActionError(error.code, **error.facts)
    act = act_of(request, on_behalf_of=None if queries.answers_for(seen, row) else row.org_id)
    return actions.fill(act, [Filled(row, answers)], Return.Via.PAGE)


@router.post("returns/{uuid:pk}/send-back", **writes("loop:write", "loop.send_back"))
@once
def send_back(request: HttpRequest, pk: UUID, body: SendBackIn) -> Outcome:
    """Send a return back with what is to be corrected."""
    row = queries.get_return_for(seen_by(request), pk, may="review")
    return actions.send_back(act_of(request), row, body.note)


@router.post("campaigns/{code}/rounds/{uuid:pk}/chase", **writes("loop:write", "loop.chase"))
@once
def chase(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Remind every org that has not given everything back."""
    return actions.chase(act_of(request), queries.get_round_for(seen_by(request), code, pk))


@router.post("campaigns/{code}/rounds/{uuid:pk}/accept", **writes("loop:write", "loop.accept"))
@once
def accept(request: HttpRequest, code: str, pk: UUID, body: AcceptIn) -> Outcome:
    """Take over what returns say, all or none; one that moved since it was looked at is not."""
    row = queries.get_round_for(seen_by(request), code, pk)
    given = {r.id: r.version for r in body.returns}
    rows = Return.objects.filter(round=row, kind=Return.Kind.BLANKS, pk__in=list(given))
    found = list(queries.whole(rows).order_by("item__code"))
    if len(found) != len(given):
        raise Unfit("body.returns", "not all of them belong to this round")
    for one in found:
        if one.version != given[one.pk]:
            raise Moved("return.moved", item=one.item.code)
    return actions.accept(act_of(request), found)


@router.post("campaigns/{code}/rounds/{uuid:pk}/close", **writes("loop:write", "loop.close_round"))
@once
def close_round(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Close a round: nothing comes in any more."""
    return actions.close_round(act_of(request), queries.get_round_for(seen_by(request), code, pk))


def _duty(seen: Scope, code: str, pk: UUID, item: str) -> Duty:
    """Fetch a group's duty by the code of its item."""
    campaign = get_campaign_for(seen, code)
    found = campaign.items.filter(code=item).values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return queries.get_duty_for(seen, code, pk, found)


@router.get("campaigns/{code}/rounds/{uuid:pk}/duties/{item}", **reads(PartsOut))
def read_duty(request: HttpRequest, code: str, pk: UUID, item: str) -> Any:
    """Give the parts of a group's duty, and who is missing."""
    found = _duty(seen_by(request), code, pk, item)
    return {
        "item": found.item.code,
        "n_in": found.n_in,
        "parts": _returns(found.parts),
        "missing": [p.org.code for p in found.missing],
    }


@router.post(
    "campaigns/{code}/rounds/{uuid:pk}/duties/{item}/chase",
    **writes("loop:write", "loop.chase_duty"),
)
@once
def chase_duty(request: HttpRequest, code: str, pk: UUID, item: str) -> Outcome:
    """Remind the members of a group whose part of one item is missing."""
    return actions.chase_duty(act_of(request), _duty(seen_by(request), code, pk, item))


@router.post(
    "campaigns/{code}/rounds/{uuid:pk}/duties/{item}/join", **writes("loop:write", "loop.join")
)
@once
def join_parts(request: HttpRequest, code: str, pk: UUID, item: str, body: PartsIn) -> Outcome:
    """Join the parts of a group into one; only parts that were looked at as they are now."""
    seen = seen_by(request)
    found = _duty(seen, code, pk, item)
    register = playbook_in_force(found.round.campaign).register(found.item.register.key)
    known = {f.key: f for f in register.fields}
    if unknown := sorted(set(body.values) - set(known)):
        raise Unfit(f"body.values.{unknown[0]}", "no field of this register")
    values = {k: parse(known[k], text) for k, text in body.values.items()}
    given = {k: v for k, v in values.items() if v}
    joined = Joined(body.text, given, {p.id: p.version for p in body.parts}, body.without)
    own = seen.answers_for(found.item.campaign_id, found.item.org_id) & {"contact", "principal"}
    act = act_of(request, on_behalf_of=None if own else found.item.org_id)
    return actions.join(act, found, joined)
