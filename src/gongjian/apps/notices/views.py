"""The inbox of whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.notices import queries
from gongjian.apps.notices.reads import mark_read
from gongjian.apps.notices.sentences import KINDS, sentence
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.notices.models import Notice


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One row of an inbox: what, why me, since when, until when."""

    pk: UUID
    what: str
    why: str
    kind: str
    at: dt.datetime
    due: dt.date | None
    days_left: int | None
    is_read: bool
    done_on: dt.date | None


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what the person is told, unread first."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    today = clock.today()
    found = queries.inbox(seen_by(request), kind)
    context = {
        "rows": [_row(n, today) for n in found.waiting],
        "done": [_row(n, today) for n in found.done],
        "n_unread": found.n_unread,
        "is_cut": found.is_cut,
        "kinds": [(key, _(word), key == kind) for key, word in KINDS.items()],
        "kind": kind,
    }
    return render(request, "notices/inbox.html", context)


def _row(notice: Notice, today: dt.date) -> NoticeRow:
    kind = notice.code.split(".")[0]
    return NoticeRow(
        pk=notice.pk,
        what=sentence(notice),
        why=_why(notice),
        kind=_(KINDS[kind]) if kind in KINDS else kind,
        at=notice.at,
        due=notice.due,
        days_left=(notice.due - today).days if notice.due else None,
        is_read=getattr(notice, "is_read", False),
        done_on=notice.done_on,
    )


def _why(notice: Notice) -> str:
    if notice.org is None:
        return _("You are named")
    return _("You answer for %(org)s") % {"org": notice.org.label(get_language() or "zh")}


@login_required
@require_safe
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go to where a notice is answered, and remember that it was opened."""
    notice = queries.get_notice_for(seen_by(request), pk)
    mark_read(seen_by(request), [notice.pk])
    is_own = url_has_allowed_host_and_scheme(notice.path, allowed_hosts=None)
    return redirect(notice.path if is_own else "notices:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read; what is to be done stays to be done."""
    found = queries.unread(seen_by(request)).values_list("pk", flat=True)
    mark_read(seen_by(request), list(found[:5000]))
    return redirect("notices:inbox")
