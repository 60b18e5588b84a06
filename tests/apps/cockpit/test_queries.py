"""How much is asked of the database: fixed, and the same at ten times the items."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import END, START, act
from tests.support.web import client

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.actions import import_items
from gongjian.apps.campaigns.models import Item, Responsibility

PAGES = {"/": 7, "/c/LK21/cockpit": 16, "/c/LK21/": 12, "/c/LK21/items": 10}


def add(cast, n):
    rows = [
        Item(
            campaign=cast.campaign,
            register=cast.register,
            battle=cast.battles[i % 2],
            title=f"Item {i}",
            org=cast.orgs[["works", "plan", "east", "west"][i % 4]],
            start_on=START,
            due=END,
            state="assigned",
        )
        for i in range(n)
    ]
    import_items(act(day=START), cast.campaign, rows, [])
    tally.fold("test")


def asked(path, person) -> int:
    seat = client(person)
    seat.get(path)  # the content types and the language are looked up once
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert seat.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_the_same_however_many_items_there_are(cast, path):
    add(cast, 12)
    few = asked(path, cast.people["office"])
    add(cast, 108)
    assert asked(path, cast.people["office"]) == few == PAGES[path]


def test_a_contact_sees_exactly_the_rows_that_a_figure_counts(cast):
    """An org has a part in other orgs' items: they are in its list, and in none of its figures."""
    cast.item("Own", org="works", due=START)
    shared = Item(
        campaign=cast.campaign,
        register=cast.register,
        battle=cast.battles[0],
        title="Shared",
        org=cast.orgs["plan"],
        start_on=START,
        due=START,
        state="assigned",
    )
    part = Responsibility(
        campaign=cast.campaign, item=shared, role="support", org=cast.orgs["works"], printed="x"
    )
    import_items(act(day=START), cast.campaign, [shared], [part])
    cast.tick(START + dt.timedelta(days=1))
    tally.fold("test")
    seat = client(cast.people["works"])
    page = seat.get("/c/LK21/cockpit").context
    assert page["page"].meter.late == 1
    assert [r.title for r in page["urgent"]] == ["Own"]
    behind = seat.get(page["page"].meter.late_href).context["rows"]
    assert [r.title for r in behind] == ["Own"]
    assert {r.title for r in seat.get("/c/LK21/items").context["rows"]} == {"Own", "Shared"}
