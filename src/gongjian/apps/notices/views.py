"""The inbox of whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.notices import queries
from gongjian.apps.notices.forms import PreferenceForm
from gongjian.apps.notices.preferences import keep, preference_of
from gongjian.apps.notices.reads import mark_read
from gongjian.apps.notices.sentences import EXPECTED, KINDS, sentence, why
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.notices.models import Notice


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One row of an inbox: what, why me, what is expected, since when, until when."""

    pk: UUID
    what: str
    why: str
    expected: str
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
    seen = seen_by(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    only = request.GET.get("only", "")
    only = only if only in _ONLY else ""
    found = queries.inbox(seen, kind, only, EXPECTED)
    today = clock.today()
    context = {
        "rows": [_row(n, today, seen) for n in found.waiting],
        "done": [_row(n, today, seen) for n in found.done],
        "n_unread": found.n_unread,
        "is_cut": found.is_cut,
        "kinds": [(key, _(word), key == kind) for key, word in KINDS.items()],
        "onlies": [(key, _(word), key == only) for key, word in _ONLY.items()],
        "is_narrowed": bool(kind or only),
        "here": request.get_full_path(),
    }
    return render(request, "notices/inbox.html", context)


_ONLY = {"waiting": noop("Waiting for me"), "unread": noop("Not read")}


def _row(notice: Notice, today: dt.date, seen: Scope) -> NoticeRow:
    kind = queries.kind_of(notice.code)
    expected = EXPECTED.get(notice.code)
    roles = {g.role for g in seen.grants if g.org_id is not None and g.org_id == notice.org_id}
    return NoticeRow(
        pk=notice.pk,
        what=sentence(notice),
        why=why(notice, get_language() or "zh", sorted(roles & set(queries.TAKERS))),
        expected=_(expected) if expected else "",
        kind=_(KINDS[kind]) if kind in KINDS else kind,
        at=notice.at,
        due=notice.due,
        days_left=(notice.due - today).days if notice.due else None,
        is_read=getattr(notice, "is_read", False),
        done_on=notice.done_on,
    )


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


@login_required
@require_POST
def read_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark one row as read, and stay where one was."""
    notice = queries.get_notice_for(seen_by(request), pk)
    mark_read(seen_by(request), [notice.pk])
    back = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_own else "notices:inbox")


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show and keep how somebody wants to be told, besides the inbox."""
    seen = seen_by(request)
    wish = preference_of(seen)
    form = PreferenceForm(request.POST or None, initial=model_to_dict(wish), auto_id=False)
    if request.method == "POST" and form.is_valid():
        keep(seen, form.cleaned_data, get_language() or "zh-hans")
        messages.success(request, _("Your settings are kept."))
        return redirect("notices:settings")
    context = {"form": form, "is_mail_on": settings.MAIL_IS_ON}
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)
