"""The pages of one register: list, workbook, rosters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import Ask, ask_of
from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.campaigns.models import Roster
from gongjian.apps.campaigns.registers import EXPORT_CAP, Ledger
from gongjian.apps.campaigns.related import get_register_for, registers_for
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.ledger_views import day_of
from gongjian.apps.grid import pages
from gongjian.apps.grid.exporting import Export
from gongjian.lib.ids import new_id
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from django.http import HttpRequest

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def first_register(request: HttpRequest, code: str) -> HttpResponse:
    """Open the first register that the person may see."""
    seen = seen_by(request)
    campaign = campaigns.get_campaign_for(seen, code)
    found = registers_for(seen, campaign)
    if not found:
        raise Http404
    return redirect("grid:register", code, found[0].key)


@login_required
@require_GET
def register(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show one register: its own items and those listed there."""
    asked, ledger, ask = ledger_of(request, code, key)
    page = ledger.page(ask, request.GET.get("after", ""))
    first = whole(request.GET.get("from", "")) or 1
    context = pages.register_context(asked, ledger, ask, page, request.GET.dict(), first)
    context["request_id"] = str(new_id())
    return render(request, "grid/register.html", context)


@login_required
@require_GET
def export(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    """Give a register as a workbook, or as plain rows, under the heads that were chosen."""
    asked, ledger, ask = ledger_of(request, code, key)
    head = pages.chosen_head(ledger, request.GET.get("head", ""))
    chosen = pages.chosen_columns(request.GET)
    file = Export(asked, ledger, ask, head, chosen)
    file.cap = EXPORT_CAP
    name = f"{asked.campaign.code}-{key}-{asked.day}"
    if request.GET.get("as") == "csv":
        return attached(StreamingHttpResponse(file.csv_lines(), content_type=CSV), f"{name}.csv")
    person = request.user
    data = file.workbook(person.label(queries.lang()) if isinstance(person, Person) else "")
    return attached(HttpResponse(data, content_type=XLSX), f"{name}.xlsx")


def attached(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """Hand a file out under its name, kept by nobody on the way."""
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_GET
def rosters(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show the rosters of a register, version by version, with what each added and dropped."""
    asked, ledger, _ask = ledger_of(request, code, key)
    rows = Roster.objects.filter(register=ledger.register).order_by("name", "n")
    context = {
        "head": queries.head(asked, "cockpit:campaign"),
        "label": ledger.definition.label.of(queries.lang()),
        "key": key,
        "rosters": pages.roster_rows(asked, list(rows)),
    }
    return render(request, "grid/rosters.html", context)


def ledger_of(request: HttpRequest, code: str, key: str) -> tuple[queries.Asked, Ledger, Ask]:
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
