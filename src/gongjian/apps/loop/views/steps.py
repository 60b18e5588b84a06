"""Writing pages of the loop: report, close out, reopen, any other step of the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions
from gongjian.apps.loop.forms import ReportForm
from gongjian.apps.loop.queries import require_step, step_roles
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
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
