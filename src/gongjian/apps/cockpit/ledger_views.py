"""Reading pages of registers, battles, and what else there is to know of an item."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.sight import who_sees
from gongjian.apps.cockpit import queries, sights
from gongjian.apps.cockpit.battles import battle_context
from gongjian.apps.cockpit.history import ALL
from gongjian.apps.cockpit.item_page import ItemPage
from gongjian.lib import clock
from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from django.http import HttpRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def day_of(request: HttpRequest) -> dt.date | None:
    """Give the day that a page is asked for; None for today."""
    try:
        return dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def page_of(request: HttpRequest, code: str) -> ItemPage:
    """Give the page of an item as it is asked for."""
    seen = seen_by(request)
    found = campaigns.get_item_for(seen, code)
    asked = queries.ask(seen, found.campaign, day_of(request))
    if not asked.is_past:
        return ItemPage(asked, found, None)
    until = clock.start_of(asked.day + dt.timedelta(days=1), found.campaign.zone)
    return ItemPage(asked, campaigns.item_as_of(found, asked.day), until)


@login_required
@require_GET
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Show one item with all that hangs on it."""
    page = page_of(request, code)
    context = page.context()
    context["head"] = queries.head(page.asked, "cockpit:campaign")
    context["typed"] = request.session.pop(f"typed:{code}", {})
    context["request_id"] = context["typed"].get("request_id") or str(new_id())
    campaign = page.item.campaign
    context["back"] = reverse("grid:register", args=[campaign.code, page.register.key])
    return render(request, "cockpit/item.html", context)


@login_required
@require_GET
def item_history(request: HttpRequest, code: str) -> HttpResponse:
    """Show the whole history of an item, or of one of its fields."""
    page = page_of(request, code)
    if not page.seen.may_see_sources(page.item.campaign_id):
        raise Http404
    rows, is_more = page.whole_past().rows(page.until, ALL)
    key = request.GET.get("field", "")
    told = [(r, d) for r in rows for d in r.changes if d.key == key] if key else []
    context = {
        "head": queries.head(page.asked, "cockpit:campaign"),
        "item": page.item,
        "rows": [] if key else rows,
        "told": told,
        "field": key,
        "choose": sights.history_choices(page, key),
        "is_more": is_more,
        "limit": ALL,
    }
    return render(request, "cockpit/item_history.html", context)


@login_required
@require_GET
def item_who(request: HttpRequest, code: str) -> HttpResponse:
    """Answer who can see an item, by role and reach, in numbers."""
    seen = seen_by(request)
    found = campaigns.get_item_for(seen, code)
    asked = queries.ask(seen, found.campaign, None)
    found_sights = who_sees(found, clock.today())
    context = {
        "head": queries.head(asked, "cockpit:campaign"),
        "item": found,
        "rows": sights.sight_rows(found_sights),
        "n": len({pk for s in found_sights for pk in s.people}),
        "klass": sights.class_word(found.access_class),
    }
    return render(request, "cockpit/item_who.html", context)


@login_required
@require_GET
def battle(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show one battle, of today or as of a day."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day_of(request))
    found = campaigns.get_battle_for(seen, asked.campaign, pk)
    context = battle_context(asked, found, request.GET.get("after", ""))
    context["head"] = queries.head(asked, "cockpit:campaign")
    return render(request, "cockpit/battle.html", context)
