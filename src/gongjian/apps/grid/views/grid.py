"""The page of a register as a table that is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gongjian.apps.grid.sheet import sheet_context
from gongjian.apps.grid.views.registers import ledger_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def grid(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a register as a table; its rows come by requests of their own."""
    asked, ledger, ask = ledger_of(request, code, key)
    return render(request, "grid/grid.html", sheet_context(asked, ledger, ask, request.GET.dict()))
