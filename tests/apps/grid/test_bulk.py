"""One column of many items: previewed, changed as one event, told, taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.apps.grid.test_faces import rows
from tests.support.cast import END, START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item, import_items
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.ledger.models import Change, Event

BULK = "/c/BK21/r/works/bulk"


def pick(items) -> str:
    return " ".join(f"{i.pk}:{i.version}" for i in items)


def look(seat, items, **more):
    return seat.post(BULK, {"items": pick(items), **more})


def confirm(seat, answer, **more):
    """Press the button of a preview."""
    page = answer.context
    sent = {
        "request_id": page["request_id"],
        "items": page["seen"],
        "column": page["column"].source,
        "how": page["how"],
        "value": page["value"],
        "days": page["days"],
        "n": page["made"].n,
        "step": "write",
    }
    return seat.post(BULK, {**sent, **more})


SET = {"column": "field:stage", "how": "set", "value": "built"}


def counts(answer) -> tuple[int, int, int]:
    made = answer.context["made"]
    return made.n, made.n_same, made.n_refused


def test_a_column_is_chosen_before_its_value(books):
    items = rows(books, 3)
    seat = client(books.people["office"])
    first = look(seat, items)
    assert {c.source for c in first.context["columns"]} >= {"battle", "due", "org", "field:stage"}
    assert not {c.source for c in first.context["columns"]} & {"title", "state", "progress", "code"}
    second = look(seat, items, column="field:stage")
    assert [key for key, _word in second.context["choices"]] == ["early", "built"]
    assert second.context["made"] is None


def test_a_preview_counts_and_writes_nothing(books):
    items = rows(books, 4)
    edit_item(act(), items[0], {"fields": {"stage": "built"}})
    n = Event.objects.count()
    answer = look(client(books.people["office"]), items, **SET)
    assert counts(answer) == (3, 1, 0)
    assert answer.context["made"].samples[0] == {
        "code": items[1].code, "title": "Work 1", "before": "", "after": "built",
    }  # fmt: skip
    assert Event.objects.count() == n


def test_what_was_previewed_is_changed_as_one_event_and_taken_back_as_one(books):
    items = rows(books, 12)
    seat = client(books.people["office"])
    done = confirm(seat, look(seat, items, **SET))
    report = seat.get(done.url)
    assert report.context["report"]["n"] == 12
    [event] = {c.event_id for c in Change.objects.filter(row__in=[i.pk for i in items], version=2)}
    assert {i.fields["stage"] for i in Item.objects.filter(register=items[0].register)} == {"built"}
    seat.post(f"/events/{event}/undo")
    assert {*Item.objects.filter(pk__in=[i.pk for i in items]).values_list("fields__stage")} == {
        (None,)
    }


def test_pressing_twice_changes_once(books):
    items = rows(books, 2)
    seat = client(books.people["office"])
    seen = look(seat, items, **SET)
    assert confirm(seat, seen).url == confirm(seat, seen).url
    assert {i.version for i in Item.objects.filter(pk__in=[i.pk for i in items])} == {2}


def test_dates_are_moved_by_days_and_rows_without_one_are_told(books):
    items = rows(books, 3)
    edit_item(act(), items[2], {"due": None})
    items[2].refresh_from_db()
    seat = client(books.people["office"])
    seen = look(seat, items, column="due", how="move", days="-1")
    assert counts(seen) == (1, 0, 2)  # the first would end before it starts
    reasons = {r.text: r.codes for r in seen.context["made"].reasons}
    assert reasons["没有可移动的日期。"] == (items[2].code,)
    confirm(seat, look(seat, items, column="due", how="move", days="+10"))
    items[1].refresh_from_db()
    assert items[1].due == START + dt.timedelta(days=11)


@pytest.mark.parametrize("days", ["", "0", "soon", "99999999"])
def test_days_that_are_none_are_told_and_kept(books, days):
    answer = look(
        client(books.people["office"]), rows(books, 1), column="due", how="move", days=days
    )
    assert answer.status_code == 422
    assert (answer.context["days"], answer.context["made"]) == (days, None)


def test_a_column_is_emptied_but_not_where_it_must_be_filled(books):
    items = rows(books, 2, fields={"stage": "early"})
    seat = client(books.people["office"])
    confirm(seat, look(seat, items, column="field:stage", how="empty"))
    assert {*Item.objects.filter(pk__in=[i.pk for i in items]).values_list("fields__stage")} == {
        (None,)
    }
    assert look(seat, items, column="field:stage", how="set", value=" ").status_code == 422


def test_the_responsible_org_of_many_is_changed_by_name(books):
    items = [books.item(f"Road {n}") for n in range(3)]
    seat = client(books.people["office"])
    confirm(seat, look(seat, items, column="org", how="set", value="East Town"))
    assert {i.org.name for i in Item.objects.filter(pk__in=[i.pk for i in items])} == {"East Town"}
    owners = Responsibility.objects.filter(item__in=items, role="owner")
    assert {d.org.name for d in owners} == {"East Town"}


def test_a_value_that_cannot_be_is_one_reason_for_all(books):
    items = rows(books, 5)
    answer = look(
        client(books.people["office"]), items, column="field:cost", how="set", value="viel"
    )
    [reason] = answer.context["made"].reasons
    assert (counts(answer), reason.n, len(reason.codes)) == ((0, 0, 5), 5, 5)
    assert "确认修改" not in answer.content.decode()


def test_rows_that_are_not_the_persons_to_change_are_told_apart(books):
    own, other = books.item("Own"), books.item("Other", org="east")
    shared = Responsibility(campaign=books.campaign, item=other, role="support", org=own.org)
    import_items(act(), books.campaign, [], [shared])
    seat = client(books.people["works"])
    change = {"column": "field:measures", "how": "set", "value": "逐户走访"}
    hidden = books.item("Hidden", org="east")
    seen = look(seat, [own, other, hidden], **change)
    assert counts(seen) == (1, 0, 2)
    assert hidden.code not in seen.content.decode()
    confirm(seat, seen)
    assert {i.code for i in Item.objects.exclude(fields={})} == {own.code}


def test_whoever_may_change_nothing_has_no_such_page(books):
    assert client(books.people["viewer"]).get(BULK).status_code == 403
    assert (
        'form="bulk"' not in client(books.people["viewer"]).get("/c/BK21/r/works/").content.decode()
    )


def test_all_that_a_filter_gives_is_taken(books):
    rows(books, 130)
    rows(books, 5, state="assigned")
    seat = client(books.people["office"])
    answer = seat.get(f"{BULK}?state=planned")
    assert (answer.context["n"], answer.context["filters"]) == (130, ["待下达"])
    seen = seat.post(BULK, {"items": answer.context["items"], **SET})
    assert counts(seen) == (130, 0, 0)


def test_more_than_the_cap_is_told(books, monkeypatch):
    rows(books, 4)
    monkeypatch.setattr("gongjian.apps.grid.bulk.CAP", 3)
    answer = client(books.people["office"]).get(BULK)
    assert answer.context["is_too_many"]
    assert "一次最多修改 3 项" in answer.content.decode()


def test_nothing_chosen_says_what_to_do(books):
    rows(books, 1)
    assert "尚未选择事项" in client(books.people["office"]).post(BULK).content.decode()


def test_rows_that_moved_since_the_preview_are_shown_again_and_nothing_is_written(books):
    items = rows(books, 3)
    seat = client(books.people["office"])
    seen = look(seat, items, **SET)
    edit_item(act(books.people["colleague"]), books.again(items[1]), {"fields": {"stage": "early"}})
    again = confirm(seat, seen)
    assert again.status_code == 422
    assert "其中 1 项已被他人修改" in again.context["fault"]
    [moved] = again.context["made"].moved
    assert (moved.codes, "colleague desk" in moved.text) == ((items[1].code,), True)
    assert not Item.objects.filter(fields__stage="built").exists()
    assert confirm(seat, again).status_code == 302
    assert Item.objects.filter(fields__stage="built").count() == 3


def test_a_change_of_another_column_is_not_in_the_way(books):
    items = rows(books, 2)
    seat = client(books.people["office"])
    seen = look(seat, items, **SET)
    edit_item(act(books.people["colleague"]), books.again(items[1]), {"due": END})
    assert confirm(seat, seen).status_code == 302
    assert Item.objects.filter(fields__stage="built").count() == 2


def test_a_preview_asks_the_same_however_many_rows_there_are(books):
    def asked(items) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert counts(look(seat, items, **SET))[0] == len(items)
        return len(caught)

    seat = client(books.people["office"])
    few = rows(books, 3)
    asked(few)
    assert asked(few) == asked(rows(books, 300)) <= 24


def test_a_card_is_moved_to_another_choice_and_taken_back(books):
    item = books.item("Road", fields={"stage": "early"})
    seat = client(books.people["office"])
    page = seat.get("/c/BK21/r/works/board?group=f.stage")
    [card] = [c for lane in page.context["columns"] for c in lane["cards"]]
    assert card["choices"] == [("built", "建成")]
    sent = {
        "item": card["id"],
        "version": card["version"],
        "source": "field:stage",
        "value": "built",
    }
    answer = seat.post("/c/BK21/r/works/move", {**sent, "query": "group=f.stage"})
    assert answer.url == "/c/BK21/r/works/board?group=f.stage"
    assert books.again(item).fields["stage"] == "built"
    for who, code in (("works", 403), ("east", 404), ("viewer", 403)):
        assert client(books.people[who]).post("/c/BK21/r/works/move", sent).status_code == code
    assert (
        client(books.people["office"])
        .post("/c/BK21/r/works/move", {**sent, "source": "title"})
        .status_code
        == 403
    )


def test_a_card_that_was_moved_by_another_is_told(books):
    item = books.item("Road", fields={"stage": "early"})
    edit_item(act(books.people["colleague"]), item, {"fields": {"stage": "built"}})
    sent = {"item": item.pk, "version": 1, "source": "field:stage", "value": "early"}
    answer = client(books.people["office"]).post("/c/BK21/r/works/move", sent, follow=True)
    assert "colleague desk" in "".join(map(str, answer.context["messages"]))
    assert books.again(item).fields["stage"] == "built"
