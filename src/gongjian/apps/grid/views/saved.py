"""Views that people keep of a register: opened by their link, kept, renamed, shared, dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.grid import actions, saved
from gongjian.apps.grid.models import SavedView
from gongjian.apps.grid.terms import terms_of
from gongjian.apps.grid.top import face_address
from gongjian.apps.grid.views.registers import ledger_of
from gongjian.apps.ledger.book import ActionError
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def view(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Open a view for whoever sees its register, with a word on what could not be shown as it was kept."""
    found = _get(request, code, pk)
    key = found.register.key
    asked, ledger, _ask = ledger_of(request, code, key)
    terms = terms_of(asked, ledger, campaigns.battles(asked.campaign))
    opened = saved.opened(asked, ledger, found, terms)
    for said in opened.sentences():
        messages.warning(request, said)
    face = found.face if found.face in saved.FACES else "list"
    query = urlencode({**opened.params, "view": str(found.pk)})
    return redirect(f"{face_address(code, key, face)}?{query}")


@login_required
@require_POST
def save(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Keep what the page asks for as a new view."""
    seen = seen_by(request)
    campaign = campaigns.get_campaign_for(seen, code)
    register = get_register_for(seen, campaign, key)
    if not isinstance(request.user, Person):
        raise Http404
    made = SavedView(campaign=campaign, register=register, owner=request.user)
    shares = bool(request.POST.get("is_shared")) and saved.may_share(seen, campaign.pk)
    facts = {**_asked_now(request), "name": request.POST.get("name", ""), "is_shared": shares}
    try:
        done = actions.save_view(act_of(request), made, facts)
    except ActionError as error:
        return _refused(request, code, key, error)
    tell_done(request, done, _("The view “%(name)s” is kept.") % {"name": done.result["name"]})
    return redirect("grid:view", code, done.result["view"])


@login_required
@require_POST
def change(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give a view another name, or what the page asks for now."""
    found = _get(request, code, pk, may="change")
    facts = {"name": request.POST["name"]} if "name" in request.POST else _asked_now(request)
    try:
        done = actions.save_view(act_of(request), found, facts)
    except ActionError as error:
        return _refused(request, code, found.register.key, error)
    tell_done(request, done, _("The view “%(name)s” is kept.") % {"name": done.result["name"]})
    return redirect("grid:view", code, found.pk)


@login_required
@require_POST
def share(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Put a view before everybody who sees the register, or take it back."""
    found = _get(request, code, pk, may="share")
    is_shared = request.POST.get("on") == "1"
    try:
        done = actions.share_view(act_of(request), found, is_shared=is_shared)
    except ActionError as error:
        return _refused(request, code, found.register.key, error)
    said = _("“%(name)s” is shared now.") if is_shared else _("“%(name)s” is only its owner's now.")
    tell_done(request, done, said % {"name": found.name})
    return _back(request, code, found, is_gone=not is_shared)


@login_required
@require_POST
def drop(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Remove a view."""
    found = _get(request, code, pk, may="drop")
    try:
        done = actions.drop_view(act_of(request), found)
    except ActionError as error:
        return _refused(request, code, found.register.key, error)
    tell_done(request, done, _("The view “%(name)s” is removed.") % {"name": done.result["name"]})
    return _back(request, code, found, is_gone=True)


def _get(request: HttpRequest, code: str, pk: UUID, *, may: str = "see") -> SavedView:
    seen = seen_by(request)
    return saved.get_view_for(seen, campaigns.get_campaign_for(seen, code), pk, may=may)


def _asked_now(request: HttpRequest) -> dict[str, Any]:
    """Read what the page asks for, and by which face, as its forms carry it."""
    query = saved.asked_by(dict(parse_qsl(request.POST.get("query", ""))))
    columns = [{"source": s} for s in query.get("columns", "").split(",") if s]
    return {"face": _face(request), "query": query, "columns": columns}


def _face(request: HttpRequest) -> str:
    face = request.POST.get("face", "")
    return face if face in saved.FACES else "list"


def _refused(request: HttpRequest, code: str, key: str, error: ActionError) -> HttpResponse:
    """Say what is wrong where the page was; the name that was typed stays."""
    messages.error(request, sentence(error))
    query = parse_qsl(request.POST.get("query", ""))
    typed = ("named", request.POST.get("name", "")[: actions.NAME_LIMIT * 2])
    return redirect(f"{face_address(code, key, _face(request))}?{urlencode([*query, typed])}")


def _back(request: HttpRequest, code: str, found: SavedView, *, is_gone: bool) -> HttpResponse:
    """Stay on the page one was on; what it asked for stays, though its view may not."""
    params = dict(parse_qsl(request.POST.get("query", "")))
    params |= {} if is_gone else {"view": str(found.pk)}
    if is_gone:
        params.pop("view", None)
    return redirect(f"{face_address(code, found.register.key, _face(request))}?{urlencode(params)}")
