"""Reminders that go out by themselves: each once, by the rungs, until the answer comes."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.cast import END, START, act
from tests.support.chains import make_desk

from gongjian.apps.loop.models import Turn
from gongjian.apps.loop.reminders import LATELY, remind
from gongjian.apps.notices.models import Notice

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def desk(cast):
    return make_desk(cast)


def reminded(desk, day):
    return remind(act(), desk.cast.campaign, day).result["n"]


def test_an_item_is_told_of_three_days_before_and_the_day_after_once_each(desk):
    item = desk.item("tasks", "in_hand")
    days = [END + n * DAY for n in range(-6, 6)]
    assert [reminded(desk, day) for day in days] == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    soon, late = Notice.objects.filter(about=item.pk).order_by("at")
    assert (soon.code, late.code) == ("step.due_soon", "step.late")
    assert soon.done_on is not None  # the later one took its place


def test_a_reminder_stops_the_moment_the_answer_arrives(desk):
    item = desk.item("tasks", "in_hand")
    reminded(desk, END - 3 * DAY)
    desk.step("principal", item, "request_close")
    assert Notice.objects.get(about=item.pk).done_on is not None
    assert reminded(desk, END + DAY) == 0


def test_what_was_not_acknowledged_is_told_of(desk):
    item = desk.item("tasks", "assigned")
    due = Turn.objects.get(pk=item.pk).due
    assert reminded(desk, due + DAY) == 1
    assert Notice.objects.get(about=item.pk).facts["due"] == due.isoformat()


def test_what_was_late_long_before_sends_no_storm(desk):
    for n in range(3):
        desk.item("tasks", "in_hand", due=START + n * DAY)
    assert reminded(desk, START + (LATELY + 20) * DAY) == 0


def test_a_day_that_was_missed_is_caught_up(desk):
    desk.item("tasks", "in_hand")
    assert reminded(desk, END + 4 * DAY) == 1
    assert reminded(desk, END + 5 * DAY) == 0


def test_a_request_that_comes_twice_tells_once(desk):
    desk.item("tasks", "in_hand")
    once = act()
    first = remind(once, desk.cast.campaign, END + DAY)
    assert remind(once, desk.cast.campaign, END + DAY).repeated
    assert first.result["n"] == Notice.objects.filter(code="step.late").count() == 1


def test_what_is_suspended_is_not_chased(desk):
    item = desk.item("tasks", "in_hand")
    desk.step("leader", item, "suspend", "停工")
    assert reminded(desk, END + DAY) == 0
