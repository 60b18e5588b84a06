"""The inbox: what, why me, since when; today's rights decide."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.rounds import TYPED, make_stage
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.accounts.models import Grant, Role
from gongjian.apps.ledger.book import action
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice, NoticeRead
from gongjian.apps.notices.sentences import WHY, why
from gongjian.lib import clock
from gongjian.site.context import site


@pytest.fixture
def stage(db):
    made = make_stage(3)
    made.open_round()
    return made


def rows(person, **query):
    return client(person).get("/inbox", query).context["rows"]


def test_one_row_tells_what_why_and_until_when(stage):
    (row,) = rows(stage.person("works"))
    assert "3" in row.what
    assert "First round" in row.what
    assert "Works Bureau" in row.why
    assert row.due == dt.date(2021, 7, 20)
    assert rows(stage.person("east")) == []
    assert rows(stage.person("office")) == []


def test_opening_a_row_leads_to_where_it_is_answered_and_marks_it_read(stage):
    seat, notice = client(stage.person("works")), Notice.objects.get()
    assert seat.get(f"/inbox/{notice.pk}").url == notice.path
    assert rows(stage.person("works"))[0].is_read
    assert client(stage.person("east")).get(f"/inbox/{notice.pk}").status_code == 404


def test_a_right_withdrawn_takes_the_rows_away(stage):
    person = stage.person("works")
    for held in Grant.objects.filter(person=person):
        accounts.withdraw(act(), held, last_day=clock.today() - dt.timedelta(days=1))
    assert rows(person) == []
    assert client(person).get(f"/inbox/{Notice.objects.get().pk}").status_code == 404


def test_a_right_in_another_campaign_shows_nothing_of_this_one(stage):
    person = stage.person("works")
    for held in Grant.objects.filter(person=person, campaign_id=stage.campaign.pk):
        accounts.withdraw(act(), held, last_day=clock.today() - dt.timedelta(days=1))
    assert rows(person) == []


@pytest.fixture
def case(stage):
    """A petition in a round together with one more open item; gives the petition's return."""
    stage.add("Case", register="petitions")
    stage.add("One more road")
    row = stage.open_round("Mixed")
    return stage.returns(row, item__title="Case")[0]


def closer_contact(stage):
    held = Grant(
        person=stage.person("works"), role="contact", campaign_id=stage.campaign.pk,
        org=stage.cast.orgs["works"], access_class="petition",
    )  # fmt: skip
    accounts.grant(act(), held)
    return stage.person("works")


def test_an_open_notice_counts_open_items_only(stage, case):
    mixed = Notice.objects.filter(about=case.round_id)
    assert sorted(mixed.values_list("access_class", "facts__n")) == [("open", 1), ("petition", 1)]
    assert len(rows(stage.person("works"))) == 2  # of each round the open one
    assert len(rows(closer_contact(stage))) == 3


def test_code_and_title_of_a_petition_reach_only_who_sees_petitions(stage, case):
    office = client(stage.person("office"))
    office.post(f"/returns/{case.pk}/", {"due": "2021-09-01"})
    office.post(f"/returns/{case.pk}/send-back", {"note": "Which street?"})
    told = Notice.objects.get(code="return.sent_back")
    seat = client(stage.person("works"))
    assert case.item.code not in seat.get("/inbox").content.decode()
    assert seat.get(f"/inbox/{told.pk}").status_code == 404
    closer_contact(stage)
    assert case.item.code in seat.get("/inbox").content.decode()


def test_an_open_notice_is_done_when_the_open_items_are(stage, case):
    office, path = client(stage.person("office")), f"/c/QD21/rounds/{case.round_id}"
    assert "1" in office.post(f"{path}/chase", follow=True).content.decode()
    live = Notice.objects.filter(about=case.round_id, done_on=None)
    assert sorted(live.values_list("code", "access_class")) == [
        ("round.chased", "open"),
        ("round.chased", "petition"),
    ]
    road = stage.returns(case.round, item__title="One more road")[0]
    client(stage.person("works")).post(f"/returns/{road.pk}/", TYPED)
    assert [n.access_class for n in live.all()] == ["petition"]


def test_a_word_by_name_about_closer_things_needs_their_class(stage):
    notice = Notice(person=stage.person("viewer"), code="x.y", access_class="petition")
    say(act(), stage.campaign, notice)
    assert rows(stage.person("viewer")) == []
    more = Grant(
        person=stage.person("viewer"), role="viewer", campaign_id=stage.campaign.pk,
        access_class="petition",
    )  # fmt: skip
    accounts.grant(act(), more)
    assert len(rows(stage.person("viewer"))) == 1


@action("test.say")
def say(book, campaign, notice):
    book.campaign_id = campaign.pk
    tell(book, [notice])
    return {}


def test_all_are_marked_read_and_stay_to_be_done(stage):
    seat = client(stage.person("works"))
    seat.post("/inbox/read")
    assert [r.is_read for r in rows(stage.person("works"))] == [True]
    seat.post("/inbox/read")
    assert NoticeRead.objects.count() == 1


def test_rows_are_filtered_by_kind(stage):
    assert len(rows(stage.person("works"), kind="round")) == 1
    assert rows(stage.person("works"), kind="launch") == []
    assert len(rows(stage.person("works"), kind="nonsense")) == 1


def test_a_row_says_why_me_and_what_is_expected(stage):
    (row,) = rows(stage.person("works"))
    assert "Works Bureau" in row.why
    assert str(Role("contact").label) in row.why
    assert row.expected
    named = Notice(person=stage.person("works"), code="x.y", why="watch")
    say(act(), stage.campaign, named)
    by_code = {r.kind: r for r in rows(stage.person("works"))}
    assert by_code["x"].why
    assert by_code["x"].expected == ""


def test_rows_are_narrowed_to_what_waits_and_what_is_not_read(stage):
    say(act(), stage.campaign, Notice(person=stage.person("works"), code="x.y"))
    person = stage.person("works")
    assert len(rows(person)) == 2
    (waiting,) = rows(person, only="waiting")
    assert waiting.expected
    client(person).post(f"/inbox/{waiting.pk}/read")
    assert [r.kind for r in rows(person, only="unread")] == ["x"]
    assert len(rows(person, only="nonsense")) == 2


def test_one_row_is_marked_read_from_where_one_was(stage):
    notice, seat = Notice.objects.get(), client(stage.person("works"))
    back = seat.post(f"/inbox/{notice.pk}/read", {"next": "/inbox?only=unread"})
    assert back.url == "/inbox?only=unread"
    assert rows(stage.person("works"))[0].is_read
    away = seat.post(f"/inbox/{notice.pk}/read", {"next": "https://elsewhere.example/"})
    assert away.url == "/inbox"
    assert seat.get(f"/inbox/{notice.pk}/read").status_code == 405
    assert client(stage.person("east")).post(f"/inbox/{notice.pk}/read").status_code == 404


def test_what_is_done_lies_under_a_fold(stage):
    row = Notice.objects.get().about
    client(stage.person("office")).post(f"/c/QD21/rounds/{row}/close")
    page = client(stage.person("works")).get("/inbox")
    assert page.context["rows"] == []
    assert [r.what for r in page.context["done"]]


def test_the_count_for_the_menu_is_one_query_and_only_where_it_is_printed(stage):
    request = RequestFactory().get("/")
    request.user = stage.person("works")
    with CaptureQueriesContext(connection) as silent:
        context = site(request)
    assert len(silent) == 0
    assert seen_by(request).orgs()  # every page asks for the scope
    with CaptureQueriesContext(connection) as printed:
        said = Template("{{ inbox_unread }}{{ inbox_unread }}").render(Context(context))
    assert (said, len(printed)) == ("11", 1)


def test_the_inbox_asks_the_same_however_many_rows_it_has(stage):
    few = asked(stage)
    for n in range(4):
        stage.add(f"More {n}")
        stage.open_round(f"Round {n}")
    assert asked(stage) == few


def asked(stage) -> int:
    seat = client(stage.person("works"))
    seat.get("/inbox")
    with CaptureQueriesContext(connection) as caught:
        assert seat.get("/inbox").status_code == 200
    return len(caught)


def test_a_person_who_is_told_by_name_reads_no_bare_word(stage):
    for reason in sorted({"", *WHY}):
        said = why(Notice(person=stage.person("works"), code="x.y", why=reason), "zh")
        assert "(role)" not in said
        assert "(org)" not in said, reason
