"""The API's contract is a file: a change of it is seen in review."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.web import client

SNAPSHOT = Path(__file__).parent / "snapshots" / "openapi.json"


def test_the_contract_is_the_one_on_file(cast):
    now = client(cast.people["office"]).get("/api/v1/openapi.json").json()
    assert now == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_a_refusal_is_problem_json(cast):
    item = cast.item()
    answer = client(cast.people["office"]).post(
        f"/api/v1/items/{item.code}/reports", {}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:gongjian:report.empty"


def test_a_repeated_key_changes_nothing(cast):
    item, seat = cast.item(), client(cast.people["office"])
    sent = [
        seat.post(
            f"/api/v1/items/{item.code}/reports",
            {"progress": "Dug.", "share": 500},
            content_type="application/json",
            headers={"Idempotency-Key": "k-1"},
        ).json()
        for _ in range(2)
    ]
    assert [s["repeated"] for s in sent] == [False, True]
    assert sent[0]["event"] == sent[1]["event"]
    item.refresh_from_db()
    assert item.progress == 500
