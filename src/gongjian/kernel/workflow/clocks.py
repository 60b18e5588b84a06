"""Whose turn it is, and until when: clocks that stand while somebody else is awaited."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from gongjian.kernel.calendar.days import after, between
from gongjian.kernel.model.workflow import IDLE, holds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.kernel.model.workflow import TimeLimit, Workflow


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in which an item stood in one state.

    Attributes
    ----------
    state : str
        The state.
    since : date
        The day it was entered.
    """

    state: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is.

    Attributes
    ----------
    awaits : tuple of str
        Roles; none where nothing is expected of anybody.
    since : date
        The day from which it is theirs.
    limit : str
        Key of the limit that runs; empty where only the item's own deadline counts.
    due : date or None
        The last day; None where no limit runs.
    used : int
        Days of the limit that were used up before.
    """

    awaits: tuple[str, ...]
    since: dt.date
    limit: str = ""
    due: dt.date | None = None
    used: int = 0


def turn(
    workflow: Workflow,
    limits: Mapping[str, TimeLimit],
    stays: Sequence[Stay],
    values: Mapping[str, object],
) -> Turn:
    """Tell whose turn it is in the last state of an item, and how long they may take.

    Parameters
    ----------
    workflow : Workflow
        The machine.
    limits : Mapping of str to TimeLimit
        Limits of the playbook by key.
    stays : sequence of Stay
        The states the item stood in, in order; the last one is the present one.
    values : Mapping of str to object
        Fields of the item, for limits that depend on them.

    Returns
    -------
    Turn
        Roles, limit and last day.

    Notes
    -----
    The day on which a state is entered does not count; the day on which it is left does. A limit
    that is not `anew` goes on where it stopped, unless the item was closed or put back to the start
    in between.
    """
    now = stays[-1]
    state = workflow.state(now.state)
    awaits = workflow.awaited(now.state)
    key = next((one.limit for one in state.limits if holds(one.when, values)), "")
    if not key or state.category in IDLE:
        return Turn(awaits, now.since)
    limit = limits[key]
    used = 0 if limit.anew else _used(workflow, limit, stays, values)
    left = max(limit.days - used, 0)
    return Turn(awaits, now.since, key, after(now.since, left, working=limit.working), used)


def _used(
    workflow: Workflow, limit: TimeLimit, stays: Sequence[Stay], values: Mapping[str, object]
) -> int:
    used = 0
    for stay, following in pairwise(stays):
        state = workflow.state(stay.state)
        if state.category in IDLE:
            used = 0
        elif any(one.limit == limit.key and holds(one.when, values) for one in state.limits):
            used += between(stay.since, following.since, working=limit.working)
    return used
