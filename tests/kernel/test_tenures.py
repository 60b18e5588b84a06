from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.indicators.tenures import Result, Tenure, result, tenures

START = dt.date(2024, 7, 1)
DAY = dt.timedelta(days=1)


def on(n: int) -> dt.date:
    return START + n * DAY


def holder_of(first, changes, day):
    """The slow, obvious way: go through the changes up to a day, the later of two for one day counts."""
    held = first
    for since, holder in sorted(changes, key=lambda c: c[0]):
        if since <= day:
            held = holder
    return held


@given(
    st.lists(st.tuples(st.integers(-20, 60), st.sampled_from(["a", "b", None])), max_size=6),
    st.integers(0, 40),
)
def test_each_day_has_the_holder_of_the_last_change_before_it(moves, length):
    changes = [(on(n), who) for n, who in moves]
    cut = tenures("x", changes, START, on(length))
    told = [(t.since + i * DAY, t.holder) for t in cut for i in range((t.until - t.since).days + 1)]
    assert told == [(on(n), holder_of("x", changes, on(n))) for n in range(length + 1)]
    assert all(one.holder != other.holder for one, other in itertools.pairwise(cut))


def test_a_period_that_ends_before_it_starts_has_no_tenure():
    assert tenures("x", [], START, START - DAY) == ()


def test_a_change_after_the_end_is_not_seen_and_one_on_the_first_day_is():
    cut = tenures("x", [(START, "a"), (on(9), "b")], START, on(8))
    assert cut == (Tenure("a", START, on(8)),)


def test_a_place_without_items_has_no_share_and_put_back_items_count_below_zero():
    assert result({}, {}) == Result(0, 0, None, None, 0)
    # 3 of 4 closed before, 1 of 4 after: two were put back.
    assert result({"n": 4, "closed": 3}, {"n": 4, "closed": 1}) == Result(4, -2, 0.75, 0.25, 0)
