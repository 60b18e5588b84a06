"""My work, and receipts for many items in one press."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Role
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions
from gongjian.apps.loop.queries import require_step
from gongjian.apps.loop.work import SHOWN, work_of
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person, in order of time left."""
    seen = seen_by(request)
    context = {
        "work": work_of(seen),
        "shown": SHOWN,
        "instructs": bool(seen.roles(None) & {Role.LEADER, Role.SECRETARY}),
        "request_id": str(new_id()),
    }
    return render(request, "loop/work.html", context)


@login_required
@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Acknowledge the items that were ticked, each as an act of its own; what could not be is named."""
    seen = seen_by(request)
    codes = list(dict.fromkeys(request.POST.getlist("item")))[:SHOWN]
    if not codes:
        messages.info(request, _("Tick the items that you acknowledge."))
        return redirect("loop:work")
    mine, n, refused = act_of(request), 0, []
    for at, code in enumerate(codes):
        try:
            item = get_item_for(seen, code)
        except Http404:
            continue  # not there for this person any more
        held = require_step(seen, item, "acknowledge")
        try:
            act = replace(mine, request_id=f"{mine.request_id}-{at}")
            n += not actions.take_step(act, item, "acknowledge", roles=held).repeated
        except ActionError as error:
            refused.append(f"{code}: {sentence(error)}")
    if n:
        messages.success(request, _("%(n)s items acknowledged.") % {"n": n})
    for line in refused[:5]:
        messages.error(request, line)
    return redirect("loop:work")
