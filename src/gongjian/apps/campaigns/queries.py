"""Reads of campaigns, items and tallies; every one of them through a person's scope."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q
from django.http import Http404

from gongjian.apps.accounts.models import AccessClass, Org, OrgGroupMember, OrgReach, Post
from gongjian.apps.accounts.queries import on_day, orgs_as_of
from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.kernel_io import playbook_on
from gongjian.apps.campaigns.models import (
    OVER,
    Battle,
    BattleTenure,
    Campaign,
    Item,
    Listing,
    Register,
    Responsibility,
)
from gongjian.apps.campaigns.standing import Surroundings, today_of
from gongjian.apps.ledger.models import Change
from gongjian.apps.ledger.queries import rows_as_of, rows_back
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Granted, Scope
    from gongjian.apps.campaigns.facts import Facts

PAGE = 100
AS_OF_CAP = 20_000
COUNT_CAP = 10_000
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which rows of a campaign are asked for; None asks for any."""

    battle: UUID | None = None
    register: str | None = None
    org: UUID | None = None
    group: UUID | None = None
    state: str | None = None
    light: str | None = None
    due_state: str | None = None
    own: bool = False  # only those one's org answers for: what the tallies count


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items; `after` is the code to go on from, None on the last page."""

    items: list[Item]
    after: str | None
    n: int  # how many there are; stops at COUNT_CAP + 1
    is_cut: bool = False


def campaigns(seen: Scope) -> QuerySet[Campaign]:
    """Give the campaigns that exist for a person."""
    return Campaign.objects.filter(seen.campaigns()) if seen.grants else Campaign.objects.none()


def get_campaign_for(seen: Scope, code: str) -> Campaign:
    """Fetch a campaign; a stranger is told that there is none."""
    campaign = campaigns(seen).filter(code=code).first()
    if campaign is None:
        raise Http404
    return campaign


def items(seen: Scope, campaign: Campaign, wanted: ItemFilter) -> QuerySet[Item]:
    """Give the items that a person may see, filtered."""
    scope = seen.rows(campaign.pk) if wanted.own else visible(seen, campaign.pk)
    rows = Item.objects.filter(scope, campaign=campaign)
    if wanted.group is not None:
        # Not joined: an org that was in the group twice would give its items twice.
        members = OrgGroupMember.objects.filter(on_day(today_of(campaign)), group=wanted.group)
        rows = rows.filter(org__in=members.values("org"))
    return rows.filter(_where(wanted)).order_by("code")


def visible(seen: Scope, campaign_id: UUID) -> Q:
    """Filter items by scope: by access class and reach, those one's org has a part in, single ones."""
    sight = seen.rows(campaign_id)
    if orgs := seen.orgs(campaign_id):
        reached = OrgReach.objects.filter(ancestor__in=orgs).values("descendant")
        sight |= Q(pk__in=parts_of(campaign_id, reached)) & Q(access_class=AccessClass.OPEN)
    if single := seen.items(campaign_id):
        sight |= Q(pk__in=single)
        for above in ("parent", "root"):
            alike = Q(access_class=AccessClass.OPEN) | Q(access_class=F(f"{above}__access_class"))
            sight |= Q(**{f"{above}__in": single}) & alike
    return sight


def parts_of(campaign_id: UUID, orgs: Any) -> QuerySet[Any]:
    """Give the ids of items in which some orgs have a part, besides those they are accountable for.

    By a duty of their own, or as members of a group. Only open items are seen so: the caller says it.
    One list of ids: asked for in two, PostgreSQL would compare every item with both.
    """
    duties = Responsibility.objects.filter(campaign=campaign_id)
    members = OrgGroupMember.objects.filter(on_day(clock.today()), org__in=orgs).values("group")
    by_duty = duties.filter(is_part=True, org__in=orgs).order_by().values("item")
    as_member = duties.filter(group_id__in=members).order_by().values("item")
    return by_duty.union(as_member, all=True)


def lets_in(found: Iterable[Item | Facts]) -> dict[UUID, frozenset[UUID]]:
    """Give, for each item, those by which an account for one item reaches it: itself, its parent, its root.

    What is kept more closely than the one above it is not reached from there. One query at most.
    """
    rows = list(found)
    close = [i for i in rows if i.access_class != AccessClass.OPEN and i.parent_id]
    ids = {pk for i in close for pk in (i.parent_id, i.root_id) if pk}
    above = Item.objects.filter(pk__in=ids).values_list("pk", "access_class") if ids else ()
    classes = dict(above)
    reached = {}
    for item in rows:
        over = {pk for pk in (item.parent_id, item.root_id) if pk}
        if item.access_class != AccessClass.OPEN:
            over = {pk for pk in over if classes.get(pk) == item.access_class}
        reached[item.pk] = frozenset({item.pk, *over})
    return reached


def require_offices(seen: Scope, *orgs: Org) -> None:
    """Let in whoever runs every campaign in which orgs, or those below them, have something open."""
    below = OrgReach.objects.filter(ancestor__in=orgs).values("descendant")
    held = Item.objects.filter(org__in=below).exclude(category__in=OVER).order_by()
    parts = Responsibility.objects.filter(org__in=below).exclude(item__category__in=OVER)
    running = Q(until__isnull=True) | Q(until__gte=clock.today())
    touched = {
        *held.values_list("campaign_id", flat=True).distinct(),
        *parts.filter(running).order_by().values_list("campaign_id", flat=True).distinct(),
    }
    if not all(seen.is_office(campaign) for campaign in touched):
        raise PermissionDenied


def _where(wanted: ItemFilter) -> Q:
    names = {
        "battle": "battle",
        "register": "register__key",
        "org": "org",
        "state": "state",
        "light": "light",
        "due_state": "due_state",
    }
    q = Q()
    for name, column in names.items():
        if (value := getattr(wanted, name)) is not None:
            q &= Q(**{column: value})
    return q


def get_item_for(
    seen: Scope, code: str, *, may: str | None = None, only: Sequence[str] = ()
) -> Item:
    """Fetch an item: 404 for whoever may not see it, 403 for a colleague without the right.

    Who names the columns that they read pays for no others: five tables have ninety.
    """
    rows = Item.objects.select_related("campaign", "register", "battle", "org")
    rows = rows.only(*only) if only else rows
    item: Item | None = next(iter(rows.filter(code=code)[:1]), None)
    if item is None or not in_sight(seen, item):
        raise Http404
    if may is not None and may not in rights(seen, item):
        raise PermissionDenied
    return item


def in_sight(seen: Scope, item: Item) -> bool:
    """Tell whether an item exists for a person: in its own campaign, or where it is listed."""
    if item.access_class in seen.access_classes(item.campaign_id):
        return True  # seen across the whole campaign: no query
    here = Item.objects.filter(pk=item.pk)
    if seen.may_see(item.campaign_id) and here.filter(visible(seen, item.campaign_id)).exists():
        return True
    listed = Listing.objects.filter(item=item).values_list("campaign_id", flat=True)
    return any(here.filter(seen.rows(c)).exists() for c in listed if seen.may_see(c))


def rights(seen: Scope, item: Item) -> frozenset[str]:
    """Give what a person may do with an item they see."""
    return rights_of(roles(seen, item))


def rights_of(held: frozenset[str]) -> frozenset[str]:
    """Give what roles towards an item allow."""
    may = set()
    if held & {"office", "principal", "contact"}:
        may.add("report")
    if held & {"office"}:
        may |= {"close_out", "reopen", "edit"}
    return frozenset(may)


def roles(seen: Scope, item: Item) -> frozenset[str]:
    """Give the roles a person has towards an item: campaign-wide ones, and through its org."""
    let_in = set()
    if seen.items():
        single = lets_in([item])[item.pk]
        let_in = {g.role for g in seen.grants if g.item_id in single}
    wide = seen.wide_roles(item.campaign_id)
    return wide | let_in | seen.answers_for(item.campaign_id, item.org_id)


def roles_by_item(seen: Scope, found: Iterable[Item | Facts]) -> dict[UUID, frozenset[str]]:
    """Give the roles a person has towards each of some items: at most two queries."""
    rows = list(found)
    mine: dict[UUID, list[Granted]] = defaultdict(list)
    for grant in seen.grants:
        if grant.org_id is not None and grant.item_id is None:
            mine[grant.org_id].append(grant)
    above: dict[UUID | None, set[UUID]] = defaultdict(set)
    if mine:
        reach = OrgReach.objects.filter(ancestor__in=mine, descendant__in={i.org_id for i in rows})
        for ancestor, descendant in reach.values_list("ancestor_id", "descendant_id"):
            above[descendant].add(ancestor)
    held = {}
    named = lets_in(rows) if seen.items() else {}
    for item in rows:
        single = named.get(item.pk, frozenset())
        let_in = {g.role for g in seen.grants if g.item_id in single}
        own = {
            g.role
            for ancestor in above.get(item.org_id, ())
            for g in mine[ancestor]
            if g.counts_in(item.campaign_id)
        }
        held[item.pk] = seen.wide_roles(item.campaign_id) | let_in | own
    return held


def counts_below(seen: Scope, campaign_id: UUID, found: Iterable[Brief]) -> dict[UUID, int]:
    """Count the items right below each of some items that a person sees: one query."""
    rows = Item.objects.filter(visible(seen, campaign_id), parent__in=[i.pk for i in found])
    counted = rows.order_by().values("parent").annotate(n=Count("pk"))
    return dict(counted.values_list("parent", "n"))


def page(rows: QuerySet[Item], after: str | None = None, size: int = PAGE) -> Page:
    """Give one page by keyset, and a count that stops early: two queries."""
    n = rows.order_by()[: COUNT_CAP + 1].count()
    window = rows.filter(code__gt=after) if after else rows
    found = list(window.select_related("org", "battle", "register")[: size + 1])
    return Page(found[:size], found[size - 1].code if len(found) > size else None, n)


def urgent(seen: Scope, campaign: Campaign, size: int = 12) -> list[Item]:
    """Give the open items that are overdue or due within seven days, the oldest first: one query."""
    rows = items(seen, campaign, ItemFilter(own=True)).filter(due_state__in=("late", "soon"))
    return list(rows.select_related("org", "battle", "register").order_by("due", "code")[:size])


def page_as_of(
    seen: Scope, campaign: Campaign, wanted: ItemFilter, day: dt.date, after: str | None = None
) -> Page:
    """Give one page of the items as they stood when a day ended, by taking later changes back."""
    found = all_as_of(seen, campaign, day, own=wanted.own)
    members = group_members(wanted.group, day) if wanted.group else frozenset()
    chosen = [i for i in found if _matches(i, wanted, members)]
    chosen.sort(key=lambda i: i.code)
    window = [i for i in chosen if after is None or i.code > after]
    more = len(window) > PAGE
    return Page(window[:PAGE], window[PAGE - 1].code if more else None, len(chosen))


def all_as_of(seen: Scope, campaign: Campaign, day: dt.date, *, own: bool = False) -> list[Item]:
    """Give all items of a campaign as they stood when a day ended, lights judged for that day."""
    rows = items(seen, campaign, ItemFilter(own=own)).select_related("org", "battle", "register")
    present = list(rows[: AS_OF_CAP + 1])
    if len(present) > AS_OF_CAP:
        raise PermissionDenied("as-of lists above 20,000 rows are made by a job")
    until = clock.start_of(day + _DAY, campaign.zone)
    around = Surroundings(campaign, day, playbook_on(campaign, day))
    shown = {i.pk: i for i in present}
    for item in present:
        item.campaign = campaign
    # Rows removed since then are not in anybody's scope today; they stay out.
    back = [i for i in rows_as_of(Item, present, campaign.pk, until) if i.pk in shown]
    for item in back:
        around.judge(item)
        lend(item, shown[item.pk])
    _lend_orgs(back, present, until)
    return back


def lend(item: Item, shown: Item) -> None:
    """Give a row of the past the related rows that were fetched with today's, where they agree."""
    for name in ("battle", "register"):
        if getattr(item, f"{name}_id") == getattr(shown, f"{name}_id"):
            setattr(item, name, getattr(shown, name))
    item.campaign = shown.campaign


def _lend_orgs(back: list[Item], present: list[Item], until: dt.datetime) -> None:
    """Give rows of the past their orgs, called as they were then: two queries at most."""
    known = {i.org.pk: i.org for i in present if i.org is not None}
    lost = {i.org_id for i in back if i.org_id is not None} - set(known)
    known |= Org.objects.in_bulk(lost) if lost else {}
    then = orgs_as_of(known.values(), until)
    for item in back:
        if item.org_id is not None:
            item.org = then.get(item.org_id) or known[item.org_id]


def _matches(item: Item, wanted: ItemFilter, members: frozenset[UUID] = frozenset()) -> bool:
    checks = (
        (wanted.battle, item.battle_id),
        (wanted.register, item.register.key),
        (wanted.org, item.org_id),
        (wanted.state, item.state),
        (wanted.light, item.light),
        (wanted.due_state, item.due_state),
    )
    in_group = wanted.group is None or item.org_id in members
    return in_group and all(asked is None or asked == has for asked, has in checks)


@dataclass(frozen=True, slots=True)
class Cells:
    """The tallies of a campaign on a day, to be summed along any of their sides."""

    by_key: dict[tally.Key, int]

    def total(self, **where: object) -> Counter[str]:
        """Give the sums by measure over the cells of a battle, an org or a register."""
        sides = {"battle": 0, "org": 1, "register": 2}
        result: Counter[str] = Counter()
        for key, n in self.by_key.items():
            if all(key[sides[side]] == value for side, value in where.items()):
                result[key[-1]] += n
        return result

    def by(self, side: str) -> dict[UUID | None, Counter[str]]:
        """Give the sums by measure for each battle, org or register."""
        at = {"battle": 0, "org": 1, "register": 2}[side]
        result: dict[UUID | None, Counter[str]] = {}
        for key, n in self.by_key.items():
            result.setdefault(key[at], Counter())[key[-1]] += n
        return result


def cells(seen: Scope, campaign: Campaign, day: dt.date | None = None) -> Cells:
    """Give the tallies that a person may see: of now, or as a past day ended."""
    q = seen.rows(campaign.pk)
    if day is None:
        return Cells(tally.sums(campaign.pk, q))
    return Cells(tally.stored(campaign.pk, day, q))


def sums_of(
    seen: Scope, campaign: Campaign, battles: Iterable[UUID], day: dt.date | None = None
) -> Counter[str]:
    """Give the sums of some battles by measure: of now, or as a past day ended."""
    q = seen.rows(campaign.pk) & Q(battle__in=list(battles))
    if day is None:
        return tally.totals(campaign.pk, q)
    return Cells(tally.stored(campaign.pk, day, q)).total()


def get_battle_for(seen: Scope, campaign: Campaign, pk: UUID) -> Battle:
    """Fetch a battle of a campaign that a person sees, its leader and lead org joined."""
    rows = campaign.battles.select_related("leader", "lead_org", "parent")
    battle: Battle | None = rows.filter(pk=pk).first()
    if battle is None or not seen.may_see(campaign.pk):
        raise Http404
    return battle


class Brief(NamedTuple):
    """What a long list shows of an item, without building a model of each row."""

    pk: UUID
    parent_id: UUID | None
    register_id: UUID
    org_id: UUID | None
    code: str
    title: str
    state: str
    due: dt.date | None
    due_state: str
    progress: int
    light: str


def roots(
    seen: Scope, campaign: Campaign, battles: Sequence[UUID], after: str = ""
) -> tuple[list[Brief], str]:
    """Give one page of the items of battles that lie below no other, and where it goes on."""
    # By depth, not by parent: an index on the parent would be walked through all roots there are.
    rows = Item.objects.filter(visible(seen, campaign.pk), campaign=campaign, depth=0)
    # One battle is asked for by equality: an index gives its rows in order.
    place = Q(battle=battles[0]) if len(battles) == 1 else Q(battle__in=battles)
    window = rows.filter(place, code__gt=after).order_by("code")
    found = [Brief(*r) for r in window.values_list(*Brief._fields)[: PAGE + 1]]
    return found[:PAGE], found[PAGE - 1].code if len(found) > PAGE else ""


def children_of(
    seen: Scope, campaign: Campaign, parents: Iterable[Brief], cap: int = 500
) -> tuple[dict[UUID | None, list[Brief]], bool]:
    """Give the items right below some others, by parent, and whether there are more: one query."""
    rows = Item.objects.filter(visible(seen, campaign.pk), parent__in=[p.pk for p in parents])
    window = rows.order_by("code").values_list(*Brief._fields)
    found = [Brief(*r) for r in window[: cap + 1]]
    below: dict[UUID | None, list[Brief]] = defaultdict(list)
    for item in found[:cap]:
        below[item.parent_id].append(item)
    return below, len(found) > cap


def brief_of(item: Item) -> Brief:
    """Give what a long list shows of an item that is there already."""
    return Brief(*(getattr(item, name) for name in Brief._fields))


def battles(campaign: Campaign) -> list[Battle]:
    """Give the battles of a campaign in order, leaders joined: one query."""
    return list(campaign.battles.select_related("leader", "lead_org").order_by("order"))


def registers(seen: Scope, campaign: Campaign) -> list[Register]:
    """Give the registers whose access class a person may see, or has an org in."""
    return list(campaign.registers.order_by("order"))


def group_members(group: UUID, day: dt.date) -> frozenset[UUID]:
    """Give the orgs of a comparison group on a day."""
    rows = OrgGroupMember.objects.filter(on_day(day), group=group)
    return frozenset(rows.values_list("org", flat=True))


def leaders_on(campaign: Campaign, day: dt.date) -> dict[UUID, Post | None]:
    """Give who leads each battle on a day, where that was moved since its start: one query.

    None stands for a battle that was left without a leader; a battle that is not named is led as it
    was at the start, by `Battle.leader`.
    """
    rows = BattleTenure.objects.filter(campaign=campaign, since__lte=day).select_related("post")
    return {row.battle_id: row.post for row in rows.order_by("since")}


def leader_of(battle: Battle, moved: dict[UUID, Post | None], language: str) -> str:
    """Give the word for who leads a battle, as `leaders_on` has it."""
    if battle.pk in moved:
        post = moved[battle.pk]
        return post.label(language) if post else ""
    return battle.leader.label(language) if battle.leader else battle.leader_title


def item_as_of(item: Item, day: dt.date) -> Item:
    """Give one item as it stood when a day ended; an item of later birth is not there yet."""
    until = clock.start_of(day + _DAY, item.campaign.zone)
    changes = Change.objects.filter(table=item._meta.label_lower, row=item.pk, event__at__gte=until)
    back = rows_back([item], changes)
    if not back:
        raise Http404
    was = back[0]
    lend(was, item)
    _lend_orgs(back, [item], until)
    if was.paper_id is not None and was.paper_id == item.paper_id:
        was.paper = item.paper
    Surroundings(item.campaign, day, playbook_on(item.campaign, day)).judge(was)
    return was
