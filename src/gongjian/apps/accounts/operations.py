"""How operations of the API are declared: who may, what may go wrong, what a repeat gives."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_type_hints

from django.http import HttpResponse
from ninja import Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of
from gongjian.apps.accounts.tokens import Bearer, Session, scope_missing
from gongjian.apps.ledger.book import Outcome, first_outcome
from gongjian.lib.contract import Unfit

if TYPE_CHECKING:
    from django.http import HttpRequest


class Done(Schema):
    """What an action left behind; `repeated` where the same request came before.

    Without an event nothing was changed, for everything was so already.
    """

    event: str | None
    repeated: bool
    result: dict[str, Any] = Field(description="what was made or changed, by its codes and ids")


_SESSION = Session()
LONGEST_KEY = 200


def reads(
    out: Any, *, is_tagged: bool = False, parameters: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Declare an operation that only reads; a tagged one answers If-None-Match."""
    extra: dict[str, Any] = {"x-scope": "read", "x-tagged": is_tagged}
    if parameters:
        extra["parameters"] = list(parameters)
    return {"auth": [Bearer("read"), _SESSION], "response": {200: out}, "openapi_extra": extra}


def writes(
    scope: str,
    *actions: str,
    out: Any = Done,
    is_conditional: bool = False,
    by_person: bool = False,
) -> dict[str, Any]:
    """Declare an operation that writes, by which actions; a conditional one minds If-Match.

    What only a person may do themselves is not open to tokens.
    """
    auth = [_SESSION] if by_person else [Bearer(scope), _SESSION]
    extra = {"x-scope": scope, "x-actions": list(actions), "x-conditional": is_conditional}
    return {"auth": auth, "response": {200: out}, "openapi_extra": extra}


def prepares(scope: str, out: Any) -> dict[str, Any]:
    """Declare an operation that gets a change ready, or drops it again: no fact changes, no event tells of it."""
    extra: dict[str, Any] = {"x-scope": scope, "x-prepares": True}
    return {"auth": [Bearer(scope), _SESSION], "response": {200: out}, "openapi_extra": extra}


def once(
    view: Callable[..., Outcome | HttpResponse | None],
) -> Callable[..., dict[str, Any] | HttpResponse]:
    """Give what an action left behind; a request that comes again under its key gives the same.

    It is looked up before anything else is: what the first one removed is not missed by the second.
    """

    @functools.wraps(view)
    def run(request: HttpRequest, /, **given: Any) -> dict[str, Any] | HttpResponse:
        if key := request.headers.get("Idempotency-Key"):
            if len(key) > LONGEST_KEY:
                raise Unfit("header.Idempotency-Key", f"longer than {LONGEST_KEY}")
            if first := first_outcome(act_of(request)):
                return done(first)
        made = view(request, **given)
        return made if isinstance(made, HttpResponse) else done(made)

    # Annotations are resolved where the view was written: ninja would look for them here.
    bare = types.FunctionType(view.__code__, view.__globals__)
    bare.__annotations__ = {k: v for k, v in view.__annotations__.items() if k != "return"}
    hints = get_type_hints(bare, include_extras=True)
    signature = inspect.signature(view)
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]  # functools leaves it open
        parameters=[
            p.replace(annotation=hints.get(p.name, p.annotation))
            for p in signature.parameters.values()
        ]
    )
    return run


def done(outcome: Outcome | None, **more: Any) -> dict[str, Any]:
    """Give an outcome as JSON has it; None where nothing had to be changed."""
    if outcome is None:
        return {"event": None, "repeated": False, "result": more}
    said = replace(outcome, result={**outcome.result, **more})
    return {"event": str(said.event_id), "repeated": said.repeated, "result": said.result}


def require_scope(request: HttpRequest, scope: str) -> None:
    """Refuse a token that lacks a scope which only shows from what is asked."""
    token = getattr(request, "token", None)
    if token is not None and scope not in token.scopes:
        raise scope_missing(scope)
