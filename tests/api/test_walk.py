"""Every operation of the contract, walked as everybody who may come: none escapes, for the contract names them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests.support.api import ROOT, Program, program, token
from tests.support.cast import act
from tests.support.web import body_of, client
from tests.support.world import World, make_world, rows

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.secrets import SCOPES
from gongjian.apps.ledger.models import Event

pytestmark = pytest.mark.slow  # a hundred operations, as everybody
CONTRACT = json.loads(
    (Path(__file__).parent / "snapshots" / "openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = {
    operation["operationId"]: (method.upper(), path.removeprefix(ROOT), operation)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}
BY_PERSON = {n for n, (_m, _p, o) in OPERATIONS.items() if o.get("x-scope") == ""}
OWN = {
    "list_campaigns": 200,
    "list_own_answers": 200,
    "list_own_returns": 200,
    "list_tokens": 200,
    "read_work": 200,
}  # one's own, or nothing
# What a viewer of a whole campaign is refused although it is only read.
OFFICE_READS = {
    "list_intakes", "read_intake", "list_revisits",
    "list_answers", "list_inquiries", "list_playbooks", "list_rounds", "list_round_returns", "plan_adoption", "read_adoption",
    "read_answer", "read_check", "read_duty", "read_inquiry", "read_playbook_text", "read_return", "read_round",
    "read_shipped_text",
}  # fmt: skip
# What is somebody's own, for a viewer too: their views, and nobody else's.
# What was asked for by somebody else.
NOT_MINE = {"read_export": 404, "read_export_file": 404}
FILED = {"add_file": lambda: ("b.txt", "说明".encode()), "add_intake": lambda: ("b.xlsx", rows())}
VIEWER_WRITES = {"add_view": 200, "patch_view": 404, "share_view": 404, "drop_view": 404}


@pytest.fixture
def world(db) -> World:
    return make_world()


@contextlib.contextmanager
def undone():
    """Whatever is done inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def call(asked: Program, world: World, name: str):
    method, path, _operation = OPERATIONS[name]
    sample = world.samples[name]
    path = path.format(**sample.path)
    with undone():
        if name in FILED:
            sent = {"file": SimpleUploadedFile(*FILED[name]())}
            key = {"Authorization": f"Bearer {asked.secret}"} if asked.secret else {}
            answer = asked.seat.post(ROOT + path, sent, headers=key)
        else:
            answer = asked.ask(method, path, sample.body)
        body_of(answer)
        answer.event = _event(answer)
        return answer


def _event(answer) -> Event | None:
    is_json = answer.get("Content-Type", "").startswith("application/json")
    told = answer.json() if is_json and answer.status_code == 200 else {}
    pk = told.get("event") if isinstance(told, dict) else None
    return Event.objects.filter(pk=pk).first() if pk else None


def walked(asked: Program, world: World, expected) -> list[str]:
    """Call every operation; give those that answer otherwise than expected."""
    wrong = []
    for name in sorted(set(OPERATIONS) - {"root"}):
        answer = call(asked, world, name)
        wanted = expected(name)
        if answer.status_code != wanted:
            wrong.append(f"{name}: {answer.status_code}, not {wanted}: {body_of(answer)[:200]}")
        elif wanted >= 400 and answer["Content-Type"] != "application/problem+json":
            wrong.append(f"{name}: {answer['Content-Type']}")
    return wrong


def test_each_operation_of_the_contract_has_an_example(world):
    assert set(world.samples) == set(OPERATIONS)


def test_the_office_takes_each_operation_and_the_event_is_the_one_that_is_told(world):
    asked, seat = program(world.people["office"]), Program(client(world.people["office"]))
    wrong = []
    for name in sorted(OPERATIONS):
        answer = call(seat if name in BY_PERSON else asked, world, name)
        if answer.status_code != 200:
            wrong.append(f"{name}: {answer.status_code} {body_of(answer)[:300].decode()}")
        told = OPERATIONS[name][2].get("x-actions", [])
        if answer.event is not None and answer.event.action not in told:
            wrong.append(f"{name}: {answer.event.action}, not {told}")
        if told and answer.event is None:
            wrong.append(f"{name}: no event")
    assert wrong == []


def test_nobody_gets_in_without_a_token_or_a_session(world):
    assert walked(Program(Client()), world, lambda _name: 401) == []


def test_a_stranger_learns_of_nothing(world):
    asked = program(world.people["stranger"])
    assert walked(asked, world, lambda n: 401 if n in BY_PERSON else OWN.get(n, 404)) == []


def test_a_viewer_reads_and_changes_nothing(world):
    def expected(name: str) -> int:
        if name in BY_PERSON:
            return 401
        if name in OFFICE_READS:
            return 403
        is_read = OPERATIONS[name][2]["x-scope"] == "read"
        return NOT_MINE.get(name, 200) if is_read else VIEWER_WRITES.get(name, 403)

    assert walked(program(world.people["viewer"]), world, expected) == []


def test_who_runs_another_campaign_finds_nothing_of_this_one(world):
    """Orgs, groups and playbooks that ship are no campaign's; everything else is not there."""
    wide = {
        "abolish_post", "add_post", "appoint", "create_campaign", "join_group", "leave_group",
        "list_groups", "list_orgs", "list_playbooks", "patch_org", "read_org", "read_shipped_text",
    }  # fmt: skip
    elsewhere = {
        "merge_org",
        "move_org",
        "retire",
        "withdraw_grant",
    }  # reach into campaigns of others

    def expected(name: str) -> int:
        if name in BY_PERSON:
            return 401
        if name in wide:
            return 200
        if name == "let_in":
            return 422  # the item is not there
        return 403 if name in elsewhere else OWN.get(name, 404)

    assert walked(program(world.people["away"]), world, expected) == []


ITEM_PATHS = [n for n, (_m, p, _o) in OPERATIONS.items() if p.startswith("items/")]


@pytest.mark.parametrize("who", ["east", "guest"])
def test_items_of_another_org_are_not_there(world, who):
    """`guest` has an account for one other item only."""
    asked = program(world.people[who])
    answers = {n: call(asked, world, n).status_code for n in ITEM_PATHS}
    assert answers == dict.fromkeys(ITEM_PATHS, 404)


def test_what_is_kept_more_closely_is_not_there_for_a_contact_of_its_own_org(world):
    case = world.books.case()
    asked, clerk = program(world.people["works"]), program(world.people["clerk"])
    for name in ITEM_PATHS:
        method, path, _operation = OPERATIONS[name]
        sample = world.samples[name]
        place = path.format(**{**sample.path, "code": case.code})
        with undone():
            assert asked.ask(method, place, sample.body).status_code in {404, 422}, name
    assert clerk.get(f"items/{case.code}").status_code == 200
    assert asked.get(f"items/{case.code}").status_code == 404


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_without_the_scope_does_not_get_that_far(world, scope):
    asked = program(world.people["office"], *(s for s in SCOPES if s != scope))
    needs = [n for n, (_m, _p, o) in OPERATIONS.items() if o.get("x-scope") == scope]
    answers = {n: call(asked, world, n) for n in needs}
    assert {n: a.status_code for n, a in answers.items()} == dict.fromkeys(needs, 403)
    assert {a.json()["type"] for a in answers.values()} == {"urn:gongjian:token.scope_missing"}


def test_a_revoked_token_does_nothing_at_all(world):
    row, secret = token(world.people["office"])
    accounts.revoke_token(act(world.people["office"]), row)
    assert walked(Program(Client(), secret), world, lambda _name: 401) == []


def test_a_repeat_under_its_key_gives_the_first_outcome_and_another_body_is_refused(world):
    asked = program(world.people["office"])
    wrong = []
    for name, (method, path, operation) in sorted(OPERATIONS.items()):
        if not operation.get("x-actions") or name in BY_PERSON | set(FILED):
            continue
        sample = world.samples[name]
        place = path.format(**sample.path)
        with undone():
            first, again = (
                asked.ask(method, place, sample.body, Idempotency_Key="k1") for _ in range(2)
            )
            other = asked.ask(method, f"{place}?x=1", sample.body, Idempotency_Key="k1")
            same = first.json()["event"] == again.json().get("event")
            if not (same and again.json()["repeated"]):
                wrong.append(f"{name}: {again.content[:200]}")
            if other.json().get("type") != "urn:gongjian:idempotency.other_body":
                wrong.append(f"{name}: {other.content[:200]}")
    assert wrong == []
