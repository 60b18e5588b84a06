"""Who leads what: the sheet of leaders' duties, and results split by tenure."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from gongjian.apps.accounts.models import Post
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns import queries, tally
from gongjian.apps.campaigns.models import OVER, Battle, BattleTenure, Item, Responsibility
from gongjian.kernel.indicators.tenures import Result, result, tenures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.kernel.indicators.tenures import Tenure

_DAY = dt.timedelta(days=1)
DUTY_CAP = 1000  # items led singly on one sheet
MEASURES = {"n": "n", "category:closed": "closed", "due:late": "late"}


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: a battle, or an item led singly, and who leads it on a day."""

    key: str  # "b:…" or "i:…:…", the name of its field in the form
    kind: str  # "battle" or "item"
    label: str
    code: str
    post: Post | None
    printed: str  # the word of the paper where no post was matched
    battle: Battle | None = None
    item: Item | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Leader:
    """A leading post with its portfolio and what it leads; None for what nobody leads."""

    post: Post | None
    printed: str
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class DutySheet:
    """Every leader's duties of a campaign on a day."""

    day: dt.date
    leaders: tuple[Leader, ...]
    posts: tuple[Post, ...]  # what a duty may be moved to
    n_items: int  # led singly; more than the duties hold where the list was cut

    @property
    def duties(self) -> tuple[Duty, ...]:
        """Give all duties."""
        return tuple(d for leader in self.leaders for d in leader.duties)


def duty_sheet(seen: Scope, campaign: Campaign, day: dt.date, language: str) -> DutySheet:
    """Give the sheet of duties as of a day: a fixed number of queries."""
    battles = queries.battles(campaign)
    moved = queries.leaders_on(campaign, day)
    duties = [_battle_duty(b, moved, language) for b in battles]
    singles = _singly_led(seen, campaign).filter(on_day(day)).exclude(item__category__in=OVER)
    rows = list(singles.select_related("item", "post")[: DUTY_CAP + 1])
    n_items = singles.count() if len(rows) > DUTY_CAP else len(rows)
    duties += [_item_duty(r) for r in rows[:DUTY_CAP]]
    posts = leading_posts(day, {d.post.pk for d in duties if d.post is not None})
    return DutySheet(day, tuple(_by_leader(duties, posts)), tuple(posts), n_items)


def _battle_duty(battle: Battle, moved: dict[UUID, Post | None], language: str) -> Duty:
    post = moved.get(battle.pk, battle.leader)
    printed = "" if battle.pk in moved or battle.leader else battle.leader_title
    return Duty(f"b:{battle.pk}", "battle", battle.label(language), "", post, printed, battle)


def _item_duty(row: Responsibility) -> Duty:
    key = f"i:{row.item_id}:{row.post_id or ''}"
    item = row.item
    return Duty(key, "item", item.title, item.code, row.post, row.printed, item=item)


def _singly_led(seen: Scope, campaign: Campaign) -> QuerySet[Responsibility]:
    items = Item.objects.filter(queries.visible(seen, campaign.pk), campaign=campaign)
    rows = Responsibility.objects.filter(campaign=campaign, role=Responsibility.Role.LEADER)
    return rows.filter(item__in=items.order_by().values("pk")).order_by("item__code", "order")


def leading_posts(day: dt.date, leading: Iterable[UUID] = ()) -> list[Post]:
    """Give the posts that may lead: those of the orgs at the top, and whatever leads already."""
    alive = Q(until__isnull=True) | Q(until__gte=day)
    chosen = Q(org__parent=None) & alive | Q(pk__in=list(leading))
    return list(Post.objects.filter(chosen).select_related("org").order_by("order", "title"))


def _by_leader(duties: Iterable[Duty], posts: list[Post]) -> list[Leader]:
    led: dict[UUID, list[Duty]] = defaultdict(list)
    lost: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        if duty.post is not None:
            led[duty.post.pk].append(duty)
        else:
            lost[duty.printed].append(duty)
    named = [Leader(p, "", tuple(led[p.pk])) for p in posts]
    return [*named, *(Leader(None, printed, tuple(found)) for printed, found in lost.items())]


@dataclass(frozen=True, slots=True)
class Term:
    """One tenure of one leader over one battle, with what became of its items."""

    leader: str
    since: dt.date
    until: dt.date
    is_running: bool
    result: Result
    reason: str = ""

    @property
    def begin_pct(self) -> int | None:
        """Give the share closed before the first day, in percent."""
        return _pct(self.result.begin_share)

    @property
    def end_pct(self) -> int | None:
        """Give the share closed on the last day, in percent."""
        return _pct(self.result.end_share)


@dataclass(frozen=True, slots=True)
class BattleTerms:
    """A battle with its tenures in order."""

    battle: Battle
    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class SingleTerm:
    """What one leader led singly in one stretch of days."""

    leader: str
    since: dt.date
    until: dt.date
    is_running: bool
    n: int
    closed: int


def _pct(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


# A holder for the kernel: a post, or what is printed where no post was matched.
Holder = Post | str


def battle_terms(seen: Scope, campaign: Campaign, day: dt.date, language: str) -> list[BattleTerms]:
    """Split the results of each battle by who led it up to a day, from stored tallies.

    A fixed number of queries. The tenure that runs on that day ends with the figures of now.
    """
    battles = queries.battles(campaign)
    end = min(day, campaign.end_on)
    moves = list(BattleTenure.objects.filter(campaign=campaign).select_related("post"))
    cut = {b.pk: _cut(campaign, b, moves, end) for b in battles if b.parent_id is None}
    days = {d for found in cut.values() for t in found for d in (t.since - _DAY, t.until)}
    scope = seen.rows(campaign.pk)
    then = tally.on_days(campaign.pk, days, MEASURES, scope)
    sums = {at: _by_battle(cells) for at, cells in then.items()}
    if end == day:
        sums[end] = _by_battle(tally.sums(campaign.pk, scope))
    reasons = {(m.battle_id, m.since): m.reason for m in moves}
    made = []
    for battle in battles:
        inside = [b.pk for b in battles if battle.pk in {b.pk, b.parent_id}]
        terms = tuple(
            Term(
                _word(tenure.holder, language),
                tenure.since,
                tenure.until,
                tenure.until == day,
                result(
                    _total(sums[tenure.since - _DAY], inside), _total(sums[tenure.until], inside)
                ),
                reasons.get((battle.pk, tenure.since), ""),
            )
            for tenure in cut.get(battle.pk, ())
        )
        if battle.parent_id is None:
            made.append(BattleTerms(battle, battle.label(language), terms))
    return made


def _cut(
    campaign: Campaign, battle: Battle, moves: list[BattleTenure], end: dt.date
) -> tuple[Tenure[Holder], ...]:
    first: Holder | None = battle.leader or battle.leader_title or None
    changes: list[tuple[dt.date, Holder | None]] = [
        (m.since, m.post) for m in moves if m.battle_id == battle.pk
    ]
    return tenures(first, changes, campaign.start_on, end)


def _by_battle(cells: Mapping[tally.Key, int]) -> dict[UUID | None, Counter[str]]:
    found: dict[UUID | None, Counter[str]] = defaultdict(Counter)
    for key, n in cells.items():
        if key[-1] in MEASURES:
            found[key[0]][MEASURES[key[-1]]] += n
    return found


def _total(sums: Mapping[UUID | None, Counter[str]], battles: Iterable[UUID]) -> Counter[str]:
    total: Counter[str] = Counter()
    for pk in battles:
        total.update(sums.get(pk, Counter()))
    return total


def _word(holder: Holder | None, language: str) -> str:
    return holder.label(language) if isinstance(holder, Post) else holder or ""


def single_terms(seen: Scope, campaign: Campaign, day: dt.date, language: str) -> list[SingleTerm]:
    """Split items led singly by leader and stretch of days: how many, how many closed within it."""
    end = min(day, campaign.end_on)
    rows = _singly_led(seen, campaign).order_by("since", "post__order")
    found: dict[tuple[str, dt.date, dt.date], list[Responsibility]] = defaultdict(list)
    for row in rows.select_related("item", "post"):
        since = max(row.since or campaign.start_on, campaign.start_on)
        until = min(row.until or end, end)
        if since <= until:
            word = row.post.label(language) if row.post else row.printed
            found[word, since, until].append(row)
    return [
        SingleTerm(leader, since, until, until == day, len(group), _closed(group, since, until))
        for (leader, since, until), group in sorted(found.items())
    ]


def _closed(rows: list[Responsibility], since: dt.date, until: dt.date) -> int:
    days = [r.item.closed_on for r in rows if r.item.closed_on is not None]
    return sum(since <= day <= until for day in days)
