"""Who a request to the API comes from: a session with its CSRF token, or a bearer token within its scopes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from gongjian.apps.accounts.models import Person, Token
from gongjian.apps.accounts.secrets import digest_of
from gongjian.kernel.errors import KernelError
from gongjian.lib import clock

if TYPE_CHECKING:
    from django.http import HttpRequest


class Unauthorized(KernelError):  # noqa: N818  # a state of the request, told as such
    """Whoever asks is not known, asks for more than their token is for, or has guessed too often."""

    def __init__(self, status: HTTPStatus, code: str, challenge: str = "", **facts: object) -> None:
        super().__init__(code, **facts)
        self.status, self.challenge = status, challenge


class Bearer(HttpBearer):
    """A token in the header `Authorization: Bearer gj_…`; needs no CSRF token."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Let a token in, once its address has not guessed too often.

        1. An address with ten wrong tokens in a quarter of an hour is locked, as at the sign-in page.
        2. An unknown token is counted; one that ran out or was revoked is no guess.
        3. The token acts as its person, within its scopes and its campaign.
        """
        _refuse_locked(request)
        found = Token.objects.select_related("person").filter(digest=digest_of(token)).first()
        if found is None:
            _count_guess(request, token)
            raise _invalid("token.unknown")
        _refuse_void(found)
        if self.scope not in found.scopes:
            raise scope_missing(self.scope)
        if found.last_used_on != (day := clock.today()):
            found.note_use(day)
        request.user = found.person
        request.token = found  # type: ignore[attr-defined]  # kept with the request it came by
        return found.person


class Session(APIKeyCookie):
    """The session of the pages; a write needs the CSRF token as well (header `X-CSRFToken`)."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # looked at below, once it is clear that somebody is signed in

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """Let whoever is signed in in."""
        if not isinstance(request.user, Person):
            return None
        if check_csrf(request) is not None:
            raise Unauthorized(HTTPStatus.FORBIDDEN, "csrf.failed")
        return request.user


def scope_missing(scope: str) -> Unauthorized:
    """Give the refusal of a token that was not made for this."""
    challenge = f'error="insufficient_scope", scope="{scope}"'
    return Unauthorized(HTTPStatus.FORBIDDEN, "token.scope_missing", challenge, scope=scope)


def _refuse_void(found: Token) -> None:
    if found.revoked_at is not None:
        raise _invalid("token.revoked")
    if found.expires_on < clock.today():
        raise _invalid("token.expired", day=found.expires_on)
    if not found.person.is_active:
        raise _invalid("token.revoked")


def _invalid(code: str, **facts: object) -> Unauthorized:
    return Unauthorized(HTTPStatus.UNAUTHORIZED, code, 'error="invalid_token"', **facts)


def _refuse_locked(request: HttpRequest) -> None:
    """One query, by the counts that the sign-in page keeps."""
    AxesProxyHandler.update_request(request)  # type: ignore[no-untyped-call]
    recent = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set the line above
        attempt_time__gte=get_cool_off_threshold(request),
    )
    n = recent.aggregate(n=Sum("failures_since_start"))["n"] or 0
    if n >= settings.AXES_FAILURE_LIMIT:
        raise Unauthorized(HTTPStatus.TOO_MANY_REQUESTS, "token.locked")


def _count_guess(request: HttpRequest, secret: str) -> None:
    """Count by address; the name says nothing of the secret, and no two guesses share one."""
    name = {"username": f"token {digest_of(secret)[:16]}"}
    AxesProxyHandler.user_login_failed(__name__, name, request)
    request.axes_locked_out = False  # type: ignore[attr-defined]  # a problem is told, not a page
