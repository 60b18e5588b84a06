"""The rules of the outbox by themselves: order, pauses, quiet hours."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.apps.notices.models import Preference
from gongjian.apps.notices.models.outbox import OPEN
from gongjian.apps.notices.retrying import (
    CAP,
    Tried,
    after,
    after_quiet,
    heads,
    is_receiver_down,
    pause,
    refused,
)

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CODES = st.sampled_from(["", "", "timeout", "refused_422", "unavailable_503", "withdrawn"])


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(CODES, max_size=80), st.randoms())
def test_whatever_happens_each_thread_keeps_its_order_and_nothing_comes_twice(
    threads, codes, chance
):
    rows = {n: Tried(n, thread) for n, thread in enumerate(threads, 1)}
    came = defaultdict(list)
    for step, code in enumerate(codes):
        ready = heads(rows.values())
        if not ready:
            break
        row = chance.choice(ready)
        rows[row.n] = after(row, code, NOW + dt.timedelta(hours=step), 0.5)
        if rows[row.n].state == "sent":
            came[row.thread].append(row.n)
    for order in came.values():
        assert order == sorted(set(order))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["queued", "failed", "sent", "dropped", "given_up"]))))  # fmt: skip
def test_nothing_waits_for_what_is_done_with(rows):
    tried = [Tried(n, thread, state) for n, (thread, state) in enumerate(rows)]
    still = {t.thread for t in tried if t.state in OPEN}
    assert {t.thread for t in heads(tried)} == still


def test_pauses_double_up_to_a_cap_and_are_spread():
    assert [pause(n, 0.5).total_seconds() for n in (1, 2, 3)] == [10, 20, 40]
    assert pause(90, 0.5) == CAP
    assert pause(1, 0.0) < pause(1, 0.5) < pause(1, 1.0)


def test_three_days_after_the_first_attempt_it_is_given_up():
    row = after(Tried(1, "a"), "timeout", NOW, 0.5)
    assert after(row, "timeout", NOW + dt.timedelta(days=2, hours=23), 0.5).state == "failed"
    assert after(row, "timeout", NOW + dt.timedelta(days=3), 0.5).state == "given_up"


@pytest.mark.parametrize(
    ("status", "is_down"), [(400, False), (410, False), (429, True), (408, True), (500, True), (302, False)]
)  # fmt: skip
def test_an_answer_stops_the_others_only_where_the_receiver_is_out_of_order(status, is_down):
    assert is_receiver_down(refused(status)) == is_down


@pytest.mark.parametrize(
    ("hours", "at", "then"),
    [
        ((20, 8), "2026-03-02T19:59", "2026-03-02T19:59"),
        ((20, 8), "2026-03-02T20:00", "2026-03-03T08:00"),
        ((20, 8), "2026-03-03T03:00", "2026-03-03T08:00"),
        ((20, 8), "2026-03-03T08:00", "2026-03-03T08:00"),
        ((12, 14), "2026-03-03T13:10", "2026-03-03T14:00"),
        ((9, 9), "2026-03-03T09:00", "2026-03-03T09:00"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_their_end(hours, at, then):
    wish = Preference(quiet_from=hours[0], quiet_until=hours[1])
    local = dt.datetime.fromisoformat(at).replace(tzinfo=ZONE)
    assert after_quiet(local, wish, ZONE).isoformat()[:16] == then


@given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 10**5))
def test_the_instant_after_quiet_hours_is_not_quiet_and_never_earlier(since, until, minutes):
    at = NOW + dt.timedelta(minutes=minutes)
    wish = Preference(quiet_from=since, quiet_until=until)
    then = after_quiet(at, wish, ZONE)
    assert then >= at
    assert after_quiet(then, wish, ZONE) == then
