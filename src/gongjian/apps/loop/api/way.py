"""The way of an item: whose turn it is, steps taken, consents, more time, second looks; and my work."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.queries import get_campaign_for, get_item_for
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions import Plea
from gongjian.apps.loop.actions.revisits import LOOKERS, SAMPLE_CAP
from gongjian.apps.loop.models import Extension, Movement, Revisit, Turn
from gongjian.apps.loop.queries import require_step, step_roles
from gongjian.apps.loop.queries.looks import Wish, looks, sample
from gongjian.apps.loop.work import work_of
from gongjian.lib.contract import Body, Day

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome
    from gongjian.apps.loop.work import Task

router = Router(tags=["Closed loop"])
Note = Annotated[str, Field(max_length=500)]


class TurnOut(Schema):
    """Whose turn it is, and until when."""

    roles: list[str]
    since: dt.date
    limit: str
    due: Annotated[dt.date | None, Field(description="last day of the limit that runs")]
    until: Annotated[dt.date | None, Field(description="that day or the deadline, the nearer one")]


class MovementOut(Schema):
    """A step that was taken."""

    step: str
    source: str
    target: str
    on: dt.date
    note: str


class ExtensionOut(Schema):
    """More time that was asked for."""

    due: dt.date
    asked_due: dt.date
    granted_due: dt.date | None
    reason: str
    state: str
    is_force_majeure: bool


class RevisitOut(Schema):
    """A second look."""

    id: str
    item: str
    due: dt.date
    state: str
    note: str


class WayOut(Schema):
    """The way of an item."""

    state: str
    turn: TurnOut | None
    steps: list[MovementOut]
    extensions: list[ExtensionOut]
    revisits: list[RevisitOut]


class TaskOut(Schema):
    """An item that waits for you."""

    item: str
    title: str
    state: str
    until: dt.date | None
    days_left: int | None


class WorkOut(Schema):
    """What waits for you, in order of time left; at most a hundred of each."""

    mine: list[TaskOut]
    to_check: list[TaskOut]
    unheard: list[TaskOut]
    revisits: list[RevisitOut]
    is_cut: bool


class ConsentIn(Body):
    """In which role you agree to what is asked."""

    role: Annotated[str, Field(max_length=16)]
    reason: Note = ""


class ExtensionIn(Body):
    """A new date, why, and how far it is."""

    due: Day
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    progress: Annotated[str, Field(min_length=1, max_length=4000)]
    is_force_majeure: bool = False


class ExtensionAnswerIn(Body):
    """Whether more time is granted; an earlier date than the one asked for may be given."""

    grant: bool
    due: Day | None = None
    reason: Note = ""


class RevisitsOut(Schema):
    """Second looks of a campaign; at most two hundred of each."""

    due: list[RevisitOut]
    done: list[RevisitOut]
    held: int
    slipped: int


class SampleIn(Body):
    """How a sample is drawn, and until when it is looked at."""

    n: Annotated[int, Field(ge=1, le=SAMPLE_CAP)]
    since: Day
    until: Day
    due: Day
    seed: Annotated[str, Field(min_length=1, max_length=40)]


class LookIn(Body):
    """What a second look found."""

    held: bool
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("items/{code}/way", **reads(WayOut))
def read_way(request: HttpRequest, code: str) -> Any:
    """Give whose turn it is with an item, the steps taken, more time asked for, second looks."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    if not seen.may_see_sources(item.campaign_id):
        raise PermissionDenied
    turn = Turn.objects.filter(pk=item.pk).first()
    return {
        "state": item.state,
        "turn": turn and {**_plain(turn, TurnOut), "roles": turn.roles.split(",")},
        "steps": [_plain(m, MovementOut) for m in Movement.objects.filter(item=item)],
        "extensions": [_plain(x, ExtensionOut) for x in Extension.objects.filter(item=item)],
        "revisits": [_look(r, code) for r in Revisit.objects.filter(item=item)],
    }


@router.get("work", **reads(WorkOut))
def read_work(request: HttpRequest) -> Any:
    """Give what waits for you."""
    found = work_of(seen_by(request))
    return {
        "mine": [_task(t) for t in found.mine],
        "to_check": [_task(t) for t in found.to_check],
        "unheard": [_task(t) for t in found.unheard],
        "revisits": [_look(r, r.item.code) for r in found.looks],
        "is_cut": found.is_cut,
    }


@router.post("items/{code}/consents", **writes("loop:write", "loop.consent"))
@once
def add_consent(request: HttpRequest, code: str, body: ConsentIn) -> Outcome:
    """Agree to what is asked of an item."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = step_roles(seen, item)
    if body.role not in held:
        raise PermissionDenied
    return actions.consent(act_of(request, body.reason), item, body.role, roles=held)


@router.post("items/{code}/extensions", **writes("loop:write", "loop.ask_extension"))
@once
def ask_extension(request: HttpRequest, code: str, body: ExtensionIn) -> Outcome:
    """Ask for more time, before the deadline."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "ask_extension")
    plea = Plea(body.due, body.progress, body.is_force_majeure)
    return actions.ask_extension(act_of(request, body.reason), item, plea, roles=held)


@router.post(
    "items/{code}/extensions/answer",
    **writes("loop:write", "loop.grant_extension", "loop.refuse_extension"),
)
@once
def answer_extension(request: HttpRequest, code: str, body: ExtensionAnswerIn) -> Outcome:
    """Grant or refuse the time that is asked for."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "grant_extension")
    act = act_of(request, body.reason)
    if body.grant:
        return actions.grant_extension(act, item, body.due, roles=held)
    return actions.refuse_extension(act, item, roles=held)


@router.get("campaigns/{code}/revisits", **reads(RevisitsOut))
def list_revisits(request: HttpRequest, code: str) -> Any:
    """Give the second looks of a campaign that are due, and the last that were taken."""
    seen = seen_by(request)
    found = looks(seen, _looked_at(seen, code))
    return {
        "due": [_look(one.row, one.row.item.code) for one in found.due],
        "done": [_look(one.row, one.row.item.code) for one in found.done],
        "held": found.n_held,
        "slipped": found.n_slipped,
    }


@router.post("campaigns/{code}/revisits", **writes("loop:write", "loop.draw_revisits"))
@once
def draw_revisits(request: HttpRequest, code: str, body: SampleIn) -> Outcome:
    """Set second looks at a sample of what was closed, weighted by risk; the same seed draws the same."""
    seen = seen_by(request)
    campaign = _looked_at(seen, code)
    wish = Wish(body.n, body.since, body.until, body.seed)
    items = [one.item for one in sample(seen, campaign, wish)]
    return actions.draw_revisits(act_of(request), campaign, items, body.due, seed=body.seed)


def _looked_at(seen: Scope, code: str) -> Campaign:
    campaign = get_campaign_for(seen, code)
    if not seen.wide_roles(campaign.pk) & LOOKERS:
        raise PermissionDenied
    return campaign


@router.post("revisits/{uuid:pk}", **writes("loop:write", "loop.record_revisit"))
@once
def record_revisit(request: HttpRequest, pk: UUID, body: LookIn) -> Outcome:
    """Write down what a second look found; what slipped back is opened again."""
    seen = seen_by(request)
    row = Revisit.objects.select_related("item").filter(pk=pk).first()
    if row is None:
        raise Http404
    row.item = get_item_for(seen, row.item.code)
    held = step_roles(seen, row.item)
    if not held & LOOKERS:
        raise PermissionDenied
    return actions.record_revisit(act_of(request, body.reason), row, held=body.held, roles=held)


def _plain(row: object, shape: type[Schema]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.model_fields}


def _look(row: Revisit, code: str) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "item": code,
        "due": row.due,
        "state": row.state,
        "note": row.note,
    }


def _task(one: Task) -> dict[str, Any]:
    return {
        "item": one.item.code,
        "title": one.item.title,
        "state": one.item.state,
        "until": one.until,
        "days_left": one.left,
    }
