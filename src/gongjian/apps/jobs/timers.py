"""Timers: each slot fires once, however many machines look at the clock."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from gongjian.apps.jobs.models import Slot

KEPT = dt.timedelta(days=60)


def take(timer: str, slot: str, now: dt.datetime) -> bool:
    """Take a slot; False where somebody else has it already."""
    if Slot.objects.filter(timer=timer, slot=slot).exists():  # asked every second, taken once
        return False
    try:
        with transaction.atomic():
            Slot(timer=timer, slot=slot, taken_at=now).save(force_insert=True)
    except IntegrityError:
        return False
    return True


def forget(now: dt.datetime) -> int:
    """Drop slots of long ago, which no clock asks for any more; gives how many."""
    return Slot.objects.filter(taken_at__lt=now - KEPT).delete()[0]
