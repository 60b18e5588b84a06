"""Reads of obstacles and decision requests: what is held up, which link fits, who decides, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from gongjian.apps.accounts.access import grants_on, holders_on, scope
from gongjian.apps.accounts.models import OrgReach, Person, PostHolding, Role
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.models import OVER, Item, ItemLink, Responsibility
from gongjian.apps.campaigns.queries import in_sight, visible
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.models import Option
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.accounts.models import Post
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.kernel.model.playbook import LinkDef, Playbook

OBSTACLES, DECISIONS, INSTRUCTIONS = "obstacles", "decisions", "instructions"
MOST_HELD = 8  # items whose dates one request speaks of


def has_register(playbook: Playbook, key: str) -> bool:
    """Tell whether a playbook declares a register."""
    return any(r.key == key for r in playbook.registers)


def link_between(playbook: Playbook, one: str, other: str) -> tuple[LinkDef, bool] | None:
    """Find a link between two registers, and whether it leads from the first to the second.

    One that names both registers goes before one that takes any.
    """
    found = [
        (link, is_forth)
        for link in playbook.links
        for is_forth, (source, target) in ((True, (one, other)), (False, (other, one)))
        if source in link.sources and (not link.targets or target in link.targets)
    ]
    found.sort(key=lambda f: (not f[0].targets, not f[1]))
    return found[0] if found else None


def holding_link(playbook: Playbook, register: str) -> LinkDef | None:
    """Give the link by which an obstacle holds up items of a register; None where it holds up none."""
    if register in {OBSTACLES, DECISIONS} or not has_register(playbook, OBSTACLES):
        return None
    for link in playbook.links:
        is_forth = OBSTACLES in link.sources and (not link.targets or register in link.targets)
        if is_forth or (OBSTACLES in link.targets and register in link.sources):
            return link
    return None


def holding_kinds(playbook: Playbook) -> set[str]:
    """Give the kinds of links that lead from an obstacle to what it holds up."""
    found = (holding_link(playbook, r.key) for r in playbook.registers)
    return {link.key for link in found if link is not None}


def held_up(seen: Scope, item: Item, playbook: Playbook) -> list[Item]:
    """Give the open items that wait for an item: itself, or what an obstacle holds up. Two queries at most."""
    if item.register.key != OBSTACLES:
        return [item]
    kinds = holding_kinds(playbook)
    links = ItemLink.objects.filter(Q(source=item) | Q(target=item), kind__in=kinds)
    ends = {pk for row in links for pk in (row.source_id, row.target_id)} - {item.pk}
    return open_items(seen, item.campaign_id, ends)[:MOST_HELD]


def open_items(seen: Scope, campaign_id: UUID, ids: Iterable[UUID]) -> list[Item]:
    """Give those of some items that are open and that a person sees, by code: one query."""
    rows = Item.objects.filter(visible(seen, campaign_id), campaign=campaign_id, pk__in=set(ids))
    return list(rows.exclude(category__in=OVER).select_related("campaign", "org").order_by("code"))


@dataclass(frozen=True, slots=True)
class Seat:
    """In whose place a person decides: a post that they hold, or that they act for."""

    post: Post
    is_acting: bool  # 代: a secretary for the leading official

    @property
    def roles(self) -> frozenset[str]:
        """Give the roles by which they take the step."""
        return frozenset({Role.SECRETARY if self.is_acting else Role.LEADER})


def asked_posts(item: Item) -> list[Post]:
    """Give the posts that a decision is asked of: one query."""
    rows = Responsibility.objects.filter(item=item, role="leader", post__isnull=False)
    day = today_of(item.campaign)
    rows = rows.select_related("post__org").order_by("order")
    return [r.post for r in rows if r.post and in_force(r, day)]


def seat_of(seen: Scope, item: Item, posts: Iterable[Post] | None = None) -> Seat | None:
    """Give in whose place a person decides a request; None where it is not theirs to decide.

    The leading official is whoever holds the post today; a secretary of the campaign, or of the
    official's office, acts for them. Nobody acts for a post that is vacant.
    """
    asked = asked_posts(item) if posts is None else list(posts)
    if seen.person_id is None or not asked:
        return None
    held = PostHolding.objects.filter(on_day(clock.today()), post__in=asked)
    holders = {(h.post_id, h.person_id) for h in held}
    for post in asked:
        if (post.pk, seen.person_id) in holders:
            return Seat(post, is_acting=False)
    for post in asked:
        if post.pk in {p for p, _person in holders} and acts_for(seen, item.campaign_id, post):
            return Seat(post, is_acting=True)
    return None


def acts_for(seen: Scope, campaign_id: UUID, post: Post) -> bool:
    """Tell whether a person is secretary to a post in a campaign."""
    acts = seen.wide_roles(campaign_id)
    if any(g.role == Role.SECRETARY and g.org_id for g in seen.grants):
        acts |= seen.answers_for(campaign_id, post.org_id)
    return Role.SECRETARY in acts


def deciders(post: Post, campaign: Campaign, item: Item) -> dict[bool, set[UUID]]:
    """Give those who can decide what is asked of a post and see an item: holders, and (True) who acts for them."""
    day = clock.today()
    holders = holders_on([post.pk], day).get(post.pk, set())
    acting = _secretaries(post, campaign) - holders if holders else set()
    people = Person.objects.in_bulk(holders | acting)
    sees = {pk for pk, person in people.items() if in_sight(scope(person, day), item)}
    return {False: holders & sees, True: acting & sees}


def _secretaries(post: Post, campaign: Campaign) -> set[UUID]:
    day = clock.today()
    above = OrgReach.objects.filter(descendant=post.org_id).values("ancestor")
    here = Q(campaign_id=None) | Q(campaign_id=campaign.pk)
    over = Q(org=None) | Q(org__in=above)
    grants = list(grants_on(day).filter(here, over, role=Role.SECRETARY, item_id=None))
    seats = holders_on({g.post_id for g in grants if g.post_id}, day)
    found = {g.person_id for g in grants if g.person_id}
    return found.union(*seats.values()) if seats else found


def options_of(item: Item) -> list[Option]:
    """Give the options of a request, in order: one query."""
    return list(Option.objects.filter(item=item))
