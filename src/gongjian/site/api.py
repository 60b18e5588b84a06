"""The one API: its rooms put together, its contract told whole, and what may leave it as a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, InternalError, OperationalError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from gongjian.apps.accounts.api import router as accounts
from gongjian.apps.accounts.tokens import Unauthorized
from gongjian.apps.campaigns.api import routers as campaigns
from gongjian.apps.cockpit.api import router as cockpit
from gongjian.apps.grid.api import routers as grid
from gongjian.apps.ledger.book import Moved
from gongjian.apps.loop.api import routers as loop
from gongjian.apps.targets.api import router as targets
from gongjian.kernel.errors import KernelError
from gongjian.lib.contract import JsonParser, Unfit, Unsupported, problem
from gongjian.lib.problems import database_sentence, problem_lines, sentence
from gongjian.site.openapi import told_whole

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

REALM = 'Bearer realm="gongjian"'
WHILE_LOCKED = "900"  # seconds, as settings.AXES_COOLOFF_TIME


class Api(NinjaAPI):
    """The API with its contract told whole."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Give the name of the function: short, and the same for ever."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **where: Any) -> Any:
        """Give the contract, with what every operation has in common."""
        return told_whole(super().get_openapi_schema(**where))


api = Api(
    title="Gongjian",
    version="1",
    docs_url=None,
    parser=JsonParser(),
    description="Registers, items, orgs, playbooks and the closed loop of delivery campaigns: the same "
    "reads and the same actions as the pages, with the same rights. See docs/reference/api.md.",
)
for room in (accounts, *campaigns, *grid, cockpit, *loop, targets):
    api.add_router("", room)


@api.exception_handler(Http404)
def _missing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "not_found", _("There is no such thing, or not for you."))


@api.exception_handler(PermissionDenied)
def _forbidden(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(HTTPStatus.FORBIDDEN, "forbidden", _("Your role does not take this step."))


@api.exception_handler(AuthenticationError)
def _stranger(_request: HttpRequest, _error: Exception) -> HttpResponse:
    answer = problem(HTTPStatus.UNAUTHORIZED, "unauthorized", _("Sign in first, or send a token."))
    answer["WWW-Authenticate"] = REALM
    return answer


@api.exception_handler(Unauthorized)
def _unauthorized(_request: HttpRequest, error: Unauthorized) -> HttpResponse:
    answer = problem(error.status, error.code, sentence(error), facts=_facts(error))
    if error.challenge:
        answer["WWW-Authenticate"] = f"{REALM}, {error.challenge}"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["Retry-After"] = WHILE_LOCKED
    return answer


@api.exception_handler(KernelError)
def _refused(request: HttpRequest, error: KernelError) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, Moved):
        is_held = bool(request.headers.get("If-Match"))
        status = HTTPStatus.PRECONDITION_FAILED if is_held else HTTPStatus.CONFLICT
    errors = [{"at": "playbook", "why": line} for line in problem_lines(error)]
    more = {"errors": errors} if errors else {}
    return problem(status, error.code, sentence(error), facts=_facts(error), **more)


def _facts(error: KernelError) -> dict[str, str]:
    return {k: str(v) for k, v in error.facts.items() if k != "faults"}


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _misshapen([{"at": ".".join(map(str, e["loc"])), "why": e["msg"]} for e in error.errors])


@api.exception_handler(Unfit)
def _unfit(_request: HttpRequest, error: Unfit) -> HttpResponse:
    return _misshapen([{"at": error.at, "why": error.why}])


@api.exception_handler(DataError)
@api.exception_handler(OverflowError)
def _beyond(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return _misshapen([{"at": "request", "why": "a value that no row can hold"}])


def _misshapen(errors: list[dict[str, str]]) -> HttpResponse:
    detail = _("The request does not have the right shape.")
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, errors=errors)


@api.exception_handler(RequestDataTooBig)
def _too_big(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return too_big()


@api.exception_handler(HttpError)
def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Unsupported):
        detail = _("The body must be JSON: send Content-Type: application/json.")
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.BAD_REQUEST:
        return problem(status, "bad_request", _("The body is no JSON that could be read."))
    return problem(status, status.phrase.lower().replace(" ", "_"), error.message)


def too_big() -> HttpResponse:
    """Say that a request is larger than is taken in."""
    detail = _("The request is too large. Send less at once.")
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail)


@api.exception_handler(OperationalError)
@api.exception_handler(InternalError)
def _unavailable(_request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", database_sentence(error))


class Root(Schema):
    """Where to go from here."""

    version: str
    contract: str
    links: dict[str, str]


@api.get("", auth=None, response=Root, tags=["Root"])
def root(request: HttpRequest) -> Any:
    """Give the addresses to begin at; whoever may read them is asked there."""
    here = reverse("api-1:api-root")
    names = ("campaigns", "orgs", "groups", "returns", "answers", "playbooks", "tokens")
    return {
        "version": "1",
        "contract": f"{here}openapi.json",
        "links": {name: f"{here}{name}" for name in names},
    }


def urls() -> Any:
    """Give the addresses of the API; what ninja answers outside operations is told as a problem too."""
    patterns, app, space = api.urls
    for pattern in patterns:
        name = getattr(pattern, "name", "")
        pattern.callback = _guarded(pattern.callback, is_contract=name == "openapi-json")
    return patterns, app, space


def _guarded(view: Any, *, is_contract: bool) -> Any:
    """HEAD is a GET without its body (the server leaves that off); other methods are told which there are."""

    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        if is_contract and request.method != "GET":
            return _not_allowed("GET")
        answer = view(request, *args, **kwargs)
        if is_head:
            request.method = "HEAD"
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return _not_allowed(answer["Allow"])
        return answer

    run.csrf_exempt = True  # type: ignore[attr-defined]  # the session's auth asks for the CSRF token
    return run


def _not_allowed(allowed: str) -> HttpResponse:
    detail = _("This address does not take this method; it takes: %(allowed)s.")
    methods = ", ".join(sorted(allowed.replace(" ", "").split(",")))
    answer = problem(
        HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", detail % {"allowed": methods}
    )
    answer["Allow"] = methods
    return answer
