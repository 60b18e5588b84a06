"""What every page needs: who is signed in, what waits for them, whether this is the demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from gongjian.apps.accounts.access import WIDE_ROLES
from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.models import Person, Role
from gongjian.apps.notices.queries import n_unread

if TYPE_CHECKING:
    from django.http import HttpRequest


def _sees_whole(request: HttpRequest) -> bool:
    return bool(seen_by(request).wide_roles(None) & WIDE_ROLES - {Role.PUBLIC})


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the demonstration's users where there is one; nothing else is asked of the database.

    `inbox_unread` is asked for only where a template prints it: one query. `runs_campaigns` shows the
    entries of an office; what stands behind them looks at the rights for itself.
    """
    shared = {
        "runs_campaigns": SimpleLazyObject(lambda: seen_by(request).is_office()),
        "sees_whole": SimpleLazyObject(lambda: _sees_whole(request)),
        "acts_for_org": SimpleLazyObject(lambda: bool(seen_by(request).orgs())),
        "inbox_unread": SimpleLazyObject(lambda: n_unread(seen_by(request))),
        "is_demo": settings.DEMO,
        "demo_people": [],
    }
    if settings.DEMO:
        people = Person.objects.filter(is_demo=True, is_active=True).order_by("pk")
        shared["demo_people"] = people
    return shared
