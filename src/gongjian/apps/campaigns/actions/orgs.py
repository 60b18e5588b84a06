"""Changes to the organisation of campaigns: mergers, hand-overs, leaders' duties."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from gongjian.apps.accounts.actions import MAY_BACK_DATE, end_post, enter, reorganised_on, running
from gongjian.apps.accounts.models import (
    Grant,
    Org,
    OrgGroupMember,
    OrgReach,
    Post,
)
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.models import (
    OVER,
    Battle,
    BattleTenure,
    Campaign,
    Item,
    Responsibility,
)
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

_DAY = dt.timedelta(days=1)
OPEN = ~Q(category__in=OVER)


def day_in(book: Book, campaign: Campaign) -> dt.date:
    """Give the day of an act in a campaign; the clock of an example stands where its play stopped."""
    if campaign.is_example and book.act.at is None:
        return today_of(campaign)
    return clock.day_of(book.at, campaign.zone)


# Mergers


@dataclass(frozen=True, slots=True)
class Merger:
    """Which org goes into which, and which of its posts go with it; the others end."""

    source: Org
    target: Org
    posts: frozenset[UUID] = frozenset()


@action("campaigns.merge_orgs")
def merge_orgs(book: Book, merger: Merger) -> dict[str, Any]:
    """Merge an org into another from this day on.

    What was closed stays with the old org, and every past day reads as it did: old rows end the day
    before, new ones begin. The heir stands above the old org and so reaches its rows.
    """
    day = reorganised_on(book)
    _refuse_merger(merger, day)
    _merge_tree(book, merger, day)
    groups = _merge_groups(book, merger, day)
    _merge_posts(book, merger, day)
    _merge_accounts(book, merger, day)
    items = list(Item.objects.filter(OPEN, org=merger.source).select_related("campaign"))
    parts = open_parts(merger.source)
    book.update_many(items, org=merger.target) if items else None
    hand_parts(book, parts, merger.target)
    _follow_groups(book, groups, merger.target)
    for battle in Battle.objects.filter(lead_org=merger.source, campaign__end_on__gte=day):
        book.update(battle, lead_org=merger.target)
    return {"org": merger.source.code, "into": merger.target.code, "items": len(items)}


def _refuse_merger(merger: Merger, day: dt.date) -> None:
    source, target = merger.source, merger.target
    if source.pk == target.pk:
        raise ActionError("org.into_itself", org=source.short_name)
    for org in (source, target):
        if org.until is not None and org.until < day:
            after = org.successor.short_name if org.successor else "–"
            raise ActionError("org.ended", given=org.short_name, until=org.until, successor=after)


def _merge_tree(book: Book, merger: Merger, day: dt.date) -> None:
    source, target = merger.source, merger.target
    if OrgReach.objects.filter(ancestor=source, descendant=target).exists():
        book.update(target, parent_id=source.parent_id)
    below = Org.objects.filter(running(day), parent=source).exclude(pk=target.pk)
    for child in below:
        book.update(child, parent=target)
    book.update(source, until=day - _DAY, successor=target, parent=target)


def _merge_groups(book: Book, merger: Merger, day: dt.date) -> list[UUID]:
    """End memberships; an heir in no group joins them. Gives groups that the heir is no member of."""
    mine = list(OrgGroupMember.objects.filter(running(day), org=merger.source))
    theirs = OrgGroupMember.objects.filter(running(day), org=merger.target)
    held = set(theirs.values_list("group", flat=True))
    for member in mine:
        book.update(member, until=day - _DAY)
        if not held:
            enter(book, merger.target, member.group_id, day)
    return [m.group_id for m in mine if held and m.group_id not in held]


def _merge_posts(book: Book, merger: Merger, day: dt.date) -> None:
    taken = set(Post.objects.filter(org=merger.target).values_list("title", flat=True))
    for post in Post.objects.filter(running(day), org=merger.source):
        if post.pk not in merger.posts:
            end_post(book, post, day - _DAY)
        elif post.title in taken:
            raise ActionError("post.there_already", given=post.title, org=merger.target.short_name)
        else:
            book.update(post, org=merger.target)


def _merge_accounts(book: Book, merger: Merger, day: dt.date) -> None:
    """Let whoever acted for the old org act for the new one."""
    made = []
    for held in Grant.objects.filter(running(day), org=merger.source, item_id=None):
        book.update(held, until=day - _DAY)
        made.append(
            Grant(
                person_id=held.person_id,
                post_id=held.post_id,
                role=held.role,
                campaign_id=held.campaign_id,
                org=merger.target,
                access_class=held.access_class,
                since=day,
            )
        )
    book.insert(*made)


def open_parts(org: Org) -> list[Responsibility]:
    """Give the parts that an org has in open items."""
    rows = Responsibility.objects.filter(org=org).exclude(item__category__in=OVER)
    return list(rows.select_related("campaign"))


def hand_parts(book: Book, rows: Iterable[Responsibility], target: Org) -> int:
    """Let another org take over parts in items: old rows end the day before, new ones begin.

    Where the other org has the same part already, the old one only ends.
    """
    by_campaign: dict[Campaign, list[Responsibility]] = defaultdict(list)
    for row in rows:
        by_campaign[row.campaign].append(row)
    n = 0
    for campaign, parts in by_campaign.items():
        day = day_in(book, campaign)
        held = [r for r in parts if r.until is None or r.until >= day]
        items = {r.item_id for r in held}
        there = Responsibility.objects.filter(
            on_day(day), campaign=campaign, org=target, item__in=items
        )
        has = set(there.values_list("item", "role"))
        _end_parts(book, held, day)
        fresh = {(r.item_id, r.role): r for r in held if (r.item_id, r.role) not in has}
        book.insert(*[_follower(r, day, org=target) for r in fresh.values()])
        n += len(held)
    return n


def _end_parts(book: Book, rows: Sequence[Responsibility], day: dt.date) -> None:
    if rows:
        book.update_many(rows, until=day - _DAY)


def _follower(row: Responsibility, day: dt.date, **who: Any) -> Responsibility:
    return Responsibility(
        campaign_id=row.campaign_id,
        item_id=row.item_id,
        role=row.role,
        order=row.order,
        since=day,
        **who,
    )


def _follow_groups(book: Book, groups: Sequence[UUID], target: Org) -> None:
    """Let an heir that is no member of a group go on with what its members were asked for."""
    if not groups:
        return
    rows = Responsibility.objects.filter(group_id__in=groups).exclude(item__category__in=OVER)
    made: dict[tuple[UUID, str], Responsibility] = {}
    for row in rows.select_related("campaign"):
        day = day_in(book, row.campaign)
        if row.until is None or row.until >= day:
            made.setdefault((row.item_id, row.role), _follower(row, day, org=target))
    book.insert(*made.values())


# Hand-over of items


@action("campaigns.hand_over")
def hand_over(book: Book, campaign: Campaign, items: Sequence[Item], to: Org) -> dict[str, Any]:
    """Give open items to another org, with a note of what is handed over (the act's reason)."""
    book.campaign_id = campaign.pk
    if not book.act.reason.strip():
        raise ActionError("handover.note_missing")
    if not items:
        raise ActionError("handover.nothing_chosen")
    day = day_in(book, campaign)
    if to.until is not None and to.until < day:
        raise ActionError("org.ended", given=to.short_name, until=to.until, successor="–")
    moved = [i for i in items if i.org_id != to.pk]
    _hand_items(book, moved, to)
    return {"items": len(moved), "org": to.code}


def _hand_items(book: Book, items: Sequence[Item], to: Org) -> None:
    """Give items to another org: what was counted for the one is counted for the other."""
    if not items:
        return
    owners = {i.pk: i.org_id for i in items}
    rows = Responsibility.objects.filter(item__in=list(owners), org__isnull=False)
    parts = [r for r in rows.select_related("campaign") if r.org_id == owners[r.item_id]]
    bare = {i.pk for i in items} - {r.item_id for r in parts}
    book.update_many(items, org=to)
    hand_parts(book, parts, to)
    made = [
        Responsibility(campaign=i.campaign, item=i, role=Responsibility.Role.OWNER, org=to,
                       since=day_in(book, i.campaign))
        for i in items
        if i.pk in bare
    ]  # fmt: skip
    book.insert(*made)


# Leaders' duties


@dataclass(frozen=True, slots=True)
class Move:
    """One duty that goes to another post: a battle, or an item led singly; None leaves it vacant."""

    to: Post | None
    battle: Battle | None = None
    item: Item | None = None
    former: Post | None = None  # of an item: whose row ends


@dataclass(frozen=True, slots=True)
class Reshuffle:
    """A change in the division of work among leaders (分工调整), from one day on."""

    since: dt.date
    moves: tuple[Move, ...]
    portfolios: Mapping[Post, str] = field(default_factory=dict)


@action("campaigns.move_duties")
def move_duties(book: Book, campaign: Campaign, wanted: Reshuffle) -> dict[str, Any]:
    """Move any number of leaders' duties on one day; earlier days go on being led as they were."""
    book.campaign_id = campaign.pk
    _refuse_reshuffle(book, campaign, wanted)
    battles = _move_battles(book, campaign, wanted)
    items = _move_items(book, campaign, wanted)
    changed = {p: text for p, text in wanted.portfolios.items() if p.portfolio != text}
    for post, text in changed.items():
        book.update(post, portfolio=text)
    if not battles and not items and not changed:
        raise ActionError("duties.nothing_moved")
    return {"battles": battles, "items": items, "portfolios": len(changed)}


def _refuse_reshuffle(book: Book, campaign: Campaign, wanted: Reshuffle) -> None:
    if not book.act.reason.strip():
        raise ActionError("duties.reason_missing")
    today = day_in(book, campaign)
    if wanted.since < today and book.act.origin not in MAY_BACK_DATE:
        raise ActionError("duties.back_dated", since=wanted.since, today=today)
    for post in {m.to for m in wanted.moves if m.to is not None}:
        if post.until is not None and post.until < wanted.since:
            raise ActionError("post.abolished", post=post.title, until=post.until)


def _move_battles(book: Book, campaign: Campaign, wanted: Reshuffle) -> int:
    moves = [m for m in wanted.moves if m.battle is not None]
    rows = BattleTenure.objects.filter(campaign=campaign, since__lte=wanted.since)
    latest = {row.battle_id: row for row in rows.order_by("since")}
    n = 0
    for move in moves:
        battle = move.battle
        if battle is None:
            continue
        row = latest.get(battle.pk)
        now = row.post_id if row else battle.leader_id
        to = move.to.pk if move.to else None
        if now == to and (row or battle.leader_id or not battle.leader_title):
            continue
        n += 1
        if row is not None and row.since == wanted.since:
            book.update(row, post=move.to, reason=book.act.reason[:300])
        else:
            book.insert(
                BattleTenure(campaign=campaign, battle=battle, post=move.to, since=wanted.since,
                             reason=book.act.reason[:300])
            )  # fmt: skip
    return n


def _move_items(book: Book, campaign: Campaign, wanted: Reshuffle) -> int:
    moves = {(m.item.pk, m.former.pk if m.former else None): m for m in wanted.moves if m.item}
    rows = Responsibility.objects.filter(
        on_day(wanted.since),
        campaign=campaign,
        role=Responsibility.Role.LEADER,
        item__in={pk for pk, _former in moves},
    )
    held = {(r.item_id, r.post_id): r for r in rows}
    wanted_of = {k: m for k, m in moves.items() if _is_move(k, m, held)}
    begun = {k for k in wanted_of if k in held and held[k].since == wanted.since}
    _end_parts(book, [held[k] for k in wanted_of if k in held and k not in begun], wanted.since)
    for k in begun:
        to = wanted_of[k].to
        changes = {"post": to} if to else {"until": wanted.since - _DAY}
        book.update(held[k], **changes)
    made = [
        Responsibility(
            campaign=campaign,
            item=move.item,
            role=Responsibility.Role.LEADER,
            post=move.to,
            order=held[k].order if k in held else 0,
            since=wanted.since,
        )
        for k, move in wanted_of.items()
        if k not in begun and move.to is not None and (k[0], move.to.pk) not in held
    ]
    book.insert(*made)
    return len(wanted_of)


def _is_move(
    key: tuple[UUID, UUID | None],
    move: Move,
    held: Mapping[tuple[UUID, UUID | None], Responsibility],
) -> bool:
    """Tell whether anything is to be done; whoever saw another leader than there is now is told."""
    if move.former is not None and key not in held:
        code = move.item.code if move.item else ""
        raise ActionError("duties.led_otherwise", item=code, post=move.former.title)
    return move.to != move.former or (move.former is None and key in held)
