"""Cells that are typed: windows of rows, one event for all of them, faults by cell, conflicts."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import END, START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import (
    add_duty,
    edit_item,
    issue_items,
    list_item,
    remove_duty,
)
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.ledger.models import Event
from gongjian.apps.loop.models import Report

AT = "/c/BK21/r/works/"


def window(books, who="office", **query):
    answer = client(books.people[who]).get(f"{AT}rows", query)
    assert answer.status_code == 200
    return answer.json()


def send(books, rows, who="office", request_id=""):
    body = json.dumps({"request_id": request_id, "rows": rows})
    return client(books.people[who]).post(f"{AT}cells", body, content_type="application/json")


def typed(item: Item, version=None, **cells):
    named = {k.replace("__", ":"): v for k, v in cells.items()}
    return {"id": str(item.pk), "version": version or item.version, "cells": named}


def test_a_window_begins_anywhere_and_the_windows_make_up_the_list(books):
    codes = [books.item(f"Work {n}").code for n in range(7)]
    found = [r["code"] for at in (0, 3, 6) for r in window(books, at=at, size=3)["rows"]]
    assert found == codes
    assert window(books, size=3)["n"] == 7
    assert window(books, after=codes[3])["rows"][0]["code"] == codes[4]


@pytest.mark.parametrize("sort", ["code", "-code", "due", "-due", "f.cost", "-f.cost", "light"])
def test_windows_have_listed_items_at_their_place(books, sort):
    for n, cost in enumerate(["5", "40", None, "40"]):
        books.item(f"Work {n}", fields={"cost": cost} if cost else {}, due=None if n == 1 else END)
    for n in range(2):
        item = books.item(f"Listed {n}", register="demands")
        list_item(act(), item, books.register("works"), number=f"BK21-GC-00{n + 2}b")
    whole = [r["cells"]["title"] for r in window(books, sort=sort)["rows"]]
    assert len(whole) == 6
    single = [window(books, sort=sort, at=n, size=1)["rows"][0] for n in range(6)]
    assert [r["cells"]["title"] for r in single] == whole


def test_one_cell_is_saved_with_its_history_and_undone(books):
    item = books.item(fields={"cost": "5"})
    answer = send(books, [typed(item, field__cost="0.12亿元", title="Build the bridge")])
    assert answer.status_code == 200
    assert answer.json()["rows"][0]["cells"]["field:cost"] == "1200"
    assert books.again(item).title == "Build the bridge"
    client(books.people["office"]).post(answer.json()["undo"])
    assert books.again(item).fields == {"cost": "5"}
    assert recount(books.campaign) == []


def test_what_is_typed_as_it_stands_changes_nothing(books):
    item = books.item(
        fields={"cost": "5", "stage": "early", "builder": str(books.cast.orgs["west"].pk)}
    )
    [row] = window(books)["rows"]
    n = Event.objects.count()
    answer = send(books, [{"id": row["id"], "version": row["version"], "cells": row["cells"]}])
    assert answer.json() == {"event": None, "rows": [], "n_changed": 0, "n_same": 1}
    assert (Event.objects.count(), books.again(item).version) == (n, item.version)


def test_a_wrong_cell_is_named_and_nothing_is_written(books):
    one, other = books.item("One"), books.item("Other")
    rows = [typed(one, title="New"), typed(other, field__cost="viel", due="sometime")]
    answer = send(books, rows)
    assert answer.status_code == 422
    faults = answer.json()["faults"]
    assert {(f["id"], f["source"]) for f in faults} == {
        (str(other.pk), "field:cost"),
        (str(other.pk), "due"),
    }
    assert "viel" in faults[0]["why"] + faults[1]["why"]
    assert books.again(one).title == "One"


@pytest.mark.parametrize(
    ("source", "text", "column", "value"),
    [
        ("due", "9月底前", "due", "2021-09-30"),
        ("due", "长期", "due", "None"),
        ("battle", "样本攻坚第1战", "battle", "样本攻坚第1战"),
        ("org", "East Town", "org", "East Town"),
        ("owner", "East Town、Works Bureau", "org", "East Town"),
        ("owner", "*East Town、Works Bureau", "org", "East Town"),
        ("lead", "Planning Bureau", "org", "Planning Bureau"),
    ],
)  # fmt: skip
def test_a_cell_reads_what_ledgers_write(books, source, text, column, value):
    item = books.item()
    answer = send(books, [typed(item, **{source: text})])
    assert answer.status_code == 200, answer.json()
    assert str(getattr(books.again(item), column)) == value


def test_the_words_of_a_report_are_one_report(books):
    item = books.item()
    rows = [
        typed(item, **{"report.progress": "已开工", "report.problems": "缺土地", "progress": "45"})
    ]
    assert send(books, rows).status_code == 200
    row = Report.objects.get()
    assert (row.progress, row.problems, row.share) == ("已开工", "缺土地", 4500)
    assert books.again(item).progress == 4500
    send(books, [typed(books.again(item), **{"report.problems": ""})])
    assert Report.objects.order_by("-at").first().progress == "已开工"


def test_the_later_of_two_sees_whose_change_it_is(books):
    item = books.item(fields={"cost": "5"})
    edit_item(act(books.people["office"]), books.again(item), {"fields": {"cost": "7"}})
    answer = send(books, [typed(item, field__cost="9")])
    assert answer.status_code == 409
    [found] = answer.json()["conflicts"]
    assert (found["mine"], found["theirs"], found["by"]) == ("9", "7", books.people["office"].name)
    assert books.again(item).fields["cost"] == "7"
    assert send(books, [typed(item, found["version"], field__cost="9")]).status_code == 200


def test_a_change_of_another_cell_is_no_conflict(books):
    item = books.item(fields={"cost": "5"})
    edit_item(act(books.people["office"]), books.again(item), {"title": "Renamed"})
    assert send(books, [typed(item, field__cost="9")]).status_code == 200
    again = books.again(item)
    assert (again.title, again.fields["cost"]) == ("Renamed", "9")


def test_the_same_request_is_carried_out_once(books):
    item = books.item()
    rows = [{"cells": {"title": "New one", "org": "East Town"}}]
    first, second = (send(books, rows, request_id="abc").json() for _ in range(2))
    assert first["event"] == second["event"]
    assert Item.objects.exclude(pk=item.pk).get().org == books.cast.orgs["east"]


@pytest.mark.parametrize(
    ("who", "cells", "status"),
    [
        ("viewer", {"title": "x"}, 422),
        ("works", {"title": "x"}, 422),
        ("works", {"field:measures": "dig"}, 200),
        ("works", {"report.progress": "dug"}, 200),
        ("works", {"field:secret_note": "x"}, 422),
        ("east", {"field:measures": "dig"}, 422),
        ("stranger", {"title": "x"}, 404),
    ],
)
def test_each_writes_what_is_theirs(books, who, cells, status):
    item = books.item()
    issue_items(act(), books.campaign, [item])
    item = books.again(item)
    answer = send(books, [{"id": str(item.pk), "version": item.version, "cells": cells}], who)
    assert answer.status_code == status
    if status != 200:
        assert books.again(item).version == item.version


def test_an_item_of_another_campaign_or_register_is_not_there(books):
    far = books.item("Far", campaign=books.other)
    near = books.item("Near", register="scenes")
    for item in (far, near):
        answer = send(books, [typed(item, title="x")])
        assert answer.status_code == 422
        assert str(item.pk) in answer.json()["faults"][0]["why"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"rows": 5}', '{"rows": [{"cells": [1]}]}'])
def test_a_body_of_another_shape_is_refused(books, body):
    seat = client(books.people["office"])
    answer = seat.post(f"{AT}cells", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "write.body_malformed"


def test_columns_are_added_up_over_all_rows(books):
    for cost in ("5", "40.5", None):
        books.item(fields={"cost": cost} if cost else {})
    answer = client(books.people["office"]).get(f"{AT}totals").json()
    assert answer == {"n": 3, "is_cut": False, "sums": {"field:cost": "45.5 万元"}}


@pytest.mark.parametrize(
    ("word", "found"),
    [("道路", "道路改造工程"), ("东湖", "东湖大桥"), ("桥", "东湖大桥"), ("湖路", "")],
)
def test_two_characters_are_found_where_they_stand_together(books, word, found):
    for title in ("道路改造工程", "东湖大桥", "湖边道"):
        books.item(title)
    titles = [r["cells"]["title"] for r in window(books, q=word)["rows"]]
    assert titles == ([found] if found else [])


def test_a_field_that_is_kept_to_some_is_not_searched(books):
    books.item(fields={"secret_note": "绝密事项", "paper": "越政发〔2021〕5号"})
    assert window(books, q="绝密")["rows"] == []
    assert len(window(books, q="越政发")["rows"]) == 1


def test_windows_and_cells_ask_the_same_however_many_rows_there_are(books):
    def asked(call) -> int:
        call()
        with CaptureQueriesContext(connection) as caught:
            call()
        return len(caught)

    items = [books.item(f"Work {n}") for n in range(3)]
    few = asked(lambda: window(books))
    items += [books.item(f"Work {n}") for n in range(20)]
    assert asked(lambda: window(books)) == few
    counts = []
    for n, size in enumerate((2, 20)):
        rows = [typed(books.again(i), due=f"2021-08-0{n + 1}") for i in items[:size]]
        with CaptureQueriesContext(connection) as caught:
            assert send(books, rows).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("sort", ["code", "-code", "due", "-due", "light", "f.cost"])
def test_an_org_sees_its_rows_and_those_it_has_a_part_in(books, sort):
    for n, org in enumerate(("works", "east", "plan", "works", "east")):
        due = None if n == 3 else START + dt.timedelta(days=40 - n % 2)
        item = books.item(f"Work {n}", org=org, due=due, fields={"cost": str(n)})
        if n in {1, 2}:
            add_duty(act(), item, "support", books.cast.orgs["works"])
    whole = [r["cells"]["title"] for r in window(books, sort=sort)["rows"]]
    mine = [t for t in whole if t != "Work 4"]
    answer = window(books, "works", sort=sort)
    assert [r["cells"]["title"] for r in answer["rows"]] == mine
    assert answer["n"] == 4
    parts = [window(books, "works", sort=sort, at=n, size=2)["rows"] for n in (0, 2)]
    assert [r["cells"]["title"] for rows in parts for r in rows] == mine
    assert recount(books.campaign) == []


def test_a_part_ends_with_the_duty_and_begins_with_another_owner(books):
    item = books.item(org="east")
    duty = add_duty(act(), item, "support", books.cast.orgs["works"]).result["duty"]
    assert window(books, "works")["n"] == 1
    remove_duty(act(), Responsibility.objects.get(pk=duty))
    assert window(books, "works")["n"] == 0
    send(books, [typed(books.again(item), owner="Works Bureau、East Town")])
    assert window(books, "works")["n"] == window(books, "east")["n"] == 1
    assert recount(books.campaign) == []


def test_who_else_named_an_owner_is_told(books):
    item = books.item()
    send(books, [typed(item, support="East Town")])
    answer = send(books, [typed(item, support="Planning Bureau")])
    assert answer.status_code == 409
    [found] = answer.json()["conflicts"]
    assert (found["source"], found["theirs"]) == ("support", "East Town")


def test_cells_of_other_orgs_rows_are_closed_to_a_contact(books):
    own, other = books.item(org="works"), books.item(org="east")
    add_duty(act(), other, "support", books.cast.orgs["works"])
    rows = {r["code"]: r["locked"] for r in window(books, "works")["rows"]}
    assert rows == {own.code: [], other.code: ["progress", "field:measures"]}
    assert window(books)["rows"][0]["locked"] == []
