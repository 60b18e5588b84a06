"""Intakes on their way: begun, answered, confirmed, run, dropped. They hold no fact: what they bring is one event.

How an intake becomes an event once
-----------------------------------
1. `look` compares its workbooks with the register and keeps what was told, with a digest of the plan.
2. `confirm` moves it from ready to waiting by a conditional update: of two confirmations one counts.
3. `run` plans again as its person, with the rights of today. If the plan is not the one that was shown,
   nothing is written and the new preview is shown.
4. The event's request id follows from the intake, so a run that is repeated finds its event and writes
   nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils import translation

from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.models import Register
from gongjian.apps.campaigns.registers import Ledger
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.cockpit import queries
from gongjian.apps.grid import actions
from gongjian.apps.grid.comparing import compare
from gongjian.apps.grid.intake_report import error_of, told
from gongjian.apps.grid.models import ForeignForm, Intake
from gongjian.apps.grid.opening import reopened, take_up
from gongjian.apps.ledger.book import Act, ActionError, Moved
from gongjian.apps.ledger.models import Event
from gongjian.apps.papers import files
from gongjian.apps.papers.models import StoredFile
from gongjian.kernel.errors import KernelError
from gongjian.lib import clock
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.comparing import Compared
    from gongjian.apps.grid.opening import Opened, Refused

State = Intake.State
KEPT_FOR = dt.timedelta(days=30)
UNDER_WAY = (State.WAITING, State.RUNNING)
_ANSWERS = ("sheets", "quarters", "choices", "later_wins", "left")


class NothingRead(ActionError):  # noqa: N818  # a state of the files, told as such
    """None of the files could be read; `refused` says why, file by file."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        first = refused[0]
        super().__init__(first.error.code, **first.error.facts)
        self.refused = list(refused)


def begin(person: Person, register: Register, given: Iterable[tuple[str, bytes]]) -> Intake:
    """Take workbooks up for a register: names and bytes; those that cannot be read are named.

    Raises NothingRead where none can, ActionError ``intake.no_file``, ``intake.too_many_files``.
    """
    asked, ledger = ledger_for(person, register)
    opened, refused = _taken(given)
    intake = Intake(campaign=register.campaign, register=register, by=person, at=clock.now())
    _keep(intake, opened, refused)
    _note(intake, compare(asked, ledger, opened, intake.mapping), asked, ledger)
    intake.save(force_insert=True)
    return intake


def add(intake: Intake, given: Iterable[tuple[str, bytes]]) -> None:
    """Take more workbooks up into an intake; one of the same name stands for its newer version."""
    opened, refused = _taken(given)
    names = {o.name for o in opened}
    intake.files = [f for f in intake.files if f["name"] not in names]
    _keep(intake, opened, refused)
    look(intake)


def _taken(given: Iterable[tuple[str, bytes]]) -> tuple[list[Opened], list[Refused]]:
    opened, refused = take_up(given)
    if not opened:
        raise NothingRead(refused)
    return opened, refused


def _keep(intake: Intake, opened: Iterable[Opened], refused: Iterable[Refused]) -> None:
    intake.files = [*intake.files, *({"name": o.name, "sha256": o.sha256} for o in opened)]
    said = [{"name": r.name, **error_of(r.error)} for r in refused]
    intake.mapping = {**intake.mapping, "refused": said}


# ---- as its person -------------------------------------------------------------------------------


def ledger_for(person: Person, register: Register) -> tuple[Asked, Ledger]:
    """Give a register as its person sees it today.

    Raises Http404 for a stranger, PermissionDenied for who does not run the campaign.
    """
    seen = scope(person, clock.today())
    campaign = campaigns.get_campaign_for(seen, register.campaign.code)
    found = get_register_for(seen, campaign, register.key)
    asked = queries.ask(seen, campaign, None)
    if not person.is_active:
        raise PermissionDenied
    if register.key not in {r.key for r in asked.playbook.registers}:
        raise Http404
    if not seen.is_office(campaign.pk):
        raise PermissionDenied
    definition = asked.playbook.register(register.key)
    return asked, Ledger(seen, found, definition, asked.playbook)


def mine(seen: Scope, register: Register) -> list[Intake]:
    """Give the intakes of a person into a register, the newest first."""
    found = Intake.objects.filter(register=register, by=seen.person_id)
    return list(found.defer("report", "mapping")[:50])


def get_intake_for(seen: Scope, register: Register, pk: UUID) -> Intake:
    """Fetch an intake of one's own; those of others are not there."""
    found = Intake.objects.filter(pk=pk, register=register, by=seen.person_id)
    intake = found.select_related("campaign", "register", "by").first()
    if intake is None:
        raise Http404
    intake.register.campaign = intake.campaign
    return intake


# ---- compared ------------------------------------------------------------------------------------


def look(intake: Intake) -> None:
    """Compare an intake with what is there now, and keep what is told of it."""
    asked, ledger = ledger_for(intake.by, intake.register)
    _note(intake, compare(asked, ledger, reopened(intake.files), intake.mapping), asked, ledger)
    intake.error = {}
    intake.save()


def _note(intake: Intake, found: Compared, asked: Asked, ledger: Ledger) -> None:
    intake.report = told(found, asked, ledger)
    intake.mapping = {**intake.mapping, "lang": translation.get_language() or "zh-hans"}
    intake.state = State.READY if found.is_settled else State.MAPPING
    intake.n_done, intake.n_total = 0, len(intake.files) + 2


def answer(intake: Intake, answers: Mapping[str, Any]) -> None:
    """Keep what a person decided and compare again; an intake that is under way takes no answers."""
    if unknown := set(answers) - {*_ANSWERS}:
        raise ValueError(f"no answers of an intake: {sorted(unknown)}")
    if intake.state in {*UNDER_WAY, State.DONE}:
        return
    intake.mapping = {**intake.mapping, **answers}
    look(intake)


# ---- taken ---------------------------------------------------------------------------------------


def confirm(intake: Intake, digest: str) -> bool:
    """Let an intake be run; False where that was done already, or something else was shown since.

    Raises ActionError: ``write.not_sound``.
    """
    if not intake.report.get("is_sound"):
        n = intake.report.get("n_faults", 0) + len(intake.report.get("clashes", ()))
        raise ActionError("write.not_sound", n=n)
    if digest != intake.report["digest"]:
        return False
    there = Intake.objects.filter(pk=intake.pk, state__in=[State.READY, State.FAILED])
    is_first = there.update(state=State.WAITING, n_done=0, error={}) == 1
    intake.refresh_from_db(fields=["state", "n_done", "error"])
    return is_first


def take(intake: Intake) -> bool:
    """Confirm an intake as it was last compared."""
    return confirm(intake, intake.report.get("digest", ""))


def run(pk: UUID) -> Intake:
    """Write what an intake brings, once, whoever runs it and how often."""
    rows = Intake.objects.select_related("campaign", "register", "by")
    intake = rows.get(pk=pk)
    intake.register.campaign = intake.campaign
    if intake.state not in UNDER_WAY:
        return intake
    act = _act(intake)
    if written := Event.objects.filter(actor_id=act.by, request_id=act.request_id).first():
        return _finish(intake, written.pk)
    _tell(intake, state=State.RUNNING, n_done=0)
    with translation.override(intake.mapping.get("lang", "zh-hans")):
        _run(intake, act)
    return intake


def _run(intake: Intake, act: Act) -> None:
    try:
        asked, ledger = ledger_for(intake.by, intake.register)
        found = compare(
            asked, ledger, reopened(intake.files), intake.mapping, lambda n: _tell(intake, n_done=n)
        )
        if found.is_sound and found.digest == intake.report["digest"]:
            done = actions.write(act, intake.register, found.plan)
            _finish(intake, done.event_id)
        else:
            _show_again(intake)
    except Moved:
        _show_again(intake)
    except (PermissionDenied, Http404):
        _fail(intake, ActionError("intake.no_right"))
    except KernelError as error:
        _fail(intake, error)


def _act(intake: Intake) -> Act:
    return Act(
        request_id=f"intake-{intake.pk}",
        by=intake.by.pk,
        origin="import",
        reason=reason_of(intake),
    )


def reason_of(intake: Intake) -> str:
    """Say where rows came from: the files, and how their quarters were said to count."""
    names = [f["name"] for f in intake.files]
    parts = [", ".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")]
    parts += [f"{k.lstrip('|')}: {v}" for k, v in intake.mapping.get("quarters", {}).items()]
    return " · ".join(parts)[:500]


def _tell(intake: Intake, **facts: Any) -> None:
    Intake.objects.filter(pk=intake.pk).update(**facts)
    for name, value in facts.items():
        setattr(intake, name, value)


def _show_again(intake: Intake) -> None:
    """Show what it would do now instead of what was confirmed."""
    look(intake)
    _tell(intake, error=error_of(ActionError("intake.moved")))


def _fail(intake: Intake, error: KernelError) -> None:
    _tell(intake, state=State.FAILED, error=error_of(error))


def _finish(intake: Intake, event: UUID) -> Intake:
    _tell(intake, state=State.DONE, event=event, n_done=intake.n_total, error={})
    if _is_personal(intake):
        _drop_files(intake)
    return intake


def _is_personal(intake: Intake) -> bool:
    """What persons are protected by in the book does not lie about in files either."""
    definition = queries.ask(scope(intake.by, clock.today()), intake.campaign, None).playbook
    keys = {r.key: r for r in definition.registers}
    register = keys.get(intake.register.key)
    return register is not None and any(f.personal for f in register.fields)


def broken(pk: UUID) -> None:
    """Note that the job of an intake broke down: nothing was written, it can be run again."""
    rows = Intake.objects.filter(pk=pk, state__in=UNDER_WAY)
    rows.update(state=State.FAILED, error=error_of(ActionError("intake.broken")))


# ---- told ----------------------------------------------------------------------------------------


def report_of(intake: Intake) -> dict[str, Any]:
    """Give an intake as JSON: where it stands, what it would do, its faults with their addresses."""
    report = intake.report
    counts = ("rows", "made", "changed", "same", "left", "joined", "faults")
    return {
        "id": str(intake.pk),
        "campaign": intake.campaign.code,
        "register": intake.register.key,
        "state": intake.state,
        "at": intake.at.isoformat(),
        "files": [f["name"] for f in intake.files],
        "refused": [spoken(r) for r in intake.mapping.get("refused", ())],
        "n": {name: report.get(f"n_{name}", 0) for name in counts},
        "is_settled": report.get("is_settled", False),
        "is_sound": report.get("is_sound", False),
        "digest": report.get("digest", ""),
        "heads": report.get("heads", []),
        "sheets": report.get("sheets", []),
        "quarters": report.get("quarters", []),
        "faults": [spoken(f) for f in report.get("faults", ())],
        "clashes": report.get("clashes", []),
        "made": report.get("made", []),
        "changed": report.get("changed", []),
        "progress": {"done": intake.n_done, "total": intake.n_total},
        "event": str(intake.event) if intake.event else None,
        "error": spoken(intake.error or report.get("error") or {}),
    }


def spoken(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Give a kept error with its sentence in the reader's language."""
    if not fault.get("code"):
        return dict(fault)
    return {**fault, "why": sentence(KernelError(fault["code"], **fault.get("facts", {})))}


# ---- dropped -------------------------------------------------------------------------------------


def drop(intake: Intake) -> bool:
    """Remove an intake with its files; what it wrote stays. One that is under way is left alone."""
    rows = Intake.objects.filter(pk=intake.pk).exclude(state__in=UNDER_WAY)
    if not rows.delete()[0]:
        return False
    _drop_files(intake)
    return True


def expire(now: dt.datetime) -> int:
    """Remove intakes that nobody has come back to for a month; gives how many."""
    old = Intake.objects.filter(at__lt=now - KEPT_FOR).exclude(state__in=UNDER_WAY)
    return sum(drop(intake) for intake in old.defer("report"))


def _drop_files(intake: Intake) -> None:
    """Take files out of the store that nothing else names."""
    mine_ = {f["sha256"] for f in intake.files}
    kept = set(StoredFile.objects.filter(sha256__in=mine_).values_list("sha256", flat=True))
    kept |= set(ForeignForm.objects.filter(sha256__in=mine_).values_list("sha256", flat=True))
    for others in Intake.objects.filter(~Q(pk=intake.pk)).values_list("files", flat=True):
        kept |= {f["sha256"] for f in others}
    for digest in mine_ - kept:
        files.drop(digest)
