"""Reads of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.loop.models import Report
from gongjian.kernel.playbook.values import is_blank, missing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.fields import Label
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.model.workflow import Transition

REASON = "reason"
FILES = frozenset({"file", "evidence"})  # given by any file that is kept with the item


def reports(item: Item, until: dt.datetime | None = None) -> QuerySet[Report]:
    """Give the reports on an item, the newest first."""
    rows = Report.objects.filter(item=item)
    return rows.filter(at__lt=until) if until else rows


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that an item's workflow has in its present state, and what each still needs."""

    playbook: Playbook
    item: Item
    has_file: bool

    def open_to(self, roles: frozenset[str]) -> list[Transition]:
        """Give the steps that these roles may take now."""
        register = self.item.register.key
        now = self.playbook.state_of(register, self.item.state).key
        workflow = self.playbook.workflow_of(register)
        return [t for t in workflow.transitions if now in t.sources and roles & set(t.roles)]

    def given(self, reason: str = "") -> frozenset[str]:
        """Give the names of what a step may require and is there: filled fields, a file, a reason."""
        names = {k for k, v in self.item.fields.items() if not is_blank(v)}
        names |= FILES if self.has_file else set()
        return frozenset(names | ({REASON} if reason.strip() else set()))

    def needs(self, step: Transition) -> tuple[str | Label, ...]:
        """Give what a step still needs besides a reason: labels of fields, names of the rest."""
        return tuple(self._needs(step))

    def _needs(self, step: Transition) -> Iterator[str | Label]:
        register = self.playbook.register(self.item.register.key)
        labels = {f.key: f.label for f in register.fields}
        given = self.given(REASON)
        lacking = missing(register, self.item.fields, step.target)
        for key in lacking:
            yield labels[key]
        for any_of in step.requires:
            if not given & set(any_of) and not set(lacking) & set(any_of):
                yield labels.get(any_of[0], any_of[0])

    def wants_reason(self, step: Transition) -> bool:
        """Tell whether a step cannot be taken without a reason."""
        given = self.given()
        return any(REASON in any_of and not given & set(any_of) for any_of in step.requires)
