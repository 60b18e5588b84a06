"""The page of one battle: who leads it on the day, its figures, its items and those below them."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.books import move_to
from tests.support.cast import START, act
from tests.support.web import client

from gongjian.apps.accounts.actions import add_posts
from gongjian.apps.accounts.models import Post
from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.actions import add_items, edit_item
from gongjian.apps.campaigns.models import (
    Battle,
    BattleTenure,
    Item,
    TaskForce,
    TaskForceMember,
)
from gongjian.apps.ledger import gate
from gongjian.apps.ledger.book import Book

LATE = START + dt.timedelta(days=20)


def record(*rows, day=START) -> None:
    """Put rows into the book by an action of the test's own."""
    with gate.opened():
        book = Book(act(day=day), "campaigns.test", at=act(day=day).at)
        for row in rows:
            book.insert(row)
        book.close({})


def path(books, n=0) -> str:
    return f"/c/BK21/b/{books.battles['BK21'][n].pk}/"


def test_items_stand_with_those_right_below_them(books):
    first = books.item("First")
    books.item("Part", parent=first)
    books.item("Elsewhere", battle=books.battles["BK21"][1])
    rows = client(books.people["office"]).get(path(books)).context["rows"]
    assert [(r["title"], r["is_below"]) for r in rows] == [("First", False), ("Part", True)]


def test_the_leading_official_is_the_one_of_the_day(books):
    post = Post(org=books.cast.orgs["plan"], title="常务副区长")
    add_posts(act(), [post])
    battle = books.battles["BK21"][0]
    record(BattleTenure(campaign=books.campaign, battle=battle, post=post, since=LATE))
    move_to(books, LATE)
    seat = client(books.people["office"])
    assert seat.get(path(books)).context["leader"] == "常务副区长"
    early = f"{path(books)}?day={START + dt.timedelta(days=3)}"
    assert seat.get(early).context["leader"] == "区领导"


def test_nested_battles_count_in_the_one_they_nest_in(books):
    outer = books.battles["BK21"][0]
    inner = Battle(
        campaign=books.campaign, parent=outer, order=9, name="信访攻坚", leader_title="x"
    )
    record(inner)
    books.item("Outer")
    books.item("Inner", battle=inner)
    tally.fold("test")
    page = client(books.people["office"]).get(path(books)).context
    assert (page["meter"].n, [name for name, _l, _h in page["nested"]]) == (2, ["信访攻坚"])
    assert {r["title"] for r in page["rows"]} == {"Outer", "Inner"}


def test_task_forces_of_the_day_are_shown_with_their_members(books):
    battle, org = books.battles["BK21"][0], books.cast.orgs["works"]
    force = TaskForce(
        campaign=books.campaign,
        battle=battle,
        org=org,
        name="道路专班",
        since=START,
        rhythm="每周例会",
    )
    ended = TaskForce(
        campaign=books.campaign, battle=battle, org=org, name="已撤专班",
        since=START - dt.timedelta(days=9), until=START - dt.timedelta(days=1),
    )  # fmt: skip
    members = [
        TaskForceMember(
            campaign=books.campaign, task_force=force, person=books.people[who], home_org=org,
            since=START, until=until,
        )
        for who, until in (("works", None), ("east", START - dt.timedelta(days=1)))
    ]  # fmt: skip
    record(force, ended)
    record(*members)
    [shown] = client(books.people["office"]).get(path(books)).context["forces"]
    assert (shown.name, shown.n_members) == ("道路专班", 1)


def test_a_past_day_shows_the_battle_as_it_was(books):
    item = books.item()
    edit_item(act(day=LATE), item, {"title": "Renamed"})
    move_to(books, LATE)
    seat = client(books.people["office"])
    early = seat.get(f"{path(books)}?day={START + dt.timedelta(days=3)}").context["rows"]
    assert [r["title"] for r in early] == ["Build the road"]


def add(books, n) -> None:
    office = books.people["office"]
    roots = [
        Item(
            campaign=books.campaign,
            register=books.register("works"),
            battle=books.battles["BK21"][0],
            title=f"Root {i}",
            org=books.cast.orgs[["works", "plan"][i % 2]],
            state="planned",
        )
        for i in range(n)
    ]
    parts = [
        Item(
            campaign=books.campaign,
            register=books.register("works"),
            battle=root.battle,
            parent=root,
            title=f"{root.title} part",
            org=root.org,
            state="planned",
        )
        for root in roots
    ]
    with gate.opened():
        book = Book(act(office, START), "campaigns.add_items", at=act(day=START).at)
        book.campaign_id = books.campaign.pk
        add_items(book, books.campaign, roots, [])
        add_items(book, books.campaign, parts, [])
        book.close({})
    tally.fold("test")


def asked(person, address) -> int:
    seat = client(person)
    seat.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(address).status_code == 200
    return len(caught)


def test_the_page_asks_the_same_however_many_items_there_are(books):
    add(books, 9)
    few = asked(books.people["office"], path(books))
    add(books, 81)
    assert asked(books.people["office"], path(books)) == few == 16


def roots(page) -> int:
    return len([r for r in page["rows"] if not r["is_below"]])


def test_a_hundred_rows_a_page_then_the_next(books):
    add(books, 130)
    seat = client(books.people["office"])
    first = seat.get(path(books)).context
    second = seat.get(first["next"]).context
    assert (roots(first), roots(second), second["next"]) == (100, 30, "")


def test_a_battle_of_another_campaign_is_not_there(books):
    foreign = f"/c/BK21/b/{books.battles['BK22'][0].pk}/"
    assert client(books.people["office"]).get(foreign).status_code == 404
    assert client(books.people["stranger"]).get(path(books)).status_code == 404


def test_a_battle_shows_no_item_that_one_may_not_see(books):
    books.case()
    books.item("Open")
    page = client(books.people["viewer"]).get(path(books))
    assert [r["title"] for r in page.context["rows"]] == ["Open"]
    assert page.context["meter"].n == 1
