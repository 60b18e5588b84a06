"""Which item works for which target."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.targets import actions
from gongjian.apps.targets.models import Target
from gongjian.apps.targets.queries import aims
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the target that an item works for, among those of its campaign that have none."""
    item = get_item_for(seen_by(request), code, may="edit")
    if request.method == "GET":
        found = aims(item.campaign, today_of(item.campaign))
        context = {
            "item": item,
            "free": [a for a in found if a.target.item_id is None],
            "request_id": str(new_id()),
        }
        return render(request, "targets/attach.html", context)
    target = _target(item.campaign_id, request.POST.get("target", ""))
    try:
        actions.attach(act_of(request), target, item)
        messages.success(request, _("The target is attached."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("cockpit:item", code)


@login_required
@require_POST
def detach(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Part an item from a target."""
    item = get_item_for(seen_by(request), code, may="edit")
    target = Target.objects.filter(pk=pk, item=item).first()
    if target is None:
        raise Http404
    try:
        actions.detach(act_of(request), target)
        messages.success(request, _("The target is no longer attached."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("cockpit:item", code)


def _target(campaign_id: UUID, given: str) -> Target:
    try:
        target: Target | None = Target.objects.filter(pk=UUID(given), campaign=campaign_id).first()
    except ValueError:
        raise Http404 from None
    if target is None:
        raise Http404
    return target
