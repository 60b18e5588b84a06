"""Playbooks: those that ship, the one in force, its versions; another one planned for, adopted, given up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns import actions, queries, versions
from gongjian.apps.campaigns.actions.playbooks import AT_ONCE, preview
from gongjian.apps.campaigns.api.registers import LabelOut, RegisterLine, word
from gongjian.apps.campaigns.kernel_io import playbook_of
from gongjian.apps.campaigns.plan_words import plan_rows
from gongjian.kernel.playbook.plan import line_from_json
from gongjian.lib.contract import Body
from gongjian.playbooks.load import builtin_keys, builtin_text, load_builtin, load_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.campaigns.models import Adoption
    from gongjian.apps.campaigns.plan_words import PlanRow
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.playbook.plan import Line

router = Router(tags=["Playbooks"])


class PlaybookLine(Schema):
    """A playbook that ships with the program."""

    key: str
    version: str
    label: LabelOut
    registers: list[RegisterLine]


class PlaybooksOut(Schema):
    """The playbooks that ship with the program."""

    playbooks: list[PlaybookLine]


class InForceOut(Schema):
    """The playbook that a campaign runs by; `n` is the base that an adoption names."""

    key: str
    n: int
    digest: str
    label: LabelOut
    registers: list[RegisterLine]


class VersionOut(Schema):
    """One version of a campaign's playbook."""

    n: int
    in_force: bool
    at: dt.datetime
    who: str
    adoption: Annotated[str | None, Field(description="id of the change that brought it")]
    undoes: Annotated[int | None, Field(description="the version that was given up again")]
    may_undo: bool


class VersionsOut(Schema):
    """The versions, the newest first."""

    versions: list[VersionOut]


class LineOut(Schema):
    """One line of a plan: what changes, what it means for rows, why it is refused."""

    kind: str
    register_key: str
    subject: str
    n: Annotated[int, Field(description="rows that it touches")]
    says: str
    note: str
    agree: Annotated[
        str, Field(description="what to name in `agreed`; empty where nothing is lost")
    ]
    refusal: str


class PlanOut(Schema):
    """What taking a playbook over would change."""

    base: int
    lines: list[LineOut]
    is_refused: bool
    is_quiet: Annotated[bool, Field(description="only words change")]
    n_rows: int
    n_rejudged: int


class AdoptionOut(Schema):
    """A change of the playbook: its plan, how far it is."""

    id: str
    state: str
    n_rows: Annotated[int, Field(description="rewritten so far")]
    n: Annotated[int, Field(description="rows that it has to rewrite")]
    lines: list[LineOut]
    figures: dict[str, Any]


Chosen = Annotated[
    dict[str, dict[str, str]],
    Field(description="register → former state → state that takes its place"),
]


class PlanIn(Body):
    """A playbook to be planned for."""

    text: Annotated[str, Field(min_length=1, max_length=400_000, description="YAML")]
    chosen: Chosen = {}


class AdoptIn(PlanIn):
    """A playbook to be taken over, as its plan was agreed to."""

    base: Annotated[int, Field(ge=0, le=1_000_000, description="number of the version in force")]
    agreed: Annotated[
        list[str], Field(description="what is hidden although rows hold it: `agree` of the plan")
    ] = []


@router.get("playbooks", **reads(PlaybooksOut))
def list_playbooks(request: HttpRequest) -> Any:
    """Give the playbooks that ship with the program; for the office of any campaign."""
    versions.require_office(seen_by(request))
    rows = map(load_builtin, builtin_keys())
    return {"playbooks": [{**_said(p), "version": str(p.version)} for p in rows]}


@router.get("playbooks/{key}/text", **reads(None))
def read_shipped_text(request: HttpRequest, key: str) -> Any:
    """Give a shipped playbook as YAML."""
    versions.require_office(seen_by(request))
    if key not in builtin_keys():
        raise Http404
    return _yaml(builtin_text(key))


@router.get("campaigns/{code}/playbook", **reads(InForceOut))
def read_playbook(request: HttpRequest, code: str) -> Any:
    """Give the playbook in force; each register has an address of its own."""
    version = versions.version_in_force(queries.get_campaign_for(seen_by(request), code))
    said = playbook_of(version)
    return {**_said(said), "n": version.n, "digest": version.digest}


@router.get("campaigns/{code}/playbook/text", **reads(None))
def read_playbook_text(request: HttpRequest, code: str) -> Any:
    """Give the playbook in force as YAML; for the office."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    return _yaml(versions.version_in_force(campaign).text)


@router.get("campaigns/{code}/playbook/versions", **reads(VersionsOut))
def list_versions(request: HttpRequest, code: str) -> Any:
    """Give the versions of a campaign's playbook."""
    rows = versions.version_rows(queries.get_campaign_for(seen_by(request), code))
    return {
        "versions": [
            {
                "n": r.n,
                "in_force": r.in_force,
                "at": r.at,
                "who": r.who,
                "adoption": str(r.adoption.pk) if r.adoption else None,
                "undoes": r.undoes,
                "may_undo": r.may_undo,
            }
            for r in rows
        ]
    }


@router.post("campaigns/{code}/playbook/plan", **reads(PlanOut))
def plan_adoption(request: HttpRequest, code: str, body: PlanIn) -> Any:
    """Give what taking a playbook over would change; nothing is written."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    version = versions.version_in_force(campaign)
    old, new = playbook_of(version), load_text(body.text)
    found = preview(campaign, new, body.chosen)
    return {
        "base": version.n,
        "lines": _lines(found.lines, old, new),
        "is_refused": bool(found.refusals),
        "is_quiet": found.is_quiet,
        "n_rows": found.n_rows,
        "n_rejudged": found.n_rejudged,
    }


@router.post("campaigns/{code}/playbook", **writes("playbooks:write", "campaigns.adopt"))
@once
def adopt_playbook(request: HttpRequest, code: str, body: AdoptIn) -> Outcome:
    """Take a playbook over: it is in force at once; very many rows follow in a job."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    made = actions.adopt(
        act_of(request),
        campaign,
        body.text,
        base=body.base,
        chosen=body.chosen,
        agreed=body.agreed,
    )
    return _carried(made)


def _carried(made: Outcome) -> Outcome:
    """Rewrite few rows while somebody waits; many are left to the queue."""
    if made.result["weight"] <= AT_ONCE:
        actions.carry(made.result["adoption"])
    return made


@router.get("campaigns/{code}/adoptions/{uuid:pk}", **reads(AdoptionOut))
def read_adoption(request: HttpRequest, code: str, pk: UUID) -> Any:
    """Give a change of the playbook, and how far it is."""
    found: Adoption = versions.get_adoption_for(seen_by(request), code, pk)
    lines = [line_from_json(line) for line in found.plan.get("lines", ())]
    return {
        "id": str(found.pk),
        "state": found.state,
        "n_rows": found.n_rows,
        "n": found.plan.get("n", 0),
        "lines": _lines(lines, playbook_of(found.former), playbook_of(found.adopted)),
        "figures": found.plan.get("figures", {}),
    }


@router.post(
    "campaigns/{code}/adoptions/{uuid:pk}/undo",
    **writes("playbooks:write", "campaigns.undo_adoption"),
)
@once
def undo_adoption(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Give a playbook up again: the former one is in force, rows get back what they were."""
    found = versions.get_adoption_for(seen_by(request), code, pk)
    return _carried(actions.undo_adoption(act_of(request), found))


def _said(playbook: Playbook) -> dict[str, Any]:
    return {
        "key": playbook.key,
        "label": word(playbook.label),
        "registers": [
            {
                "key": r.key,
                "label": word(r.label),
                "code_prefix": r.code_prefix,
                "access_class": r.access_class,
            }
            for r in playbook.registers
        ],
    }


def _lines(lines: Sequence[Line], old: Playbook, new: Playbook) -> list[dict[str, Any]]:
    return [_line(line, plan_rows([line], old, new)[0]) for line in lines]


def _line(line: Line, said: PlanRow) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "register_key": line.register,
        "subject": line.subject,
        "n": line.n,
        "says": f"{said.where} {said.text}".strip(),
        "note": said.note,
        "agree": line.agree,
        "refusal": said.refusal,
    }


def _yaml(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")
