"""What becomes of a message after an attempt, and which may go next: pure rules, without a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gongjian.apps.notices.models.outbox import OPEN, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from gongjian.apps.notices.models import Preference

FIRST, CAP = dt.timedelta(seconds=10), dt.timedelta(hours=1)
GIVEN_UP_AFTER = dt.timedelta(days=3)  # since the first attempt
DELIVERED = ""
# Of the message, not of the receiver: it will not be sent at all.
MOOT = frozenset({"withdrawn", "answered", "channel_off", "nothing_waits", "past"})
LATER = "later"  # no attempt was made: it fell into quiet hours
# Of this message alone: the receiver answers, others may go on.
_REFUSED, BROKEN = "refused_", "broken"


@dataclass(frozen=True, slots=True)
class Tried:
    """A message's state, as attempts change it."""

    n: int
    thread: object  # receiver and thing: what keeps its order
    state: str = State.QUEUED
    attempts: int = 0
    next_at: dt.datetime | None = None
    first_at: dt.datetime | None = None
    last_error: str = ""


def after(row: Tried, code: str, now: dt.datetime, share: float) -> Tried:
    """Give a message's state after an attempt that ended with a code; none says that it arrived.

    `share`, from 0 to 1, spreads the next attempts of many messages.
    """
    if code == LATER:
        return row
    if code in MOOT:
        return replace(row, state=State.DROPPED, last_error=code)
    first = row.first_at or now
    tried = replace(row, attempts=row.attempts + 1, first_at=first, last_error=code)
    if code == DELIVERED:
        return replace(tried, state=State.SENT)
    if now - first >= GIVEN_UP_AFTER:
        return replace(tried, state=State.GIVEN_UP)
    return replace(tried, state=State.FAILED, next_at=now + pause(tried.attempts, share))


def pause(attempts: int, share: float) -> dt.timedelta:
    """Give how long to wait after so many attempts: twice as long each time, up to a cap, unevenly."""
    even: dt.timedelta = min(CAP, FIRST * 2 ** min(attempts - 1, 12))
    return even * (0.8 + 0.4 * share)


def is_receiver_down(code: str) -> bool:
    """Tell whether nothing else need be tried there for now."""
    is_its_own = code in MOOT or code in {DELIVERED, LATER, BROKEN} or code.startswith(_REFUSED)
    return not is_its_own


def refused(status: int) -> str:
    """Give the code of an answer that takes no message: of this one, or of any."""
    is_busy = status in {408, 425, 429} or status >= 500
    return f"unavailable_{status}" if is_busy else f"{_REFUSED}{status}"


def heads(rows: Iterable[Tried]) -> list[Tried]:
    """Give what may go: of each thread the first that is still to be sent."""
    first: dict[object, Tried] = {}
    for row in sorted(rows, key=lambda r: r.n):
        if row.state in OPEN:
            first.setdefault(row.thread, row)
    return sorted(first.values(), key=lambda r: r.n)


def after_quiet(at: dt.datetime, wish: Preference, zone: ZoneInfo) -> dt.datetime:
    """Give the first instant from `at` on that lies in nobody's quiet hours."""
    local = at.astimezone(zone)
    since, until = wish.quiet_from, wish.quiet_until
    if since <= until:
        is_quiet = since <= local.hour < until
    else:
        is_quiet = local.hour >= since or local.hour < until
    if not is_quiet:
        return at
    day = local.date() + dt.timedelta(days=1 if local.hour >= until else 0)
    return dt.datetime.combine(day, dt.time(until), zone)
