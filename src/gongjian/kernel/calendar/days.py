"""Working days of the mainland calendar, with the days that the State Council moves (调休).

Notes
-----
The decreed years come from the holiday table of the `chinesecalendar` library. A year that is not decreed
yet has its weekends only, and `is_decreed` says so.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

from chinese_calendar import is_workday

_DAY = dt.timedelta(days=1)
_SATURDAY = 5


@cache
def is_working_day(day: dt.date) -> bool:
    """Tell whether a day is worked.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    bool
        True for a working day, moved ones with them.

    Examples
    --------
    >>> is_working_day(dt.date(2024, 9, 14)), is_working_day(dt.date(2024, 9, 16))
    (True, False)
    """
    try:
        return bool(is_workday(day))  # type: ignore[no-untyped-call]
    except NotImplementedError:
        return day.weekday() < _SATURDAY


@cache
def is_decreed(year: int) -> bool:
    """Tell whether the holidays of a year are known.

    Parameters
    ----------
    year : int
        The year.

    Returns
    -------
    bool
        False for a year of which only the weekends are known.
    """
    try:
        is_workday(dt.date(year, 1, 1))  # type: ignore[no-untyped-call]
    except NotImplementedError:
        return False
    return True


def after(day: dt.date, n: int, *, working: bool = True) -> dt.date:
    """Give the last day of a limit that begins with a day; that day itself does not count.

    Parameters
    ----------
    day : date
        The day on which the limit begins.
    n : int
        Days of the limit; 0 for the same day.
    working : bool
        True for working days.

    Returns
    -------
    date
        The n-th day after it.

    Examples
    --------
    >>> after(dt.date(2024, 9, 30), 1)
    datetime.date(2024, 10, 8)
    """
    if not working:
        return day + n * _DAY
    while n > 0:
        day += _DAY
        n -= is_working_day(day)
    return day


def between(first: dt.date, last: dt.date, *, working: bool = True) -> int:
    """Count the days of a limit from one day to another; the first does not count, the last does.

    Parameters
    ----------
    first, last : date
        The two days.
    working : bool
        True for working days.

    Returns
    -------
    int
        0 where the last is not after the first.

    Examples
    --------
    >>> between(dt.date(2024, 9, 30), dt.date(2024, 10, 8))
    1
    """
    n = max((last - first).days, 0)
    if not working:
        return n
    return sum(is_working_day(first + k * _DAY) for k in range(1, n + 1))
