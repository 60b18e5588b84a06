"""Reads of a campaign's playbooks: the version in force, the former ones, who changed what and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Person, Post
from gongjian.apps.campaigns.models import Adoption, Battle, PlaybookVersion
from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.ledger.models import Change

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a campaign's playbook."""

    n: int
    in_force: bool
    at: dt.datetime
    who: str
    adoption: Adoption | None
    undoes: int | None  # the version that was given up again
    may_undo: bool
    n_lines: int


def require_office(seen: Scope) -> None:
    """Let the office of any campaign in; a stranger learns nothing, a colleague that it is not theirs."""
    if not seen.grants:
        raise Http404
    if not seen.is_office():
        raise PermissionDenied


def get_own_campaign_for(seen: Scope, code: str) -> Campaign:
    """Fetch a campaign that a person runs: 404 for a stranger, 403 for a colleague."""
    campaign = get_campaign_for(seen, code)
    if not seen.is_office(campaign.pk):
        raise PermissionDenied
    return campaign


def get_adoption_for(seen: Scope, code: str, pk: UUID) -> Adoption:
    """Fetch a change of the playbook of a campaign that a person runs."""
    campaign = get_own_campaign_for(seen, code)
    rows = Adoption.objects.select_related("campaign", "former", "adopted", "undoes__adopted")
    adoption: Adoption | None = rows.filter(campaign=campaign, pk=pk).first()
    if adoption is None:
        raise Http404
    return adoption


def version_in_force(campaign: Campaign) -> PlaybookVersion:
    """Give the version in force, its campaign at hand: one query."""
    version: PlaybookVersion = PlaybookVersion.objects.get(campaign=campaign, in_force=True)
    version.campaign = campaign
    return version


def version_rows(campaign: Campaign) -> list[VersionRow]:
    """Give the versions, the newest first: four queries."""
    versions = list(PlaybookVersion.objects.filter(campaign=campaign).defer("text").order_by("-n"))
    adoptions = Adoption.objects.filter(campaign=campaign).select_related("undoes")
    by_version = {a.adopted_id: a for a in adoptions}
    made = Change.objects.filter(
        table=PlaybookVersion._meta.label_lower, row__in=[v.pk for v in versions], version=1
    )
    events = {c.row: c.event for c in made.select_related("event")}
    people = Person.objects.in_bulk({e.actor_id for e in events.values()})
    numbers = {v.pk: v.n for v in versions}
    return [_version_row(v, by_version.get(v.pk), events[v.pk], people, numbers) for v in versions]


def _version_row(
    version: PlaybookVersion,
    adoption: Adoption | None,
    event: Any,
    people: dict[UUID, Person],
    numbers: dict[UUID, int],
) -> VersionRow:
    who = people.get(event.actor_id)
    undone = adoption.undoes if adoption else None
    is_done = adoption is not None and adoption.state == Adoption.State.DONE
    return VersionRow(
        n=version.n,
        in_force=version.in_force,
        at=event.at,
        who=who.label(get_language() or "zh") if who else _("System"),
        adoption=adoption,
        undoes=numbers.get(undone.adopted_id) if undone else None,
        may_undo=version.in_force and is_done,
        n_lines=len(adoption.plan.get("lines", ())) if adoption else 0,
    )


def posts_with_portfolio() -> list[Post]:
    """Give the posts that have a portfolio: one query."""
    return list(
        Post.objects.exclude(portfolio="").filter(until=None).order_by("org__order", "order")
    )


def leading_posts(campaign: Campaign) -> list[Post]:
    """Give the posts that lead a battle, each once: one query."""
    rows = Battle.objects.filter(campaign=campaign, leader__isnull=False).select_related("leader")
    return list({b.leader_id: b.leader for b in rows if b.leader}.values())
