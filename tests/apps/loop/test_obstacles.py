"""Obstacles raised from items through pages, and the board on which they stand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.decisions import make_table
from tests.support.web import body_of, client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import Item, ItemLink, Responsibility
from gongjian.apps.ledger.models import Event
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop import turns
from gongjian.apps.loop.models import Turn
from gongjian.apps.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(cast):
    return make_table(cast)


def page_of(answer):
    return body_of(answer).decode()


def board(table, who="office"):
    return client(table.people[who]).get("/c/PD21/obstacles")


def test_an_obstacle_has_an_owner_and_a_clock_of_its_own_and_is_linked_with_what_it_holds_up(table):
    item = table.item()
    made = table.obstacle(item)
    assert (made.org.code, made.due, made.state) == ("plan", dt.date(2021, 8, 10), "raised")
    assert made.fields["kind"] == "approval"
    assert made.fields["days_lost"] == "12"
    link = ItemLink.objects.get(kind="obstacle_item")
    assert (link.source_id, link.target_id) == (made.pk, item.pk)
    turn = Turn.objects.get(item=made)
    assert (turn.org_id, turn.limit) == (made.org_id, "obstacle")
    assert Event.objects.filter(action="loop.raise_obstacle").count() == 1
    assert turns.differences(table.campaign) == []
    assert verify().faults == ()


def test_the_owner_and_the_orgs_asked_for_support_are_told(table):
    table.raise_("works", table.item(), support="East Town、West Town")
    told = {(n.org.code, n.code) for n in Notice.objects.filter(code__startswith="obstacle.")}
    assert told == {
        ("plan", "obstacle.raised"), ("east", "obstacle.support"), ("west", "obstacle.support")
    }  # fmt: skip
    made = table.newest("obstacles")
    assert Responsibility.objects.filter(item=made, role="support").count() == 2
    inbox = page_of(client(table.people["plan"]).get("/inbox"))
    assert made.code in inbox
    assert "管线未迁改" not in inbox


def test_the_board_says_what_is_held_up_and_by_when(table):
    item = table.item()
    made = table.obstacle(item)
    answer = board(table, "plan")
    shown = answer.context["board"]
    card = shown.lanes[0].cards[0]
    assert (card.code, card.org, card.days_lost) == (made.code, "Planning Bureau", "12")
    assert [(h.code, h.due, h.light["word"] != "") for h in card.holds] == []  # not the plan's item
    card = board(table).context["board"].lanes[0].cards[0]
    assert [(h.code, h.due) for h in card.holds] == [(item.code, item.due)]
    assert card.holds[0].light["word"]
    assert f"/i/{made.code}/decision" in page_of(board(table))


def test_whoever_answers_for_the_item_itself_cannot_be_the_owner(table):
    answer = table.raise_("works", table.item(), owner="Works Bureau")
    assert "Works Bureau" in next(str(m) for m in answer.context["messages"])
    assert not Item.objects.filter(register__key="obstacles").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": "No such bureau"}, "No such bureau"),
        ({"due": "2021-06-01"}, "2021-06-01"),
        ({"due": "soon"}, "soon"),
        ({"kind": "weather"}, "weather"),
        ({"what": "  "}, "管线单位"),
    ],
)
def test_a_refused_obstacle_says_why_and_keeps_what_was_typed(table, wrong, said):
    answer = table.raise_("works", table.item(), **wrong)
    assert said in page_of(answer)
    assert "协调管线单位进场" in page_of(answer)
    assert not Item.objects.filter(register__key="obstacles").exists()


def test_nothing_is_raised_from_what_is_kept_more_closely_than_ones_grant(table):
    item = table.item(register="instructions", access_class="instruction", fields={})
    answer = table.raise_("works", item)
    assert answer.status_code == 404  # it is not there for them
    assert not Item.objects.filter(register__key="obstacles").exists()


def test_a_campaign_without_the_register_has_no_board(table):
    assert client(table.cast.people["office"]).get("/c/LK21/obstacles").status_code == 404
    page = page_of(client(table.cast.people["works"]).get(f"/i/{table.cast.item().code}/"))
    assert "/obstacle" not in page


def test_a_colleague_raises_nothing_and_a_stranger_finds_nothing(table):
    item = table.item()
    assert table.raise_("viewer", item).status_code == 403
    assert table.raise_("stranger", item).status_code == 404
    assert board(table, "stranger").status_code == 404
    assert board(table, "viewer").status_code == 200
    assert "/decision" not in page_of(board(table, "viewer"))


def test_the_same_press_twice_raises_one_obstacle(table):
    item = table.item()
    for _again in range(2):
        table.raise_("works", item, request_id="twice")
    assert Item.objects.filter(register__key="obstacles").count() == 1


def test_an_org_whose_right_was_withdrawn_meanwhile_raises_nothing(table):
    item = table.item()
    held = table.people["works"].grants.get()
    accounts.withdraw(act(), held, last_day=dt.date(2021, 1, 1))
    assert table.raise_("works", item).status_code == 404


def test_the_board_asks_the_same_however_much_is_stuck(table):
    def asked():
        seat = client(table.people["office"])
        seat.get("/c/PD21/obstacles")
        with CaptureQueriesContext(connection) as caught:
            assert seat.get("/c/PD21/obstacles").status_code == 200
        return len(caught)

    table.raise_("works", table.item(), support="East Town")
    few = asked()
    for n in range(9):
        table.raise_("works", table.item(f"桥 {n}"), support="East Town、West Town")
    assert asked() == few <= 16
    assert board(table).context["board"].n == 10


def test_a_cleared_obstacle_leaves_the_board(table):
    made = table.obstacle(table.item())
    edit_item(act(), made, {"fields": {"measures": "专班进场", "solution": "已迁改"}})
    for who, path, sent in (
        ("plan", "report", {"progress": "管线已迁改"}),
        ("office", "close-out", {}),
    ):
        sent["request_id"] = act().request_id
        client(table.people[who]).post(f"/i/{made.code}/{path}", sent)
    assert table.again(made).state == "closed"
    assert board(table).context["board"].n == 0
