"""Tokens: within their scopes, their campaign and their days; guesses are counted; secrets shown once."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from tests.support.api import Program, program, token
from tests.support.cast import act
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Token
from gongjian.apps.accounts.secrets import digest_of
from gongjian.apps.ledger.actions import undo
from gongjian.apps.ledger.models import Change, Event
from gongjian.lib import clock


def test_a_token_reads_what_its_person_sees_and_nothing_else(cast):
    item = cast.item(org="works")
    assert program(cast.people["works"]).get(f"items/{item.code}").status_code == 200
    assert program(cast.people["east"]).get(f"items/{item.code}").status_code == 404


def test_a_token_does_only_what_its_scopes_name(cast):
    item = cast.item()
    reader = program(cast.people["office"], "read")
    sent = reader.post(f"items/{item.code}/reports", {"progress": "Dug."})
    assert (sent.status_code, sent.json()["type"]) == (403, "urn:gongjian:token.scope_missing")
    assert 'scope="loop:write"' in sent["WWW-Authenticate"]
    writer = program(cast.people["office"], "loop:write")
    assert writer.post(f"items/{item.code}/reports", {"progress": "Dug."}).status_code == 200
    assert writer.get(f"items/{item.code}").status_code == 403


def test_what_a_token_does_is_told_as_its_persons(cast):
    item = cast.item()
    sent = program(cast.people["works"]).post(f"items/{item.code}/reports", {"progress": "Dug."})
    event = Event.objects.get(pk=sent.json()["event"])
    assert (event.actor_id, event.origin) == (cast.people["works"].pk, "api")


def test_a_token_of_one_campaign_sees_no_other(books):
    here = program(books.people["office"], campaign_id=books.campaign.pk)
    assert here.get("campaigns/BK21").status_code == 200
    assert here.get("campaigns/BK22").status_code == 404
    assert [c["code"] for c in here.get("campaigns").json()["campaigns"]] == ["BK21"]
    body = {"code": "NEW1", "name": "x", "start_on": "2030-01-01", "end_on": "2030-02-01"}
    assert here.post("campaigns", {**body, "playbook": "yuecheng-2021"}).status_code == 403


@pytest.mark.parametrize("why", ["expired", "revoked", "gone", "unknown"])
def test_a_token_that_counts_no_more_is_refused(cast, why):
    person = cast.people["works"]
    row, secret = token(person, expires_on=clock.today())
    if why == "revoked":
        accounts.revoke_token(act(person), row)
    if why == "gone":
        gone = act(cast.people["office"], reason="left")
        accounts.retire(gone, person, last_day=clock.today())
    later = clock.now() + dt.timedelta(days=2 if why == "expired" else 0)
    with time_machine.travel(later, tick=False):
        asked = Program(Client(), secret + ("x" if why == "unknown" else ""))
        answer = asked.get("campaigns")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith('Bearer realm="gongjian", error="invalid_token"')
    code = {"gone": "revoked"}.get(why, why)
    assert answer.json()["type"] == f"urn:gongjian:token.{code}"


def test_the_eleventh_guess_from_an_address_is_not_looked_at(cast):
    _row, secret = token(cast.people["works"])
    guesses = [Program(Client(), f"gj_{n}").get("campaigns").status_code for n in range(10)]
    assert guesses == [401] * 10
    locked = Program(Client(), secret).get("campaigns")
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert locked["Content-Type"] == "application/problem+json"
    elsewhere = Program(Client(REMOTE_ADDR="10.1.2.3"), secret)
    assert elsewhere.get("campaigns").status_code == 200


def test_a_token_that_ran_out_is_no_guess(cast):
    row, secret = token(cast.people["works"])
    accounts.revoke_token(act(cast.people["works"]), row)
    asked = [Program(Client(), secret).get("campaigns").status_code for _ in range(12)]
    assert asked == [401] * 12


def test_the_day_of_the_last_use_is_kept_and_nothing_finer(cast):
    row, secret = token(cast.people["works"])
    assert row.last_used_on is None
    Program(Client(), secret).get("campaigns")
    row.refresh_from_db()
    assert (row.last_used_on, row.version) == (clock.today(), 1)


def test_neither_the_secret_nor_its_hash_stands_in_the_book(cast):
    _row, secret = token(cast.people["works"])
    told = str(list(Change.objects.values_list("after", flat=True)))
    told += str(list(Event.objects.values_list("outcome", flat=True)))
    assert secret not in told
    assert digest_of(secret) not in told
    assert Token.objects.get().digest == digest_of(secret)


def test_undoing_brings_no_revoked_token_back_to_use(cast):
    _row, secret = token(cast.people["works"])
    made = Event.objects.get(action="accounts.make_token")
    gone = undo(act(cast.people["works"]), made.pk)
    undo(act(cast.people["works"]), gone.event_id)
    assert Token.objects.get().digest is None
    assert Program(Client(), secret).get("campaigns").status_code == 401


def test_a_session_writes_with_its_csrf_token_only(cast):
    item = cast.item()
    seat = Client(enforce_csrf_checks=True)
    seat.force_login(cast.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    asked = Program(seat)
    assert asked.get(f"items/{item.code}").status_code == 200
    sent = asked.post(f"items/{item.code}/reports", {"progress": "Dug."})
    assert (sent.status_code, sent.json()["type"]) == (403, "urn:gongjian:csrf.failed")
    seat.get("/account/tokens")
    key = seat.cookies["csrftoken"].value
    sent = asked.post(f"items/{item.code}/reports", {"progress": "Dug."}, X_CSRFToken=key)
    assert sent.status_code == 200


def test_who_is_not_signed_in_is_told_how_to_be(cast):
    answer = Program(Client()).post("campaigns", {})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="gongjian"')


def test_a_token_makes_and_revokes_no_tokens(cast):
    row, secret = token(cast.people["works"])
    asked = Program(Client(), secret)
    assert asked.post("tokens", {"name": "x", "scopes": ["read"]}).status_code == 401
    assert asked.delete(f"tokens/{row.pk}").status_code == 401


def test_a_session_makes_a_token_whose_secret_is_told_once(cast):
    seat = Program(client(cast.people["works"]))
    body = {"name": "nightly", "scopes": ["read"]}
    first, again = (seat.post("tokens", body, Idempotency_Key="t1").json() for _ in range(2))
    assert first["result"]["secret"].startswith("gj_")
    assert again["repeated"]
    assert "secret" not in again["result"]
    told = seat.get("tokens").json()["tokens"]
    assert [t["name"] for t in told] == ["nightly"]
    assert "secret" not in told[0]
    assert Program(Client(), first["result"]["secret"]).get("campaigns").status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"scopes": ["all"]}, "token.scope_unknown"),
        ({"name": "  "}, "token.name_missing"),
        ({"expires_on": "2020-01-01"}, "token.life"),
        ({"expires_on": "2999-01-01"}, "token.life"),
    ],
)
def test_a_token_that_would_be_too_much_is_refused(cast, changed, code):
    body = {"name": "x", "scopes": ["read"], **changed}
    sent = Program(client(cast.people["works"])).post("tokens", body)
    assert (sent.status_code, sent.json()["type"]) == (422, f"urn:gongjian:{code}")


def test_the_page_shows_a_secret_once_and_revokes(cast):
    seat = client(cast.people["works"])
    form = {"name": "夜间同步", "scopes": ["read"], "expires_on": clock.today(), "request_id": "r"}
    made = seat.post("/account/tokens", form)
    secret = re.search(r"gj_[\w-]{40,}", made.content.decode())[0]
    assert "no-store" in made["Cache-Control"]
    assert (
        seat.post("/account/tokens", form).status_code == 302
    )  # sent twice: it is not shown again
    page = seat.get("/account/tokens").content.decode()
    assert "夜间同步" in page
    assert secret not in page
    row = Token.objects.get()
    assert seat.post(f"/account/tokens/{row.pk}/revoke").status_code == 302
    assert Program(Client(), secret).get("campaigns").status_code == 401


def test_a_form_without_scopes_keeps_what_was_typed(cast):
    seat = client(cast.people["works"])
    sent = seat.post("/account/tokens", {"name": "夜间同步", "expires_on": clock.today()})
    assert sent.status_code == 422
    assert 'value="夜间同步"' in sent.content.decode()
