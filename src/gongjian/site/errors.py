"""Errors outside every operation: under /api/ they are problems, elsewhere the pages of Django."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from gongjian.lib.contract import ROOT, problem
from gongjian.site.api import too_big

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(ROOT)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that is refused before it is looked at."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return too_big()
    return problem(HTTPStatus.BAD_REQUEST, "bad_request", _("The request cannot be read."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what a page of another site tried."""
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return problem(HTTPStatus.FORBIDDEN, "forbidden", _("Your role does not take this step."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that nothing stands at."""
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return unknown(request)


@csrf_exempt  # nothing stands here, whoever asks and however
def unknown(_request: HttpRequest, **_parts: Any) -> HttpResponse:
    """Answer an address of the API that nothing stands at."""
    detail = _("Nothing stands at this address. The contract is at /api/v1/openapi.json.")
    return problem(HTTPStatus.NOT_FOUND, "not_found", detail)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Answer a fault of our own."""
    if not _is_api(request):
        return defaults.server_error(request)
    detail = _("Something went wrong on our side; the administrator finds it in the log.")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)
