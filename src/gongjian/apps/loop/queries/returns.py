"""Rounds and returns, through a person's scope: what the office sent out, what an org is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404

from gongjian.apps.accounts.models import AccessClass, Org, OrgReach
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import get_campaign_for, visible
from gongjian.apps.loop.models import Return, Round

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign

S = Return.State
OUTSTANDING = (S.ASKED, S.SENT_BACK)
IN = (S.RETURNED, S.ACCEPTED)
_SPEAKERS = frozenset({"contact", "principal"})
PAGE = 200


def get_office_campaign_for(seen: Scope, code: str) -> Campaign:
    """Fetch a campaign for its office: 404 for a stranger, 403 for a colleague."""
    campaign = get_campaign_for(seen, code)
    if not seen.is_office(campaign.pk):
        raise PermissionDenied
    return campaign


def get_round_for(seen: Scope, code: str, pk: UUID, *, may: str = "run") -> Round:
    """Fetch a round: ``run`` for the office, ``fill`` for whoever has returns in it as well."""
    campaign = get_campaign_for(seen, code)
    row: Round | None = Round.objects.filter(campaign=campaign, pk=pk).first()
    if row is None:
        raise Http404
    row.campaign = campaign
    if seen.is_office(campaign.pk):
        return row
    if may == "run" or not asked_of(seen).filter(round=row).exists():
        raise PermissionDenied
    return row


def asked_of(seen: Scope) -> QuerySet[Return]:
    """Give the returns that a person answers for: of their orgs and those below, of classes they see."""
    mine = Q(pk__in=[])
    for g in seen.grants:
        if g.org_id is None or g.item_id is not None or g.role not in _SPEAKERS:
            continue
        reach = OrgReach.objects.filter(ancestor=g.org_id, descendant=OuterRef("org_id"))
        one = Q(Exists(reach), item__access_class__in={AccessClass.OPEN, g.access_class})
        mine |= one if g.campaign_id is None else one & Q(campaign=g.campaign_id)
    return Return.objects.filter(mine)


def whole(rows: QuerySet[Return]) -> QuerySet[Return]:
    """Join what every reader of a return needs."""
    return rows.select_related(
        "item__register", "item__battle", "item__org", "item__campaign", "org", "round", "campaign"
    )


def get_return_for(seen: Scope, pk: UUID, *, may: str | None = None) -> Return:
    """Fetch a return: ``fill`` for its org or the office on its behalf, ``review`` for the office.

    404 for whoever sees neither the return nor its item, 403 for one without the right.
    """
    row: Return | None = whole(Return.objects.filter(pk=pk)).first()
    if row is None:
        raise Http404
    is_own = asked_of(seen).filter(pk=pk).exists()
    is_office = seen.is_office(row.campaign_id)
    if not is_own and not is_office:
        _refuse(seen, row.item)
    if may == "review" and not is_office:
        raise PermissionDenied
    row.round.campaign = row.campaign
    return row


def _refuse(seen: Scope, item: Item) -> None:
    """A colleague who sees the item learns that it is not theirs; a stranger learns nothing."""
    known = Item.objects.filter(visible(seen, item.campaign_id), pk=item.pk)
    if seen.may_see(item.campaign_id) and known.exists():
        raise PermissionDenied
    raise Http404


def answers_for(seen: Scope, row: Return) -> bool:
    """Tell whether a person speaks for a return's org; else they act on its behalf."""
    return bool(seen.answers_for(row.campaign_id, row.org_id) & _SPEAKERS)


@dataclass(frozen=True)
class Duty:
    """One item that a group answers for: the parts of its members, and who joins them (汇总)."""

    round: Round
    item: Item
    parts: list[Return]
    lead: Return | None  # the return of the org that joins

    @property
    def n_in(self) -> int:
        """How many parts are in."""
        return len(self.inside)

    @property
    def missing(self) -> list[Return]:
        """Parts that are not in."""
        return [p for p in self.parts if p.state in OUTSTANDING]

    @property
    def inside(self) -> list[Return]:
        """Parts that are in, joined already or not."""
        return [p for p in self.parts if p.state in IN]

    @property
    def fresh(self) -> list[Return]:
        """Parts that are in and not joined yet."""
        return [p for p in self.parts if p.state == S.RETURNED]

    def late(self, shown: Mapping[UUID, int]) -> list[Return]:
        """Parts that came in, or were changed, after somebody was shown them in some versions."""
        return [p for p in self.inside if shown.get(p.pk) != p.version]


def get_duty_for(seen: Scope, code: str, pk: UUID, item_id: UUID) -> Duty:
    """Fetch a group duty for the org that joins it, or the office."""
    campaign = get_campaign_for(seen, code)
    row: Round | None = Round.objects.filter(campaign=campaign, pk=pk).first()
    parts = list(whole(Return.objects.filter(round=pk, item=item_id)).order_by("org__order", "pk"))
    members = [p for p in parts if p.kind == Return.Kind.MEMBER]
    if row is None or not members:
        raise Http404
    row.campaign, item = campaign, members[0].item
    held = seen.classes_for(campaign.pk, item.org_id, _SPEAKERS)
    speaks = bool(held) and item.access_class in {AccessClass.OPEN, *held}
    if not seen.is_office(campaign.pk) and not speaks:
        _refuse(seen, item)
    lead = next((p for p in parts if p.kind == Return.Kind.BLANKS), None)
    return Duty(row, item, members, lead)


@dataclass
class OrgLine:
    """How far an org is in a round."""

    org: Org
    n: int = 0
    n_in: int = 0
    n_accepted: int = 0
    n_chased: int = 0

    @property
    def n_missing(self) -> int:
        """How many are not in."""
        return self.n - self.n_in


@dataclass
class Progress:
    """How far a round is: by org, and by the items a group answers for."""

    orgs: list[OrgLine]
    duties: list[tuple[Item, int, int]]  # item, parts in, parts
    states: Counter[str] = field(default_factory=Counter)
    n_to_review: int = 0  # in, and waiting for the office; parts of a group wait for their lead

    @property
    def n(self) -> int:
        """How many returns there are."""
        return sum(self.states.values())

    @property
    def n_in(self) -> int:
        """How many are in."""
        return sum(self.states[s] for s in IN)

    @property
    def n_orgs_in(self) -> int:
        """How many orgs have given back everything they were asked."""
        return sum(not o.n_missing for o in self.orgs)


def progress(row: Round) -> Progress:
    """Give how far a round is: three queries."""
    made = Progress([], [])
    lines: dict[UUID, OrgLine] = {}
    parts: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    columns = ("org_id", "item_id", "kind", "state", "n_chased")
    orgs = _orgs_of(row)
    for org, item, kind, state, n_chased in Return.objects.filter(round=row).values_list(*columns):
        line = lines.setdefault(org, OrgLine(orgs[org]))
        is_in = state in IN
        line.n += 1
        line.n_in += is_in
        line.n_accepted += state == S.ACCEPTED
        line.n_chased = max(line.n_chased, n_chased)
        made.states[state] += 1
        made.n_to_review += state == S.RETURNED and kind == Return.Kind.BLANKS
        if kind == Return.Kind.MEMBER:
            parts[item][0] += is_in
            parts[item][1] += 1
    made.orgs = sorted(lines.values(), key=lambda o: (-o.n_missing, o.org.order, o.org.code))
    items = Item.objects.filter(pk__in=list(parts)).order_by("code") if parts else ()
    made.duties = [(i, parts[i.pk][0], parts[i.pk][1]) for i in items]
    return made


def _orgs_of(row: Round) -> dict[UUID, Org]:
    here = Org.objects.filter(returns__round=row).distinct()
    return {o.pk: o for o in here}


def rounds(campaign: Campaign) -> list[tuple[Round, int, int]]:
    """Give the rounds of a campaign with how many returns are in, of how many: one query."""
    inside = Count("returns", filter=Q(returns__state__in=IN))
    rows = Round.objects.filter(campaign=campaign).annotate(n=Count("returns"), n_in=inside)
    return [(r, r.n_in, r.n) for r in rows]


@dataclass(frozen=True)
class Expected:
    """What is expected of somebody's orgs."""

    open: list[Return]
    sent: list[Return]  # in, and not reviewed yet
    duties: list[tuple[Return, int, int]]  # the return of the org that joins, parts in, parts
    is_cut: bool


def expected(seen: Scope, round_id: UUID | None = None) -> Expected:
    """Give what is expected of a person's orgs, in order of time left: three queries."""
    rows = whole(asked_of(seen)).filter(round__state=Round.State.OPEN)
    if round_id is not None:
        rows = rows.filter(round=round_id)
    rows = rows.order_by("round__due", "item__code", "org__order")
    todo = list(rows.filter(state__in=OUTSTANDING)[: PAGE + 1])
    sent = list(rows.filter(state=S.RETURNED)[:PAGE])
    return Expected(todo[:PAGE], sent, _duties(rows), len(todo) > PAGE)


def _duties(rows: QuerySet[Return]) -> list[tuple[Return, int, int]]:
    """Find the group duties that somebody's orgs join: the lead's return beside those of members."""
    members = Return.objects.filter(
        round=OuterRef("round"), item=OuterRef("item"), kind=Return.Kind.MEMBER
    )
    leads = list(rows.filter(Exists(members), kind=Return.Kind.BLANKS)[:PAGE])
    counted = _counts([r.round_id for r in leads], [r.item_id for r in leads])
    return [(r, *counted[r.round_id, r.item_id]) for r in leads]


def _counts(
    rounds: Iterable[UUID], items: Iterable[UUID]
) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    rows = Return.objects.filter(round__in=set(rounds), item__in=set(items)).order_by()
    by_duty = rows.filter(kind=Return.Kind.MEMBER).values_list("round", "item")
    inside = Count("pk", filter=Q(state__in=IN))
    return {(r, i): (k, n) for r, i, k, n in by_duty.annotate(n_in=inside, n=Count("pk"))}
