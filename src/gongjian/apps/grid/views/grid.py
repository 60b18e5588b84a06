"""The page of a register as a table that is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from gongjian.apps.grid.sheet import sheet_context
from gongjian.apps.grid.top import face_address
from gongjian.apps.grid.views.faces import around

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def grid(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a register as a table; its rows come by requests of their own. A past day is only read: as a list."""
    at = around(request, code, key, "grid")
    if at.asked.is_past:
        return redirect(f"{face_address(code, key, 'list')}?{request.GET.urlencode()}")
    return render(request, "grid/grid.html", sheet_context(at))
