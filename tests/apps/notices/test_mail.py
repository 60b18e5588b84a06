"""Mail: who still may know and wants to is told that something waits, never what it says."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from tests.support.cast import act
from tests.support.hooks import hook, tell
from tests.support.mail import MailServer
from tests.support.rounds import make_stage
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant
from gongjian.apps.notices.jobs import take_up
from gongjian.apps.notices.models import Delivery, Notice
from gongjian.apps.notices.sending import send_due
from gongjian.lib import clock

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = dt.datetime(2026, 3, 2, 10, tzinfo=ZONE)
WISHES = {
    "email": "works@office.example", "by_mail": "on", "digest_hour": "9", "quiet_from": "20",
    "quiet_until": "8",
}  # fmt: skip


@pytest.fixture
def server(settings):
    made = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
    settings.MAIL_IS_ON, settings.SITE_ADDRESS = True, "https://gj.example"
    yield made
    made.stop()


def at(when: dt.datetime) -> int:
    """Do what a worker does at an instant; gives how many attempts were made."""
    with time_machine.travel(when, tick=False):
        take_up(clock.now())
        return send_due("s1")


def wish(person, **more) -> None:
    answer = client(person).post("/inbox/settings", {**WISHES, **more})
    assert answer.status_code == 302, answer.content.decode()


def told_at(when: dt.datetime, cast, **facts) -> Notice:
    with time_machine.travel(when, tick=False):
        return tell(cast.campaign, **facts)


def withdraw(person) -> None:
    for held in Grant.objects.filter(person=person):
        accounts.withdraw(act(), held, last_day=dt.date(2026, 1, 1))


def test_a_contact_is_written_to_with_a_kind_and_a_link(cast, server):
    wish(cast.people["works"])
    notice = told_at(MONDAY, cast, org=cast.orgs["works"], facts={"item": "RW-1", "title": "Road"})
    assert at(MONDAY) == 1
    (text,) = server.texts
    assert f"https://gj.example/inbox/{notice.pk}" in text
    assert "RW-1" in text
    assert "Road" not in text
    assert server.letters[0]["To"] == "works@office.example"


def test_a_mail_server_that_refuses_gets_it_again_under_its_id(cast, server):
    wish(cast.people["works"])
    told_at(MONDAY, cast, org=cast.orgs["works"])
    server.refuses = 2
    for minutes in range(6):
        at(MONDAY + dt.timedelta(minutes=minutes))
    assert len(server.letters) == 1
    assert len(server.came) == 3
    assert len(set(server.came)) == 1


def test_a_mail_server_that_is_down_is_tried_once_for_all(cast, server):
    for name in ("works", "east"):
        wish(cast.people[name], email=f"{name}@office.example")
    for name in ("works", "east"):
        told_at(MONDAY, cast, org=cast.orgs[name])
    server.stop()
    assert at(MONDAY) == 1
    server.start()
    at(MONDAY + dt.timedelta(minutes=1))
    assert len(server.letters) == 2


def test_who_does_not_answer_for_the_org_is_not_written_to(cast, server):
    for name in ("east", "stranger", "viewer", "works"):
        wish(cast.people[name], email=f"{name}@office.example")
    told_at(MONDAY, cast, org=cast.orgs["works"])
    at(MONDAY)
    assert [m["To"] for m in server.letters] == ["works@office.example"]


def test_a_right_withdrawn_between_telling_and_sending_lets_the_mail_go(cast, server):
    wish(cast.people["works"])
    told_at(MONDAY, cast, org=cast.orgs["works"])
    withdraw(cast.people["works"])
    at(MONDAY)
    row = Delivery.objects.get()
    assert (row.state, row.last_error, server.letters) == ("dropped", "withdrawn", [])


def test_who_does_not_want_mail_any_more_gets_none_that_was_queued(cast, server):
    wish(cast.people["works"])
    told_at(MONDAY, cast, org=cast.orgs["works"])
    client(cast.people["works"]).post("/inbox/settings", {**WISHES, "by_mail": ""})
    at(MONDAY)
    assert (Delivery.objects.get().state, server.letters) == ("dropped", [])


def test_of_a_petition_neither_title_nor_code_leaves_the_house(db, server, receiver):
    stage = make_stage()
    hook(stage.campaign, receiver.url)
    wish(stage.person("office"))
    held = {"role": "contact", "campaign_id": stage.campaign.pk, "org": stage.cast.orgs["works"]}
    accounts.grant(act(), Grant(person=stage.person("works"), access_class="petition", **held))
    wish(stage.person("works"))
    item = stage.add("张某反映的拖欠工资问题", register="petitions")
    (row,) = stage.returns(stage.open_round("农民工欠薪"))
    office = client(stage.person("office"))
    office.post(f"/returns/{row.pk}/", {"due": "2021-09-01"})
    office.post(f"/returns/{row.pk}/send-back", {"note": "补充欠薪人数"})
    at(clock.now().astimezone(ZONE).replace(hour=11) + dt.timedelta(days=1))
    gone = "".join(server.texts) + b"".join(receiver.bodies).decode("unicode_escape")
    kept = "".join(str(d.payload) for d in Delivery.objects.all())
    assert len(receiver.bodies) >= 1
    assert len(server.letters) >= 1
    for word in ("拖欠", "欠薪", item.code, "张某"):
        assert word not in gone + kept


def test_in_quiet_hours_nothing_comes_but_what_is_urgent_to_who_wants_it(cast, server):
    wish(cast.people["works"])
    wish(cast.people["east"], email="east@office.example", urgent_anyway="on")
    night = MONDAY.replace(hour=22)
    for org in ("works", "east"):
        told_at(night, cast, org=cast.orgs[org], is_urgent=True)
    at(night)
    assert [m["To"] for m in server.letters] == ["east@office.example"]
    at(night + dt.timedelta(hours=9))
    assert len(server.letters) == 1
    at(night + dt.timedelta(hours=10))
    assert len(server.letters) == 2


def test_quiet_hours_that_were_changed_since_are_heeded(cast, server):
    wish(cast.people["works"])
    told_at(MONDAY, cast, org=cast.orgs["works"])
    wish(cast.people["works"], quiet_from="9", quiet_until="12")
    at(MONDAY)
    assert server.letters == []
    assert Delivery.objects.get().attempts == 0
    at(MONDAY.replace(hour=12))
    assert len(server.letters) == 1


def test_what_was_due_before_quiet_hours_and_comes_too_late_waits_for_their_end(cast, server):
    wish(cast.people["works"])
    told_at(MONDAY.replace(hour=19), cast, org=cast.orgs["works"])
    assert at(MONDAY.replace(hour=21)) == 1
    assert at(MONDAY.replace(hour=22)) == 0
    assert server.letters == []
    at(MONDAY + dt.timedelta(days=1))
    assert len(server.letters) == 1


def test_a_digest_that_could_not_be_sent_on_its_day_is_let_go(cast, server):
    digest(cast.people["works"])
    tell(cast.campaign, org=cast.orgs["works"])
    server.refuses = 99
    at(MONDAY)
    server.refuses = 0
    at(MONDAY + dt.timedelta(days=1))
    (text,) = server.texts
    assert "2026-03-03" in text


def test_three_words_of_one_thing_in_one_night_are_one_mail(cast, server):
    wish(cast.people["works"])
    night = MONDAY.replace(hour=22)
    first = told_at(night, cast, org=cast.orgs["works"])
    for _ in range(2):
        told_at(night, cast, org=cast.orgs["works"], about=first.about)
    at(night + dt.timedelta(hours=10))
    assert len(server.letters) == 1


def digest(person, hour="9") -> None:
    wish(person, by_mail="", has_digest="on", digest_hour=hour)


def test_one_digest_on_a_working_day_at_its_hour_and_none_twice(cast, server):
    digest(cast.people["works"])
    tell(cast.campaign, org=cast.orgs["works"], code="round.asked", due=dt.date(2026, 2, 1))
    tell(cast.campaign, org=cast.orgs["works"], code="inquiry.asked")
    at(MONDAY.replace(hour=8))
    assert server.letters == []
    for minutes in (0, 1, 300):
        at(MONDAY.replace(hour=9) + dt.timedelta(minutes=minutes))
    (text,) = server.texts
    assert "2026-03-02" in text
    assert "https://gj.example/inbox" in text
    assert text.count(": 1") == 2
    at(MONDAY + dt.timedelta(days=1))
    assert len(server.letters) == 2


@pytest.mark.parametrize(
    ("day", "n"),
    [
        (dt.date(2026, 3, 7), 0),  # a Saturday
        (dt.date(2025, 10, 1), 0),  # the national day, a Wednesday
        (dt.date(2025, 9, 28), 1),  # a Sunday that is worked
        (dt.date(2039, 3, 7), 1),  # a Monday of a year without a table
    ],
)
def test_digests_come_on_working_days_only(cast, server, day, n):
    digest(cast.people["works"])
    tell(cast.campaign, org=cast.orgs["works"])
    at(dt.datetime.combine(day, dt.time(10), ZONE))
    assert len(server.letters) == n


def test_no_digest_where_nothing_waits_or_the_right_was_withdrawn(cast, server):
    digest(cast.people["works"])
    at(MONDAY)
    assert server.letters == []
    tell(cast.campaign, org=cast.orgs["works"])
    withdraw(cast.people["works"])
    at(MONDAY + dt.timedelta(days=1))
    assert (server.letters, Delivery.objects.count()) == ([], 0)


def test_what_was_withdrawn_after_the_digest_was_made_is_not_in_it(cast, server):
    digest(cast.people["works"])
    tell(cast.campaign, org=cast.orgs["works"])
    server.refuses = 1
    at(MONDAY)
    withdraw(cast.people["works"])
    at(MONDAY + dt.timedelta(minutes=5))
    assert (Delivery.objects.get().last_error, server.letters) == ("nothing_waits", [])


def test_a_clock_that_jumps_back_makes_no_second_digest(cast, server):
    digest(cast.people["works"])
    tell(cast.campaign, org=cast.orgs["works"])
    for days in (0, 1, 0, 1):
        at(MONDAY + dt.timedelta(days=days))
    assert len(server.letters) == 2


def test_without_a_mail_server_nothing_is_queued(cast):
    wish(cast.people["works"], has_digest="on")
    told_at(MONDAY, cast, org=cast.orgs["works"])
    at(MONDAY)
    assert not Delivery.objects.exists()


def test_settings_are_kept_and_refused_in_a_sentence(cast):
    seat = client(cast.people["works"])
    refused = seat.post("/inbox/settings", {**WISHES, "email": ""})
    assert refused.status_code == 422
    assert refused.context["form"].errors["email"]
    assert seat.post("/inbox/settings", {**WISHES, "email": "no mail"}).status_code == 422
    wish(cast.people["works"], quiet_from="21")
    page = seat.get("/inbox/settings")
    assert page.context["form"].initial["quiet_from"] == 21
    assert client(cast.people["east"]).get("/inbox/settings").context["form"].initial["email"] == ""
