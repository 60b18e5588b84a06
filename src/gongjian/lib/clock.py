"""The only place that asks what time it is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> dt.datetime:
    """Give the instant in UTC."""
    return dt.datetime.now(dt.UTC)


def today(zone: str | None = None) -> dt.date:
    """Give the date in a campaign's zone, or in the installation's."""
    return now().astimezone(ZoneInfo(zone or settings.TIME_ZONE)).date()


def start_of(day: dt.date, zone: str | None = None) -> dt.datetime:
    """Give the instant at which a day begins in a zone."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone or settings.TIME_ZONE))


def day_of(at: dt.datetime, zone: str | None = None) -> dt.date:
    """Give the date of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone or settings.TIME_ZONE)).date()


def zone() -> ZoneInfo:
    """Give the installation's zone."""
    return ZoneInfo(settings.TIME_ZONE)
