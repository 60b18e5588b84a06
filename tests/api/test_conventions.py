"""What every operation has in common: problems, keys, conditions, cursors."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.api import ROOT, Program, program
from tests.support.cast import act
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.ledger.models import Change, Event


@pytest.fixture
def office(books):
    return program(books.people["office"])


def is_problem(answer, status: int, code: str) -> bool:
    told = answer.json()
    return (
        answer.status_code == told["status"] == status
        and answer["Content-Type"] == "application/problem+json"
        and told["type"] == f"urn:gongjian:{code}"
        and bool(told["title"] and told["detail"])
    )


@pytest.mark.parametrize("path", ["nowhere", "items/X/nowhere", "../v2/items", "events/x/undo"])
def test_an_address_where_nothing_stands_is_a_problem(db, path):
    assert is_problem(Client().get(ROOT + path), 404, "not_found")
    strict = Client(enforce_csrf_checks=True)
    assert is_problem(strict.post(ROOT + path), 404, "not_found")


def test_a_page_that_is_not_there_stays_a_page(db):
    answer = Client().get("/nowhere")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_method_that_an_address_does_not_take_is_a_problem_that_names_those_it_takes(office):
    answer = office.ask("PUT", "campaigns")
    assert is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST"
    assert is_problem(office.ask("POST", "openapi.json"), 405, "method_not_allowed")


def test_head_is_answered_as_get_without_its_body(books, office):
    item = books.item()
    head, get = (office.ask(m, f"items/{item.code}") for m in ("HEAD", "GET"))
    assert (head.status_code, head["ETag"], head.content) == (200, get["ETag"], b"")


@pytest.mark.parametrize(
    "text", ["{", '{"title": NaN}', '{"title": "\\ud800"}', '{"a": "\\u0000"}']
)
def test_a_body_that_is_no_json_is_a_problem(books, office, text):
    headers = {"Authorization": f"Bearer {office.secret}"}
    url = f"{ROOT}items/{books.item().code}"
    sent = office.seat.patch(url, text, content_type="application/json", headers=headers)
    assert is_problem(sent, 400, "bad_request")


def test_a_body_of_another_kind_is_a_problem(books, office):
    headers = {"Authorization": f"Bearer {office.secret}"}
    url = f"{ROOT}items/{books.item().code}"
    sent = office.seat.patch(url, "a=1", content_type="text/plain", headers=headers)
    assert is_problem(sent, 415, "unsupported_media_type")
    sent = office.seat.patch(
        url, '{"title": "x"}', content_type="application/merge-patch+json", headers=headers
    )
    assert sent.status_code == 200


def test_a_body_that_is_too_large_is_a_problem(books, office, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    sent = office.patch(f"items/{books.item().code}", {"title": "x" * 200})
    assert is_problem(sent, 413, "too_large")


def test_a_page_of_another_site_is_told_so_as_a_problem(books):
    asked = Program(client(books.people["office"]))
    sent = asked.patch(f"items/{books.item().code}", {"title": "x"}, Sec_Fetch_Site="cross-site")
    assert is_problem(sent, 403, "forbidden")


def test_a_text_is_no_number_and_a_number_no_day(books, office):
    url = f"items/{books.item().code}"
    for body in ({"due": 0}, {"due": "soon"}, {"title": 5}, {"title": None}, {"battle": "x"}):
        assert office.patch(url, body).status_code == 422, body


def test_the_root_says_where_to_begin_and_the_contract_is_open(db):
    told = Client().get(ROOT).json()
    assert Client().get(told["contract"]).json()["openapi"].startswith("3.1")
    assert told["links"]["campaigns"] == "/api/v1/campaigns"


def test_a_key_is_for_one_request(books, office):
    item = books.item()
    url, key = f"items/{item.code}", {"Idempotency_Key": "k" * 100}
    first, again = (office.patch(url, {"title": "Mine"}, **key) for _ in range(2))
    assert (first.json()["event"], again.json()["repeated"]) == (again.json()["event"], True)
    assert is_problem(office.patch(url, {"title": "Other"}, **key), 422, "idempotency.other_body")
    assert is_problem(office.delete(url, **key), 405, "method_not_allowed")
    longer = {"Idempotency_Key": "k" * 99 + "x"}
    assert not office.patch(url, {"title": "Other"}, **longer).json()["repeated"]


def test_the_digest_of_a_request_is_sealed_with_its_event_and_told_nobody(books, office):
    item = books.item()
    sent = office.patch(f"items/{item.code}", {"title": "Mine"}, Idempotency_Key="k")
    event = Event.objects.get(pk=sent.json()["event"])
    assert len(event.outcome["_sent"]) == 64
    assert "_sent" not in sent.json()["result"]


def test_what_is_removed_is_removed_once_however_often_it_is_asked(books, office):
    item = books.item()
    made = office.post(f"items/{item.code}/duties", {"role": "support", "holder": "plan"})
    url = f"items/{item.code}/duties/{made.json()['result']['duty']}"
    first, again = (office.delete(url, Idempotency_Key="gone") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["repeated"]
    assert is_problem(office.delete(url), 404, "not_found")


def test_what_has_moved_is_not_removed_unseen(books, office):
    item = books.item()
    listed = {"campaign": "BK21", "register_key": "demands"}
    pk = office.post(f"items/{item.code}/listings", listed).json()["result"]["listing"]
    url = f"items/{item.code}/listings/{pk}"
    assert office.patch(url, {"number": "7"}).status_code == 200
    assert is_problem(office.delete(url, If_Match='"1"'), 412, "row.moved")
    assert is_problem(office.delete(url, If_Match="1"), 422, "invalid")
    assert office.delete(url, If_Match='"2"').status_code == 200


def test_a_step_decided_on_another_version_is_refused(cast):
    item = cast.item()
    edit_item(act(cast.people["office"]), item, {"title": "Theirs"})
    asked = program(cast.people["works"])
    sent = asked.post(f"items/{item.code}/reports", {"progress": "Dug."}, If_Match='"1"')
    assert is_problem(sent, 412, "row.moved")


def test_a_refusal_names_everything_that_is_wrong(books, office):
    item = books.item()
    fields = {"cost": "much", "stage": "late", "found_on": "soon"}
    told = office.patch(f"items/{item.code}", {"fields": fields}).json()
    assert {e["at"] for e in told["errors"]} == {f"body.fields.{k}" for k in fields}


def test_a_closed_database_is_a_problem(office):
    def closed(*_args):
        raise OperationalError("database is locked")

    with connection.execute_wrapper(closed):
        assert is_problem(office.get("campaigns"), 503, "unavailable")


COLUMNS = {
    "title": st.sampled_from(["Road", "Bridge", "桥梁"]),
    "start_on": st.sampled_from(["2021-07-05", None]),
    "due": st.sampled_from(["2021-08-30", "2021-09-15", None]),
}
FIELDS = {
    "cost": st.sampled_from(["7", 8.25, 900, None]),
    "stage": st.sampled_from(["early", "built", None]),
    "found_on": st.sampled_from(["2021-07-01", None]),
    "builder": st.sampled_from(["plan", "works", None]),
    "guide": st.sampled_from(["office", None]),
    "paper": st.sampled_from(["柳政发〔2021〕9号", "https://example.org/a", None]),
    "measures": st.sampled_from([["one"], ["one", "two, and three"], None]),
    "secret_note": st.sampled_from(["quietly", None]),
}


@given(
    columns=st.fixed_dictionaries({}, optional=COLUMNS),
    fields=st.fixed_dictionaries({}, optional=FIELDS),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_patch_of_any_members_changes_these_and_no_others(books, office, columns, fields):
    """One event with exactly these; all others stay byte for byte as they were."""
    start = {
        "cost": "1.5", "stage": "early", "found_on": "2021-06-01", "paper": "旧", "measures": ["a"],
        "builder": str(books.cast.orgs["east"].pk),
    }  # fmt: skip
    item = books.item("Start", fields=start)
    before = office.get(f"items/{item.code}").json()
    body = {**columns, **({"fields": fields} if fields else {})}
    sent = office.patch(f"items/{item.code}", body)
    assert sent.status_code == 200, sent.content
    after = office.get(f"items/{item.code}").json()
    expected = {**before, **columns, "fields": {**before["fields"], **_kept(fields)}}
    derived = {"version", "light", "due_state"}
    assert _bytes(after, derived) == _bytes(expected, derived)
    _one_event(sent.json()["event"], before, after)


def _kept(fields: dict) -> dict:
    return {k: f"{v:g}" if isinstance(v, float | int) else v for k, v in fields.items()}


def _bytes(told: dict, without: set[str]) -> str:
    return json.dumps({k: v for k, v in told.items() if k not in without}, sort_keys=True)


def _one_event(pk: str | None, before: dict, after: dict) -> None:
    columns = {k for k in COLUMNS if before[k] != after[k]}
    fields = {k for k in FIELDS if before["fields"][k] != after["fields"][k]}
    if pk is None:
        assert not columns
        assert not fields
        return
    (change,) = Change.objects.filter(event=pk)
    assert set(change.after) == columns | ({"fields"} if fields else set())
    old, new = change.before.get("fields") or {}, change.after.get("fields") or {}
    assert {k for k in {**old, **new} if old.get(k) != new.get(k)} == fields
