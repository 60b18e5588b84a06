"""Steps of the closed loop: the workflow of the playbook decides, then facts of the item change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.actions import set_standing
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.actions.effects import bring_about
from gongjian.apps.loop.models import Consent, Movement, Option, Report
from gongjian.apps.loop.queries import Steps, agreed, last_asked
from gongjian.apps.notices.actions import settle
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.workflow import OVER, StateCategory
from gongjian.kernel.playbook.values import missing
from gongjian.kernel.workflow.machine import Allowed, Facts, decide
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.apps.ledger.book import Book
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.model.workflow import Transition, Workflow

# Steps that have an action of their own, with what it asks for.
OWN = frozenset({
    "report", "close_out", "reopen", "ask_extension", "grant_extension", "refuse_extension",
})  # fmt: skip


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
    by = person_of(book)
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
    state = move(book, item, "report", roles, frozenset(given), progress=share, reported_by=by)
    return {"item": item.code, "report": str(row.pk), "state": state}


@action("loop.close_out")
def close_out(book: Book, item: Item, *, roles: frozenset[str]) -> dict[str, Any]:
    """Close an item out (销号): never by whoever asked for it."""
    return take(book, item, "close_out", roles)


@action("loop.reopen")
def reopen(book: Book, item: Item, *, roles: frozenset[str]) -> dict[str, Any]:
    """Put a closed item back in hand, with a reason."""
    if not book.act.reason.strip():
        raise ActionError("reopen.reason_missing")
    return take(book, item, "reopen", roles)


@action("loop.step")
def take_step(book: Book, item: Item, step: str, *, roles: frozenset[str]) -> dict[str, Any]:
    """Take any other step that the register's workflow declares."""
    if step in OWN:
        raise ActionError("workflow.own_action", step=step)
    if step == "decide" and Option.objects.filter(item=item).exists():
        raise ActionError("decision.by_named", item=item.code)
    return take(book, item, step, roles)


@action("loop.consent")
def consent(book: Book, item: Item, role: str, *, roles: frozenset[str]) -> dict[str, Any]:
    """Agree to what is asked of an item, in a role that a step there waits for."""
    playbook = playbook_in_force(item.campaign)
    now = playbook.state_of(item.register.key, item.state).key
    workflow = playbook.workflow_of(item.register.key)
    wanted = {r for t in workflow.transitions if now in t.sources for r in t.consents}
    if role not in wanted or role not in roles:
        raise ActionError("consent.not_wanted", item=item.code)
    if role in agreed(item, now):
        raise ActionError("consent.given", item=item.code)
    book.campaign_id = item.campaign_id
    row = Consent(
        campaign_id=item.campaign_id,
        item=item,
        role=role,
        state=now,
        note=book.act.reason.strip()[:500],
        by=person_of(book),
        on_behalf_of=book.act.on_behalf_of,
        at=book.at,
    )
    book.insert(row)
    return {"item": item.code, "role": role}


def person_of(book: Book) -> UUID | None:
    """Give the person who acts; None for the system."""
    return None if book.act.by == SYSTEM else book.act.by


def day_of_act(book: Book, campaign: Campaign) -> dt.date:
    """Give the day by the campaign's clock; one of an example stands still."""
    return clock.day_of(book.act.at, campaign.zone) if book.act.at else today_of(campaign)


def take(book: Book, item: Item, step: str, roles: frozenset[str], **facts: Any) -> dict[str, Any]:
    """Take a step with what is there of fields, files and the reason; part of actions."""
    has_file = item.files.filter(is_removed=False).exists()
    given = Steps(playbook_in_force(item.campaign), item, has_file).given(book.act.reason)
    return {"item": item.code, "state": move(book, item, step, roles, given, **facts)}


def move(
    book: Book, item: Item, key: str, roles: frozenset[str], given: frozenset[str], **facts: Any
) -> str:
    """Let the workflow decide, then change the item, note the step and bring its effects about."""
    playbook = playbook_in_force(item.campaign)
    workflow = playbook.workflow_of(item.register.key)
    now = playbook.state_of(item.register.key, item.state).key
    state = _decided(book, item, playbook, key, Asked(now, roles, given))
    step = workflow.step(key)
    set_standing(book, item, state=state, **_ends(book, item, workflow, (now, state)), **facts)
    if step is None or (key == "report" and state == now):
        return state
    book.insert(_movement(book, item, step, Asked(now, roles, given), state))
    day = clock.day_of(book.at, item.campaign.zone)
    if item.org_id is not None:
        settle(
            book, ("step.taken", "step.due_soon", "step.late"), [(item.pk, item.org_id, None)], day
        )
    bring_about(book, playbook, item, step)
    return state


@dataclass(frozen=True, slots=True)
class Asked:
    """From where a step is wanted, in which roles, with what given."""

    state: str
    roles: frozenset[str]
    given: frozenset[str]


def _decided(book: Book, item: Item, playbook: Playbook, key: str, asked: Asked) -> str:
    register = playbook.register(item.register.key)
    workflow = playbook.workflow(register.workflow)
    step = workflow.step(key)
    by, is_requester, consents = person_of(book), False, frozenset[str]()
    if step is not None and step.grants:
        asking = last_asked(item, workflow)
        is_requester = by is not None and by in {item.reported_by, asking.by if asking else None}
        if step.consents:
            consents = agreed(item, asked.state)
    facts = Facts(asked.roles, asked.given, is_requester, consents, item.fields)
    try:
        verdict = decide(workflow, asked.state, key, facts)
    except KernelError as error:
        raise ActionError(error.code, **error.facts) from error
    if not isinstance(verdict, Allowed):
        raise ActionError(verdict.code, item=item.code, **_told(playbook, item, verdict.facts))
    # What comes back is opened as it is: nobody is kept from saying so by a blank.
    lacking = () if key == "reopen" else missing(register, item.fields, verdict.state)
    if lacking:
        names = [register.field(k).label for k in lacking]
        raise ActionError("workflow.needs", item=item.code, needs=names)
    return verdict.state


def _told(playbook: Playbook, item: Item, facts: Any) -> dict[str, Any]:
    """Give the facts of a refusal with the words of the register in place of keys."""
    told = dict(facts)
    register = playbook.register(item.register.key)
    labels = {f.key: f.label for f in register.fields}
    if "needs" in told:
        told["needs"] = [labels.get(n, n) for n in told["needs"]]
    if "when" in told:
        told["when"] = [labels.get(name, name) for name, _values in told["when"]]
    if "roles" in told:
        told["roles"] = [playbook.role_word(register.key, r) or r for r in told["roles"]]
    return told


def _ends(book: Book, item: Item, workflow: Workflow, way: tuple[str, str]) -> dict[str, Any]:
    """Give the days that a step sets: of the close-out, and of the issue where it goes into force."""
    before, category = (workflow.state(s).category for s in way)
    if category in OVER and item.closed_on is None:
        return {"closed_on": clock.day_of(book.at, item.campaign.zone)}
    if category not in OVER and item.closed_on is not None:
        return {"closed_on": None}
    # What is assigned one by one is in force from then on, as what is issued at the launch.
    if before is StateCategory.PLANNED and category is not before and item.issued_on is None:
        return {"issued_on": clock.day_of(book.at, item.campaign.zone)}
    return {}


def _movement(book: Book, item: Item, step: Transition, asked: Asked, state: str) -> Movement:
    return Movement(
        campaign_id=item.campaign_id,
        item=item,
        step=step.key,
        source=asked.state,
        target=state,
        roles=",".join(sorted(asked.roles & set(step.roles))),
        by=person_of(book),
        on_behalf_of=book.act.on_behalf_of,
        note=book.act.reason.strip()[:500],
        at=book.at,
        on=clock.day_of(book.at, item.campaign.zone),
    )
