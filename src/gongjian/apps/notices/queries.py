"""Reads of the inbox, through what a person may see today: a right withdrawn takes the rows away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404

from gongjian.apps.accounts.models import AccessClass, OrgReach, Role
from gongjian.apps.notices.models import Delivery, Hook, Notice, NoticeRead

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope

PAGE = 200
# Who takes what an org is told: its principal and its contact, or those of an org above it.
TAKERS = (Role.PRINCIPAL, Role.CONTACT)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What somebody is told: still open, and done."""

    waiting: list[Notice]  # unread first, then the newest
    done: list[Notice]
    n_unread: int
    is_cut: bool


def notices(seen: Scope) -> QuerySet[Notice]:
    """Give the notices of a person, and of the orgs they answer for, as their rights are today.

    What is told of closer items reaches only whoever holds their class: over the org, or for what
    is told to a person by name, over any of theirs or over the whole campaign.
    """
    if seen.person_id is None:
        return Notice.objects.none()
    by_name, by_org = Q(campaign_id=None, access_class=AccessClass.OPEN), Q()
    reach: dict[tuple[UUID | None, str], set[UUID]] = defaultdict(set)
    for g in seen.grants:
        classes = {AccessClass.OPEN} if g.item_id else {AccessClass.OPEN, *g.classes}
        by_name |= _in(g.campaign_id) & Q(access_class__in=classes)
        if g.role in TAKERS and g.org_id and not g.item_id:
            reach[g.campaign_id, g.access_class].add(g.org_id)
    for (campaign, closer), orgs in reach.items():
        below = OrgReach.objects.filter(ancestor__in=orgs).values("descendant")
        classes = {AccessClass.OPEN, closer}
        by_org |= _in(campaign) & Q(org__in=below, access_class__in=classes)
    return Notice.objects.filter(Q(person=seen.person_id) & by_name | by_org)


def _in(campaign: UUID | None) -> Q:
    return Q() if campaign is None else Q(campaign_id=campaign)


def inbox(seen: Scope, kind: str = "", only: str = "", asking: Iterable[str] = ()) -> Inbox:
    """Give an inbox: two queries. `only` narrows it: "unread", or "waiting" for a code that asks for something."""
    rows = _with_read(notices(seen), seen).select_related("org")
    if kind:
        rows = rows.filter(code__startswith=f"{kind}.")
    if only == "unread":
        rows = rows.filter(is_read=False)
    if only == "waiting":
        rows = rows.filter(code__in=list(asking))
    open_ones = rows.filter(done_on=None).order_by("is_read", "-at")
    found = list(open_ones[: PAGE + 1])
    done = [] if only else list(rows.exclude(done_on=None).order_by("-done_on", "-at")[:50])
    n_new = sum(not getattr(n, "is_read", False) for n in found)
    return Inbox(found[:PAGE], done, n_new, len(found) > PAGE)


def _with_read(rows: QuerySet[Notice], seen: Scope) -> QuerySet[Any]:
    read = NoticeRead.objects.filter(notice=OuterRef("pk"), person=seen.person_id)
    return rows.annotate(is_read=Exists(read))


def unread(seen: Scope) -> QuerySet[Notice]:
    """Give the open notices that a person has not opened."""
    rows = _with_read(notices(seen), seen)
    return rows.filter(done_on=None, is_read=False)


def waiting_counts(seen: Scope, today: dt.date) -> dict[str, tuple[int, int]]:
    """Count what is open for a person by kind, and how much of it is overdue: one query."""
    rows = notices(seen).filter(done_on=None).order_by().values_list("code")
    late = Count("pk", filter=Q(due__lt=today))
    counts: dict[str, tuple[int, int]] = {}
    for code, n, n_late in rows.annotate(n=Count("pk"), n_late=late):
        before = counts.get(kind_of(code), (0, 0))
        counts[kind_of(code)] = (before[0] + n, before[1] + n_late)
    return counts


def kind_of(code: str) -> str:
    """Give the kind of a code: what stands before the dot."""
    return code.split(".", maxsplit=1)[0]


def n_unread(seen: Scope) -> int:
    """Count what a person has not opened, for the menu: one query."""
    return unread(seen).count() if seen.person_id else 0


def get_notice_for(seen: Scope, pk: UUID) -> Notice:
    """Fetch a notice; whoever is not told of it learns nothing."""
    found: Notice | None = notices(seen).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def hooks(campaign_id: UUID) -> list[Hook]:
    """Give the addresses that a campaign tells."""
    return list(Hook.objects.filter(campaign_id=campaign_id, removed_at=None))


def get_hook_for(seen: Scope, campaign_id: UUID, pk: UUID) -> Hook:
    """Fetch an address of a campaign, for its office; the campaign itself was looked at before."""
    if not seen.is_office(campaign_id):
        raise PermissionDenied
    found: Hook | None = Hook.objects.filter(
        campaign_id=campaign_id, pk=pk, removed_at=None
    ).first()
    if found is None:
        raise Http404
    return found


def deliveries(hook: Hook) -> QuerySet[Delivery]:
    """Give what an address was told, the newest first."""
    return Delivery.objects.filter(channel="webhook", receiver=hook.pk).order_by("-at", "-pk")


def counts_of(hooks: Iterable[Hook]) -> dict[UUID, dict[str, int]]:
    """Count what addresses were told, by state: one query."""
    rows = Delivery.objects.filter(channel="webhook", receiver__in=[h.pk for h in hooks])
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for receiver, state, n in (
        rows.order_by().values_list("receiver", "state").annotate(n=Count("pk"))
    ):
        found[receiver][state] = n
    return found
