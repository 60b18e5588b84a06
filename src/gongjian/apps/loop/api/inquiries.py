"""One-time questions: asked of many orgs, answered, chased, closed or withdrawn."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.coded import group_keyed, living_org
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, inquiry_pages
from gongjian.apps.loop.actions import Given, InquiryPlan
from gongjian.apps.loop.api.steps import ReasonIn
from gongjian.apps.loop.models import Answer, Inquiry, Return
from gongjian.apps.loop.queries import inquiries as queries
from gongjian.apps.loop.queries.returns import get_office_campaign_for
from gongjian.apps.loop.things import KINDS, MOST, NOTE, Thing, read, things_of
from gongjian.lib.contract import (
    PAGE,
    After,
    Body,
    Code,
    Day,
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
    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome

router = Router(tags=["Closed loop"])
Text = Annotated[str, Field(max_length=4000)]


class ThingIn(Body):
    """One thing that is asked."""

    label: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Annotated[str, Field(max_length=16, description=", ".join(KINDS))]
    unit: Annotated[str, Field(max_length=16)] = ""
    choices: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=40)] = []


class ThingOut(Schema):
    """One thing that is asked, by the key under which it is answered."""

    key: str
    label: str
    kind: str
    unit: str
    choices: list[str]


class InquiryOut(Schema):
    """A one-time question, and how many have answered."""

    id: str
    version: int
    title: str
    note: str
    due: dt.date
    state: str
    item: str | None
    things: list[ThingOut]
    n_in: int
    n: int


class InquiriesOut(Schema):
    """The questions of a campaign, the newest first."""

    inquiries: list[InquiryOut]


class InquiryIn(Body):
    """A question: of whom, by when; orgs by their codes, or the members of a group."""

    title: Annotated[str, Field(min_length=1, max_length=160)]
    things: Annotated[list[ThingIn], Field(min_length=1, max_length=MOST)]
    due: Day
    orgs: Annotated[list[Code], Field(max_length=5000)] = []
    group: Annotated[str | None, Field(max_length=32, description="key of a group")] = None
    note: Annotated[str, Field(max_length=2000)] = ""
    item: Code | None = None
    reason: Annotated[
        Line,
        Field(description="why it is asked although the book knows, or orgs are asked too much"),
    ] = ""


class AnswerOut(Schema):
    """What an org answers."""

    id: str
    version: int
    inquiry: str
    title: str
    org: str
    state: str
    due: dt.date
    content: Annotated[dict[str, str], Field(description="as it may be sent back")]
    note: str


class AnswersOut(Schema):
    """One page of answers."""

    answers: list[AnswerOut]
    after: str | None


class AnswerIn(Body):
    """An answer by the keys of the things; `is_none` says that there is no such thing here."""

    content: dict[str, Text] = {}
    is_none: bool = False
    note: Annotated[str, Field(max_length=500)] = ""


@router.get("campaigns/{code}/inquiries", **reads(InquiriesOut))
def list_inquiries(request: HttpRequest, code: str) -> Any:
    """Give the questions of a campaign; for the office."""
    campaign = get_office_campaign_for(seen_by(request), code)
    return {"inquiries": [_inquiry(x.row, x.n_in, x.n) for x in queries.inquiries(campaign)]}


def _inquiry(row: Inquiry, n_in: int, n: int) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "version": row.version,
        "title": row.title,
        "note": row.note,
        "due": row.due,
        "state": row.state,
        "item": row.item.code if row.item else None,
        "things": [
            {
                "key": t.key,
                "label": t.label,
                "kind": str(t.kind),
                "unit": t.unit,
                "choices": list(t.choices),
            }
            for t in things_of(row)
        ],
        "n_in": n_in,
        "n": n,
    }


@router.post("campaigns/{code}/inquiries", **writes("loop:write", "loop.ask"))
@once
def ask_inquiry(request: HttpRequest, code: str, body: InquiryIn) -> Outcome:
    """Ask a question of many orgs.

    What the book holds already is not asked without a reason, nor more fields in a week than the cap.
    """
    seen = seen_by(request)
    campaign = get_office_campaign_for(seen, code)
    orgs, whom = _orgs(campaign, body)
    things = [
        Thing(f"t{n}", t.label.strip(), _kind(n, t.kind), t.unit, tuple(t.choices))
        for n, t in enumerate(body.things)
    ]
    item = _item(seen, campaign, body.item) if body.item else None
    plan = InquiryPlan(body.title, things, body.due, orgs, whom, body.note, item, body.reason)
    return actions.ask(act_of(request, body.reason), campaign, plan)


def _kind(n: int, kind: str) -> str:
    if kind not in KINDS:
        raise Unfit(f"body.things.{n}.kind", f"one of {', '.join(KINDS)}")
    return kind


def _orgs(campaign: Campaign, body: InquiryIn) -> tuple[Sequence[Org], str]:
    if (body.group is None) == (not body.orgs):
        raise Unfit("body.orgs", "name orgs or a group")
    if body.group is not None:
        group = group_keyed(body.group, "body.group")
        return queries.members_on(group, today_of(campaign)), group.name
    codes = dict.fromkeys(body.orgs)
    return [living_org(code, "body.orgs") for code in codes], ""


def _item(seen: Scope, campaign: Campaign, code: str) -> Item:
    try:
        item = get_item_for(seen, code)
    except Http404:
        item = None
    if item is None or item.campaign_id != campaign.pk:
        raise Unfit("body.item", "no item of this campaign")
    return item


@router.get("campaigns/{code}/inquiries/{uuid:pk}", **reads(InquiryOut))
def read_inquiry(request: HttpRequest, code: str, pk: UUID) -> Any:
    """Give one question, and how far it is."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    states = list(Answer.objects.filter(inquiry=row).values_list("state", flat=True))
    return _inquiry(row, sum(s != Answer.State.OPEN for s in states), len(states))


@router.get("campaigns/{code}/inquiries/{uuid:pk}/answers", **reads(AnswersOut))
def list_answers(
    request: HttpRequest, code: str, pk: UUID, after: After = None, limit: Limit = PAGE
) -> Any:
    """Give one page of the answers to a question."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    return _page(Answer.objects.filter(inquiry=row), after, limit)


@router.get("answers", **reads(AnswersOut))
def list_own_answers(request: HttpRequest, after: After = None, limit: Limit = PAGE) -> Any:
    """Give one page of what open questions ask of your orgs."""
    rows = queries.answers_of(seen_by(request))
    return _page(rows.filter(inquiry__state=Inquiry.State.OPEN), after, limit)


def _page(rows: Any, after: str | None, limit: int) -> dict[str, Any]:
    if place := place_of(after):
        rows = rows.filter(pk__gt=place[0])
    found = list(queries.whole(rows).order_by("pk")[: limit + 1])
    is_last = len(found) <= limit
    return {
        "answers": [_answer(row) for row in found[:limit]],
        "after": None if is_last else cursor(str(found[limit - 1].pk)),
    }


def _answer(row: Answer) -> dict[str, Any]:
    known = {t.key for t in things_of(row.inquiry)}
    typed = inquiry_pages.typed_of(row)
    return {
        "id": str(row.pk),
        "version": row.version,
        "inquiry": str(row.inquiry_id),
        "title": row.inquiry.title,
        "org": row.org.code,
        "state": row.state,
        "due": row.inquiry.due,
        "content": {k: v for k, v in typed.items() if k in known},
        "note": row.note,
    }


@router.get("answers/{uuid:pk}", **reads(AnswerOut))
def read_answer(request: HttpRequest, pk: UUID) -> Any:
    """Give one answer."""
    return _answer(queries.get_answer_for(seen_by(request), pk))


@router.post("answers/{uuid:pk}/give", **writes("loop:write", "loop.answer", is_conditional=True))
@once
def give_answer(request: HttpRequest, pk: UUID, body: AnswerIn) -> Outcome:
    """Answer a question: from its org, or from the office on its behalf."""
    seen = seen_by(request)
    row = queries.get_answer_for(seen, pk)
    version = version_held(request)
    if version is not None:
        row.version = min(version, row.version)
    found = None
    if not body.is_none:
        things = things_of(row.inquiry)
        if unknown := sorted(set(body.content) - {t.key for t in things}):
            raise Unfit(f"body.content.{unknown[0]}", "nothing that was asked")
        found = read(things, {**body.content, NOTE: body.note}, row.campaign.start_on.year)
        for error in found.faults.values():
            raise ActionError(error.code, **error.facts)
    act = act_of(request, on_behalf_of=None if queries.speaks_for(seen, row) else row.org_id)
    return actions.answer(act, [Given(row, found, body.note)], Return.Via.PAGE)


@router.post(
    "campaigns/{code}/inquiries/{uuid:pk}/chase", **writes("loop:write", "loop.chase_inquiry")
)
@once
def chase_inquiry(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Remind every org that has not answered."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    return actions.chase_inquiry(act_of(request), row)


@router.post(
    "campaigns/{code}/inquiries/{uuid:pk}/close", **writes("loop:write", "loop.close_inquiry")
)
@once
def close_inquiry(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Close a question: nothing comes in any more."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    return actions.close_inquiry(act_of(request), row)


@router.post(
    "campaigns/{code}/inquiries/{uuid:pk}/withdraw",
    **writes("loop:write", "loop.withdraw_inquiry"),
)
@once
def withdraw_inquiry(request: HttpRequest, code: str, pk: UUID, body: ReasonIn) -> Outcome:
    """Withdraw a question that should not have been asked, with the reason."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    return actions.withdraw_inquiry(act_of(request, body.reason), row)
