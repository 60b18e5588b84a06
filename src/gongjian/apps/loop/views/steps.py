"""Writing pages of the loop: report, close out, reopen, any other step of the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from gongjian.apps.loop.forms import ExtensionForm, ReportForm, day_in
from gongjian.apps.loop.models import Revisit
from gongjian.apps.loop.queries import require_step, step_roles
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@login_required
@require_POST
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Report on an item; what was typed stays in the session when it is refused."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="report")
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _refused(request, code, form.first_error())
    try:
        actions.report(act_of(request), item, form.words(), roles=step_roles(seen, item))
    except ActionError as error:
        return _refused(request, code, sentence(error))
    messages.success(request, _("Report on %(item)s received.") % {"item": code})
    if request.POST.get("next") == "work":
        return redirect("loop:work")
    return redirect("cockpit:item", code)


def _refused(request: HttpRequest, code: str, why: str) -> HttpResponse:
    request.session[f"typed:{code}"] = request.POST.dict()
    messages.error(request, why)
    return redirect("cockpit:item", code)


@login_required
@require_POST
def close_out(request: HttpRequest, code: str) -> HttpResponse:
    """Close an item out."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "close_out")
    try:
        actions.close_out(act_of(request, request.POST.get("reason", "")[:500]), item, roles=held)
        messages.success(request, _("%(item)s is closed out.") % {"item": code})
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("cockpit:item", code)


@login_required
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Put a closed item back in hand."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "reopen")
    try:
        actions.reopen(act_of(request, request.POST.get("reason", "")[:500]), item, roles=held)
        messages.success(request, _("%(item)s is back in hand.") % {"item": code})
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("cockpit:item", code)


@login_required
@require_POST
def step(request: HttpRequest, code: str) -> HttpResponse:
    """Take another step that the register's workflow declares; only roles that the workflow names."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item)
    wanted = request.POST.get("step", "")
    try:
        actions.take_step(
            act_of(request, request.POST.get("reason", "")[:300]), item, wanted, roles=held
        )
        messages.success(request, _("%(item)s: the step is taken.") % {"item": code})
    except ActionError as error:
        return _refused(request, code, sentence(error))
    return redirect("cockpit:item", code)


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
    try:
        actions.consent(
            act_of(request, request.POST.get("reason", "")[:500]), item, role, roles=held
        )
        messages.success(request, _("%(item)s: you agree.") % {"item": code})
    except ActionError as error:
        return _refused(request, code, sentence(error))
    return redirect("cockpit:item", code)


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
    try:
        act = act_of(request, form.cleaned_data["reason"])
        actions.ask_extension(act, item, form.plea(), roles=held)
        messages.success(request, _("%(item)s: more time is asked for.") % {"item": code})
    except ActionError as error:
        return _refused(request, code, sentence(error))
    return redirect("cockpit:item", code)


@login_required
@require_POST
def decide_extension(request: HttpRequest, code: str) -> HttpResponse:
    """Grant or refuse more time."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    held = require_step(seen, item, "grant_extension")
    act = act_of(request, request.POST.get("reason", "")[:500])
    try:
        if request.POST.get("answer") == "grant":
            actions.grant_extension(act, item, day_in(request.POST.get("due", "")), roles=held)
            messages.success(request, _("%(item)s: more time is granted.") % {"item": code})
        else:
            actions.refuse_extension(act, item, roles=held)
            messages.success(request, _("%(item)s: more time is refused.") % {"item": code})
    except ActionError as error:
        return _refused(request, code, sentence(error))
    return redirect("cockpit:item", code)


@login_required
@require_POST
def revisit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what a second look found."""
    seen = seen_by(request)
    row = get_object_or_404(Revisit.objects.select_related("item"), pk=pk)
    item = get_item_for(seen, row.item.code)
    held = step_roles(seen, item)
    if not held & LOOKERS:
        raise PermissionDenied
    row.item = item
    act = act_of(request, request.POST.get("reason", "")[:500])
    try:
        actions.record_revisit(act, row, held=request.POST.get("found") == "held", roles=held)
        messages.success(
            request, _("%(item)s: the second look is written down.") % {"item": item.code}
        )
    except ActionError as error:
        return _refused(request, item.code, sentence(error))
    return redirect("cockpit:item", item.code)
