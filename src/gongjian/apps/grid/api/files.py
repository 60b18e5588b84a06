"""Workbooks into a register and files out of it, for programs: jobs with progress, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.models import Person
from gongjian.apps.accounts.operations import prepares, reads
from gongjian.apps.campaigns.api.registers import register_for
from gongjian.apps.grid import outgoing, waiting
from gongjian.apps.grid.models import ExportFile, Intake
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.lib import clock
from gongjian.lib.contract import Body

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Register

router = Router(tags=["Workbooks"])
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class IntakeOut(Schema):
    """An intake: where it stands, what it would do, its faults with their cells.

    `state` is mapping, ready, waiting, running, done or failed; with done there is an event, with failed
    an error and nothing was written.
    """

    id: str
    campaign: str
    register_key: str
    state: str
    at: str
    files: list[str]
    refused: Annotated[list[dict[str, Any]], Field(description="files that could not be read")]
    n: dict[str, int]
    is_settled: bool
    is_sound: bool
    digest: Annotated[str, Field(description="of the plan; to be sent when it is taken")]
    heads: list[Any]
    sheets: list[Any]
    quarters: list[Any]
    faults: list[dict[str, Any]]
    clashes: list[Any]
    made: list[Any]
    changed: list[Any]
    progress: dict[str, int]
    event: str | None
    error: dict[str, Any]


class IntakesOut(Schema):
    """Your intakes into a register, the newest first."""

    intakes: list[dict[str, Any]]


Name = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=4000)]


class SheetAnswers(Body):
    """What was decided of a sheet."""

    taken: bool = True
    columns: Annotated[
        dict[Name, Name], Field(description="position from 0 → source, or `-` to leave it")
    ] = {}
    cells: Annotated[dict[Name, Text], Field(description="address (C7) → text instead")] = {}


class IntakeAnswers(Body):
    """What was decided of an intake; members that are not sent stay as they were."""

    sheets: Annotated[
        dict[Name, SheetAnswers] | None, Field(description="FILE|SHEET → what was decided")
    ] = None
    quarters: dict[Name, Literal["cumulative", "incremental", "as_printed"]] | None = None
    choices: Annotated[
        dict[Name, Name] | None, Field(description="ITEM|SOURCE → file, or `-` for the book's")
    ] = None
    later_wins: bool | None = None
    left: Annotated[
        list[tuple[Name, int]] | None, Field(description="rows not taken: FILE|SHEET and number")
    ] = None


class IntakeTake(Body):
    """The plan that was looked at."""

    digest: Annotated[str, Field(max_length=64)]


class ExportIn(Body):
    """A file to be written of a list: its parameters, under which heads, of which kind."""

    query: Annotated[
        dict[str, Annotated[str, Field(max_length=1000)]],
        Field(description="parameters of the list, with `head` and `columns`"),
    ] = {}
    kind: Literal["xlsx", "csv"] = "xlsx"


class ExportOut(Schema):
    """A file that was asked for; it is gone after seven days."""

    id: str
    state: str
    kind: str
    n_done: int
    n_total: int
    size: int
    until: str
    error: dict[str, Any]


@router.get("campaigns/{code}/registers/{key}/intakes", **reads(IntakesOut))
def list_intakes(request: HttpRequest, code: str, key: str) -> Any:
    """Give your intakes into a register."""
    seen = seen_by(request)
    _campaign, register, _playbook = register_for(seen, code, key, may="edit")
    rows = waiting.mine(seen, register)
    return {
        "intakes": [
            {"id": str(r.pk), "state": r.state, "at": r.at.isoformat(), "event": _text(r.event)}
            for r in rows
        ]
    }


@router.post(
    "campaigns/{code}/registers/{key}/intakes",
    **prepares("items:write", IntakeOut),
)
def add_intake(
    request: HttpRequest, code: str, key: str, file: Annotated[list[UploadedFile], File()]
) -> Any:
    """Compare workbooks with a register; nothing is written before the intake is taken."""
    person, register = _place(request, code, key, may="edit")
    given = ((one.name or "", one.read()) for one in file)
    return _told(waiting.begin(person, register, given))


@router.get("campaigns/{code}/registers/{key}/intakes/{uuid:pk}", **reads(IntakeOut))
def read_intake(request: HttpRequest, code: str, key: str, pk: UUID) -> Any:
    """Give an intake of your own, with its progress."""
    return _told(_intake(request, code, key, pk))


@router.patch(
    "campaigns/{code}/registers/{key}/intakes/{uuid:pk}",
    **prepares("items:write", IntakeOut),
)
def answer_intake(request: HttpRequest, code: str, key: str, pk: UUID, body: IntakeAnswers) -> Any:
    """Decide what an intake leaves open, and compare again."""
    intake = _intake(request, code, key, pk)
    answers = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    waiting.answer(intake, answers)
    return _told(intake)


@router.post(
    "campaigns/{code}/registers/{key}/intakes/{uuid:pk}/take",
    **prepares("items:write", IntakeOut),
)
def take_intake(request: HttpRequest, code: str, key: str, pk: UUID, body: IntakeTake) -> Any:
    """Let a job take an intake in, all of it or nothing; twice is once."""
    intake = _intake(request, code, key, pk)
    is_open = intake.state in {Intake.State.READY, Intake.State.FAILED}
    if not waiting.confirm(intake, body.digest) and is_open:
        raise ActionError("intake.moved")
    return _told(intake)


@router.delete(
    "campaigns/{code}/registers/{key}/intakes/{uuid:pk}",
    **prepares("items:write", IntakesOut),
)
def drop_intake(request: HttpRequest, code: str, key: str, pk: UUID) -> Any:
    """Remove an intake with its files; what it wrote stays. One that is under way is left alone."""
    waiting.drop(_intake(request, code, key, pk))
    return list_intakes(request, code, key)


@router.post("campaigns/{code}/registers/{key}/exports", **reads(ExportOut))
def add_export(request: HttpRequest, code: str, key: str, body: ExportIn) -> Any:
    """Let a job write a list into a file, however long it is; nothing of the register changes."""
    person, register = _place(request, code, key)
    given = {**body.query, "as": body.kind}
    return _export(outgoing.ask_for(seen_by(request), register, person, given))


@router.get("campaigns/{code}/registers/{key}/exports/{uuid:pk}", **reads(ExportOut))
def read_export(request: HttpRequest, code: str, key: str, pk: UUID) -> Any:
    """Give how far a file is."""
    _person, register = _place(request, code, key)
    return _export(outgoing.get_export_for(seen_by(request), register, pk))


@router.get("campaigns/{code}/registers/{key}/exports/{uuid:pk}/file", **reads(None))
def read_export_file(request: HttpRequest, code: str, key: str, pk: UUID) -> Any:
    """Hand a file out that is written."""
    _person, register = _place(request, code, key)
    row = outgoing.get_export_for(seen_by(request), register, pk)
    if row.state != ExportFile.State.DONE or row.until < clock.now():
        raise Http404
    try:
        content = files.opened(row.sha256)
    except OSError:
        raise Http404 from None
    made = FileResponse(
        content, as_attachment=True, filename=f"{key}.{row.kind}", content_type=_KINDS[row.kind]
    )
    made["Cache-Control"] = "private, no-store"
    return made


def _place(request: HttpRequest, code: str, key: str, may: str = "") -> tuple[Person, Register]:
    seen = seen_by(request)
    campaign, register, _playbook = register_for(seen, code, key, may=may)
    register.campaign = campaign
    return Person.objects.get(pk=seen.person_id), register


def _intake(request: HttpRequest, code: str, key: str, pk: UUID) -> Intake:
    _person, register = _place(request, code, key, may="edit")
    return waiting.get_intake_for(seen_by(request), register, pk)


def _told(intake: Intake) -> dict[str, Any]:
    report = waiting.report_of(intake)
    return {**report, "register_key": report.pop("register")}


def _export(row: ExportFile) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "state": row.state,
        "kind": row.kind,
        "n_done": row.n_done,
        "n_total": row.n_total,
        "size": row.size,
        "until": row.until.isoformat(),
        "error": waiting.spoken(row.error),
    }


def _text(pk: UUID | None) -> str | None:
    return str(pk) if pk else None
