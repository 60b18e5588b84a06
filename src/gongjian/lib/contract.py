"""What every answer of the API has in common: problems, entity tags, cursors, bodies that refuse the unknown."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Schema
from ninja.parser import Parser
from pydantic import BeforeValidator, ConfigDict, Field

from gongjian.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

JSON = "application/json"
PROBLEM = "application/problem+json"
MERGE_PATCH = "application/merge-patch+json"
ROOT = "/api/"
PAGE, MOST = 100, 200  # rows of a page where nothing is said, and at most
_TAG = re.compile(r'^(?:W/)?"(\d{1,9})(?:-[0-9a-f]{1,64})?"$')


class Body(Schema):
    """What is sent: a member that nobody knows is refused, not skipped over; so is a text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _day(given: object) -> object:
    """Read a day; a number of seconds, which pydantic would take as well, is none."""
    return dt.date.fromisoformat(given) if isinstance(given, str) else given


def _id(given: object) -> object:
    return UUID(given) if isinstance(given, str) else given


Day = Annotated[dt.date, BeforeValidator(_day)]
Id = Annotated[UUID, BeforeValidator(_id)]


class Fault(Schema):
    """One thing that is wrong with a request, and where."""

    at: str
    why: str


class Problem(Schema):
    """An error, as RFC 9457 wants it; `type` names it for programs, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
    facts: dict[str, str] = {}


# How far a list goes on; a page that is the last one has no `after`.
After = Annotated[
    str | None, Query(description="`after` of the page before: where to go on", max_length=400)
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="rows a page")]
Code = Annotated[str, Field(max_length=32)]
Line = Annotated[str, Field(max_length=300)]


class Unsupported(Exception):  # noqa: N818  # a state of the request, told as such
    """A body that is no JSON by its own word."""


class Unfit(Exception):  # noqa: N818  # a state of the request, told as such
    """A request that names what is not there: a member, a field, a place to go on from."""

    def __init__(self, at: str, why: str) -> None:
        super().__init__(at)
        self.at, self.why = at, why


class JsonParser(Parser):
    """Reads JSON and nothing else: no NaN, no text that a database cannot hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Read a body."""
        if (request.content_type or JSON) not in {JSON, MERGE_PATCH}:
            raise Unsupported(request.content_type)
        found = json.loads(request.body, parse_constant=_refuse)
        text = json.dumps(found, ensure_ascii=False)
        text.encode()  # half of a surrogate pair is no text
        if "\\u0000" in text:
            raise ValueError("NUL")
        return found


def _refuse(name: str) -> Any:
    raise ValueError(name)


def problem(status: HTTPStatus, code: str, detail: str, **more: Any) -> HttpResponse:
    """Give an error as RFC 9457 wants it."""
    body = {
        "type": f"urn:gongjian:{code}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    return HttpResponse(json.dumps({**body, **more}), status=status, content_type=PROBLEM)


def answer(
    body: Any, *, version: int | None = None, request: HttpRequest | None = None
) -> HttpResponse:
    """Give JSON that is plain values already; checking it again would cost more than making it.

    With a version it carries an entity tag; who holds the same answer already is told so (304).
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    if version is None:
        return HttpResponse(text, content_type=JSON)
    tag = f'"{version}-{hashlib.blake2b(text, digest_size=6).hexdigest()}"'
    held = request.headers.get("If-None-Match", "") if request is not None else ""
    is_same = tag in {t.strip().removeprefix("W/") for t in held.split(",")}
    made = HttpResponse(b"" if is_same else text, content_type=JSON)
    if is_same:
        made.status_code = HTTPStatus.NOT_MODIFIED
        del made["Content-Type"]
    made["ETag"] = tag
    made["Cache-Control"] = "private, no-cache"
    return made


def version_held(request: HttpRequest) -> int | None:
    """Give the version that a write is meant for (If-Match), or None where it is for any.

    An entity tag is the version, with a mark of the whole answer behind it: a light may have changed
    since, and a write need not mind that.
    """
    given = request.headers.get("If-Match")
    if given is None or given == "*":
        return None
    found = _TAG.match(given)
    if found is None:
        raise Unfit("header.If-Match", "not an entity tag of this API")
    return int(found[1])


def cursor(*place: str | int) -> str:
    """Make a place in a list opaque: nobody should build one."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(given: str | None, kinds: tuple[type, ...] = (str,)) -> tuple[Any, ...] | None:
    """Read a cursor; None for the first page."""
    if not given:
        return None
    try:
        padded = given + "=" * (-len(given) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, list) or [type(v) for v in found] != list(kinds):
        raise Unfit("query.after", "not a place in this list")
    return tuple(found)


def known_only(request: HttpRequest, known: Iterable[str]) -> None:
    """Refuse a filter that nobody knows: without it the list would be longer, and nobody would see why."""
    for name in request.GET:
        if name not in known:
            raise Unfit(f"query.{name}", "unknown")


def refuse(code: str, **facts: object) -> KernelError:
    """Give what a request is refused with; its sentence is in `lib.problems`."""
    return KernelError(code, **facts)
