"""Writing pages of the loop: report, close out, reopen, any other step of the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions.revisits import LOOKERS
from gongjian.apps.loop.forms import DecisionForm, ExtensionForm, ReportForm
from gongjian.apps.loop.models import Revisit
from gongjian.apps.loop.queries import require_step, step_roles
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.ledger.book import Act


@login_required
@require_POST
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Report on an item; what was typed stays in the session when it is refused."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="report")
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _refused(request, code, form.first_error())
    done = _("Report on %(item)s received.") % {"item": code}
    place = "loop:work" if request.POST.get("next") == "work" else ""
    with _Telling(request, code, done, place) as told:
        actions.report(act_of(request), item, form.words(), roles=step_roles(seen, item))
    return told.answer


@login_required
@require_POST
def close_out(request: HttpRequest, code: str) -> HttpResponse:
    """Close an item out."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "close_out")
    with _Telling(request, code, _("%(item)s is closed out.") % {"item": code}) as told:
        actions.close_out(_act(request), item, roles=held)
    return told.answer


@login_required
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Put a closed item back in hand."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "reopen")
    with _Telling(request, code, _("%(item)s is back in hand.") % {"item": code}) as told:
        actions.reopen(_act(request), item, roles=held)
    return told.answer


@login_required
@require_POST
def step(request: HttpRequest, code: str) -> HttpResponse:
    """Take another step that the register's workflow declares; only roles that the workflow names."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item)
    with _Telling(request, code, _("%(item)s: the step is taken.") % {"item": code}) as told:
        actions.take_step(_act(request), item, request.POST.get("step", ""), roles=held)
    return told.answer


@login_required
@require_POST
def consent(request: HttpRequest, code: str) -> HttpResponse:
    """Agree to what is asked of an item."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = step_roles(seen, item)
    role = request.POST.get("role", "")[:16]
    if role not in held:
        raise PermissionDenied
    with _Telling(request, code, _("%(item)s: you agree.") % {"item": code}) as told:
        actions.consent(_act(request), item, role, roles=held)
    return told.answer


@login_required
@require_POST
def ask_extension(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for more time."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "ask_extension")
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        return _refused(request, code, form.first_error())
    with _Telling(request, code, _("%(item)s: more time is asked for.") % {"item": code}) as told:
        actions.ask_extension(_act(request), item, form.plea(), roles=held)
    return told.answer


@login_required
@require_POST
def decide_extension(request: HttpRequest, code: str) -> HttpResponse:
    """Grant or refuse more time."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "grant_extension")
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, code, form.first_error())
    if form.cleaned_data["answer"] == "refuse":
        done = _("%(item)s: more time is refused.") % {"item": code}
        with _Telling(request, code, done) as told:
            actions.refuse_extension(_act(request), item, roles=held)
        return told.answer
    with _Telling(request, code, _("%(item)s: more time is granted.") % {"item": code}) as told:
        actions.grant_extension(_act(request), item, form.cleaned_data["due"], roles=held)
    return told.answer


@login_required
@require_POST
def revisit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what a second look found."""
    seen = seen_by(request)
    row = get_object_or_404(Revisit.objects.select_related("item"), pk=pk)
    row.item = get_item_for(seen, row.item.code)
    held = step_roles(seen, row.item)
    if not held & LOOKERS:
        raise PermissionDenied
    code, is_held = row.item.code, request.POST.get("found") == "held"
    done = _("%(item)s: the second look is written down.") % {"item": code}
    with _Telling(request, code, done) as told:
        actions.record_revisit(_act(request), row, held=is_held, roles=held)
    return told.answer


def _act(request: HttpRequest) -> Act:
    return act_of(request, request.POST.get("reason", "")[:500])


class _Telling:
    """Says that something is done and leads back; a refusal is told in words, and what was typed is kept."""

    def __init__(self, request: HttpRequest, code: str, done: str, place: str = "") -> None:
        self.request, self.code, self.done, self.place = request, code, done, place
        self.answer: HttpResponse = redirect("cockpit:item", code)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, ActionError):
            self.answer = _refused(self.request, self.code, sentence(error))
        elif error is None:
            messages.success(self.request, self.done)
            self.answer = redirect(self.place) if self.place else self.answer
        return isinstance(error, ActionError)


def _refused(request: HttpRequest, code: str, why: str) -> HttpResponse:
    request.session[f"typed:{code}"] = request.POST.dict()
    messages.error(request, why)
    return redirect("cockpit:item", code)
