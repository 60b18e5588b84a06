"""Long exports: asked for, written by a job piece by piece into the file store, fetched, gone after a week."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation

from gongjian.apps.accounts.access import scope
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import ask_of
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.campaigns.registers import Ledger
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.cockpit import queries
from gongjian.apps.grid import pages
from gongjian.apps.grid.exporting import Export
from gongjian.apps.grid.intake_report import error_of
from gongjian.apps.grid.models import ExportFile
from gongjian.apps.grid.saved import asked_by
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.kernel.errors import KernelError
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.models import Register
    from gongjian.apps.campaigns.registers import Row
    from gongjian.apps.cockpit.queries import Asked

State = ExportFile.State
KEPT_FOR = dt.timedelta(days=7)
JOB_CAP = 500_000
OWN_CAP = 20  # files that one person has of one register at a time
UNDER_WAY = (State.WAITING, State.RUNNING)
_PIECE = 1 << 16
_TOLD_EVERY = 1_000


class LongExport(Export):
    """An export that tells how far it is and never holds more than a piece of the register."""

    def __init__(self, *given: Any, tell: Any = None) -> None:
        super().__init__(*given)
        self.cap = JOB_CAP
        self.tell = tell or (lambda _n: None)

    def rows(self) -> Iterator[tuple[Row, tuple[str, ...]]]:
        """Give the rows as ever; under a head by battles, battle after battle."""
        n = 0
        for pair in self._pairs():
            n += 1
            if n % _TOLD_EVERY == 0:
                self.tell(n)
            yield pair
        self.tell(n)

    def _pairs(self) -> Iterator[tuple[Row, tuple[str, ...]]]:
        return self.printer.pairs(self._found())

    def _found(self) -> Iterator[Row]:
        if self.head is None or not self.head.by_battle:
            yield from self.ledger.stream(self.ask, self.printer.reads(), self.cap)
            return
        wanted = {*self.printer.reads(), "battle__name", "battle__name_en"}
        names = tuple(n for n in Facts._fields if n in wanted)
        for ask in self._by_battle():
            yield from self.ledger.stream(ask, names, self.cap)

    def _by_battle(self) -> Iterator[Ask]:
        there = [b.pk for b in campaigns.battles(self.asked.campaign)]
        wanted = self.ask.battle or (None, *there)
        for one in wanted:
            yield replace(self.ask, battle=(one,))


def ask_for(
    seen: Scope, register: Register, person: Person, given: Mapping[str, str]
) -> ExportFile:
    """Ask for a file of a list, as its address says.

    Raises ActionError ``export.too_many``.
    """
    if seen.person_id != person.pk:
        raise PermissionDenied
    own = ExportFile.objects.filter(register=register, by=person)
    if own.count() >= OWN_CAP:
        raise ActionError("export.too_many", limit=OWN_CAP)
    now = clock.now()
    made = ExportFile(
        campaign=register.campaign,
        register=register,
        by=person,
        at=now,
        until=now + KEPT_FOR,
        query={**asked_by(given), **{k: given[k] for k in ("head", "columns") if given.get(k)}},
        kind="csv" if given.get("as") == "csv" else "xlsx",
        language=translation.get_language() or "zh-hans",
    )
    made.save(force_insert=True)
    return made


def mine(seen: Scope, register: Register, now: dt.datetime) -> list[ExportFile]:
    """Give the files of a register that a person asked for and that are not gone yet."""
    found = ExportFile.objects.filter(register=register, by=seen.person_id, until__gt=now)
    return list(found)


def get_export_for(seen: Scope, register: Register, pk: UUID) -> ExportFile:
    """Fetch a file of one's own; those of others, and those that are gone, are not there."""
    found = ExportFile.objects.filter(
        pk=pk, register=register, by=seen.person_id, until__gt=clock.now()
    ).first()
    if found is None:
        raise Http404
    return found


def again(export: ExportFile) -> None:
    """Let a file be written once more that could not be."""
    rows = ExportFile.objects.filter(pk=export.pk, state=State.FAILED)
    rows.update(state=State.WAITING, error={}, n_done=0)


def export_of(
    asked: Asked, ledger: Ledger, query: Mapping[str, str], tell: Any = None
) -> LongExport:
    """Give the export of a list as its address says."""
    wide = asked.seen.wide_roles(asked.campaign.pk)
    ask = ask_of(dict(query), askable_fields(ledger.definition, wide))
    head = pages.chosen_head(ledger, query.get("head", ""))
    return LongExport(asked, ledger, ask, head, pages.chosen_columns(query), tell=tell)


def run(pk: UUID) -> ExportFile:
    """Write a file, with the rights of today; twice gives the same file once."""
    export = ExportFile.objects.select_related("campaign", "register", "by").get(pk=pk)
    if export.state not in UNDER_WAY:
        return export
    _tell(export, state=State.RUNNING, n_done=0)
    try:
        with translation.override(export.language):
            digest, size = _written(export)
    except (PermissionDenied, Http404):
        _tell(export, state=State.FAILED, error=error_of(ActionError("export.no_right")))
    except KernelError as error:
        _tell(export, state=State.FAILED, error=error_of(error))
    else:
        _tell(export, state=State.DONE, sha256=digest, size=size)
    return export


def ledger_of(person: Person, register: Register) -> tuple[Asked, Ledger]:
    """Give a register as a person may read it today.

    Raises Http404 where it is not there for them, PermissionDenied for an account that has ended.
    """
    seen = scope(person, clock.today())
    if not person.is_active:
        raise PermissionDenied
    campaign = campaigns.get_campaign_for(seen, register.campaign.code)
    found = get_register_for(seen, campaign, register.key)
    asked = queries.ask(seen, campaign, None)
    definition = asked.playbook.register(found.key)
    return asked, Ledger(seen, found, definition, asked.playbook)


def write(made: LongExport, target: IO[bytes], kind: str, who: str) -> None:
    """Write an export piece by piece."""
    if kind == "csv":
        for text in made.csv_lines():
            target.write(text.encode())
    else:
        made.write_to(target, who)


def _written(export: ExportFile) -> tuple[str, int]:
    export.register.campaign = export.campaign
    asked, ledger = ledger_of(export.by, export.register)
    made = export_of(asked, ledger, export.query, lambda n: _tell(export, n_done=n))
    _tell(export, n_total=min(ledger.count(made.ask)[0], made.cap))
    who = export.by.label(queries.lang())
    with tempfile.TemporaryFile() as target:
        write(made, target, export.kind, who)
        target.seek(0)
        with files.incoming(iter(lambda: target.read(_PIECE), b"")) as file:
            file.keep()
            return file.sha256, file.size


def _tell(export: ExportFile, **facts: Any) -> None:
    ExportFile.objects.filter(pk=export.pk).update(**facts)
    for name, value in facts.items():
        setattr(export, name, value)


def broken(pk: UUID) -> None:
    """Note that the job of a file broke down; it can be run again."""
    rows = ExportFile.objects.filter(pk=pk, state__in=UNDER_WAY)
    rows.update(state=State.FAILED, error=error_of(ActionError("intake.broken")))


def drop(export: ExportFile) -> None:
    """Remove a file."""
    ExportFile.objects.filter(pk=export.pk).delete()
    others = ExportFile.objects.filter(sha256=export.sha256)
    if export.sha256 and not others.exists():
        files.drop(export.sha256)


def expire(now: dt.datetime) -> int:
    """Remove the files whose week is over; gives how many."""
    rows = list(ExportFile.objects.filter(until__lte=now))
    for export in rows:
        drop(export)
    return len(rows)
