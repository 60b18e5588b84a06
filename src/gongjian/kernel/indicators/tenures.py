"""A period cut into tenures (任期): who held what from which day to which, and what was done in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

H = TypeVar("H")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tenure(Generic[H]):
    """A stretch of days in which one holder was in charge.

    Attributes
    ----------
    holder : object or None
        Who held it; None while it was vacant.
    since, until : date
        First and last day, both inside the period that was cut.
    """

    holder: H | None
    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the items of a place in one tenure.

    Attributes
    ----------
    n : int
        Items at its end.
    closed : int
        Items closed out in it, less those that were put back; may be negative.
    begin_share, end_share : float or None
        Share closed before its first day and on its last, 0 to 1; None where there was no item.
    late : int
        Open items past their deadline on its last day.
    """

    n: int
    closed: int
    begin_share: float | None
    end_share: float | None
    late: int


def tenures(
    first: H | None, changes: Iterable[tuple[dt.date, H | None]], start: dt.date, end: dt.date
) -> tuple[Tenure[H], ...]:
    """Cut a period into tenures.

    Parameters
    ----------
    first : object or None
        Holder before the first change.
    changes : iterable of (date, object or None)
        From which day on who held it, in any order; the later of two for one day counts.
    start, end : date
        First and last day of the period.

    Returns
    -------
    tuple of Tenure
        In order, without gaps, from `start` to `end`; neighbours differ in their holder. Empty where
        the period ends before it starts.

    Examples
    --------
    >>> july, aug = dt.date(2024, 7, 1), dt.date(2024, 8, 10)
    >>> cut = tenures("A", [(aug, "B")], july, dt.date(2024, 9, 30))
    >>> [(t.holder, t.since.isoformat(), t.until.isoformat()) for t in cut]
    [('A', '2024-07-01', '2024-08-09'), ('B', '2024-08-10', '2024-09-30')]
    """
    if end < start:
        return ()
    held: dict[dt.date, H | None] = {start: first}
    for day, holder in sorted(changes, key=lambda change: change[0]):
        if day <= end:
            held[max(day, start)] = holder
    cut: list[Tenure[H]] = []
    for day in sorted(held):
        if cut and cut[-1].holder == held[day]:
            continue
        if cut:
            cut[-1] = Tenure(cut[-1].holder, cut[-1].since, day - _DAY)
        cut.append(Tenure(held[day], day, end))
    return tuple(cut)


def result(begin: Mapping[str, int], end: Mapping[str, int]) -> Result:
    """Compare the sums of a place before a tenure with those of its last day.

    Parameters
    ----------
    begin, end : Mapping of str to int
        Sums by measure: ``n``, ``closed`` and ``late``; what is missing counts as 0.

    Returns
    -------
    Result
        What was done in between.

    Examples
    --------
    >>> result({"n": 10, "closed": 2}, {"n": 10, "closed": 7, "late": 1})
    Result(n=10, closed=5, begin_share=0.2, end_share=0.7, late=1)
    """
    return Result(
        n=end.get("n", 0),
        closed=end.get("closed", 0) - begin.get("closed", 0),
        begin_share=_share(begin),
        end_share=_share(end),
        late=end.get("late", 0),
    )


def _share(sums: Mapping[str, int]) -> float | None:
    n = sums.get("n", 0)
    return sums.get("closed", 0) / n if n else None
