"""The way of an item as its page tells it: whose turn it is, what is open to the reader, what was done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Person, Role
from gongjian.apps.loop.actions import OWN
from gongjian.apps.loop.actions.revisits import LOOKERS
from gongjian.apps.loop.models import Extension, Movement, Revisit, Turn
from gongjian.apps.loop.queries import Steps, agreed
from gongjian.apps.loop.queries.looks import CLOSES, RETURNS
from gongjian.kernel.model.workflow import StateCategory
from gongjian.lib.problems import NEEDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.fields import Label
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.model.workflow import Workflow

MOVEMENTS = 50


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that the reader may take: its word, and what it still needs."""

    key: str
    label: str
    needs: tuple[str, ...]
    wants_reason: bool
    is_main: bool  # the one that leads on


@dataclass(frozen=True, slots=True)
class Now:
    """Whose turn it is, and how long they have."""

    state: str
    whom: str
    limit: str
    since: dt.date
    due: dt.date | None
    left: int | None
    is_held: bool

    @property
    def over(self) -> int:
        """Give by how many days the limit is over."""
        return max(-(self.left or 0), 0)


@dataclass(frozen=True, slots=True)
class Moved:
    """One step that was taken."""

    on: dt.date
    step: str
    state: str
    who: str
    note: str


@dataclass(frozen=True)
class Way:
    """What the page of an item says of its way, for one reader, on one day."""

    item: Item
    playbook: Playbook
    roles: frozenset[str]
    day: dt.date
    has_file: bool
    until: dt.datetime | None = None  # of a past day: it is read only

    @cached_property
    def workflow(self) -> Workflow:
        return self.playbook.workflow_of(self.item.register.key)

    @cached_property
    def state(self) -> str:
        return self.playbook.state_of(self.item.register.key, self.item.state).key

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.playbook, self.item, self.has_file)

    def context(self, *, may_write: bool) -> dict[str, Any]:
        """Give everything that the page shows: at most six queries."""
        is_live = self.until is None
        steps = self.open_steps() if may_write else []
        return {
            "now": self.now() if is_live else None,
            "open_steps": {s.key for s in self.steps.open_to(self.roles)} if may_write else (),
            "steps": steps,
            "any_reason": any(s.wants_reason for s in steps),
            "consents": self.consents() if is_live else [],
            "may_write": may_write,
            "extension": self.extension() if is_live else None,
            "n_extensions": sum(m.step == "grant_extension" for m in self._movements),
            "n_returns": sum(m.step in RETURNS for m in self._movements),
            "revisits": self.revisits() if is_live else [],
            "may_look": bool(self.roles & LOOKERS) and may_write,
            "moved": self.moved(),
        }

    def now(self) -> Now | None:
        """Say whose turn it is; nothing where nobody is awaited."""
        row = Turn.objects.filter(pk=self.item.pk).first()
        if row is None:
            return None
        limits = {one.key: one.label for one in self.playbook.limits}
        due = row.due or self.item.due
        return Now(
            state=self._state_word(self.state),
            whom="、".join(role_words(self.playbook, self.item.register.key, row.roles.split(","))),
            limit=_word(limits[row.limit]) if row.limit in limits else "",
            since=row.since,
            due=due,
            left=(due - self.day).days if due else None,
            is_held=self.workflow.state(self.state).category is StateCategory.HELD,
        )

    def open_steps(self) -> list[OpenStep]:
        """Give the steps besides those with a form of their own, the one that leads on first."""
        found = [s for s in self.steps.open_to(self.roles) if s.key not in OWN - BARE]
        return [
            OpenStep(
                key=s.key,
                label=_word(s.label),
                needs=tuple(_need(n) for n in self.steps.needs(s)),
                wants_reason=self.steps.wants_reason(s) or s.key == "reopen",
                is_main=n == 0 and s.key not in SIDEWAYS,
            )
            for n, s in enumerate(found)
        ]

    def consents(self) -> list[dict[str, Any]]:
        """Give who must agree before a step from here: whether they have, and whether the reader may."""
        wanted: dict[str, None] = {}
        for step in self.workflow.transitions:
            if self.state in step.sources and step in self.steps.ways():
                wanted |= dict.fromkeys(step.consents)
        if not wanted:
            return []
        given = agreed(self.item, self.state)
        return [
            {
                "role": role,
                "word": role_words(self.playbook, self.item.register.key, [role])[0],
                "is_given": role in given,
                "may": role in self.roles and role not in given,
            }
            for role in wanted
        ]

    def extension(self) -> Extension | None:
        """Give what is asked for and not decided."""
        if self.state != "extending":
            return None
        return Extension.objects.filter(item=self.item, state=Extension.State.ASKED).last()

    def revisits(self) -> list[Revisit]:
        """Give the second looks that are due and those that were taken; none before a close-out."""
        if not any(m.step in CLOSES for m in self._movements):
            return []
        rows = Revisit.objects.filter(item=self.item).exclude(state=Revisit.State.DROPPED)
        return list(rows)

    def moved(self) -> list[Moved]:
        """Give the steps that were taken, the last one first."""
        people = _people(self._movements)
        labels = {t.key: _word(t.label) for t in self.workflow.transitions}
        return [
            Moved(
                on=m.on,
                step=labels.get(m.step, m.step),
                state=self._state_word(m.target),
                who=_who(m, people),
                note=m.note,
            )
            for m in reversed(self._movements)
        ]

    @cached_property
    def _movements(self) -> list[Movement]:
        rows = Movement.objects.filter(item=self.item)
        rows = rows.filter(at__lt=self.until) if self.until else rows
        return list(rows.order_by("-at", "-id")[:MOVEMENTS])[::-1]

    def _state_word(self, key: str) -> str:
        try:
            return _word(self.playbook.state_of(self.item.register.key, key).label)
        except KeyError:
            return key  # of a playbook that was in force then


BARE = frozenset({"close_out", "reopen"})  # they ask for no more than a note
SIDEWAYS = frozenset({
    "suspend", "carry_over", "end", "hold_long", "send_back", "return_result", "dismiss", "stabilise",
    "pause", "refuse", "withdraw", "cancel", "fail", "returned_above", "for_reading", "reopen",
})  # fmt: skip


def role_words(playbook: Playbook, register: str, roles: Iterable[str]) -> list[str]:
    """Give the words of roles: those of the register for duties, of the program for the rest."""
    words = dict(Role.choices)
    found = []
    for role in roles:
        printed = playbook.role_word(register, role) if role not in words else None
        found.append(_word(printed) if printed else str(words.get(role, role)))
    return found


def _people(rows: Iterable[Movement]) -> dict[UUID, Person]:
    ids = {pk for m in rows for pk in (m.by, m.on_behalf_of) if pk}
    return Person.objects.in_bulk(ids) if ids else {}


def _who(row: Movement, people: dict[UUID, Person]) -> str:
    who = people[row.by].label(_lang()) if row.by in people else _("System")
    if row.on_behalf_of in people:
        return _("%(who)s, acting for %(whom)s") % {
            "who": who,
            "whom": people[row.on_behalf_of].label(_lang()),
        }
    return who


def _need(need: str | Label) -> str:
    if isinstance(need, str):
        return _(NEEDS[need]) if need in NEEDS else need
    return _word(need)


def _word(label: Label) -> str:
    return label.of(_lang())


def _lang() -> str:
    return get_language() or "zh"
