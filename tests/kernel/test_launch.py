"""What a campaign lacks before its launch, by hand-checkable examples."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.indicators.raising import Bar, is_higher
from gongjian.kernel.workflow.launch import Count, ItemFacts, check, empty_battles, rules_differ

NEEDS = {"tasks": ("lead", "due", "target")}
ALL = frozenset(NEEDS["tasks"])


def item(key, has=ALL, waived=(), part_of=None, register="tasks"):
    return ItemFacts(key, register, frozenset(has), frozenset(waived), part_of)


def test_fifteen_of_sixteen_hold_a_launch_up_and_sixteen_do_not():
    items = [item(str(n)) for n in range(15)]
    held = check([*items, item("15", {"lead"})], NEEDS)
    assert (held.n_complete, held.n, held.is_ready) == (15, 16, False)
    assert [(i.key, i.lacks) for i in held.lacking] == [("15", ("due", "target"))]
    assert check([*items, item("15")], NEEDS).is_ready


def test_what_is_waived_is_told_apart_from_what_is_there():
    found = check([item("1", {"lead", "due"}, {"target"}), item("2")], NEEDS)
    assert (found.n_complete, found.n_waived, found.is_ready) == (2, 1, True)
    assert found.items[0].waived == ("target",)


def test_a_waiver_of_something_that_is_there_counts_for_nothing():
    assert check([item("1", ALL, {"target"})], NEEDS).n_waived == 0


def test_a_part_needs_an_org_and_a_date_and_holds_its_item_up():
    part = item("1a", {"owner"}, part_of="1")
    found = check([item("1"), part], NEEDS)
    assert (found.n, found.n_complete) == (1, 0)
    assert found.lacking[0].lacks == ("due",)
    whole = check([item("1"), item("1a", {"owner", "due"}, part_of="1")], NEEDS)
    assert (whole.n, whole.n_complete) == (1, 1)


def test_a_register_that_asks_for_nothing_holds_nothing_up():
    assert check([item("1", set(), register="notes")], NEEDS).is_ready


def test_an_announced_count_that_differs_holds_the_launch_up_until_it_is_waived():
    assert not check([], NEEDS, [Count("projects", 16, 15)]).is_ready
    assert check([], NEEDS, [Count("projects", 16, 16)]).is_ready
    waived = check([], NEEDS, [Count("projects", 16, 15, is_waived=True)])
    assert waived.is_ready
    assert waived.counts[0].differs


def test_a_battle_is_filled_by_what_nests_in_it():
    parents = {"a": None, "b": "a", "c": "b", "d": None}
    assert empty_battles(parents, {"c"}) == ("d",)
    assert empty_battles(parents, {"a"}) == ("b", "c", "d")


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("签约口径", "开工口径", True),
        ("签约口径", " 签约 口径", False),
        ("(A)", "（a）", False),
        ("", "开工口径", False),
        ("签约口径", "", False),
    ],
)
def test_rules_differ_only_where_both_are_said(one, other, differ):
    assert rules_differ(one, other) is differ


@given(st.lists(st.sets(st.sampled_from(sorted(ALL))), max_size=20))
def test_complete_and_lacking_add_up(given_facts):
    found = check([item(str(n), has) for n, has in enumerate(given_facts)], NEEDS)
    assert found.n_complete == sum(set(has) >= ALL for has in given_facts)
    assert found.n_complete + len(found.lacking) == found.n == len(given_facts)


DAY = dt.date(2021, 9, 30)


@pytest.mark.parametrize(
    ("base", "asked", "higher"),
    [
        ((">=", 25, DAY), (28, DAY), True),
        ((">=", 25, DAY), (25, DAY), False),
        ((">=", 25, DAY), (24, DAY), False),
        (("<=", 2, None), (1, None), True),  # a rank is better when it is smaller
        (("<=", 2, None), (3, None), False),
        (("==", 15, DAY), (17, DAY), True),
        (("range", 5, DAY), (7, DAY), False),
        ((">=", 25, DAY), (25, dt.date(2021, 9, 1)), True),
        ((">=", 25, DAY), (28, dt.date(2021, 10, 1)), False),
        (("==", None, DAY), (None, dt.date(2021, 9, 1)), True),
        (("==", None, DAY), (None, DAY), False),
    ],
)
def test_an_own_target_must_be_better_than_the_base_line(base, asked, higher):
    op, value, due = base
    first = Bar(op, None if value is None else Decimal(value), due)
    wanted, day = asked
    assert is_higher(first, Bar(op, None if wanted is None else Decimal(wanted), day)) is higher
