"""Acts of the simulation: back-dated, and labelled so."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gongjian.apps.ledger.book import Act
from gongjian.apps.ledger.models import SYSTEM

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Person

ORIGIN = "simulation"


def at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """Give an instant of a day in China."""
    zone = dt.timezone(dt.timedelta(hours=8))
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def act(
    slot: str, day: dt.date, by: Person | None = None, hour: int = 9, *, reason: str = ""
) -> Act:
    """Give an act of the simulation."""
    who = by.pk if by else SYSTEM
    return Act(
        request_id=f"demo-{slot}"[:64], by=who, at=at(day, hour), origin=ORIGIN, reason=reason
    )
