"""Second looks: a sample by risk and seed, drawn again by anybody, set in one press."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.chains import make_desk
from tests.support.web import body_of, client

from gongjian.apps.ledger.models import Event
from gongjian.apps.loop.models import Revisit

pytestmark = pytest.mark.django_db
PAGE = "/c/LK21/revisits/"
ALL = "since=2020-01-01&until=2039-01-01"


@pytest.fixture
def desk(cast):
    return make_desk(cast)


def closed(desk, n: int):
    made = []
    for k in range(n):
        item = desk.item("tasks", "in_hand")
        if k % 2:
            desk.step("principal", item, "request_close")
            desk.step("office", item, "send_back", "缺材料")
        desk.step("office2", item, "close_out")
        made.append(desk.again(item))
    return made


def asked(seat) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert seat.get(f"{PAGE}?n=9&{ALL}").status_code == 200
    return len(queries)


def drawn(desk, who="inspector", seed="abc", n=3) -> list[str]:
    page = body_of(client(desk.people[who]).get(f"{PAGE}?n={n}&{ALL}&seed={seed}")).decode()
    return re.findall(r'name="item" value="([^"]+)"', page)


def test_anybody_draws_the_same_by_the_seed_and_another_by_another(desk):
    closed(desk, 8)
    first = drawn(desk)
    assert len(first) == 3
    assert drawn(desk, "office") == first
    assert any(drawn(desk, seed=f"s{n}") != first for n in range(5))


def test_a_sample_is_set_in_one_press_with_its_seed_in_the_book(desk):
    closed(desk, 5)
    codes = drawn(desk)
    said = {
        "n": 3,
        "since": "2020-01-01",
        "until": "2039-01-01",
        "seed": "abc",
        "due": "2039-02-01",
    }
    client(desk.people["inspector"]).post(f"{PAGE}draw", {**said, "item": codes})
    assert [r.item.code for r in Revisit.objects.order_by("pk")] == codes
    assert {r.due for r in Revisit.objects.all()} == {dt.date(2039, 2, 1)}
    assert Event.objects.get(action="loop.draw_revisits").outcome["seed"] == "abc"
    assert not set(drawn(desk)) & set(codes)  # they are looked at already


def test_a_sample_that_would_be_another_one_by_now_is_not_set(desk):
    closed(desk, 4)
    codes = drawn(desk)
    said = {
        "n": 3,
        "since": "2020-01-01",
        "until": "2039-01-01",
        "seed": "other",
        "item": codes[::-1],
    }
    answer = client(desk.people["office"]).post(f"{PAGE}draw", said, follow=True)
    assert "重新查看" in body_of(answer).decode()
    assert not Revisit.objects.exists()


def test_the_page_asks_the_same_however_much_was_closed(desk):
    seat = client(desk.people["office"])
    closed(desk, 2)
    few = asked(seat)
    closed(desk, 6)
    assert asked(seat) == few
