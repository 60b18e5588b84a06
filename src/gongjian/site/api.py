"""The one API: routers and what may leave it as problem+json."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import django_auth

from gongjian.apps.cockpit.api import router
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

api = NinjaAPI(
    title="Gongjian",
    version="1",
    auth=django_auth,
    docs_url=None,
    description="Campaigns, items and reports; the same reads and actions as the pages.",
)
api.add_router("", router)


def problem(status: HTTPStatus, code: str, detail: str, **more: Any) -> HttpResponse:
    """Give an error as RFC 9457 wants it."""
    body = {
        "type": f"urn:gongjian:{code}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    return JsonResponse({**body, **more}, status=status, content_type="application/problem+json")


@api.exception_handler(Http404)
def _missing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "not_found", _("There is no such thing, or not for you."))


@api.exception_handler(PermissionDenied)
def _forbidden(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(HTTPStatus.FORBIDDEN, "forbidden", _("Your role does not take this step."))


@api.exception_handler(AuthenticationError)
def _stranger(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(HTTPStatus.UNAUTHORIZED, "unauthorized", _("Sign in first."))


@api.exception_handler(ActionError)
def _refused(_request: HttpRequest, error: ActionError) -> HttpResponse:
    status = HTTPStatus.CONFLICT if isinstance(error, Moved) else HTTPStatus.UNPROCESSABLE_ENTITY
    facts = {k: str(v) for k, v in error.facts.items()}
    return problem(status, error.code, sentence(error), facts=facts)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    detail = _("The request does not have the right shape.")
    errors = [{"at": ".".join(map(str, e["loc"])), "why": e["msg"]} for e in error.errors]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, errors=errors)
