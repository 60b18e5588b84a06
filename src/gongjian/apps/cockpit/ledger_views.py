"""Reading pages of registers, battles, and what else there is to know of an item."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.campaigns.models import Roster
from gongjian.apps.campaigns.registers import EXPORT_CAP, Ask, Ledger, ask_of
from gongjian.apps.campaigns.related import get_register_for, registers_for
from gongjian.apps.campaigns.sight import who_sees
from gongjian.apps.cockpit import queries, registers
from gongjian.apps.cockpit.battles import battle_context
from gongjian.apps.cockpit.history import ALL
from gongjian.apps.cockpit.item_page import ItemPage
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.requests import whole

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
    context["back"] = reverse("cockpit:register", args=[campaign.code, page.register.key])
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
        "choose": registers.history_choices(page, key),
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
    sights = who_sees(found, clock.today())
    context = {
        "head": queries.head(asked, "cockpit:campaign"),
        "item": found,
        "rows": registers.sight_rows(sights),
        "n": len({pk for s in sights for pk in s.people}),
        "klass": registers.class_word(found.access_class),
    }
    return render(request, "cockpit/item_who.html", context)


@login_required
@require_GET
def first_register(request: HttpRequest, code: str) -> HttpResponse:
    """Open the first register that the person may see."""
    seen = seen_by(request)
    campaign = campaigns.get_campaign_for(seen, code)
    found = registers_for(seen, campaign)
    if not found:
        raise Http404
    return redirect("cockpit:register", code, found[0].key)


@login_required
@require_GET
def register(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show one register: its own items and those listed there."""
    asked, ledger, ask = _ledger(request, code, key)
    page = ledger.page(ask, request.GET.get("after", ""))
    first = whole(request.GET.get("from", "")) or 1
    context = registers.register_context(asked, ledger, ask, page, request.GET.dict(), first)
    context["request_id"] = str(new_id())
    return render(request, "cockpit/register.html", context)


@login_required
@require_GET
def export(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Give a register as a workbook under the heads that were chosen."""
    asked, ledger, ask = _ledger(request, code, key)
    page = ledger.all(ask, EXPORT_CAP)
    person = request.user
    name = person.label(queries.lang()) if isinstance(person, Person) else ""
    data = registers.workbook(asked, ledger, ask, page, request.GET.get("head", ""), name)
    response = HttpResponse(data, content_type=XLSX)
    file = f"{asked.campaign.code}-{key}-{asked.day}.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file)}"
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_GET
def rosters(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show the rosters of a register, version by version, with what each added and dropped."""
    asked, ledger, _ask = _ledger(request, code, key)
    rows = Roster.objects.filter(register=ledger.register).order_by("name", "n")
    context = {
        "head": queries.head(asked, "cockpit:campaign"),
        "label": ledger.definition.label.of(queries.lang()),
        "key": key,
        "rosters": registers.roster_rows(asked, list(rows)),
    }
    return render(request, "cockpit/rosters.html", context)


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


def _ledger(request: HttpRequest, code: str, key: str) -> tuple[queries.Asked, Ledger, Ask]:
    """Settle which register is asked for; one of a class that is not the person's is not there."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day_of(request))
    found = get_register_for(seen, asked.campaign, key)
    if key not in {r.key for r in asked.playbook.registers}:
        raise Http404
    definition = asked.playbook.register(key)
    day = asked.day if asked.is_past else None
    ledger = Ledger(seen, found, definition, asked.playbook, day)
    wide = seen.wide_roles(asked.campaign.pk)
    return asked, ledger, ask_of(request.GET.dict(), askable_fields(definition, wide))
