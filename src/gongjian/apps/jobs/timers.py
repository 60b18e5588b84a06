"""Timers: each slot fires once, however many machines look at the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from gongjian.apps.jobs.models import Slot

if TYPE_CHECKING:
    import datetime as dt


def take(timer: str, slot: str, now: dt.datetime) -> bool:
    """Take a slot; False where somebody else has it already."""
    try:
        with transaction.atomic():
            Slot(timer=timer, slot=slot, taken_at=now).save(force_insert=True)
    except IntegrityError:
        return False
    return True
