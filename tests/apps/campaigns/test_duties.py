"""One sheet of leaders' duties: moved on one day, by page and by workbook; results by tenure."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import START
from tests.support.orgs import book, leading_posts, simulated
from tests.support.web import client

from gongjian.apps.campaigns import queries
from gongjian.apps.campaigns.actions import move_duties
from gongjian.apps.campaigns.actions.orgs import Move, Reshuffle
from gongjian.apps.campaigns.models import BattleTenure, Responsibility
from gongjian.apps.ledger.book import ActionError
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets

DAY = START + dt.timedelta(days=20)
BEFORE = DAY - dt.timedelta(days=1)


@pytest.fixture
def led(cast):
    """Two battles and an item led by the first three of four leading posts."""
    cast.posts, cast.led = leading_posts(cast, 4), cast.item("Led singly")
    one, two, three, _four = cast.posts
    moves = (
        Move(one, battle=cast.battles[0]),
        Move(two, battle=cast.battles[1]),
        Move(three, item=cast.led),
    )
    move_duties(simulated(START, "first"), cast.campaign, Reshuffle(START, moves))
    cast.tick(DAY)
    cast.campaign.refresh_from_db()
    return cast


def leaders(cast, day) -> list[str]:
    found = queries.leaders_on(cast.campaign, day)
    return [str(found.get(b.pk, "as printed")) for b in cast.battles]


def form(cast, *moves: tuple[str, object], **more) -> dict[str, str]:
    return {"since": DAY.isoformat(), "reason": "New division", **dict(moves), **more}


def battle(cast, n: int) -> str:
    return f"b:{cast.battles[n].pk}"


def item(cast) -> str:
    return f"i:{cast.led.pk}:{cast.posts[2].pk}"


def office(cast):
    return client(cast.people["office"])


def test_any_number_of_duties_moves_in_one_event_and_days_before_keep_their_leaders(led):
    last = str(led.posts[3].pk)
    data = form(led, (battle(led, 0), last), (battle(led, 1), "vacant"), (item(led), last))
    assert office(led).post("/c/LK21/duties", data).status_code == 302
    assert leaders(led, BEFORE) == ["Leader 00", "Leader 01"]
    assert leaders(led, DAY) == ["Leader 03", "None"]
    rows = led.led.responsibilities.filter(role="leader").order_by("since")
    assert [(str(r.post), r.until) for r in rows] == [("Leader 02", BEFORE), ("Leader 03", None)]


def test_before_the_first_move_a_battle_is_led_as_the_paper_has_it(led):
    day_before = START - dt.timedelta(days=1)
    assert leaders(led, day_before) == ["as printed", "as printed"]
    page = office(led).get("/c/LK21/", {"day": BEFORE.isoformat()}).context["battles"]
    assert [b.leader for b in page] == ["Leader 00", "Leader 01"]


def test_the_portfolio_may_change_in_the_same_step(led):
    post = led.posts[3]
    data = form(led, (battle(led, 0), str(post.pk)), (f"p:{post.pk}", "Roads and rivers"))
    office(led).post("/c/LK21/duties", data)
    post.refresh_from_db()
    assert post.portfolio == "Roads and rivers"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "理由"),
        ({"since": "2021-07-02"}, "该日已过"),
        ({"since": "some day"}, "2026-09-30"),
    ],
)
def test_a_refused_sheet_keeps_every_choice(led, change, sentence):
    data = form(led, (battle(led, 0), str(led.posts[3].pk)), **change)
    answer = office(led).post("/c/LK21/duties", data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'<option value="{led.posts[3].pk}" selected>' in answer.content.decode()
    assert leaders(led, DAY) == ["Leader 00", "Leader 01"]


def test_nothing_chosen_moves_nothing(led):
    answer = office(led).post("/c/LK21/duties", form(led))
    assert answer.status_code == 422
    assert "至少选择一项" in answer.content.decode()


def test_two_moves_on_one_day_leave_one_tenure(led):
    for n in (3, 2):
        office(led).post("/c/LK21/duties", form(led, (battle(led, 0), str(led.posts[n].pk))))
    assert leaders(led, DAY)[0] == "Leader 02"
    assert BattleTenure.objects.filter(battle=led.battles[0]).count() == 2


def test_whoever_saw_another_leader_is_told(led):
    moved = Reshuffle(DAY, (Move(led.posts[3], item=led.led, former=led.posts[2]),))
    move_duties(simulated(DAY, "x"), led.campaign, moved)
    with pytest.raises(ActionError, match=r"duties\.led_otherwise"):
        move_duties(simulated(DAY, "x"), led.campaign, moved)


def test_a_viewer_reads_the_sheet_and_moves_nothing(led):
    seat = client(led.people["viewer"])
    text = seat.get("/c/LK21/duties").content.decode()
    assert "Leader 02" in text
    assert "<select" not in text
    assert seat.post("/c/LK21/duties", form(led)).status_code == 403
    assert client(led.people["works"]).get("/c/LK21/duties").status_code == 403


def upload(cast, *rows, head=("事项/战役", "原牵头领导", "新牵头领导", "自何日起")):
    data = SimpleUploadedFile("d.xlsx", book(调整=[list(head), *map(list, rows)]))
    return office(cast).post("/c/LK21/duties/read", {"file": data})


def test_a_filled_in_workbook_comes_back_as_the_form_and_nothing_moves_yet(led):
    answer = upload(
        led,
        ("道路争速", "Leader 00", "Leader 03", "2021年7月25日"),
        (led.led.code, "", "Leader 00", "2021-07-25"),
        ("整改争效", "Leader 01", "", ""),
    )
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.count(" selected>Leader 03") == text.count(" selected>Leader 00") == 1
    assert 'value="2021-07-25"' in text
    assert leaders(led, dt.date(2021, 7, 25)) == ["Leader 00", "Leader 01"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("Nothing", "", "Leader 03", "2021-07-25"), "第 2 行 A 列：没有叫"),
        (("道路争速", "Leader 02", "Leader 03", "2021-07-25"), "第 2 行 B 列：“道路争速”现在不由"),
        (("道路争速", "", "Nobody", "2021-07-25"), "第 2 行 C 列：没有叫"),
        (("道路争速", "", "Leader 03", "soon"), "第 2 行 D 列：“soon”不是日期"),
    ],
)
def test_a_wrong_row_is_named_by_cell(led, row, sentence):
    answer = upload(led, row)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_two_days_in_one_workbook_are_refused(led):
    rows = (
        ("道路争速", "", "Leader 03", "2021-07-25"),
        ("整改争效", "", "Leader 03", "2021-07-26"),
    )
    assert "请拆分" in upload(led, *rows).content.decode()


def test_the_sheet_that_is_sent_out_is_read_by_its_own_reader(led):
    data = office(led).get("/c/LK21/duties/workbook").content
    rows = read_sheets(data, Limits())[0].rows
    assert ("Led singly" in str(rows), led.led.code in str(rows)) == (False, True)
    back = SimpleUploadedFile("d.xlsx", data)
    answer = office(led).post("/c/LK21/duties/read", {"file": back})
    assert answer.status_code == 200


@pytest.mark.parametrize("page", ["duties", "tenures", "watch"])
def test_pages_ask_the_same_for_ten_times_the_duties(led, page):
    def asked() -> int:
        seat = office(led)
        seat.get(f"/c/LK21/{page}")
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(f"/c/LK21/{page}").status_code == 200
        return len(caught)

    led.item("Without anybody", org="plan")
    few = asked()
    moves = tuple(Move(led.posts[n % 4], item=led.item(f"Item {n}")) for n in range(20))
    move_duties(simulated(DAY, "more"), led.campaign, Reshuffle(DAY, moves))
    assert Responsibility.objects.filter(role="leader").count() == 21
    assert asked() == few <= 20
