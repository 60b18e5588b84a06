"""Second looks: what is due, what was found, a sample drawn by risk and seed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions.revisits import LOOKERS, SAMPLE_CAP
from gongjian.apps.loop.forms import day_in
from gongjian.apps.loop.queries.looks import SHOWN, Wish, looks, sample
from gongjian.apps.loop.words import lang
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign


@login_required
@require_safe
def revisits(request: HttpRequest, code: str) -> HttpResponse:
    """Show the second looks of a campaign, and the sample that is asked for."""
    seen = seen_by(request)
    campaign = _campaign(seen, code)
    wish = _wish(request.GET, campaign)
    context: dict[str, Any] = {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "place": "revisits",
        "looks": looks(seen, campaign),
        "wish": wish,
        "drawn": sample(seen, campaign, wish) if "n" in request.GET else None,
        "due": today_of(campaign) + dt.timedelta(days=14),
        "shown": SHOWN,
        "request_id": str(new_id()),
    }
    return render(request, "loop/revisits.html", context)


@login_required
@require_POST
def draw_revisits(request: HttpRequest, code: str) -> HttpResponse:
    """Set second looks at the sample that was shown."""
    seen = seen_by(request)
    campaign = _campaign(seen, code)
    wish = _wish(request.POST, campaign)
    items = [one.item for one in sample(seen, campaign, wish)]
    due = day_in(request.POST.get("due", "")) or today_of(campaign) + dt.timedelta(days=14)
    if [i.code for i in items] != request.POST.getlist("item"):
        messages.error(request, sentence(ActionError("revisit.moved")))
        return redirect("loop:revisits", code)
    try:
        actions.draw_revisits(act_of(request), campaign, items, due, seed=wish.seed)
        messages.success(request, _("%(n)s second looks are set.") % {"n": len(items)})
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:revisits", code)


def _campaign(seen: Scope, code: str) -> Campaign:
    campaign = get_campaign_for(seen, code)
    if not seen.wide_roles(campaign.pk) & LOOKERS:
        raise PermissionDenied
    return campaign


def _wish(given: Mapping[str, str], campaign: Campaign) -> Wish:
    today = today_of(campaign)
    return Wish(
        n=min(whole(given.get("n", "")) or 5, SAMPLE_CAP),
        since=day_in(given.get("since", "")) or campaign.start_on,
        until=day_in(given.get("until", "")) or today,
        seed=given.get("seed", "").strip()[:40] or f"{campaign.code}-{today}",
    )
