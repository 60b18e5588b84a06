from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.indicators.lights import LightFacts, planned, standing
from gongjian.kernel.model.playbook import LightRules
from gongjian.kernel.model.workflow import StateCategory

DAY = dt.timedelta(days=1)
RULES = LightRules("plain", soon_days=7, behind_yellow=1000, behind_red=2000)
days = st.dates(dt.date(2021, 1, 1), dt.date(2022, 12, 31))
facts = st.builds(
    LightFacts,
    start_on=st.none() | days,
    due=st.none() | days,
    progress=st.integers(0, 10_000),
    category=st.sampled_from(StateCategory),
)


@given(facts, days)
def test_nothing_changes_before_the_day_that_is_foretold(fact, day):
    now = standing(RULES, fact, day)
    last = (now.next_on or day + 120 * DAY) - DAY
    for n in range(min((last - day).days, 120) + 1):
        then = standing(RULES, fact, day + n * DAY)
        assert (then.light, then.due_state) == (now.light, now.due_state)
    if now.next_on:
        then = standing(RULES, fact, now.next_on)
        assert (then.light, then.due_state) != (now.light, now.due_state)
        assert then.light == now.next_light


@given(facts, days)
def test_more_progress_never_makes_a_light_worse(fact, day):
    order = ["done", "none", "green", "yellow", "red"]
    better = LightFacts(fact.start_on, fact.due, 10_000, fact.category)
    lights = [standing(RULES, f, day).light for f in (better, fact)]
    assert order.index(lights[0]) <= order.index(lights[1])


@given(days, days, days)
def test_the_straight_line_only_rises_and_ends_at_the_deadline(start, due, day):
    assert 0 <= planned(start, due, day) <= planned(start, due, day + DAY) <= 10_000
    if start <= due:
        assert planned(start, due, due) == 10_000
        assert planned(start, due, start - DAY) == 0


def test_an_overdue_item_is_red_however_far_it_is():
    fact = LightFacts(None, dt.date(2021, 7, 1), 9_900, StateCategory.OPEN)
    found = standing(RULES, fact, dt.date(2021, 7, 4))
    assert (found.light, found.due_state, found.numbers) == ("red", "late", {"days": 3})


def test_the_line_reddens_what_the_date_leaves_green():
    fact = LightFacts(dt.date(2021, 7, 1), dt.date(2021, 9, 30), 0, StateCategory.OPEN)
    found = standing(RULES, fact, dt.date(2021, 8, 1))
    assert (found.light, found.reason) == ("red", "behind")
    assert found.numbers["behind"] == 10_000 * 32 // 92
