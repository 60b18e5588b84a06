"""Reports on an item, and the steps of its workflow."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.ledger.book import Moved
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions import Words
from gongjian.apps.loop.models import Report
from gongjian.apps.loop.queries import Steps, require_step, step_roles
from gongjian.lib.contract import PAGE, After, Body, Limit, Line, cursor, place_of, version_held

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.fields import Label
    from gongjian.kernel.model.workflow import Transition

router = Router(tags=["Closed loop"])
Text = Annotated[str, Field(max_length=4000)]


class ReportIn(Body):
    """A report: what was done, or `no_change`."""

    progress: Text = ""
    problems: Text = ""
    next_steps: Text = ""
    share: Annotated[int | None, Field(ge=0, le=10_000, description="basis points")] = None
    no_change: bool = False


class ReportOut(Schema):
    """A report on an item."""

    id: str
    at: dt.datetime
    progress: str
    problems: str
    next_steps: str
    share: Annotated[int, Field(description="basis points")]
    no_change: bool


class ReportsOut(Schema):
    """One page of reports, the newest first."""

    reports: list[ReportOut]
    after: str | None


class OpenStep(Schema):
    """A step that you may take now, and what it still needs."""

    key: str
    label: dict[str, str]
    target: str
    needs: list[str]
    wants_reason: bool


class StepsOut(Schema):
    """The steps that are open to you."""

    state: str
    steps: list[OpenStep]


class ReasonIn(Body):
    """Why a step is taken."""

    reason: Line = ""


class StepIn(ReasonIn):
    """A step of the workflow of the item's register."""

    step: Annotated[str, Field(max_length=40)]


def _held(request: HttpRequest, item: Item) -> None:
    """Refuse a step that was decided on another version than the present one."""
    version = version_held(request)
    if version is not None and version != item.version:
        raise Moved("row.moved", row=str(item.pk))


@router.get("items/{code}/reports", **reads(ReportsOut))
def list_reports(request: HttpRequest, code: str, after: After = None, limit: Limit = PAGE) -> Any:
    """Give the reports on an item; not to the public."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    if not seen.may_see_sources(item.campaign_id):
        raise PermissionDenied
    rows = Report.objects.filter(item=item).order_by("-pk")
    if place := place_of(after):
        rows = rows.filter(pk__lt=place[0])
    found = list(rows[: limit + 1])
    is_last = len(found) <= limit
    return {
        "reports": [
            {
                "id": str(r.pk),
                "at": r.at,
                "progress": r.progress,
                "problems": r.problems,
                "next_steps": r.next_steps,
                "share": r.share,
                "no_change": r.no_change,
            }
            for r in found[:limit]
        ],
        "after": None if is_last else cursor(str(found[limit - 1].pk)),
    }


@router.post("items/{code}/reports", **writes("loop:write", "loop.report", is_conditional=True))
@once
def report(request: HttpRequest, code: str, body: ReportIn) -> Outcome:
    """Report on an item; its state follows from the workflow of its register."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="report")
    _held(request, item)
    words = Words(**body.model_dump())
    return actions.report(act_of(request), item, words, roles=step_roles(seen, item))


@router.get("items/{code}/steps", **reads(StepsOut))
def list_steps(request: HttpRequest, code: str) -> Any:
    """Give the steps that you may take with an item as it stands."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    has_file = item.files.filter(is_removed=False).exists()
    steps = Steps(playbook_in_force(item.campaign), item, has_file)
    found = steps.open_to(step_roles(seen, item))
    return {"state": item.state, "steps": [_step(steps, s) for s in found]}


def _step(steps: Steps, step: Transition) -> dict[str, Any]:
    return {
        "key": step.key,
        "label": {"zh": step.label.zh, "en": step.label.en},
        "target": step.target,
        "needs": [_need(n) for n in steps.needs(step)],
        "wants_reason": steps.wants_reason(step),
    }


def _need(need: str | Label) -> str:
    return need if isinstance(need, str) else need.zh


@router.post(
    "items/{code}/close-out", **writes("loop:write", "loop.close_out", is_conditional=True)
)
@once
def close_out(request: HttpRequest, code: str, body: ReasonIn | None = None) -> Outcome:
    """Close an item out; never by whoever reported it."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "close_out")
    _held(request, item)
    act = act_of(request, body.reason if body else "")
    return actions.close_out(act, item, roles=held)


@router.post("items/{code}/reopen", **writes("loop:write", "loop.reopen", is_conditional=True))
@once
def reopen(request: HttpRequest, code: str, body: ReasonIn) -> Outcome:
    """Put a closed item back in hand, with a reason."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "reopen")
    _held(request, item)
    return actions.reopen(act_of(request, body.reason), item, roles=held)


@router.post("items/{code}/steps", **writes("loop:write", "loop.step", is_conditional=True))
@once
def take_step(request: HttpRequest, code: str, body: StepIn) -> Outcome:
    """Take another step that the register's workflow declares, such as the receipt of an item."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item)
    _held(request, item)
    return actions.take_step(act_of(request, body.reason), item, body.step, roles=held)
