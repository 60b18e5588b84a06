"""Long exports: asked for, watched, fetched, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.registers import EXPORT_CAP
from gongjian.apps.grid import intake_pages, outgoing
from gongjian.apps.grid.outgoing import State
from gongjian.apps.grid.saved import asked_by
from gongjian.apps.grid.views.registers import CSV, XLSX, attached, ledger_of
from gongjian.apps.grid.waiting import spoken
from gongjian.apps.grid.words import filter_words
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.lib import clock
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def exports(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """List one's own files of a register; ask for one of the list that the address says."""
    asked, ledger, ask = ledger_of(request, code, key)
    if not isinstance(request.user, Person):
        raise Http404
    if request.method == "POST":
        given = dict(parse_qsl(request.POST.get("query", "")))
        given["as"] = request.POST.get("as", "")
        try:
            outgoing.ask_for(asked.seen, ledger.register, request.user, given)
        except ActionError as error:
            messages.error(request, sentence(error))
        return redirect("grid:exports", code, key)
    rows = outgoing.mine(asked.seen, ledger.register, clock.now())
    n, is_more = ledger.count(ask)
    context = {
        **intake_pages.around(asked, ledger),
        "rows": [{"row": r, "error": spoken(r.error).get("why", "")} for r in rows],
        "query": request.GET.urlencode() if asked_by(request.GET.dict()) else "",
        "filters": list(filter_words(asked, ask).values()),
        "n": n,
        "is_more": is_more,
        "cap": EXPORT_CAP,
        "job_cap": outgoing.JOB_CAP,
    }
    answer = render(request, "grid/exports.html", context)
    if any(r.state in outgoing.UNDER_WAY for r in rows):
        answer["Refresh"] = "3"
    return answer


@login_required
@require_GET
def export_file(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponseBase:
    """Hand a file out to whoever asked for it."""
    asked, ledger, _ask = ledger_of(request, code, key)
    row = outgoing.get_export_for(asked.seen, ledger.register, pk)
    if row.state != State.DONE:
        messages.info(request, _("The file is not written yet."))
        return redirect("grid:exports", code, key)
    try:
        content = files.opened(row.sha256)
    except OSError:
        raise Http404 from None
    kind = CSV if row.kind == "csv" else XLSX
    name = f"{asked.campaign.code}-{key}-{row.at:%Y-%m-%d}.{row.kind}"
    return attached(FileResponse(content, content_type=kind), name)


@login_required
@require_POST
def change_export(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponse:
    """Remove a file, or let one be written again that could not be."""
    asked, ledger, _ask = ledger_of(request, code, key)
    row = outgoing.get_export_for(asked.seen, ledger.register, pk)
    if request.POST.get("do") == "again":
        outgoing.again(row)
    else:
        outgoing.drop(row)
    return redirect("grid:exports", code, key)
