"""One-time questions and their answers, through a person's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404

from gongjian.apps.accounts.models import AccessClass, Org, OrgGroup, OrgGroupMember, OrgReach
from gongjian.apps.accounts.queries import living, on_day
from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.loop.models import Answer, Inquiry
from gongjian.apps.loop.queries.returns import PAGE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign

OUT = Answer.State.OPEN
_SPEAKERS = frozenset({"contact", "principal"})


def get_inquiry_for(seen: Scope, code: str, pk: UUID, *, may: str = "run") -> Inquiry:
    """Fetch a question: ``run`` for the office, ``fill`` for whoever is asked it as well."""
    campaign = get_campaign_for(seen, code)
    row: Inquiry | None = (
        Inquiry.objects.select_related("item").filter(campaign=campaign, pk=pk).first()
    )
    if row is None:
        raise Http404
    row.campaign = campaign
    if seen.is_office(campaign.pk):
        return row
    if may == "run" or not answers_of(seen).filter(inquiry=row).exists():
        raise PermissionDenied
    return row


def answers_of(seen: Scope) -> QuerySet[Answer]:
    """Give the answers that a person gives: of their orgs and those below, of classes they see."""
    mine = Q(pk__in=[])
    for g in seen.grants:
        if g.org_id is None or g.item_id is not None or g.role not in _SPEAKERS:
            continue
        reach = OrgReach.objects.filter(ancestor=g.org_id, descendant=OuterRef("org_id"))
        classes = {AccessClass.OPEN, g.access_class}
        one = Q(Exists(reach), inquiry__access_class__in=classes)
        mine |= one if g.campaign_id is None else one & Q(campaign=g.campaign_id)
    return Answer.objects.filter(mine)


def whole(rows: QuerySet[Answer]) -> QuerySet[Answer]:
    """Join what every reader of an answer needs."""
    return rows.select_related("inquiry__item", "org", "campaign")


def fillable(seen: Scope, row: Inquiry) -> QuerySet[Answer]:
    """Give the answers of a question that a person may give: all of them for the office."""
    rows = Answer.objects.all() if seen.is_office(row.campaign_id) else answers_of(seen)
    return whole(rows.filter(inquiry=row)).order_by("org__order", "org__code")


def get_answer_for(seen: Scope, pk: UUID) -> Answer:
    """Fetch an answer: for its org, or for the office on its behalf.

    404 for whoever does not know the campaign, or not the class; 403 for a colleague.
    """
    row: Answer | None = whole(Answer.objects.filter(pk=pk)).first()
    if row is None or not seen.may_see(row.campaign_id):
        raise Http404
    if not seen.is_office(row.campaign_id) and not answers_of(seen).filter(pk=pk).exists():
        closeness = row.inquiry.access_class
        if closeness not in {AccessClass.OPEN, *seen.access_classes(row.campaign_id)}:
            raise Http404
        raise PermissionDenied
    row.inquiry.campaign = row.campaign
    return row


def speaks_for(seen: Scope, row: Answer) -> bool:
    """Tell whether a person speaks for the org of an answer; else they act on its behalf."""
    return bool(seen.answers_for(row.campaign_id, row.org_id) & _SPEAKERS)


@dataclass(frozen=True, slots=True)
class Listed:
    """A question with how many have answered, of how many."""

    row: Inquiry
    n_in: int
    n: int

    def is_over(self, today: dt.date) -> bool:
        """Tell whether nothing more is expected: ended, or its day has passed and all are in."""
        all_in = self.n_in == self.n and today > self.row.due
        return self.row.state != Inquiry.State.OPEN or all_in


def inquiries(campaign: Campaign) -> list[Listed]:
    """Give the questions of a campaign, the newest first: one query."""
    inside = Count("answers", filter=~Q(answers__state=OUT))
    rows = Inquiry.objects.filter(campaign=campaign).annotate(n=Count("answers"), n_in=inside)
    return [Listed(r, r.n_in, r.n) for r in rows.order_by("-asked_at")[:PAGE]]


@dataclass(frozen=True, slots=True)
class Burden:
    """What is asked of somebody's orgs besides returns, and how much it has been so far."""

    open: list[Answer]
    given: list[Answer]  # answered, and still to be changed
    n_asked: int  # ever, without what was withdrawn
    n_answered: int


def burden(seen: Scope) -> Burden:
    """Give the one-time questions of a person's orgs, in order of time left: three queries."""
    rows = whole(answers_of(seen)).order_by("inquiry__due", "inquiry__asked_at", "org__order")
    running = rows.filter(inquiry__state=Inquiry.State.OPEN)
    todo = list(running.filter(state=OUT)[:PAGE])
    given = list(running.exclude(state=OUT)[:PAGE])
    ever = answers_of(seen).exclude(inquiry__state=Inquiry.State.WITHDRAWN).order_by()
    counted = ever.aggregate(n=Count("pk"), n_in=Count("pk", filter=~Q(state=OUT)))
    return Burden(todo, given, counted["n"], counted["n_in"])


def members_on(group: OrgGroup, day: dt.date) -> list[Org]:
    """Give the living members of a group on a day."""
    held = OrgGroupMember.objects.filter(on_day(day), group=group)
    return list(living(day).filter(pk__in=held.values("org")).order_by("order", "code"))


def children_on(org: Org, day: dt.date) -> list[Org]:
    """Give the living orgs right below one on a day."""
    return list(living(day).filter(parent=org).order_by("order", "code"))


def parents_on(day: dt.date) -> list[Org]:
    """Give the orgs that have living ones right below them."""
    below = living(day).filter(parent=OuterRef("pk"))
    return list(living(day).filter(Exists(below)).order_by("order", "code"))


def choosable(day: dt.date) -> list[Org]:
    """Give the living orgs to choose from."""
    return list(living(day).order_by("order", "code"))


def outstanding(row: Inquiry) -> list[Answer]:
    """Give the answers of a question that are not in."""
    rows = Answer.objects.filter(inquiry=row, state=OUT).select_related("org")
    return list(rows.order_by("org__order", "org__code"))


def orgs_in(rows: Iterable[Answer]) -> set[UUID]:
    """Give the orgs of some answers."""
    return {r.org_id for r in rows}
