"""What an edge takes from a request: who acts, by which request, what they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from django.http import HttpRequest


def request_id(request: HttpRequest) -> str:
    """Give the id of this request: the form's hidden one, a header's, or a new one."""
    given = request.POST.get("request_id", "") or request.headers.get("Idempotency-Key", "")
    return given[:64] or str(new_id())
