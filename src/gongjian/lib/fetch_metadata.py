"""Refuse writes that a page of another site started (fetch metadata)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_OWN = {"", "same-origin", "same-site", "none"}
_SAFE = {"GET", "HEAD", "OPTIONS"}


class FetchMetadataMiddleware:
    """Older browsers send no header and stay with the CSRF token alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _SAFE and request.headers.get("Sec-Fetch-Site", "") not in _OWN:
            raise PermissionDenied
        return self.get_response(request)
