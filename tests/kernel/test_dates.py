from __future__ import annotations

import datetime as dt

import pytest

from gongjian.kernel.extract.dates import find_dates, month_end
from gongjian.kernel.extract.numbers import value_of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021年9月30日前完成", dt.date(2021, 9, 30)),
        ("9月底前完成", dt.date(2021, 9, 30)),
        ("三季度末前投用", dt.date(2021, 9, 30)),
        ("年底前全部销号", dt.date(2021, 12, 31)),
        ("到2025年建成", dt.date(2025, 12, 31)),
        ("“十四五”末", dt.date(2025, 12, 31)),
        ("2024年2月底前", dt.date(2024, 2, 29)),
        ("上半年", dt.date(2021, 6, 30)),
    ],
)
def test_a_deadline_is_the_last_day_of_what_is_named(text, day):
    (found,) = find_dates(text, 2021)
    assert found.day == day
    assert text[found.start : found.end] in text


def test_a_deadline_without_a_year_is_left_out_where_the_paper_has_none():
    assert find_dates("9月底前完成", None) == []


def test_a_day_that_does_not_exist_is_no_date():
    assert [d.day for d in find_dates("2021年2月30日前", 2021)] == []


def test_month_ends():
    assert month_end(2021, 12) == dt.date(2021, 12, 31)


@pytest.mark.parametrize(
    ("text", "value"), [("8.5", 8.5), ("1,200", 1200), ("二十五", 25), ("两", 2), ("十六", 16)]
)
def test_numbers_as_papers_write_them(text, value):
    assert value_of(text) == value
