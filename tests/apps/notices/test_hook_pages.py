"""Addresses of other programs: registered by the office, shown with what was sent there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from tests.support.cast import act
from tests.support.hooks import hook, say, tell, tried
from tests.support.web import client

from gongjian.apps.jobs import runner
from gongjian.apps.ledger.models import Change, Event
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.notices.jobs import take_up
from gongjian.apps.notices.models import Delivery, Hook, Notice, Preference
from gongjian.lib import clock

URL = "https://office.example/notices"


@pytest.fixture
def office(cast):
    return client(cast.people["office"])


def path(cast, row=None, more="") -> str:
    return f"/c/{cast.campaign.code}/programs/" + (f"{row.pk}/{more}" if row else "")


def test_an_address_is_registered_and_its_secret_shown_once(cast, office):
    made = office.post(path(cast), {"name": "Gateway", "url": URL, "request_id": "r1"})
    secret = made.context["secret"]
    assert secret.startswith("whsec_")
    assert secret in made.content.decode()
    again = office.post(
        path(cast), {"name": "Gateway", "url": URL, "request_id": "r1"}, follow=True
    )
    assert (Hook.objects.count(), again.context["secret"]) == (1, "")


def test_the_secret_stands_in_no_event_and_in_no_row(cast, office):
    secret = office.post(path(cast), {"name": "Gateway", "url": URL}).context["secret"]
    change = Change.objects.get(table="notices.hook")
    assert "wrapped" not in change.after
    bare = secret.removeprefix("whsec_")
    assert all(bare not in str(c.after) for c in Change.objects.all())
    assert bare.encode() not in bytes(Hook.objects.get().wrapped)
    assert "notices.add_hook" in Event.objects.values_list("action", flat=True)


@pytest.mark.parametrize(
    ("name", "url"),
    [("", URL), ("x", ""), ("x", "http://office.example/"), ("x", "https://u:p@office.example/"), ("x", "nonsense")],
)  # fmt: skip
def test_what_cannot_be_sent_to_is_refused_and_stays_typed(cast, office, name, url):
    answer = office.post(path(cast), {"name": name, "url": url})
    assert answer.status_code == 422
    assert answer.context["problem"]
    assert answer.context["form"].data["url"] == url
    assert not Hook.objects.exists()


def test_an_address_is_registered_once_and_not_without_end(cast, office):
    for n in range(20):
        hook(cast.campaign, f"{URL}/{n}")
    assert office.post(path(cast), {"name": "x", "url": f"{URL}/1"}).status_code == 422
    assert "20" in office.post(path(cast), {"name": "x", "url": URL}).context["problem"]


def test_it_is_paused_resumed_tried_and_removed(cast, office):
    row = hook(cast.campaign)
    for do, is_paused in (("pause", True), ("resume", False)):
        assert office.post(path(cast, row, "change"), {"do": do}).status_code == 302
        assert Hook.objects.get().is_paused is is_paused
    office.post(path(cast, row, "change"), {"do": "try"})
    assert Delivery.objects.get().payload == {"code": "test"}
    office.post(path(cast, row, "change"), {"do": "remove"})
    assert office.get(path(cast, row)).status_code == 404
    assert Delivery.objects.get().state == "dropped"
    assert office.post(path(cast, row, "change"), {"do": "nonsense"}).status_code == 404
    seal()
    assert verify().faults == ()


def test_another_campaigns_address_is_not_there(cast, books, office):
    row = hook(books.campaign)
    assert office.get(path(cast, row)).status_code == 404
    assert office.post(path(cast, row, "change"), {"do": "pause"}).status_code == 404


def test_what_failed_is_told_and_sent_again(cast, office, gateway, receiver, send):
    row = tried(gateway)
    receiver.will.append("refuse")
    send()
    (line,) = office.get(path(cast, gateway)).context["deliveries"]
    assert line["is_bad"]
    assert "422" in line["error"]
    office.post(path(cast, gateway, f"{row.pk}/again"))
    assert send() == 1
    assert office.get(path(cast, gateway)).context["deliveries"][0]["error"] == ""
    page = office.get(path(cast)).context["hooks"][0]
    assert (page["n_sent"], page["n_waiting"], page["n_lost"]) == (1, 0, 0)
    assert office.post(path(cast, gateway, f"{gateway.pk}/again")).status_code == 404


def test_pages_ask_the_same_however_much_was_sent(cast, office):
    row = hook(cast.campaign)
    few = [asked(office, p) for p in (path(cast), path(cast, row))]
    for n in range(5):
        hook(cast.campaign, f"{URL}/{n}")
        tell(cast.campaign, org=cast.orgs["works"])
    assert [asked(office, p) for p in (path(cast), path(cast, row))] == few


def asked(seat, page) -> int:
    seat.get(page)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(page).status_code == 200
    return len(caught)


def test_telling_asks_the_same_however_many_are_told(cast, settings):
    settings.MAIL_IS_ON = True
    hook(cast.campaign)
    for name in ("works", "east"):
        wish = {"email": "x@office.example", "by_mail": True}
        Preference.objects.create(person=cast.people[name], **wish)
    tell(cast.campaign, org=cast.orgs["works"])
    counts = []
    for orgs in (["works"], list(cast.orgs)):
        with CaptureQueriesContext(connection) as caught:
            _tell_all(cast, orgs)
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert Delivery.objects.filter(channel="mail").count() == 4


def _tell_all(cast, orgs) -> None:
    notices = [Notice(org=cast.orgs[o], code="x.y", path="/") for o in orgs]
    say(act(), cast.campaign.pk, notices)


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_by_a_queue_of_its_own(cast, gateway, receiver):
    tell(cast.campaign, org=cast.orgs["works"])
    assert [take_up(clock.now()) for _ in range(2)] == [True, False]
    runner.worker("w1", once=True).run()
    assert receiver.came == []
    runner.worker("w1", queue=runner.OUTBOX, once=True).run()
    assert len(receiver.came) == 1
    assert take_up(clock.now()) is False
    assert DBTaskResult.objects.get().return_value == 1
