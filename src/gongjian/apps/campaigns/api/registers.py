"""Registers: how the playbook in force declares them, items added to them, rosters frozen of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns import actions, queries
from gongjian.apps.campaigns.actions.rosters import ROSTER_CAP
from gongjian.apps.campaigns.asking import ask_of
from gongjian.apps.campaigns.fields import askable_fields, editable_fields, visible_fields
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Roster
from gongjian.apps.campaigns.registers import Ledger, ids_of
from gongjian.apps.campaigns.related import get_register_for, registers_for
from gongjian.kernel.model.fields import FieldType
from gongjian.lib.contract import Body

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign, Register
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.fields import FieldDef, Label
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

router = Router(tags=["Registers"])


class LabelOut(Schema):
    """A word in both languages."""

    zh: str
    en: str


class ChoiceOut(Schema):
    """One allowed value."""

    key: str
    label: LabelOut


class FieldOut(Schema):
    """A field of a register beyond the columns that every register has."""

    key: str
    label: LabelOut
    type: str
    unit: str
    several: bool
    choices: list[ChoiceOut]
    required_at: Annotated[list[str], Field(description="states in which it must be filled")]
    is_sortable: bool
    is_filterable: bool
    is_personal: Annotated[bool, Field(description="kept closely: never told here")]
    is_computed: bool
    may_edit: Annotated[bool, Field(description="by you, on rows that are yours")]


class ColumnOut(Schema):
    """A column of a printed form."""

    head: str
    over: str
    source: str


class HeadOut(Schema):
    """A printed form: the heads of a real ledger."""

    key: str
    label: LabelOut
    title: str
    columns: list[ColumnOut]


class StateOut(Schema):
    """A state of its workflow."""

    key: str
    label: LabelOut
    category: str


class StepOut(Schema):
    """A step of its workflow."""

    key: str
    label: LabelOut
    sources: list[str]
    target: str
    roles: list[str]


class RegisterLine(Schema):
    """A register in a list."""

    key: str
    label: LabelOut
    code_prefix: str
    access_class: str


class RegisterOut(RegisterLine):
    """A register as the playbook in force declares it, as far as you see it."""

    fields: list[FieldOut]
    parents: Annotated[list[str], Field(description="registers whose items may stand above")]
    needs: Annotated[list[str], Field(description="what each item must have before it is issued")]
    heads: list[HeadOut]
    initial: str
    states: list[StateOut]
    steps: list[StepOut]


class RegistersOut(Schema):
    """The registers of a campaign, in their order."""

    registers: list[RegisterLine]


class RosterOut(Schema):
    """A list of items frozen as it stood."""

    name: str
    n: int
    since: str
    reason: str
    items: int


class RostersOut(Schema):
    """The rosters of a register, version by version."""

    rosters: list[RosterOut]


class RosterIn(Body):
    """What is frozen, under which name, and why."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    filter: Annotated[
        str, Field(max_length=2000, description="the parameters of the list, as in its address")
    ] = ""


@router.get("campaigns/{code}/registers", **reads(RegistersOut))
def list_registers(request: HttpRequest, code: str) -> Any:
    """Give the registers that exist for you."""
    seen = seen_by(request)
    campaign = queries.get_campaign_for(seen, code)
    known = {r.key: r for r in playbook_in_force(campaign).registers}
    mine = [r for r in registers_for(seen, campaign) if r.key in known]
    return {"registers": [_line(known[r.key]) for r in mine]}


def _line(said: RegisterDef) -> dict[str, Any]:
    return {
        "key": said.key,
        "label": word(said.label),
        "code_prefix": said.code_prefix,
        "access_class": said.access_class,
    }


def word(label: Label) -> dict[str, str]:
    """Give a word in both languages."""
    return {"zh": label.zh, "en": label.en}


def register_for(
    seen: Scope, code: str, key: str, *, may: str = ""
) -> tuple[Campaign, Register, Playbook]:
    """Fetch a register that the playbook in force declares; only the office adds to one."""
    campaign = queries.get_campaign_for(seen, code)
    register = get_register_for(seen, campaign, key)
    playbook = playbook_in_force(campaign)
    if key not in {r.key for r in playbook.registers}:
        raise Http404
    if may and not seen.is_office(campaign.pk):
        raise PermissionDenied
    return campaign, register, playbook


@router.get("campaigns/{code}/registers/{key}", **reads(RegisterOut))
def read_register(request: HttpRequest, code: str, key: str) -> Any:
    """Give the fields, printed forms, states and steps of a register."""
    seen = seen_by(request)
    campaign, _register, playbook = register_for(seen, code, key)
    said = playbook.register(key)
    held = seen.roles(campaign.pk)
    mine = {f.key for f in editable_fields(said, held)}
    flow = playbook.workflow_of(key)
    fields = visible_fields(said, held)
    shown = {f"field:{f.key}" for f in fields}
    return {
        **_line(said),
        "fields": [_field(f, is_mine=f.key in mine) for f in fields],
        "parents": list(said.parents),
        "needs": list(said.needs),
        "heads": [
            {
                "key": h.key,
                "label": word(h.label),
                "title": h.title,
                "columns": [
                    {"head": c.head, "over": c.over, "source": c.source}
                    for c in h.columns
                    if not c.source.startswith("field:") or c.source in shown
                ],
            }
            for h in said.heads
        ],
        "initial": flow.initial,
        "states": [
            {"key": s.key, "label": word(s.label), "category": s.category.value}
            for s in flow.states
        ],
        "steps": [
            {
                "key": t.key,
                "label": word(t.label),
                "sources": list(t.sources),
                "target": t.target,
                "roles": list(t.roles),
            }
            for t in flow.transitions
        ],
    }


def _field(one: FieldDef, *, is_mine: bool) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": word(one.label),
        "type": one.type.value,
        "unit": one.unit,
        "several": one.several,
        "choices": [{"key": c.key, "label": word(c.label)} for c in one.choices],
        "required_at": list(one.required_at),
        "is_sortable": one.sortable,
        "is_filterable": one.filterable,
        "is_personal": one.personal,
        "is_computed": one.compute is not None,
        "may_edit": is_mine and one.type is not FieldType.FILE,
    }


@router.get("campaigns/{code}/registers/{key}/rosters", **reads(RostersOut))
def list_rosters(request: HttpRequest, code: str, key: str) -> Any:
    """Give the rosters of a register."""
    seen = seen_by(request)
    _campaign, register, _playbook = register_for(seen, code, key)
    rows = Roster.objects.filter(register=register).order_by("name", "n")[:500]
    return {
        "rosters": [
            {
                "name": r.name,
                "n": r.n,
                "since": r.since.isoformat(),
                "reason": r.reason,
                "items": len(r.members),
            }
            for r in rows
        ]
    }


@router.post(
    "campaigns/{code}/registers/{key}/rosters", **writes("items:write", "campaigns.freeze_roster")
)
@once
def freeze_roster(request: HttpRequest, code: str, key: str, body: RosterIn) -> Outcome:
    """Freeze the rows that a filter gives now as the next version of a roster."""
    seen = seen_by(request)
    campaign, register, playbook = register_for(seen, code, key, may="edit")
    ledger = Ledger(seen, register, playbook.register(key), playbook)
    askable = askable_fields(ledger.definition, seen.wide_roles(campaign.pk))
    ask = ask_of(dict(parse_qsl(body.filter)), askable)
    for fault in ask.faults:
        raise fault
    page = ledger.all(ask, ROSTER_CAP + 1)
    return actions.freeze_roster(
        act_of(request, body.reason), register, body.name, ids_of(page.rows)
    )
