"""Other programs that a campaign tells: addresses registered, tried, paused; what was sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of
from gongjian.apps.campaigns.forms.hooks import HookForm
from gongjian.apps.campaigns.views.leadership import campaign_for, head
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.notices import actions, queries
from gongjian.apps.notices.models import Hook
from gongjian.apps.notices.sentences import STATES, error_sentence
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Act, Outcome
    from gongjian.apps.notices.models import Delivery

SHOWN = 50
_UNSENT, _LOST = ("queued", "failed"), "given_up"


@login_required
@require_http_methods(["GET", "POST"])
@never_cache  # the secret stands on the page once
def hooks(request: HttpRequest, code: str) -> HttpResponse:
    """Show the addresses of a campaign; register one, and show its secret this once."""
    seen, campaign = campaign_for(request, code, may="edit")
    if request.method == "GET":
        return _page(request, seen, campaign, HookForm())
    form = HookForm(request.POST)
    if not form.is_valid():
        return _page(request, seen, campaign, form, problem=form.first_error())
    hook = Hook(campaign_id=campaign.pk, **form.cleaned_data)
    secret, wrapped = actions.new_secret(hook)
    try:
        done = actions.add_hook(act_of(request), hook, wrapped)
    except ActionError as error:
        return _page(request, seen, campaign, form, problem=sentence(error))
    if done.repeated:
        messages.info(request, _("This address was registered already; its secret was shown once."))
        return redirect("campaigns:hooks", code)
    return _page(request, seen, campaign, HookForm(), secret=secret)


def _page(
    request: HttpRequest,
    seen: Scope,
    campaign: Campaign,
    form: HookForm,
    *,
    problem: str = "",
    secret: str = "",
) -> HttpResponse:
    rows = queries.hooks(campaign.pk)
    counts = queries.counts_of(rows)
    context = {
        **head(seen, campaign, "hooks"),
        "hooks": [
            {
                "row": hook,
                "n_sent": counts[hook.pk].get("sent", 0),
                "n_waiting": sum(counts[hook.pk].get(s, 0) for s in _UNSENT),
                "n_lost": counts[hook.pk].get(_LOST, 0),
            }
            for hook in rows
        ],
        "form": form,
        "problem": problem,
        "secret": secret,
    }
    return render(request, "campaigns/hooks.html", context, status=422 if problem else 200)


@login_required
@require_safe
def hook(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show one address and what was sent there last."""
    seen, campaign = campaign_for(request, code, may="edit")
    row = queries.get_hook_for(seen, campaign.pk, pk)
    found = list(queries.deliveries(row)[: SHOWN + 1])
    context = {
        **head(seen, campaign, "hooks"),
        "hook": row,
        "deliveries": [_line(d) for d in found[:SHOWN]],
        "is_cut": len(found) > SHOWN,
    }
    return render(request, "campaigns/hook.html", context)


def _line(row: Delivery) -> dict[str, Any]:
    return {
        "row": row,
        "state": _(STATES[row.state]),
        "error": error_sentence(row.last_error),
        "may_go_again": row.state in {"sent", "failed", "given_up"},
        "is_bad": row.state in {"failed", "given_up"},
    }


_CHANGES: dict[str, tuple[Callable[[Act, Hook], Outcome], Callable[[], str]]] = {
    "pause": (actions.pause_hook, lambda: _("Paused: what is told meanwhile waits.")),
    "resume": (actions.resume_hook, lambda: _("Resumed: what has waited is sent now.")),
    "remove": (actions.remove_hook, lambda: _("Removed; its secret is destroyed.")),
    "try": (
        actions.try_hook,
        lambda: _("A trial message is under way; load the page again in a moment."),
    ),
}


@login_required
@require_POST
def change_hook(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Pause, resume, try or remove an address."""
    seen, campaign = campaign_for(request, code, may="edit")
    row = queries.get_hook_for(seen, campaign.pk, pk)
    wanted = request.POST.get("do", "")
    if wanted not in _CHANGES:
        raise Http404
    do, said = _CHANGES[wanted]
    try:
        do(act_of(request), row)
        messages.success(request, said())
    except ActionError as error:
        messages.error(request, sentence(error))
    if wanted == "remove":
        return redirect("campaigns:hooks", code)
    return redirect("campaigns:hook", code, pk)


@login_required
@require_POST
def redeliver(request: HttpRequest, code: str, pk: UUID, delivery: UUID) -> HttpResponse:
    """Send one message again."""
    seen, campaign = campaign_for(request, code, may="edit")
    row = queries.deliveries(queries.get_hook_for(seen, campaign.pk, pk)).filter(pk=delivery)
    found = row.first()
    if found is None:
        raise Http404
    try:
        actions.redeliver(act_of(request), found)
        messages.success(request, _("It is sent again, under the same id."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("campaigns:hook", code, pk)
