"""What is asked of each org, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.loop import burden_pages
from gongjian.apps.loop.queries.burden import get_burden_campaign_for, meter
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def burden(request: HttpRequest, code: str) -> HttpResponse:
    """Show how much orgs were asked in the last weeks: all of them, or one's own."""
    seen = seen_by(request)
    campaign = get_burden_campaign_for(seen, code)
    may_run = seen.is_office(campaign.pk)
    context = {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "place": "burden",
        "may_run": may_run,
        **burden_pages.context(meter(seen, campaign), campaign, may_run=may_run),
    }
    return render(request, "loop/burden.html", context)
