"""What every edge asks of a request: the scope of its person, and the act it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages

from gongjian.apps.accounts.access import Scope, scope
from gongjian.apps.ledger.book import Act
from gongjian.apps.ledger.models import SYSTEM
from gongjian.lib import clock
from gongjian.lib.requests import request_id, sent_digest

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from gongjian.apps.ledger.book import Outcome


def seen_by(request: HttpRequest) -> Scope:
    """Give what the person of a request may see today: one query for each request."""
    if (held := getattr(request, "_seen_by", None)) is not None:
        found: Scope = held
        return found
    found = scope(request.user, clock.today())
    token = getattr(request, "token", None)
    if token is not None and token.campaign_id is not None:
        found = found.within(token.campaign_id)
    request._seen_by = found  # type: ignore[attr-defined]  # kept with the request it is about
    return found


def act_of(request: HttpRequest, reason: str = "", *, on_behalf_of: UUID | None = None) -> Act:
    """Give who acts by a request, and for which org where it is not their own (代录)."""
    by = request.user.pk if request.user.is_authenticated else SYSTEM
    return Act(
        request_id=request_id(request),
        by=by,
        on_behalf_of=on_behalf_of,
        reason=reason,
        origin="api" if hasattr(request, "token") else "",
        digest=sent_digest(request),
    )


def tell_done(request: HttpRequest, done: Outcome, text: str) -> None:
    """Say that an action is done, with the button that takes it back."""
    messages.success(request, text, extra_tags=str(done.event_id))
