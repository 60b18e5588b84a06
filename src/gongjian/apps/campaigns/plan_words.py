"""A plan of a playbook's change in words, for pages and for the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.campaigns.actions.playbooks import refusal_of
from gongjian.kernel.model.fields import FieldType, Label
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.playbook.plan import Line, Mapped, Plan, Said

THINGS = {
    "battle": noop("Usual battle"),
    "choice": noop("Choice"),
    "column": noop("Column head"),
    "duty": noop("Recurring duty"),
    "field": noop("Field"),
    "group": noop("Comparison group"),
    "head": noop("Printed form"),
    "ladder": noop("Escalation ladder"),
    "light": noop("Light"),
    "light_rules": noop("Light rules"),
    "limit": noop("Time limit"),
    "link": noop("Kind of link"),
    "panel": noop("Cockpit panel"),
    "playbook": noop("Playbook"),
    "register": noop("Register"),
    "role_word": noop("Word for a role"),
    "score": noop("Scoring line"),
    "state": noop("State"),
    "step": noop("Step"),
    "workflow": noop("Workflow"),
}
HAPPENINGS = {
    "added": noop("%(thing)s added: %(after)s"),
    "removed": noop("%(thing)s removed: %(before)s"),
    "renamed": noop("%(thing)s renamed: %(before)s → %(after)s"),
    "changed": noop("%(thing)s changed: %(after)s"),
}
SPECIAL = {
    "field.compute": noop("“%(after)s” is worked out in another way"),
    "field.edit": noop("Who may change “%(name)s”: %(before)s → %(after)s"),
    "field.help": noop("Help beside “%(name)s”: %(after)s"),
    "field.keys": noop("“%(name)s” can be sorted and filtered by, or no longer"),
    "field.personal": noop("“%(name)s” is kept as: %(before)s → %(after)s"),
    "field.removed": noop("Field hidden: %(before)s"),
    "field.required": noop("“%(name)s” must be filled in the states: %(before)s → %(after)s"),
    "field.see": noop("Who sees “%(name)s”: %(before)s → %(after)s"),
    "field.type": noop("“%(name)s” holds: %(before)s → %(after)s"),
    "field.unit": noop("Unit of “%(name)s”: %(before)s → %(after)s"),
    "head.changed": noop("Columns of a printed form: %(before)s → %(after)s"),
    "playbook.burden_cap": noop(
        "Fields an org is asked in a week without a reason: %(before)s → %(after)s"
    ),
    "playbook.too_many": noop("Items from which an owner holds too many: %(before)s → %(after)s"),
    "register.access_class": noop("How closely it is kept: %(before)s → %(after)s"),
    "register.code_prefix": noop("Letters of its codes: %(before)s → %(after)s"),
    "register.lights": noop("Its light rules: %(before)s → %(after)s"),
    "register.needs": noop("Needed before issue: %(before)s → %(after)s"),
    "register.note": noop("What belongs here: %(after)s"),
    "register.parents": noop("Registers that may stand above it: %(before)s → %(after)s"),
    "register.role_words": noop("Its words for roles: %(before)s → %(after)s"),
    "register.workflow": noop("Its workflow: %(before)s → %(after)s"),
    "state.crosses": noop("State “%(before)s” would count as issued or closed"),
    "state.mapped": noop("State that disappears: %(before)s → %(after)s"),
    "workflow.first": noop("First state of a workflow: %(before)s → %(after)s"),
}
COUNTED = {
    "choice.removed": noop("%(n)s rows hold it; they keep it, nobody can choose it again"),
    "field.added": noop("%(n)s rows hold values from an earlier version; they show again"),
    "field.removed": noop("%(n)s rows hold it; it is hidden, its data is kept"),
    "field.type": noop("%(n)s values are carried over"),
    "field.unit": noop("%(n)s rows hold figures"),
    "state.mapped": noop("%(n)s items are in it"),
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line of a plan, ready to print."""

    where: str
    text: str
    note: str
    agree: str
    refusal: str
    subject: str


@dataclass(frozen=True, slots=True)
class MapRow:
    """A state that needs another in its place: a drop-down."""

    name: str
    where: str
    state: str
    n: int
    options: tuple[tuple[str, str, bool], ...]
    is_chosen: bool


def type_word(value: str) -> str:
    """Give the word for a field's type; a plus sign stands for several values."""
    words = {
        FieldType.TEXT.value: _("text"),
        FieldType.NUMBER.value: _("number"),
        FieldType.MONEY.value: _("money"),
        FieldType.DATE.value: _("date"),
        FieldType.CHOICE.value: _("choice"),
        FieldType.ORG.value: _("org"),
        FieldType.PERSON.value: _("person"),
        FieldType.LINK.value: _("link or document number"),
        FieldType.FILE.value: _("file"),
        FieldType.COMPUTED.value: _("worked out"),
    }
    word = words.get(value.removesuffix("+"), value)
    return _("%(type)s, several") % {"type": word} if value.endswith("+") else word


def plan_rows(
    lines: Iterable[Line], old: Playbook, new: Playbook, *, asked: Collection[str] = ()
) -> list[PlanRow]:
    """Give the lines of a plan in the reader's language: what stands against it first.

    `asked` names refusals that a question on the same page does away with: they are no faults yet.
    """
    rows = [_row(line if line.refusal not in asked else _open(line), old, new) for line in lines]
    return sorted(rows, key=lambda r: (not r.refusal, not r.agree, not r.note))


def _open(line: Line) -> Line:
    return replace(line, refusal="")


def map_rows(found: Plan, new: Playbook) -> list[MapRow]:
    """Give the states that must be mapped, each with what may take its place."""
    return [_map_row(m, new) for m in found.mappings]


def _map_row(one: Mapped, new: Playbook) -> MapRow:
    options = tuple((s.key, _words(s.label), s.key == one.chosen) for s in one.options)
    return MapRow(
        name=f"map.{one.register}.{one.state.key}",
        where=_words(new.register(one.register).label),
        state=_words(one.state.label),
        n=one.n,
        options=options,
        is_chosen=one.is_chosen,
    )


def _row(line: Line, old: Playbook, new: Playbook) -> PlanRow:
    counted = COUNTED.get(line.kind)
    refusal = sentence(refusal_of(line, old)) if line.refusal else ""
    return PlanRow(
        where=_where(line, old, new),
        text=line_text(line, old, new),
        note=_(counted) % {"n": line.n} if counted and line.n and not refusal else "",
        agree=line.agree,
        refusal=refusal,
        subject=line.subject,
    )


def line_text(line: Line, old: Playbook, new: Playbook) -> str:
    """Say what one line of a plan does."""
    kind, _dot, happening = line.kind.partition(".")
    is_type = line.kind in {"field.type", "field.personal"}
    facts = {
        "thing": _(THINGS[kind]) if kind in THINGS else kind,
        "name": _field_name(line, old, new),
        "before": _kind_word(line.before) if is_type else _words(line.before),
        "after": _kind_word(line.after) if is_type else _words(line.after),
    }
    if line.before is None and line.after is None:
        facts["before"] = facts["after"] = line.subject
    pattern = SPECIAL.get(line.kind) or HAPPENINGS.get(happening, "%(thing)s %(after)s")
    return _(pattern) % facts


def _kind_word(value: Said) -> str:
    words = {"personal": _("personal, encrypted"), "open": _("in clear")}
    return words.get(str(value)) or type_word(str(value))


def _words(value: Said) -> str:
    if isinstance(value, tuple):
        comma = ", " if _language().startswith("en") else "、"
        return comma.join(_words(v) for v in value) or "–"
    if isinstance(value, Label):
        return value.of(_language())
    return value or "–"


def _language() -> str:
    return get_language() or "zh"


def _field_name(line: Line, old: Playbook, new: Playbook) -> str:
    for playbook in (new, old):
        for register in playbook.registers:
            for field in register.fields if register.key == line.register else ():
                if field.key == line.subject.partition("=")[0]:
                    return _words(field.label)
    return line.subject


def _where(line: Line, old: Playbook, new: Playbook) -> str:
    for playbook in (new, old):
        for register in playbook.registers:
            if register.key == line.register:
                return _words(register.label)
    return ""
