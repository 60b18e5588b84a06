"""Steps of the closed loop: the workflow of the playbook decides, then facts of the item change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.actions import set_standing
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.models import Report
from gongjian.apps.loop.queries import Steps
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.workflow import StateCategory
from gongjian.kernel.playbook.values import missing
from gongjian.kernel.workflow.machine import Allowed, Facts, decide
from gongjian.lib import clock

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Item


@dataclass(frozen=True, slots=True)
class Words:
    """What a person typed into a report."""

    progress: str = ""
    problems: str = ""
    next_steps: str = ""
    share: int | None = None  # basis points; None leaves it as it was
    no_change: bool = False


@action("loop.report")
def report(book: Book, item: Item, words: Words, *, roles: frozenset[str]) -> dict[str, Any]:
    """Report on an item; its state follows from the workflow of its register."""
    given = {"progress"} if words.progress.strip() else set()
    if words.no_change:
        given.add("no_change")
    if not given:
        raise ActionError("report.empty")
    if words.share is not None and not 0 <= words.share <= 10_000:
        raise ActionError("report.share_out_of_range", share=words.share)
    share = item.progress if words.share is None or words.no_change else words.share
    state = _next_state(book, item, "report", roles, frozenset(given))
    by = None if book.act.by == SYSTEM else book.act.by
    row = Report(
        campaign_id=item.campaign_id,
        item=item,
        progress=words.progress.strip(),
        problems=words.problems.strip(),
        next_steps=words.next_steps.strip(),
        share=share,
        no_change=words.no_change,
        by=by,
        at=book.at,
    )
    book.insert(row)
    set_standing(book, item, state=state, progress=share, reported_by=by)
    return {"item": item.code, "report": str(row.pk), "state": state}


@action("loop.close_out")
def close_out(book: Book, item: Item, *, roles: frozenset[str]) -> dict[str, Any]:
    """Close an item out (销号): never by whoever asked for it."""
    return _take(book, item, "close_out", roles)


@action("loop.reopen")
def reopen(book: Book, item: Item, *, roles: frozenset[str]) -> dict[str, Any]:
    """Put a closed item back in hand, with a reason."""
    if not book.act.reason.strip():
        raise ActionError("reopen.reason_missing")
    return _take(book, item, "reopen", roles)


@action("loop.step")
def take_step(book: Book, item: Item, step: str, *, roles: frozenset[str]) -> dict[str, Any]:
    """Take any other step that the register's workflow declares."""
    if step in {"report", "close_out", "reopen"}:
        raise ActionError("workflow.own_action", step=step)
    return _take(book, item, step, roles)


def _take(book: Book, item: Item, step: str, roles: frozenset[str]) -> dict[str, Any]:
    playbook = playbook_in_force(item.campaign)
    has_file = item.files.filter(is_removed=False).exists()
    given = Steps(playbook, item, has_file).given(book.act.reason)
    state = _next_state(book, item, step, roles, given)
    facts: dict[str, Any] = {"state": state}
    workflow = playbook.workflow_of(item.register.key)
    if workflow.state(state).category is StateCategory.CLOSED:
        facts["closed_on"] = clock.day_of(book.at, item.campaign.zone)
    elif item.closed_on is not None:
        facts["closed_on"] = None
    set_standing(book, item, **facts)
    return {"item": item.code, "state": state}


def _next_state(
    book: Book, item: Item, transition: str, roles: frozenset[str], given: frozenset[str]
) -> str:
    playbook = playbook_in_force(item.campaign)
    register = playbook.register(item.register.key)
    workflow = playbook.workflow(register.workflow)
    asked = item.reported_by is not None and item.reported_by == book.act.by
    now = playbook.state_of(register.key, item.state).key
    try:
        verdict = decide(
            workflow, now, transition, Facts(roles=roles, given=given, is_requester=asked)
        )
    except KernelError as error:
        raise ActionError(error.code, **error.facts) from error
    if not isinstance(verdict, Allowed):
        raise ActionError(verdict.code, item=item.code, **dict(verdict.facts))
    if lacking := missing(register, item.fields, verdict.state):
        names = [register.field(k).label for k in lacking]
        raise ActionError("workflow.needs", item=item.code, needs=names)
    return verdict.state
