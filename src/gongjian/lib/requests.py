"""What an edge takes from a request: who acts, by which request, what they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from django.http import HttpRequest

_DIGITS = 9  # more than a version ever has, fewer than a database cannot hold


def request_id(request: HttpRequest) -> str:
    """Give the id of this request: the form's hidden one, a header's, or a new one."""
    given = request.POST.get("request_id", "") or request.headers.get("Idempotency-Key", "")
    return given[:64] or str(new_id())


def whole(text: str) -> int | None:
    """Read a version, a page or a number of days as forms send them; None for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number else None
