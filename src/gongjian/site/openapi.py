"""The contract told whole: scopes, headers and problems that operations share, in the words of OpenAPI 3.1."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from gongjian.apps.accounts.operations import LONGEST_KEY
from gongjian.apps.accounts.secrets import SCOPES
from gongjian.lib.contract import MERGE_PATCH, PROBLEM, Problem

_REF = "#/components"
_READ = (401, 403, 404, 405, 422, 429, 503)
_WRITE = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503)
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "The same key with the same request gives the first outcome again.",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,9}(-[0-9a-f]{1,64})?")$'},
    "description": "The ETag, or the version in quotes, that the change was made for.",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "An ETag; 304 where the answer is still the same.",
}
_ETAG = {
    "description": "The version, and a mark of the whole answer behind it.",
    "schema": {"type": "string"},
}


def told_whole(found: dict[str, Any]) -> dict[str, Any]:
    """Add to every operation what the rooms need not say one by one."""
    for methods in found["paths"].values():
        for method, operation in methods.items():
            _complete(method, operation)
    parts = found["components"]
    schema = Problem.model_json_schema(ref_template=f"{_REF}/schemas/{{model}}")
    parts["schemas"] |= schema.pop("$defs", {})
    parts["schemas"]["Problem"] = schema
    statuses = sorted({*_READ, *_WRITE, HTTPStatus.PRECONDITION_FAILED})
    parts["responses"] = {_name(s): _response(s) for s in statuses}
    parts["securitySchemes"] = {
        "Bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token (gj_…) made on the page “account/tokens”. Scopes: "
            + "; ".join(f"{key}: {_english(word)}" for key, word in SCOPES.items()),
        },
        "Session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of the pages; writes send X-CSRFToken as well.",
        },
    }
    return found


def _english(word: Any) -> str:
    return str(getattr(word, "_args", [word])[0])


def _complete(method: str, operation: dict[str, Any]) -> None:
    scope = operation.get("x-scope")
    if scope is None:
        return
    named = [next(iter(one)) for one in operation.get("security", [])]
    operation["security"] = [{name: [scope] if name == "Bearer" else []} for name in named]
    is_tagged = operation.pop("x-tagged", False)
    is_conditional = operation.pop("x-conditional", False)
    statuses = _READ if method == "get" else _WRITE
    operation["responses"] |= {
        s: {"$ref": f"{_REF}/responses/{_name(s)}"}
        for s in (*statuses, *((412,) if is_conditional else ()))
    }
    if is_tagged:
        operation["responses"][200].setdefault("headers", {})["ETag"] = _ETAG
        operation["responses"][304] = {"description": "Not Modified", "headers": {"ETag": _ETAG}}
        operation["parameters"].append(_IF_NONE_MATCH)
    # What only looks, or gets a change ready, leaves no event by which a repeat would be found.
    if operation.get("x-actions"):
        operation["parameters"].append(_KEY)
    if is_conditional:
        operation["parameters"].append(_IF_MATCH)
    body = operation.get("requestBody", {}).get("content", {})
    if method == "patch" and "application/json" in body:
        body[MERGE_PATCH] = body["application/json"]


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _response(status: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM: {"schema": {"$ref": f"{_REF}/schemas/Problem"}}},
    }
    headers = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After"}
    if name := headers.get(status):
        made["headers"] = {name: {"schema": {"type": "string"}}}
    return made
