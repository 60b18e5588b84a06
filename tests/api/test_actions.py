"""No action is forgotten: each has an operation, or a reason here why programs do not take it."""

from __future__ import annotations

import json
from pathlib import Path

from ninja import Schema

import gongjian.site.urls  # noqa: F401  # every room is imported: its actions are known
from gongjian.apps.accounts.secrets import SCOPES
from gongjian.apps.ledger.book import ACTIONS

CONTRACT = json.loads(
    (Path(__file__).parent / "snapshots" / "openapi.json").read_text(encoding="utf-8")
)
BULK = "comes from the workbook of the organisation or the command line, many rows at once"
PERSONAL = "a person reads, looks up or destroys personal fields, on a page that tells of it"
PAPER = "a paper is read and confirmed by a person, sentence by sentence"
PART = "a part of another action, which has an operation"
CHANNEL = "an office connects another program on a page that shows the secret once"
EXCEPT = {
    "accounts.add_groups": BULK,
    "accounts.add_orgs": BULK,
    "accounts.add_person": BULK,
    "accounts.add_posts": BULK,
    "accounts.add_user": "the command line lets the first people in",
    "accounts.grant": BULK,
    "accounts.import_organisation": BULK,
    "accounts.set_password": "a secret is typed by its person",
    "campaigns.add_items": "many items at once come by the import",
    "campaigns.edit_item": "cells are written by grid.write, which PATCH uses as well",
    "campaigns.erase": PERSONAL,
    "campaigns.finish_adoption": PART,
    "campaigns.found": "campaigns.create founds one and lets its maker in",
    "campaigns.issue": PART,
    "campaigns.look_up": PERSONAL,
    "campaigns.reveal": PERSONAL,
    "campaigns.rewrite_rows": PART,
    "drafting.add_part": PAPER,
    "drafting.confirm": PAPER,
    "drafting.correct": PAPER,
    "drafting.draft": PAPER,
    "drafting.drop": PAPER,
    "loop.accept_mandate_on_paper": "the office lays the signed scan on the letter's page",
    "loop.accept_mandates_at_rally": "the office enters it in the hall, on its page",
    "loop.remind": "the clock reminds, by itself",
    "notices.add_hook": CHANNEL,
    "notices.pause_hook": CHANNEL,
    "notices.redeliver": CHANNEL,
    "notices.remove_hook": CHANNEL,
    "notices.resume_hook": CHANNEL,
    "notices.try_hook": CHANNEL,
    "papers.receive": PAPER,
    "targets.revise": "no page offers it; a base line is revised with its paper",
}


def operations():
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_each_action_has_an_operation_or_a_reason():
    told = {a for _name, o in operations() for a in o.get("x-actions", ())}
    own = {a for a in ACTIONS if not a.startswith("test")}
    assert own - told - set(EXCEPT) == set(), "neither an operation nor a reason"
    assert (told | set(EXCEPT)) - own == set(), "no such action"
    assert told & set(EXCEPT) == set()


def test_each_operation_says_what_it_needs():
    for name, operation in operations():
        assert operation["summary"], name
        assert operation["tags"], name
        if name == "get /api/v1/":
            continue
        assert operation["security"], name
        assert operation["x-scope"] in {*SCOPES, ""}, name
        assert {"401", "403", "404", "422"} <= set(operation["responses"]), name
        is_write = not name.startswith("get") and operation["x-scope"] != "read"
        is_write = is_write and not operation.get("x-prepares")
        assert is_write == bool(operation.get("x-actions")), name


def test_operation_ids_and_paths_are_told_once():
    ids = [o["operationId"] for _name, o in operations()]
    assert len(ids) == len(set(ids))


def test_no_two_shapes_share_a_name():
    """The contract keeps them by name: the later one would stand in the place of the first."""
    names = [s.__name__ for s in _shapes(Schema) if s.__module__.startswith("gongjian.")]
    assert sorted(n for n in set(names) if names.count(n) > 1) == []


def _shapes(of):
    for shape in of.__subclasses__():
        yield shape
        yield from _shapes(shape)
