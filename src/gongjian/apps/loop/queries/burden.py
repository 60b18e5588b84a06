"""What is asked of orgs, week by week: fields and forms, counted from what was sent out.

A one-time question is a form with as many fields as it asks things; a return is a form with a field
for each blank; an item that an org reports on, or is reminded to report on, is a form of three fields,
once a week. A receipt is one press: no form and no field.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q, Sum

from gongjian.apps.accounts.access import WIDE_ROLES
from gongjian.apps.accounts.models import OrgReach, Role
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.queries import campaigns, get_campaign_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.models import Change
from gongjian.apps.loop.models import Answer, Inquiry, Report, Return, Round
from gongjian.apps.loop.things import things_of
from gongjian.apps.notices.models import Notice
from gongjian.kernel.playbook.meanings import bare
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from uuid import UUID

    from gongjian.apps.accounts.access import Granted, Scope
    from gongjian.apps.campaigns.models import Campaign

    See = Callable[[str, str], Q]  # a filter, by where the org and the access class of a row stand

WEEKS = 8
REPORT_FIELDS = 3  # progress, problems, next steps
ASKS_A_REPORT = ("step.due_soon", "step.late")
FEW_ORGS = 500  # up to here rows are fetched by org; above it, all of a week
_WEEK = dt.timedelta(days=7)
_WIDE = WIDE_ROLES - {Role.PUBLIC}


class Kind(StrEnum):
    """By what something was asked."""

    QUESTION = "question"
    ROUND = "round"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Load:
    """What one org was asked in one week by one question or round, or for reports on items."""

    org: UUID
    campaign: UUID
    week: dt.date  # its Monday
    kind: Kind
    source: UUID | None  # the question or the round
    forms: int
    fields: int
    again: int = 0  # forms of items that were sent to the org in an earlier round


@dataclass(frozen=True, slots=True)
class Asked:
    """One question or round: who asked it when, and why although it was too much or known."""

    pk: UUID
    kind: Kind
    campaign: UUID
    title: str
    at: dt.datetime
    on: dt.date  # by the campaign's clock
    by: UUID | None
    reason: str
    row: Inquiry | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """An org that would be asked more than the cap in one week."""

    org: UUID
    so_far: int
    more: int
    cap: int

    @property
    def by(self) -> int:
        """Give by how many fields."""
        return self.so_far + self.more - self.cap


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same thing, by its words, asked of some orgs more than once."""

    label: str
    asked: tuple[Asked, ...]  # the latest last
    n_orgs: int


@dataclass(frozen=True, slots=True)
class Meter:
    """What was asked of the orgs that a person sees, in all campaigns that they see."""

    weeks: tuple[dt.date, ...]
    cap: int
    loads: list[Load]
    asked: dict[UUID, Asked]
    is_wide: bool  # sees the whole campaign, not the own line only
    n_campaigns: int


def monday(day: dt.date) -> dt.date:
    """Give the Monday of an ISO week."""
    return day - dt.timedelta(days=day.weekday())


def get_burden_campaign_for(seen: Scope, code: str) -> Campaign:
    """Fetch a campaign for whoever sees all of it or acts for an org in it; 403 for the others."""
    campaign = get_campaign_for(seen, code)
    if not any(_counts(g) and g.counts_in(campaign.pk) for g in seen.grants):
        raise PermissionDenied
    return campaign


def _counts(grant: Granted) -> bool:
    if grant.item_id is not None:
        return False
    return grant.org_id is not None or grant.role in _WIDE


def meter(seen: Scope, campaign: Campaign) -> Meter:
    """Count what was asked in the last weeks: a fixed number of queries, whatever was asked."""
    last = monday(today_of(campaign))
    weeks = tuple(last - n * _WEEK for n in reversed(range(WEEKS)))
    there = {c.pk: c for c in campaigns(seen)}
    counting = _Counting(there, weeks[0], _sight(seen))
    loads = [one for one in counting.loads() if one.week <= last]
    shown = {one.source for one in loads}
    return Meter(
        weeks=weeks,
        cap=playbook_in_force(campaign).burden_cap,
        loads=loads,
        asked={pk: one for pk, one in counting.asked.items() if pk in shown},
        is_wide=any(_counts(g) and g.is_wide and g.counts_in(campaign.pk) for g in seen.grants),
        n_campaigns=len(there),
    )


def _sight(seen: Scope) -> See:
    """Filter rows by what a person's grants reach: whole campaigns, or their orgs and those below."""

    def see(org: str, closeness: str) -> Q:
        sight = Q(pk__in=[])
        for g in filter(_counts, seen.grants):
            one = Q(**{f"{closeness}__in": g.classes})
            if g.org_id is not None:
                reach = OrgReach.objects.filter(ancestor=g.org_id, descendant=OuterRef(f"{org}_id"))
                one &= Q(Exists(reach))
            sight |= one if g.campaign_id is None else one & Q(campaign_id=g.campaign_id)
        return sight

    return see


def over_cap(campaign: Campaign, more: Mapping[UUID, int], day: dt.date) -> list[Over]:
    """Give the orgs that would be asked too much in the week of a day, the worst first.

    Counted is what this campaign asks, of every access class: its office sees all of it.
    """
    asked = {pk: n for pk, n in more.items() if n}
    if not asked:
        return []
    cap = playbook_in_force(campaign).burden_cap
    week, so_far = monday(day), Counter[Any]()
    counting = _Counting({campaign.pk: campaign}, week, _only(campaign, asked))
    for one in counting.loads():
        if one.week == week:
            so_far[one.org] += one.fields
    found = [Over(pk, so_far[pk], n, cap) for pk, n in asked.items() if so_far[pk] + n > cap]
    return sorted(found, key=lambda o: -o.by)


def _only(campaign: Campaign, orgs: Mapping[UUID, int]) -> See:
    few = list(orgs) if len(orgs) <= FEW_ORGS else None

    def see(org: str, _closeness: str) -> Q:
        here = Q(campaign_id=campaign.pk)
        return here if few is None else here & Q(**{f"{org}__in": few})

    return see


class _Length(Func):
    """How many there are in a list that is kept as JSON."""

    function = "JSON_ARRAY_LENGTH"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:  # Django's hook
        return self.as_sql(compiler, connection, function="jsonb_array_length")


class _Counting:
    """Counts loads from rows: three sources, each in a fixed number of queries."""

    def __init__(self, there: Mapping[UUID, Campaign], first: dt.date, see: See) -> None:
        self.there = there
        self.first = first
        # A day more, for the zones of campaigns; what is too early is left out by its day.
        self.since = clock.start_of(first - dt.timedelta(days=1))
        self.see = see
        self.asked: dict[UUID, Asked] = {}
        self.today = {pk: today_of(c) for pk, c in there.items()}

    def loads(self) -> list[Load]:
        found = [*self._questions(), *self._rounds(), *self._reports()]
        return [one for one in found if one.week >= self.first]

    def _day(self, campaign: UUID, at: dt.datetime) -> dt.date:
        """Give the day by the campaign's clock; one of an example stands still."""
        return min(clock.day_of(at, self.there[campaign].zone), self.today[campaign])

    def _questions(self) -> Iterator[Load]:
        rows = Inquiry.objects.filter(campaign__in=list(self.there), asked_at__gte=self.since)
        there = {r.pk: r for r in rows.exclude(state=Inquiry.State.WITHDRAWN)}
        answers = Answer.objects.filter(self.see("org", "inquiry__access_class"))
        answers = answers.filter(inquiry__in=list(there)).order_by()
        for org, pk in answers.values_list("org", "inquiry"):
            asked = self.asked.get(pk) or self._question(there[pk])
            n = len(there[pk].things)
            yield Load(org, asked.campaign, monday(asked.on), asked.kind, pk, 1, n)

    def _question(self, row: Inquiry) -> Asked:
        made = self.asked[row.pk] = Asked(
            pk=row.pk,
            kind=Kind.QUESTION,
            campaign=row.campaign_id,
            title=row.title,
            at=row.asked_at,
            on=self._day(row.campaign_id, row.asked_at),
            by=row.asked_by,
            reason=row.reason,
            row=row,
        )
        return made

    def _rounds(self) -> Iterator[Load]:
        rows = Return.objects.filter(self.see("org", "item__access_class"))
        rows = rows.filter(round__opened_at__gte=self.since).order_by()
        counted = rows.values_list("org", "round").annotate(
            n=Count("pk"), fields=Sum(_Length("asked")), again=Count("pk", filter=Exists(_before()))
        )
        found = list(counted)
        self._name_rounds({pk for _org, pk, *_n in found})
        for org, pk, n, fields, again in found:
            asked = self.asked[pk]
            yield Load(org, asked.campaign, monday(asked.on), asked.kind, pk, n, fields or 0, again)

    def _name_rounds(self, ids: set[UUID]) -> None:
        table = Round._meta.label_lower
        made = Change.objects.filter(table=table, row__in=ids, before__isnull=True)
        opened: dict[UUID, tuple[UUID | None, dict[str, Any]]] = {
            row: (by, outcome)
            for row, by, outcome in made.values_list("row", "event__actor_id", "event__outcome")
        }
        for row in Round.objects.filter(pk__in=ids):
            by, outcome = opened.get(row.pk, (None, {}))
            self.asked[row.pk] = Asked(
                pk=row.pk,
                kind=Kind.ROUND,
                campaign=row.campaign_id,
                title=row.name,
                at=row.opened_at,
                on=self._day(row.campaign_id, row.opened_at),
                by=by,
                reason=outcome.get("reason", ""),
            )

    def _reports(self) -> Iterator[Load]:
        given = Report.objects.filter(self.see("item__org", "item__access_class"))
        given = given.filter(at__gte=self.since, item__org__isnull=False).order_by()
        wanted = Notice.objects.filter(self.see("org", "access_class"), code__in=ASKS_A_REPORT)
        wanted = wanted.filter(at__gte=self.since, org__isnull=False).order_by()
        rows = [
            *given.values_list("item__org", "item", "campaign", "at"),
            *wanted.values_list("org", "about", "campaign_id", "at"),
        ]
        once = {
            (org, campaign, monday(self._day(campaign, at)), item)
            for org, item, campaign, at in rows
            if campaign in self.there
        }
        counted = Counter((org, campaign, week) for org, campaign, week, _item in once)
        for (org, campaign, week), n in counted.items():
            yield Load(org, campaign, week, Kind.REPORT, None, n, n * REPORT_FIELDS)


def _before() -> Any:
    """Find an earlier return to the same org on the same item."""
    same = {name: OuterRef(name) for name in ("org", "item", "kind")}
    return Return.objects.filter(**same, round__opened_at__lt=OuterRef("round__opened_at"))


def repeats(found: Meter) -> list[Repeat]:
    """Find what questions asked of the same orgs in the same words, the widest spread first."""
    orgs: dict[UUID, list[UUID]] = {}
    for one in found.loads:
        if one.kind == Kind.QUESTION and one.source is not None:
            orgs.setdefault(one.source, []).append(one.org)
    by_word: dict[str, list[tuple[str, Asked]]] = {}
    for asked in sorted((found.asked[pk] for pk in orgs), key=lambda a: (a.at, str(a.pk))):
        for word, label in _words(asked):
            by_word.setdefault(word, []).append((label, asked))
    made = []
    for rows in by_word.values():
        n = Counter(org for _label, asked in rows for org in orgs[asked.pk])
        if n_orgs := sum(times > 1 for times in n.values()):
            made.append(Repeat(rows[-1][0], tuple(asked for _label, asked in rows), n_orgs))
    return sorted(made, key=lambda r: -r.n_orgs)


def _words(asked: Asked) -> Iterable[tuple[str, str]]:
    if asked.row is None:
        return ()
    return {bare(t.label): t.label for t in things_of(asked.row)}.items()
