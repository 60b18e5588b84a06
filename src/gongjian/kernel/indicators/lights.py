"""The light of an item: a pure function of its own dated facts and the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongjian.kernel.model.playbook import LightRules
from gongjian.kernel.model.workflow import StateCategory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FULL = 10_000  # basis points
_DAY = dt.timedelta(days=1)
_WORSE = {"green": 0, "yellow": 1, "red": 2}


@dataclass(frozen=True, slots=True)
class LightFacts:
    """What a light is judged by.

    Attributes
    ----------
    start_on, due : date or None
        First day and deadline; None where the item has none.
    progress : int
        As last reported, in basis points, 0 to 10000.
    category : StateCategory
        Of the item's state.
    closed_on : date or None
        Day of close-out.
    """

    start_on: dt.date | None
    due: dt.date | None
    progress: int
    category: StateCategory
    closed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands on a day, and when that changes by itself.

    Attributes
    ----------
    light : str
        ``green``, ``yellow``, ``red``, ``done`` or ``none``.
    reason : str
        Code of the rule that set it.
    numbers : Mapping of str to int
        Figures for the sentence: days and basis points.
    due_state : str
        ``late``, ``soon``, ``later``, ``none`` or ``closed``.
    next_light : str or None
        The light on ``next_on``.
    next_on : date or None
        The next day on which light or due state differ, if nothing else happens; None for never.
    """

    light: str
    reason: str
    numbers: Mapping[str, int] = field(default_factory=dict)
    due_state: str = "none"
    next_light: str | None = None
    next_on: dt.date | None = None


# What is not in hand is not held against the day.
_NOT_JUDGED = {
    StateCategory.PLANNED: Standing("none", "not_issued"),
    StateCategory.HELD: Standing("none", "held"),
    StateCategory.CLOSED: Standing("done", "closed", due_state="closed"),
    StateCategory.ENDED: Standing("none", "ended", due_state="closed"),
}


def standing(rules: LightRules, facts: LightFacts, day: dt.date) -> Standing:
    """Judge an item for a day and say when the judgement changes by itself.

    Parameters
    ----------
    rules : LightRules
        The rules of its register.
    facts : LightFacts
        Its facts.
    day : date
        The day it is judged for.

    Returns
    -------
    Standing
        Light, reason and the next change.

    Notes
    -----
    Between two neighbouring threshold days nothing changes, for each rule compares the day with a
    fixed day or with a line that only rises; so only the threshold days need to be tried.

    Examples
    --------
    >>> rules = LightRules("plain", soon_days=7, behind_yellow=1000, behind_red=2000)
    >>> facts = LightFacts(dt.date(2024, 7, 1), dt.date(2024, 9, 30), 0, StateCategory.OPEN)
    >>> s = standing(rules, facts, dt.date(2024, 7, 1))
    >>> s.light, s.next_on
    ('green', datetime.date(2024, 7, 10))
    """
    now = _judge(rules, facts, day)
    for later in sorted(d for d in _thresholds(rules, facts) if d > day):
        then = _judge(rules, facts, later)
        if (then.light, then.due_state) != (now.light, now.due_state):
            return Standing(now.light, now.reason, now.numbers, now.due_state, then.light, later)
    return now


def planned(start_on: dt.date, due: dt.date, day: dt.date) -> int:
    """Give how far the straight line by day is at the end of a day (序时进度).

    Parameters
    ----------
    start_on, due : date
        First and last day; both count.
    day : date
        The day asked for.

    Returns
    -------
    int
        Basis points, 0 before the first day, 10000 from the deadline on.

    Examples
    --------
    >>> planned(dt.date(2024, 7, 1), dt.date(2024, 7, 10), dt.date(2024, 7, 5))
    5000
    """
    if day < start_on:
        return 0
    if day >= due:
        return FULL
    return FULL * ((day - start_on).days + 1) // ((due - start_on).days + 1)


def _judge(rules: LightRules, facts: LightFacts, day: dt.date) -> Standing:
    if facts.category in _NOT_JUDGED:
        return _NOT_JUDGED[facts.category]
    if facts.due is None:
        return Standing("none", "no_due")
    left = (facts.due - day).days
    if left < 0:
        return Standing("red", "overdue", {"days": -left}, "late")
    due_state = "soon" if left <= rules.soon_days else "later"
    light, reason, numbers = max(
        _by_date(left, due_state), _by_line(rules, facts, day), key=lambda found: _WORSE[found[0]]
    )
    return Standing(light, reason, numbers, due_state)


def _by_date(left: int, due_state: str) -> tuple[str, str, dict[str, int]]:
    return ("yellow" if due_state == "soon" else "green", f"due_{due_state}", {"days": left})


def _by_line(rules: LightRules, facts: LightFacts, day: dt.date) -> tuple[str, str, dict[str, int]]:
    if facts.start_on is None or facts.due is None:
        return ("green", "on_line", {})
    line = planned(facts.start_on, facts.due, day)
    behind = line - facts.progress
    numbers = {"planned": line, "progress": facts.progress, "behind": behind}
    if behind >= rules.behind_red:
        return ("red", "behind", numbers)
    if behind >= rules.behind_yellow:
        return ("yellow", "behind", numbers)
    return ("green", "on_line", numbers)


def _thresholds(rules: LightRules, facts: LightFacts) -> Iterator[dt.date]:
    """Give every day on which one of the rules may begin to judge otherwise."""
    if facts.due is None or facts.category in _NOT_JUDGED:
        return
    yield facts.due - dt.timedelta(days=rules.soon_days)
    yield facts.due + _DAY
    if facts.start_on is not None and facts.start_on <= facts.due:
        for margin in (rules.behind_yellow, rules.behind_red):
            if (
                day := _first_behind(facts.start_on, facts.due, facts.progress + margin)
            ) is not None:
                yield day


def _first_behind(start_on: dt.date, due: dt.date, share: int) -> dt.date | None:
    """Give the first day on which the line has come to a share; None when it never does."""
    if share > FULL:
        return None
    span = (due - start_on).days + 1
    # floor(FULL * n / span) >= share  ⇔  n >= share * span / FULL, rounded up
    n = max(-(-share * span // FULL), 1)
    return min(start_on + (n - 1) * _DAY, due)
