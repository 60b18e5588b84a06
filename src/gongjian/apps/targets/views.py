"""One target: base line, what an org set itself above it, every version, and the item that works for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.targets import actions, pages, queries
from gongjian.apps.targets.forms import RaiseForm
from gongjian.apps.targets.models import Target
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.book import Act


@login_required
@require_safe
def target(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a target with its versions."""
    seen = seen_by(request)
    return _page(request, seen, queries.get_target_for(seen, pk), RaiseForm())


def _page(
    request: HttpRequest, seen: Scope, row: Target, form: RaiseForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = pages.target_context(row, get_language() or "zh")
    context |= {"form": form, "may": queries.raises(seen, row), "request_id": str(new_id())}
    return render(request, "targets/target.html", context, status=status)


@login_required
@require_POST
def raise_own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set an own target above the base line; what was typed stays when it is refused."""
    seen = seen_by(request)
    row = queries.get_target_for(seen, pk, may="raise")
    form = RaiseForm(request.POST)
    if form.is_valid() and row.item and row.item.org:
        try:
            act = _act(request, seen, row, form.cleaned_data["reason"])
            actions.raise_own(act, row, form.asked(), row.item.org)
        except ActionError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The own target stands beside the base line."))
            return redirect("targets:target", pk)
    return _page(request, seen, row, form, status=422)


@login_required
@require_POST
def withdraw_raise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an own target back."""
    seen = seen_by(request)
    row = queries.get_target_for(seen, pk, may="raise")
    try:
        actions.withdraw_raise(_act(request, seen, row, request.POST.get("reason", "")), row)
        messages.success(request, _("The base line alone counts again."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("targets:target", pk)


def _act(request: HttpRequest, seen: Scope, row: Target, reason: str) -> Act:
    """The office acts for the org, and is shown as such."""
    for_org = row.item.org_id if row.item and queries.raises(seen, row) == "office" else None
    return act_of(request, reason, on_behalf_of=for_org)


@login_required
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the target that an item works for, among those of its campaign that have none."""
    item = get_item_for(seen_by(request), code, may="edit")
    if request.method == "GET":
        found = queries.aims(item.campaign, today_of(item.campaign))
        context = {
            "item": item,
            "free": [a for a in found if a.target.item_id is None],
            "request_id": str(new_id()),
        }
        return render(request, "targets/attach.html", context)
    target = _target(item.campaign_id, request.POST.get("target", ""))
    try:
        done = actions.attach(act_of(request), target, item)
        tell_done(request, done, _("The target is attached."))
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
        done = actions.detach(act_of(request), target)
        tell_done(request, done, _("The target is no longer attached."))
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
