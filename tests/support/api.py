"""Programs that speak to the API: a token of a person, and requests with JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Person, Token
from gongjian.apps.accounts.secrets import SCOPES, new_secret
from tests.support.cast import act

ROOT = "/api/v1/"


@dataclass
class Program:
    """A client of the API: by a token, or by the session of a client that is given."""

    seat: Client
    secret: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request; names of headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            named["Authorization"] = f"Bearer {self.secret}"
        sent = {} if body is None else {"data": json.dumps(body)}
        return self.seat.generic(
            method, ROOT + path, content_type="application/json", headers=named, **sent
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.ask("DELETE", path, **headers)


def token(person: Person, *scopes: str, **more: Any) -> tuple[Token, str]:
    """Make a token for a person, with all scopes where none is named."""
    secret = new_secret()
    wanted = accounts.Wanted("test", scopes or tuple(SCOPES), **more)
    made = accounts.make_token(act(person), person, wanted, secret)
    return Token.objects.get(pk=made.result["token"]), secret


def program(person: Person, *scopes: str, **more: Any) -> Program:
    """Give a program that acts by a token of a person."""
    _row, secret = token(person, *scopes, **more)
    return Program(Client(HTTP_ACCEPT_LANGUAGE="en"), secret)
