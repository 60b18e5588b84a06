"""The one source of what a person may see and do: row filter and visible fields."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from gongjian.apps.accounts.models import AccessClass, Grant, OrgReach, Person, PostHolding, Role

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

# Roles that see the whole campaign; the others see what their org, or one below it, answers for.
WIDE_ROLES = frozenset({
    Role.OFFICE, Role.LEADER, Role.SECRETARY, Role.INSPECTOR, Role.ASSESSOR,
    Role.STATISTICS, Role.AUDITOR, Role.VIEWER, Role.PUBLIC,
})  # fmt: skip
_SEES_SOURCES = frozenset(set(Role) - {Role.PUBLIC})


@dataclass(frozen=True, slots=True)
class Granted:
    """One grant, as plain values."""

    role: str
    campaign_id: UUID | None
    org_id: UUID | None
    access_class: str
    item_id: UUID | None = None

    @property
    def is_wide(self) -> bool:
        """Tell whether it reaches the whole campaign, not one org or one item."""
        return self.org_id is None and self.item_id is None

    @property
    def classes(self) -> frozenset[str]:
        """Give the access classes it opens over its reach, where it reaches a whole campaign or an org.

        The office and the auditor of a campaign see every class; a closer class implies open.
        """
        if not self.is_wide:
            return frozenset({AccessClass.OPEN, self.access_class})
        if self.role in {Role.OFFICE, Role.AUDITOR}:
            return frozenset(AccessClass.values)
        held = {AccessClass.OPEN, self.access_class} if self.role in WIDE_ROLES else set()
        return frozenset(held)

    def counts_in(self, campaign_id: UUID | None) -> bool:
        """Tell whether it counts in a campaign, or anywhere when None is asked."""
        return campaign_id is None or self.campaign_id in {None, campaign_id}


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see and do today."""

    person_id: UUID | None
    grants: tuple[Granted, ...]

    def within(self, campaign_id: UUID) -> Scope:
        """Give what is left of it in one campaign: all a token sees that is limited to it."""
        mine = (g for g in self.grants if g.counts_in(campaign_id))
        return Scope(self.person_id, tuple(replace(g, campaign_id=campaign_id) for g in mine))

    def roles(self, campaign_id: UUID | None) -> frozenset[str]:
        """Give the roles held in a campaign, or anywhere when None is asked."""
        return frozenset(g.role for g in self.grants if g.counts_in(campaign_id))

    def wide_roles(self, campaign_id: UUID | None) -> frozenset[str]:
        """Give the roles held over a whole campaign, or over any when None is asked."""
        return frozenset(g.role for g in self.grants if g.is_wide and g.counts_in(campaign_id))

    def may_see(self, campaign_id: UUID) -> bool:
        """Tell whether the campaign exists for this person."""
        return bool(self.roles(campaign_id))

    def is_office(self, campaign_id: UUID | None = None) -> bool:
        """Tell whether this person runs the campaign."""
        return Role.OFFICE in self.wide_roles(campaign_id)

    def campaigns(self, field: str = "pk") -> Q:
        """Filter rows by the campaigns that exist for this person."""
        if any(g.campaign_id is None for g in self.grants):
            return Q()
        return Q(**{f"{field}__in": {g.campaign_id for g in self.grants}})

    def access_classes(self, campaign_id: UUID) -> frozenset[str]:
        """Give the access classes seen across the whole campaign."""
        return frozenset(
            c for g in self.grants if g.is_wide and g.counts_in(campaign_id) for c in g.classes
        )

    def rows(self, campaign_id: UUID, org: str = "org") -> Q:
        """Filter rows that have `access_class` and an accountable org: items, and cells of tallies."""
        wide = Q(access_class__in=self.access_classes(campaign_id))
        own = Q()
        for g in self.grants:
            if g.counts_in(campaign_id) and g.org_id is not None and g.item_id is None:
                reach = OrgReach.objects.filter(ancestor=g.org_id, descendant=OuterRef(f"{org}_id"))
                own |= Q(Exists(reach), access_class__in=g.classes)
        return wide | own

    def is_wide(self, campaign_id: UUID) -> bool:
        """Tell whether tallies of the whole campaign may be shown."""
        return bool(self.access_classes(campaign_id))

    def answers_for(self, campaign_id: UUID, org_id: UUID | None) -> frozenset[str]:
        """Give the roles held over one org in a campaign: through it or any org above it."""
        if org_id is None:
            return frozenset()
        mine: dict[UUID, set[str]] = {}
        for g in self.grants:
            if g.org_id is not None and g.item_id is None and g.counts_in(campaign_id):
                mine.setdefault(g.org_id, set()).add(g.role)
        if not mine:
            return frozenset()
        above = OrgReach.objects.filter(descendant=org_id, ancestor__in=mine)
        return frozenset(r for a in above.values_list("ancestor_id", flat=True) for r in mine[a])

    def classes_for(
        self, campaign_id: UUID, org_id: UUID | None, roles: frozenset[str]
    ) -> frozenset[str]:
        """Give the access classes of grants in some roles over one org or any org above it."""
        held = [
            g
            for g in self.grants
            if g.role in roles and g.org_id and g.item_id is None and g.counts_in(campaign_id)
        ]
        if not held or org_id is None:
            return frozenset()
        above = OrgReach.objects.filter(descendant=org_id, ancestor__in={g.org_id for g in held})
        reached = set(above.values_list("ancestor_id", flat=True))
        return frozenset(g.access_class for g in held if g.org_id in reached)

    def orgs(self, campaign_id: UUID | None = None) -> frozenset[UUID]:
        """Give the orgs that this person acts for, without those below them."""
        return frozenset(
            g.org_id
            for g in self.grants
            if g.org_id is not None and g.item_id is None and g.counts_in(campaign_id)
        )

    def items(self, campaign_id: UUID | None = None) -> frozenset[UUID]:
        """Give the single items that this person was let in to."""
        return frozenset(g.item_id for g in self.grants if g.item_id and g.counts_in(campaign_id))

    def may_see_sources(self, campaign_id: UUID) -> bool:
        """Tell whether history and the source paper are shown: to anybody but the public."""
        return bool(self.roles(campaign_id) & _SEES_SOURCES)


NOBODY = Scope(None, ())


def scope(user: Any, day: dt.date) -> Scope:
    """Work out what a person may see and do on a day: one query."""
    if not isinstance(user, Person) or not user.is_active:
        return NOBODY
    return Scope(user.pk, tuple(_plain(grants_of(user, day))))


def grants_of(person: Person, day: dt.date) -> QuerySet[Grant]:
    """Give the grants that count for a person on a day: their own, and those of posts they hold."""
    held = Q(post__holdings__person=person) & _valid(day, "post__holdings__")
    return Grant.objects.filter(Q(person=person) | held).filter(_valid(day))


def _valid(day: dt.date, prefix: str = "") -> Q:
    since, until = f"{prefix}since", f"{prefix}until"
    begun = Q(**{f"{since}__isnull": True}) | Q(**{f"{since}__lte": day})
    running = Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": day})
    return begun & running


def grants_on(day: dt.date) -> QuerySet[Grant]:
    """Give the grants that are valid on a day."""
    return Grant.objects.filter(_valid(day))


def holders_on(posts: Iterable[UUID], day: dt.date) -> dict[UUID, set[UUID]]:
    """Give the people who hold posts on a day and may sign in, by post: one query."""
    rows = PostHolding.objects.filter(_valid(day), post__in=set(posts), person__is_active=True)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for post, person in rows.values_list("post_id", "person_id"):
        found[post].add(person)
    return found


def plain(grant: Grant) -> Granted:
    """Give a grant as plain values."""
    return Granted(grant.role, grant.campaign_id, grant.org_id, grant.access_class, grant.item_id)


def _plain(grants: QuerySet[Grant]) -> set[Granted]:
    columns = ("role", "campaign_id", "org_id", "access_class", "item_id")
    return {Granted(*row) for row in grants.values_list(*columns)}


__all__ = [
    "NOBODY",
    "WIDE_ROLES",
    "Granted",
    "Scope",
    "grants_of",
    "grants_on",
    "holders_on",
    "plain",
    "scope",
]
