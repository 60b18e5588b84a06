"""Reads of an item's way: the steps that are open, what they need, who agreed, who asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from gongjian.apps.accounts.models import PostHolding, Role
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Responsibility
from gongjian.apps.campaigns.queries import roles
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.models import Consent, Movement
from gongjian.kernel.model.workflow import holds
from gongjian.kernel.playbook.values import is_blank, missing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.fields import Label
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.model.workflow import Transition, Workflow

REASON = "reason"
FILES = frozenset({"file", "evidence"})  # given by any file that is kept with the item
# Whoever answers for an org answers for what the org is to an item besides being accountable.
_ANSWERS = frozenset({Role.PRINCIPAL, Role.CONTACT, Role.INSPECTOR})


def step_roles(
    seen: Scope, item: Item, duties: Iterable[Responsibility] | None = None
) -> frozenset[str]:
    """Give the roles by which a person takes steps with an item: those towards it, and its overseer's.

    A query more than `roles`, another where posts lead the item; duties that are known are not asked again.
    """
    held = roles(seen, item)
    wanted = {Responsibility.Role.OVERSEER.value, Responsibility.Role.LEADER.value}
    found = Responsibility.objects.filter(item=item, role__in=wanted) if duties is None else duties
    day = today_of(item.campaign)
    led = [d for d in found if d.role in wanted and in_force(d, day)]
    orgs = {g.org_id for g in seen.grants if g.org_id and g.role in _ANSWERS}
    posts = {d.post_id for d in led if d.post_id}
    mine = _held_by(seen, posts, day) if posts and seen.person_id else set()
    return held | {d.role for d in led if d.org_id in orgs or d.post_id in mine}


def _held_by(seen: Scope, posts: set[UUID], day: dt.date) -> set[UUID]:
    rows = PostHolding.objects.filter(on_day(day), person=seen.person_id, post__in=posts)
    return set(rows.values_list("post", flat=True))


def require_step(seen: Scope, item: Item, key: str = "") -> frozenset[str]:
    """Give the roles by which a person takes steps with an item; refused to whom its workflow lets take none.

    With a key, whoever may not take that very step is refused.
    """
    held = step_roles(seen, item)
    workflow = playbook_in_force(item.campaign).workflow_of(item.register.key)
    if not any(held & {*t.roles} for t in workflow.transitions if key in {"", t.key}):
        raise PermissionDenied
    return held


def last_asked(item: Item, workflow: Workflow) -> Movement | None:
    """Give the last step by which something was asked of others; None where nothing was."""
    keys = [t.key for t in workflow.transitions if t.asks]
    return Movement.objects.filter(item=item, step__in=keys).order_by("at", "id").last()


def agreed(item: Item, state: str) -> frozenset[str]:
    """Give the roles that agreed since an item came into its state; whoever asked in a role agrees in it."""
    last = Movement.objects.filter(item=item).order_by("at", "id").last()
    rows = Consent.objects.filter(item=item, state=state)
    if last is None:
        return frozenset(rows.values_list("role", flat=True))
    given = rows.filter(at__gte=last.at).values_list("role", flat=True)
    return frozenset({*given, *last.roles.split(",")})


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that an item's workflow has in its present state, and what each still needs."""

    playbook: Playbook
    item: Item
    has_file: bool

    def open_to(self, roles: frozenset[str]) -> list[Transition]:
        """Give the steps that these roles may take now."""
        return [t for t in self.ways() if roles & set(t.roles)]

    def ways(self) -> list[Transition]:
        """Give the steps that lead on from here, whoever may take them."""
        register = self.item.register.key
        now = self.playbook.state_of(register, self.item.state).key
        return [
            t
            for t in self.playbook.workflow_of(register).transitions
            if now in t.sources and holds(t.when, self.item.fields)
        ]

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
        is_back = step.key == "reopen"
        lacking = () if is_back else missing(register, self.item.fields, step.target)
        for key in lacking:
            yield labels[key]
        for any_of in step.requires:
            if not given & set(any_of) and not set(lacking) & set(any_of):
                yield labels.get(any_of[0], any_of[0])

    def wants_reason(self, step: Transition) -> bool:
        """Tell whether a step cannot be taken without a reason."""
        given = self.given()
        return any(REASON in any_of and not given & set(any_of) for any_of in step.requires)
