"""Reads of the inbox, through what a person may see today: a right withdrawn takes the rows away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from gongjian.apps.accounts.access import WIDE_ROLES, grants_of
from gongjian.apps.accounts.models import AccessClass, Person, Role
from gongjian.apps.notices.models import Notice, NoticeRead

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from django.db.models import QuerySet

PAGE = 200
# Who takes what an org is told: its principal and its contact, or those of an org above it.
_TAKERS = (Role.PRINCIPAL, Role.CONTACT)
_SEE_EVERY_CLASS = (Role.OFFICE, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What somebody is told: still open, and done."""

    waiting: list[Notice]  # unread first, then the newest
    done: list[Notice]
    n_unread: int
    is_cut: bool


def notices(person: Person, day: dt.date) -> QuerySet[Notice]:
    """Give the notices of a person, and of the orgs they answer for, as their rights are on a day.

    What is told of closer items reaches only whoever holds their class: over the org, or for what
    is told to a person by name, over any of theirs or over the whole campaign.
    """
    held = grants_of(person, day).filter(
        Q(campaign_id=None) | Q(campaign_id=OuterRef("campaign_id"))
    )
    reaching = held.filter(
        role__in=_TAKERS, item_id=None, org__below__descendant=OuterRef("org_id")
    )
    by_name = Q(campaign_id=None) | Q(Exists(held))
    is_open, same = Q(access_class=AccessClass.OPEN), Q(access_class=OuterRef("access_class"))
    wide = Q(org=None, role__in=_SEE_EVERY_CLASS) | Q(org=None, role__in=WIDE_ROLES) & same
    closer = held.filter(wide | Q(org__isnull=False) & same, item_id=None)
    return Notice.objects.filter(
        Q(person=person) & by_name & (is_open | Q(Exists(closer)))
        | is_open & Q(Exists(reaching))
        | Q(Exists(reaching.filter(same)))
    )


def inbox(person: Person, day: dt.date, kind: str = "") -> Inbox:
    """Give an inbox: two queries."""
    rows = _with_read(notices(person, day), person).select_related("org")
    if kind:
        rows = rows.filter(code__startswith=f"{kind}.")
    open_ones = rows.filter(done_on=None).order_by("is_read", "-at")
    found = list(open_ones[: PAGE + 1])
    done = list(rows.exclude(done_on=None).order_by("-done_on", "-at")[:50])
    n_new = sum(not getattr(n, "is_read", False) for n in found)
    return Inbox(found[:PAGE], done, n_new, len(found) > PAGE)


def _with_read(rows: QuerySet[Notice], person: Person) -> QuerySet[Any]:
    read = NoticeRead.objects.filter(notice=OuterRef("pk"), person=person)
    return rows.annotate(is_read=Exists(read))


def unread(person: Person, day: dt.date) -> QuerySet[Notice]:
    """Give the open notices that a person has not opened."""
    rows = _with_read(notices(person, day), person)
    return rows.filter(done_on=None, is_read=False)


def n_unread(person: object, day: dt.date) -> int:
    """Count what a person has not opened, for the menu: one query."""
    return unread(person, day).count() if isinstance(person, Person) else 0


def get_notice_for(person: Person, day: dt.date, pk: UUID) -> Notice:
    """Fetch a notice; whoever is not told of it learns nothing."""
    found: Notice | None = notices(person, day).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
