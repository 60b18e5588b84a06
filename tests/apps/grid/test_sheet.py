"""The page of a register as a table: which columns it offers, to whom, and what it asks of the database."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.books import move_to
from tests.support.cast import END
from tests.support.web import client

GRID = "/c/BK21/r/works/grid"


def config(books, who: str, path: str = GRID) -> dict:
    answer = client(books.people[who]).get(path)
    assert answer.status_code == 200
    return answer.context["config"]


def columns(books, who: str, path: str = GRID) -> dict[str, dict]:
    return {c["source"]: c for c in config(books, who, path)["columns"]}


def test_the_office_writes_in_what_is_not_worked_out(books):
    books.item()
    found = columns(books, "office")
    assert found["title"]["is_editable"]
    assert found["field:cost"]["is_editable"]
    locked = {s: found[s]["why"] for s in ("code", "field:parts_cost", "field:proof")}
    assert not any(found[source]["is_editable"] for source in locked)
    assert list(locked.values()) == ["locked_code", "locked_column", "locked_elsewhere"]


def test_who_only_looks_on_writes_in_nothing_and_is_offered_no_names(books):
    books.item()
    found = config(books, "viewer")
    assert not any(c["is_editable"] for c in found["columns"])
    assert found["offers"] == {}
    assert not found["may_add"]


def test_columns_that_are_not_shown_may_be_chosen(books):
    found = columns(books, "office", f"{GRID}?columns=title,due")
    assert [s for s, c in found.items() if not c["is_shut"]] == ["title", "due"]
    assert found["start_on"]["is_shut"]


def test_a_printed_form_has_its_own_columns_only(books):
    found = columns(books, "office", f"{GRID}?head=l2")
    assert list(found) == ["number", "title", "field:cost", "owner", "report"]
    assert found["title"]["over"] == "任务"


def test_choices_and_names_are_offered_in_the_readers_language(books):
    found = config(books, "office")
    by_source = {c["source"]: c for c in found["columns"]}
    assert by_source["field:stage"]["choices"] == ["前期", "建成"]
    assert "样本攻坚第0战" in found["offers"]["battle"]
    assert "East Town" in found["offers"]["org"]


def test_a_past_day_is_shown_as_a_list(books):
    books.item()
    move_to(books, END)
    answer = client(books.people["office"]).get(f"{GRID}?day=2021-07-10&light=red")
    assert (answer.status_code, answer.url) == (302, "/c/BK21/r/works/?day=2021-07-10&light=red")


def test_the_page_asks_the_same_however_many_items_there_are(books):
    seat = client(books.people["office"])

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(GRID).status_code == 200
        return len(caught)

    asked()  # the content types and the language are looked up once
    few = asked()
    for n in range(12):
        books.item(f"Road {n}")
    assert asked() == few <= 18
