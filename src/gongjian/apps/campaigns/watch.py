"""The watch: open items whose owner is gone, cannot sign in or holds too many, or whom nobody leads."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from gongjian.apps.accounts.models import Grant, Org, OrgReach, Post, PostHolding
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns import queries
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import OVER, Item, Responsibility

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Battle, Campaign

ITEMS_SHOWN = 200  # a list that is cut says so


@dataclass(frozen=True, slots=True)
class OrgWatch:
    """An org with open items that nobody looks after as it should be."""

    reason: str  # "ended", "silent" or "too_many"
    org: Org
    heir: Org | None
    n: int
    items: tuple[Item, ...]

    @property
    def n_hidden(self) -> int:
        """Give how many of its items are not listed."""
        return self.n - len(self.items)


@dataclass(frozen=True, slots=True)
class LeaderWatch:
    """A leading post that is vacant or abolished, or that leads too many items."""

    reason: str  # "vacant", "abolished" or "too_many"
    post: Post
    battles: tuple[Battle, ...]
    n: int
    items: tuple[Item, ...]

    @property
    def n_hidden(self) -> int:
        """Give how many of its items are not listed."""
        return self.n - len(self.items)


@dataclass(frozen=True, slots=True)
class Watch:
    """What the watch of a campaign found on a day."""

    day: dt.date
    too_many: int
    ownerless: int  # open items without any accountable org
    orgs: tuple[OrgWatch, ...]
    leaders: tuple[LeaderWatch, ...]
    leaderless: tuple[Battle, ...]  # battles that nobody leads on the day

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing was found at all."""
        return not (self.ownerless or self.orgs or self.leaders or self.leaderless)


def watch(seen: Scope, campaign: Campaign, day: dt.date, today: dt.date) -> Watch:
    """Look over the open items of a campaign: a fixed number of queries.

    `day` is the campaign's; whether somebody can act is asked of `today`.
    """
    too_many = playbook_in_force(campaign).too_many
    visible = Item.objects.filter(queries.visible(seen, campaign.pk), campaign=campaign)
    rows = visible.exclude(category__in=OVER).order_by("code")
    counted = rows.order_by().values_list("org").annotate(n=Count("pk"))
    n_by_org: dict[UUID | None, int] = dict(counted)
    found = Org.objects.select_related("successor").in_bulk([pk for pk in n_by_org if pk])
    able = _able(found, campaign, today)
    reasons = {
        pk: reason
        for pk, org in found.items()
        if (reason := _why(org, able, n_by_org[pk], too_many, today))
    }
    items = _items_of(rows, reasons)
    orgs = [
        OrgWatch(reasons[pk], found[pk], found[pk].successor, n_by_org[pk], tuple(items[pk]))
        for pk in sorted(reasons, key=lambda pk: (_ORDER[reasons[pk]], -n_by_org[pk]))
    ]
    led = _led(campaign, day)
    leaders = _leaders(campaign, rows, led, day, today, too_many)
    # A battle whose paper names a post that no org has is led, if only by a word.
    leaderless = tuple(
        battle
        for battle, post in led
        if post is None and battle.parent_id is None and (battle.leader or not battle.leader_title)
    )
    n = n_by_org.get(None, 0)
    return Watch(day, too_many, n, tuple(orgs), tuple(leaders), leaderless)


def _led(campaign: Campaign, day: dt.date) -> list[tuple[Battle, Post | None]]:
    """Give every battle with the post that leads it on `day`: two queries."""
    moved = queries.leaders_on(campaign, day)
    return [(b, moved.get(b.pk, b.leader)) for b in queries.battles(campaign)]


_ORDER = {"ended": 0, "silent": 1, "abolished": 0, "vacant": 1, "too_many": 2}


def _why(org: Org, able: frozenset[UUID], n: int, too_many: int, today: dt.date) -> str:
    if org.until is not None and org.until < today:
        return "ended"
    if org.pk not in able:
        return "silent"
    return "too_many" if n > too_many else ""


def _items_of(rows: QuerySet[Item], orgs: Iterable[UUID]) -> dict[UUID, list[Item]]:
    """Give the items of orgs, so many in all that a page can hold them: one query."""
    found: dict[UUID, list[Item]] = defaultdict(list)
    for item in rows.filter(org__in=list(orgs)).select_related("battle")[:ITEMS_SHOWN]:
        if item.org_id is not None:
            found[item.org_id].append(item)
    return found


def _able(orgs: Iterable[UUID], campaign: Campaign, today: dt.date) -> frozenset[UUID]:
    """Give the orgs for which an active person can sign in: two queries.

    A role in an org above counts, unless that org is the top of the tree, which answers for all.
    """
    reach = OrgReach.objects.filter(descendant__in=list(orgs)).filter(
        Q(ancestor__parent__isnull=False) | Q(ancestor=F("descendant"))
    )
    pairs = reach.values_list("ancestor", "descendant")
    here = Q(campaign_id=None) | Q(campaign_id=campaign.pk)
    active = Q(person__is_active=True) | on_day(today, "post__holdings__") & Q(
        post__holdings__person__is_active=True
    )
    grants = Grant.objects.filter(here, active, on_day(today), org__isnull=False, item_id=None)
    acting = set(grants.values_list("org", flat=True))
    held = PostHolding.objects.filter(on_day(today), person__is_active=True)
    acting |= set(held.values_list("post__org", flat=True))
    return frozenset(below for above, below in pairs if above in acting)


def _leaders(  # what it compares, each asked for once
    campaign: Campaign,
    rows: QuerySet[Item],
    led_battles: list[tuple[Battle, Post | None]],
    day: dt.date,
    today: dt.date,
    too_many: int,
) -> list[LeaderWatch]:
    """Give the leading posts that are empty or overfull: four queries."""
    battles: dict[UUID, list[Battle]] = defaultdict(list)
    for battle, post in led_battles:
        if post is not None:
            battles[post.pk].append(battle)
    led = Responsibility.objects.filter(
        on_day(day), role=Responsibility.Role.LEADER, item__in=rows.order_by().values("pk")
    ).filter(campaign=campaign, post__isnull=False)
    n_by_post: Counter[UUID] = Counter(
        dict(led.order_by().values_list("post").annotate(n=Count("pk")))
    )
    posts = Post.objects.select_related("org").in_bulk({*battles, *n_by_post})
    held = PostHolding.objects.filter(on_day(today), post__in=list(posts), person__is_active=True)
    filled = set(held.values_list("post", flat=True))
    reasons = {
        pk: reason
        for pk, post in posts.items()
        if (reason := _why_leader(post, filled, n_by_post[pk], too_many, today))
    }
    items: dict[UUID, list[Item]] = defaultdict(list)
    chosen = (
        led.filter(post__in=list(reasons)).select_related("item__battle").order_by("item__code")
    )
    for row in chosen[:ITEMS_SHOWN]:
        if row.post_id is not None:
            items[row.post_id].append(row.item)
    order = sorted(reasons, key=lambda pk: (_ORDER[reasons[pk]], posts[pk].order, posts[pk].title))
    return [
        LeaderWatch(reasons[pk], posts[pk], tuple(battles[pk]), n_by_post[pk], tuple(items[pk]))
        for pk in order
    ]


def _why_leader(post: Post, filled: set[UUID], n: int, too_many: int, today: dt.date) -> str:
    if post.until is not None and post.until < today:
        return "abolished"
    if post.pk not in filled:
        return "vacant"
    return "too_many" if n > too_many else ""
