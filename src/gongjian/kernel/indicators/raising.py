"""Whether a target that an org sets itself (自我加压) asks more than its base line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """How high a target lies.

    Attributes
    ----------
    op : str
        ``"<="``, ``">="``, ``"=="`` or ``"range"``.
    value : Decimal or None
        The floor; None where the target is a yes or a date.
    due : date or None
        Day by which.
    """

    op: str
    value: Decimal | None
    due: dt.date | None


def is_higher(base: Bar, asked: Bar) -> bool:
    """Tell whether a bar lies higher than its base.

    Parameters
    ----------
    base : Bar
        What the paper or the office set; its direction counts.
    asked : Bar
        What the org sets itself.

    Returns
    -------
    bool
        True where the value is better or the day earlier, and neither is worse.

    Examples
    --------
    >>> first = Bar(">=", Decimal(25), None)
    >>> is_higher(first, Bar(">=", Decimal(28), None)), is_higher(first, Bar(">=", Decimal(20), None))
    (True, False)
    >>> is_higher(Bar("<=", Decimal(2), None), Bar("<=", Decimal(1), None))
    True
    """
    steps = (_by_value(base, asked), _by_day(base.due, asked.due))
    return min(steps) >= 0 and max(steps) > 0


def _by_value(base: Bar, asked: Bar) -> int:
    """1 for better, 0 for the same, -1 for worse. A figure promised exactly is a floor; a range has none."""
    if base.value is None or asked.value is None:
        return 0 if base.value == asked.value else -1
    step = (asked.value > base.value) - (asked.value < base.value)
    if base.op == "<=":
        return -step
    return -abs(step) if base.op == "range" else step


def _by_day(base: dt.date | None, asked: dt.date | None) -> int:
    if base is None or asked is None:
        return 0 if base == asked else (1 if base is None else -1)
    return (asked < base) - (asked > base)
