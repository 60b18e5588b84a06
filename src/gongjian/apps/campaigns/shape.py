"""The shape of a campaign as pages show it: a playbook in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import AccessClass
from gongjian.apps.campaigns.plan_words import type_word
from gongjian.kernel.model.playbook import CORE_NEEDS
from gongjian.kernel.model.workflow import StateCategory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.apps.accounts.models import Post
    from gongjian.kernel.model.fields import FieldDef, Label
    from gongjian.kernel.model.playbook import DutyDef, Playbook, RegisterDef
    from gongjian.kernel.model.workflow import Workflow


def say(label: Label | None) -> str:
    """Give a label in the reader's language."""
    return label.of(get_language() or "zh") if label else ""


def joined(words: Iterable[str]) -> str:
    """Join words as the reader's language does."""
    return (", " if (get_language() or "").startswith("en") else "、").join(words)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a register."""

    key: str
    label: Label
    type: str
    unit: str
    required: str
    seen_by: str
    marks: str
    help: str
    choices: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One register of a playbook."""

    key: str
    name: str
    note: str
    prefix: str
    access: str
    n_fields: int
    heads: str
    workflow: str
    needs: str
    parents: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a workflow."""

    name: str
    sources: str
    target: str
    who: str
    grants: bool


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A recurring duty and who has it."""

    name: str
    every: str
    who: str
    rule: str


def role_name(role: str) -> str:
    """Give the word for a role, of a grant or of a responsibility."""
    words = {
        "office": _("Campaign office"),
        "leader": _("Leading official"),
        "secretary": _("Secretary"),
        "principal": _("Principal"),
        "contact": _("Contact"),
        "inspector": _("Inspector"),
        "assessor": _("Assessor"),
        "statistics": _("Statistics"),
        "auditor": _("Auditor"),
        "viewer": _("Viewer"),
        "lead": _("Lead org"),
        "owner": _("Responsible org"),
        "support": _("Supporting org"),
        "overseer": _("Overseeing org"),
    }
    return words.get(role, role)


def need_name(register: RegisterDef, need: str) -> str:
    """Give the word for what an item must have before it is issued."""
    words = {
        "owner": _("Responsible org"),
        "lead": _("Lead org"),
        "due": _("Deadline"),
        "target": _("Target"),
        "counting_rule": _("Counting rule"),
    }
    return words[need] if need in CORE_NEEDS else say(register.field(need).label)


def category_name(category: StateCategory) -> str:
    """Give the word for what a state counts as."""
    return {
        StateCategory.PLANNED: _("before issue"),
        StateCategory.OPEN: _("issued"),
        StateCategory.ACTIVE: _("in hand"),
        StateCategory.HELD: _("held"),
        StateCategory.CLOSED: _("closed"),
        StateCategory.ENDED: _("ended"),
    }[category]


def register_rows(playbook: Playbook) -> list[RegisterRow]:
    """Give the registers of a playbook."""
    names = {r.key: say(r.label) for r in playbook.registers}
    return [_register_row(r, names) for r in playbook.registers]


def _register_row(register: RegisterDef, names: dict[str, str]) -> RegisterRow:
    access = AccessClass(register.access_class)
    return RegisterRow(
        key=register.key,
        name=say(register.label),
        note=say(register.note),
        prefix=register.code_prefix,
        access="" if access is AccessClass.OPEN else str(access.label),
        n_fields=len(register.fields),
        heads=joined(say(h.label) for h in register.heads),
        workflow=register.workflow,
        needs=joined(need_name(register, n) for n in register.needs),
        parents=joined(names[p] for p in register.parents),
    )


def field_rows(playbook: Playbook, register: RegisterDef) -> list[FieldRow]:
    """Give the fields of a register."""
    flow = playbook.workflow_of(register.key)
    return [_field_row(f, flow) for f in register.fields]


def _field_row(field: FieldDef, flow: Workflow) -> FieldRow:
    marks = {
        _("sortable"): field.sortable,
        _("can be filtered"): field.filterable,
        _("personal, encrypted"): field.personal,
    }
    return FieldRow(
        key=field.key,
        label=field.label,
        type=type_word(field.type.value + ("+" if field.several else "")),
        unit=field.unit,
        required=joined(say(flow.state(s).label) for s in field.required_at),
        seen_by=joined(role_name(r) for r in field.see),
        marks=joined(word for word, is_so in marks.items() if is_so),
        help=say(field.help),
        choices=joined(say(c.label) for c in field.choices),
    )


def step_rows(flow: Workflow) -> list[StepRow]:
    """Give the steps of a workflow in words."""
    return [
        StepRow(
            name=say(t.label),
            sources=joined(say(flow.state(s).label) for s in t.sources),
            target=say(flow.state(t.target).label),
            who=joined(role_name(r) for r in t.roles),
            grants=t.grants,
        )
        for t in flow.transitions
    ]


def workflow_rows(playbook: Playbook) -> list[dict[str, Any]]:
    """Give the workflows with their states, steps and the registers that use them."""
    return [
        {
            "key": flow.key,
            "states": [(say(s.label), category_name(s.category), s.key) for s in flow.states],
            "initial": flow.initial,
            "steps": step_rows(flow),
            "used": joined(say(r.label) for r in playbook.registers if r.workflow == flow.key),
        }
        for flow in playbook.workflows
    ]


def other_rows(playbook: Playbook) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give everything else that a playbook holds: title, then name and what is said of it."""
    names = {r.key: say(r.label) for r in playbook.registers}

    def many(keys: Iterable[str]) -> str:
        return joined(names[k] for k in keys) or _("all registers")

    links = [(say(x.label), f"{many(x.sources)} → {many(x.targets)}") for x in playbook.links]
    words = [(role_name(w.role), joined([say(w.word), *w.also])) for w in playbook.role_words]
    limits = [(say(x.label), _days(x.days, working=x.working)) for x in playbook.limits]
    ladders = [
        (say(x.label), " → ".join(f"{say(s.word)}（{_after(s.after_days)}）" for s in x.steps))
        for x in playbook.ladders
    ]
    scores = [(say(x.label), _("%(n)s points") % {"n": x.points}) for x in playbook.scoring]
    lights = [(say(x.word), say(x.meaning)) for x in playbook.lights]
    titled = [
        (_("Words for roles"), words),
        (_("Lights"), lights),
        (_("Links between items"), links),
        (_("Time limits"), limits),
        (_("Escalation ladders"), ladders),
        (_("Comparison groups"), [(say(x.label), "") for x in playbook.groups]),
        (_("Cockpit panels"), [(say(x.label), many(x.registers)) for x in playbook.panels]),
        (_("Scoring"), scores),
        (_("Usual battles"), [(say(x.name), say(x.leader)) for x in playbook.battles]),
    ]
    return [(title, rows) for title, rows in titled if rows]


def _days(n: int, *, working: bool) -> str:
    if working:
        return _("%(n)s working days") % {"n": n}
    return _("%(n)s days") % {"n": n}


def _after(days: int) -> str:
    if days < 0:
        return _("%(n)s days before the deadline") % {"n": -days}
    if days == 0:
        return _("on the deadline")
    return _("%(n)s days after the deadline") % {"n": days}


def duty_rows(playbook: Playbook, posts: Sequence[Post], leading: Sequence[Post]) -> list[DutyRow]:
    """Give the recurring duties, each with the posts that have it.

    A duty with a portfolio is that of every post whose portfolio names it; one of leaders without any
    is that of every post that leads a battle; the others are told by their role.
    """
    return [_duty_row(duty, posts, leading) for duty in playbook.duties]


def _duty_row(duty: DutyDef, posts: Sequence[Post], leading: Sequence[Post]) -> DutyRow:
    every = {
        "week": _("every week"),
        "month": _("every month"),
        "quarter": _("every quarter"),
        "year": _("every year"),
    }[duty.every]
    rule = _("every %(role)s") % {"role": role_name(duty.role)}
    chosen: Sequence[Post] = leading if duty.role == "leader" else ()
    if duty.portfolio:
        rule = _("portfolio: %(word)s") % {"word": duty.portfolio}
        chosen = [p for p in posts if duty.portfolio in p.portfolio]
    who = joined(p.label(get_language() or "zh") for p in chosen)
    return DutyRow(say(duty.label), every, who, rule)
