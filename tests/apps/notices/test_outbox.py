"""The outbox against a real receiver: everything once by id, in order per thing, whatever happens."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cast import act
from tests.support.hooks import hook, say, tell, tried

from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.notices import actions, outbox, sending
from gongjian.apps.notices.models import Delivery, Notice
from gongjian.apps.notices.models.outbox import State
from gongjian.apps.notices.retrying import Tried, heads
from gongjian.lib import clock
from gongjian.lib.ids import new_id


def states() -> list[str]:
    return list(Delivery.objects.order_by("n").values_list("state", flat=True))


def ids() -> list[str]:
    return [str(pk) for pk in Delivery.objects.order_by("n").values_list("pk", flat=True)]


def test_what_is_told_is_sent_once_signed_and_numbered(cast, gateway, receiver, send):
    notice = tell(cast.campaign, org=cast.orgs["works"], facts={"item": "RW-1", "title": "Road"})
    assert send() == 1
    assert send(hours=9) == 0
    told = receiver.verified(gateway.secret)
    assert (told["type"], told["data"]["sequence"]) == ("return.sent_back", 1)
    assert told["data"]["link"].endswith(f"/inbox/{notice.pk}")
    assert (told["data"]["org"], told["data"]["item"]) == ("works", "RW-1")
    assert b"Road" not in receiver.bodies[0]


@action("test.break")
def _break(book, campaign, notice):
    book.campaign_id = campaign.pk
    actions.tell(book, [notice])
    raise ActionError("test.broken")


def test_an_action_that_is_not_done_tells_nothing(cast, gateway):
    notice = Notice(org=cast.orgs["works"], code="x.y", path="/")
    with pytest.raises(ActionError):
        _break(act(), cast.campaign, notice)
    assert states() == []


@pytest.mark.parametrize("word", ["fail", "hang", "lost", "refuse", "redirect"])
def test_a_message_that_was_not_taken_comes_again_under_its_id(cast, gateway, receiver, send, word):
    tell(cast.campaign, org=cast.orgs["works"])
    receiver.will.extend([word, word])
    for hours in (0, 1, 2):
        assert send(hours=hours) == 1
    assert receiver.came == ids() * 3
    assert list(receiver.taken) == ids()
    assert states() == ["sent"]


def test_what_was_taken_although_the_line_was_cut_counts_once_by_its_id(
    cast, gateway, receiver, send
):
    things = [new_id() for _ in range(3)]
    for thing in things * 2:
        tell(cast.campaign, org=cast.orgs["works"], about=thing)
    receiver.will.extend(["lost", "take", "lost", "fail", "hang", "take"])
    for hours in range(12):
        send(hours=2 * hours)
    assert sorted(receiver.taken) == sorted(ids())
    assert len(receiver.came) > 6
    for thing in things:
        order = [
            t["data"]["sequence"]
            for t in receiver.taken.values()
            if t["data"]["about"] == str(thing)
        ]
        assert order == sorted(order)
        assert len(order) == 2


def test_a_later_word_about_the_same_thing_waits_for_the_earlier_one(cast, gateway, receiver, send):
    thing = new_id()
    for about in (thing, thing, new_id()):
        tell(cast.campaign, org=cast.orgs["works"], about=about)
    receiver.will.append("refuse")  # this message alone: the others go on
    assert send() == 2
    assert states() == ["failed", "queued", "sent"]
    assert send(hours=1) == 2
    assert [receiver.came.index(i) for i in ids()] == [0, 3, 1]
    assert states() == ["sent"] * 3


def test_a_receiver_that_is_down_for_a_day_gets_everything_once_in_order(
    cast, gateway, receiver, send
):
    for _ in range(30):
        tell(cast.campaign, org=cast.orgs["works"])
    receiver.will.extend(["fail"] * 500)
    tries = sum(send(minutes=10 * n) for n in range(144))
    assert 8 < tries < 60  # it is not stormed: one try, and the others wait with it
    receiver.will.clear()
    send(hours=26)
    assert list(receiver.taken) == ids()
    assert states() == ["sent"] * 30


def test_after_three_days_it_is_given_up_and_sent_again_when_somebody_says_so(
    cast, gateway, receiver, send
):
    tell(cast.campaign, org=cast.orgs["works"])
    receiver.will.extend(["fail"] * 500)
    for hours in range(0, 80, 2):
        send(hours=hours)
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == ("given_up", "unavailable_503")
    receiver.will.clear()
    assert send(days=9) == 0
    actions.redeliver(act(), row)
    assert send() == 1
    assert list(receiver.taken) == [str(row.pk)]


def test_a_receiver_that_never_returns_is_given_up_with_all_that_waits_for_it(
    cast, gateway, receiver, send
):
    for _ in range(30):
        tell(cast.campaign, org=cast.orgs["works"])
    receiver.will.extend(["fail"] * 500)
    tries = sum(send(hours=n) for n in range(80))
    assert states() == ["given_up"] * 30
    assert tries < 90


def test_an_answer_stops_what_was_not_sent_yet(cast, gateway, receiver, send):
    notice = tell(cast.campaign, org=cast.orgs["works"])
    receiver.will.append("fail")
    send()
    settle(act(), cast.campaign, notice)
    assert send(hours=2) == 0
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == ("dropped", "answered")
    with pytest.raises(ActionError) as refused:
        actions.redeliver(act(), row)
    assert refused.value.code == "delivery.dropped"


@action("test.settle")
def settle(book, campaign, notice):
    book.campaign_id = campaign.pk
    return {"n": actions.settle_about(book, [notice.code], [notice.about], clock.today())}


@action("test.remind")
def remind(book, campaign, notices):
    book.campaign_id = campaign.pk
    return {"n": actions.remind(book, notices, apart=dt.timedelta(hours=20))}


def test_a_rule_that_is_asked_twice_reminds_once(cast):
    about = new_id()

    def again():
        made = Notice(org=cast.orgs["works"], code="round.chased", path="/", about=about)
        return remind(act(), cast.campaign, [made]).result["n"]

    assert [again(), again()] == [1, 0]


def test_an_address_that_is_paused_gets_what_waited_when_it_is_resumed(
    cast, gateway, receiver, send
):
    actions.pause_hook(act(), gateway)
    for _ in range(2):
        tell(cast.campaign, org=cast.orgs["works"])
    assert send() == 0
    actions.resume_hook(act(), gateway)
    assert send() == 2


def test_an_address_that_is_removed_gets_nothing_any_more(cast, gateway, receiver, send):
    tell(cast.campaign, org=cast.orgs["works"])
    assert actions.remove_hook(act(), gateway).result["dropped"] == 1
    tell(cast.campaign, org=cast.orgs["works"])
    assert send() == 0
    gateway.refresh_from_db()
    assert bytes(gateway.wrapped) == b""


def test_what_a_killed_sender_held_is_free_when_its_time_has_run_out(cast, gateway, receiver, send):
    tell(cast.campaign, org=cast.orgs["works"])
    outbox.number()
    (held,) = outbox.claim("dead", clock.now())
    assert send() == 0
    assert send(minutes=5) == 1
    outbox.note(held, "timeout", "dead", clock.now())  # it was not dead after all: too late
    assert states() == ["sent"]


def test_what_is_answered_while_a_sender_holds_it_is_not_sent(cast, gateway, receiver, monkeypatch):
    notices = [tell(cast.campaign, org=cast.orgs["works"]) for _ in range(2)]
    real = sending.send

    def answered_meanwhile(row):
        settle(act(), cast.campaign, notices[1])
        return real(row)

    monkeypatch.setattr(sending, "send", answered_meanwhile)
    assert sending.send_due("s1") == 1
    assert states() == ["sent", "dropped"]


def test_a_message_that_breaks_the_program_keeps_no_other_up(
    cast, gateway, receiver, send, monkeypatch, caplog
):
    for _ in range(2):
        tell(cast.campaign, org=cast.orgs["works"])
    real = sending.send
    monkeypatch.setattr(sending, "send", lambda row: 1 / 0 if row.n == 1 else real(row))
    assert send() == 2
    assert states() == ["failed", "sent"]
    assert "broke" in caplog.text


ROWS = st.lists(
    st.tuples(st.sampled_from(["works", "plan"]), st.integers(0, 2), st.sampled_from(State.values)),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_what_the_database_lets_go_is_what_the_rule_lets_go(db, rows):
    Delivery.objects.all().delete()
    now, receivers = clock.now(), {"works": new_id(), "plan": new_id()}
    things = [new_id() for _ in range(3)]
    tried = []
    for n, (receiver, thing, state) in enumerate(rows, 1):
        Delivery.objects.create(
            channel="x", receiver=receivers[receiver], about=things[thing], n=n, state=state,
            at=now, next_at=now,
        )  # fmt: skip
        tried.append(Tried(n, (receiver, thing), state))
    assert sorted(outbox.due(now).values_list("n", flat=True)) == [t.n for t in heads(tried)]


def test_each_receiver_has_numbers_of_its_own(cast, gateway, receiver, send):
    other = hook(cast.campaign, receiver.url + "/other", "Other")
    for _ in range(3):
        tell(cast.campaign, org=cast.orgs["works"])
    send()
    for here in (gateway, other):
        mine = Delivery.objects.filter(receiver=here.pk).order_by("n")
        assert list(mine.values_list("n", flat=True)) == [1, 2, 3]


def test_a_message_of_a_campaign_reaches_no_other_campaigns_address(cast, books, gateway):
    assert books.campaign != cast.campaign
    tell(books.campaign, org=cast.orgs["works"])
    assert not Delivery.objects.exists()


def test_a_trial_message_says_that_it_is_one(gateway, receiver, send):
    tried(gateway)
    assert send() == 1
    assert receiver.verified(gateway.secret)["type"] == "test"


def test_what_a_simulation_plays_is_not_sent(cast, gateway):
    notice = Notice(org=cast.orgs["works"], code="x.y", path="/")
    say(act(origin="simulation"), cast.campaign.pk, [notice])
    assert states() == []
