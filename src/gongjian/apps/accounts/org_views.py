"""Pages of the organisation: the tree, and what the office changes of one org."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongjian.apps.accounts import actions, queries
from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.forms import (
    AppointForm,
    JoinForm,
    LastDayForm,
    NamesForm,
    PostForm,
    RetireForm,
)
from gongjian.apps.accounts.models import Post, PostHolding
from gongjian.apps.ledger.actions import undo
from gongjian.apps.ledger.book import ActionError
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def orgs(request: HttpRequest) -> HttpResponse:
    """Show the tree of orgs, an org and what is below it, or what a search finds."""
    seen, day = seen_by(request), clock.today()
    queries.require_seen(seen)
    words, code = request.GET.get("q", "").strip(), request.GET.get("under", "")
    under = queries.get_org_for(seen, code) if code and not words else None
    language = get_language() or "zh-hans"
    tree = queries.search(day, words, language) if words else queries.tree(day, under, language)
    is_office = seen.is_office()
    last = queries.undoable(day) if is_office else None
    if last is not None and not queries.may_take_back(seen, last):
        last = None
    context = {
        "tree": tree,
        "words": words,
        "under": under,
        "is_office": is_office,
        "last": last,
        "request_id": str(new_id()),
    }
    return render(request, "accounts/orgs.html", context)


def answer(
    request: HttpRequest,
    place: str,
    name: str,
    form: forms.Form,
    do: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Do what a valid form asks and go to a page; a refused form is shown there as it was typed."""
    if not form.is_valid():
        _label, faults = next(iter(form.errors.items()))
        return _refused(request, place, name, str(faults[0]))
    try:
        do(form.cleaned_data)
    except ActionError as error:
        return _refused(request, place, name, sentence(error))
    messages.success(request, _("Done."))
    return redirect(place)


def _refused(request: HttpRequest, place: str, name: str, why: str) -> HttpResponse:
    kept = {k: v for k, v in request.POST.dict().items() if k != "csrfmiddlewaretoken"}
    several = {k: request.POST.getlist(k) for k in ("items", "posts")}
    request.session[f"typed:{place}"] = {**kept, **several, "form": name}
    messages.error(request, why)
    return redirect(f"{place}#f-{name}")


def _page(code: str) -> str:
    return reverse("campaigns:org", args=[code])


@login_required
@require_POST
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Give an org other names and aliases."""
    org = queries.get_org_for(seen_by(request), code, may="edit")

    def do(data: dict[str, Any]) -> None:
        actions.rename_org(act_of(request), org, actions.Names(**data))

    return answer(request, _page(code), "rename", NamesForm(request.POST), do)


@login_required
@require_POST
def add_post(request: HttpRequest, code: str) -> HttpResponse:
    """Add a post to an org."""
    org = queries.get_org_for(seen_by(request), code, may="edit")

    def do(data: dict[str, Any]) -> None:
        actions.add_post(act_of(request), Post(org=org, **data))

    return answer(request, _page(code), "post", PostForm(request.POST), do)


@login_required
@require_POST
def abolish_post(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a post after a day."""
    post = queries.get_post_for(seen_by(request), pk)

    def do(data: dict[str, Any]) -> None:
        actions.abolish_post(act_of(request), post, last_day=data["last_day"])

    return answer(request, _page(post.org.code), f"abolish:{pk}", LastDayForm(request.POST), do)


@login_required
@require_POST
def appoint(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let somebody take a post, in somebody's place or in addition."""
    post = queries.get_post_for(seen_by(request), pk)
    holders = tuple(PostHolding.objects.filter(post=post).select_related("person"))
    form = AppointForm(request.POST).offer(holders)

    def do(data: dict[str, Any]) -> None:
        leaving = next((h for h in holders if str(h.pk) == data["leaving"]), None)
        wanted = actions.Appointment(data["person"], data["since"], leaving, data["note"])
        actions.appoint(act_of(request), post, wanted)

    return answer(request, _page(post.org.code), f"appoint:{pk}", form, do)


@login_required
@require_POST
def retire(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Let a person of an org go."""
    seen = seen_by(request)
    org = queries.get_org_for(seen, code, may="edit")
    person = queries.get_person_for(seen, pk)

    def do(data: dict[str, Any]) -> None:
        actions.retire(act_of(request, data["note"]), person, last_day=data["last_day"])

    return answer(request, _page(org.code), f"retire:{pk}", RetireForm(request.POST), do)


@login_required
@require_POST
def join_group(request: HttpRequest, code: str) -> HttpResponse:
    """Let an org join a comparison group."""
    org = queries.get_org_for(seen_by(request), code, may="edit")

    def do(data: dict[str, Any]) -> None:
        actions.join_group(act_of(request), org, data["group"], since=data["since"])

    return answer(request, _page(code), "join", JoinForm(request.POST), do)


@login_required
@require_POST
def leave_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an org out of a comparison group."""
    member = queries.get_membership_for(seen_by(request), pk)

    def do(data: dict[str, Any]) -> None:
        actions.leave_group(act_of(request), member, last_day=data["last_day"])

    return answer(request, _page(member.org.code), f"leave:{pk}", LastDayForm(request.POST), do)


@login_required
@require_POST
def undo_import(request: HttpRequest) -> HttpResponse:
    """Take the latest import back, all of it."""
    seen = seen_by(request)
    queries.require_office(seen)
    last = queries.undoable(clock.today())
    if last is None or str(last.pk) != request.POST.get("event"):
        messages.error(request, _("There is no import of today or yesterday to take back."))
        return redirect("orgs")
    if not queries.may_take_back(seen, last):
        raise PermissionDenied
    try:
        undo(act_of(request), last.pk)
    except ActionError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("The import was taken back."))
    return redirect("orgs")
