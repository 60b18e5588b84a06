"""Who can see an item: every grant is asked, the same rules as for the filter of rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.accounts.access import Granted, grants_on, holders_on, plain
from gongjian.apps.accounts.models import AccessClass, OrgGroupMember, OrgReach
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.models import Listing, Responsibility
from gongjian.apps.campaigns.queries import lets_in

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Item


@dataclass(frozen=True, slots=True)
class Sight:
    """Those who see an item by one role and one reach: everything, an org with all below, this item."""

    role: str
    reach: str  # "all", "org", "part" or "item"
    org: Org | None
    people: frozenset[UUID]
    n_posts: int


@dataclass(frozen=True, slots=True)
class _Item:
    """What a grant is compared with."""

    home: UUID
    access_class: str
    above: frozenset[UUID]  # the accountable org with every org above it
    above_parts: frozenset[UUID]  # the same of all orgs that have a part in it
    listed_in: frozenset[UUID]
    itself: frozenset[UUID]  # with those above it from which it is reached


def who_sees(item: Item, day: dt.date) -> list[Sight]:
    """Give who sees an item, by role and reach: seven queries at most, however many people there are."""
    facts = _facts(item, day)
    grants = grants_on(day).select_related("person", "org")
    reached = [(g, r) for g in grants if (r := _reach(plain(g), facts))]
    holders = holders_on({g.post_id for g, _r in reached if g.post_id}, day)
    people: dict[tuple[str, str, Org | None], set[UUID]] = defaultdict(set)
    posts: dict[tuple[str, str, Org | None], set[UUID]] = defaultdict(set)
    for grant, reach in reached:
        key = (grant.role, reach, grant.org if reach in {"org", "part"} else None)
        if grant.person is not None and grant.person.is_active:
            people[key].add(grant.person.pk)
        if grant.post_id is not None:
            posts[key].add(grant.post_id)
            people[key] |= holders.get(grant.post_id, set())
    order = ("all", "org", "part", "item")
    rows = [
        Sight(*key, frozenset(people[key]), len(posts[key]))
        for key in {**people, **posts}
        if people[key] or posts[key]
    ]
    return sorted(rows, key=lambda s: (order.index(s.reach), s.role, str(s.org or "")))


def _facts(item: Item, day: dt.date) -> _Item:
    duties = Responsibility.objects.filter(item=item)
    parts = set(duties.filter(org__isnull=False).values_list("org_id"))
    groups = duties.filter(group_id__isnull=False).values("group_id")
    members = OrgGroupMember.objects.filter(on_day(day), group__in=groups)
    parts |= set(members.values_list("org_id"))
    reach: dict[UUID, set[UUID]] = defaultdict(set)
    orgs = {pk for (pk,) in parts} | {item.org_id}
    rows = OrgReach.objects.filter(descendant__in=[pk for pk in orgs if pk])
    for ancestor, descendant in rows.values_list("ancestor_id", "descendant_id"):
        reach[descendant].add(ancestor)
    listed = Listing.objects.filter(item=item).values_list("campaign_id", flat=True)
    return _Item(
        home=item.campaign_id,
        access_class=item.access_class,
        above=frozenset(reach[item.org_id]) if item.org_id else frozenset(),
        above_parts=frozenset(a for (pk,) in parts for a in reach[pk]),
        listed_in=frozenset(listed),
        itself=lets_in([item])[item.pk],
    )


def _reach(grant: Granted, item: _Item) -> str:
    """Tell by what reach a grant lets an item be seen; empty where it does not."""
    counts = [c for c in {item.home, *item.listed_in} if grant.counts_in(c)]
    if not counts:
        return ""
    at_home = grant.counts_in(item.home)
    if grant.item_id is not None:
        return "item" if at_home and grant.item_id in item.itself else ""
    in_class = item.access_class in grant.classes
    if grant.is_wide:
        return "all" if in_class else ""
    if grant.org_id in item.above and in_class:
        return "org"
    is_part = at_home and grant.org_id in item.above_parts
    return "part" if is_part and item.access_class == AccessClass.OPEN else ""
