"""Digests: one mail on a working day for who wants it and has something waiting; none twice."""

from __future__ import annotations

import datetime as dt
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction

from gongjian.apps.accounts.access import scope
from gongjian.apps.jobs import timers
from gongjian.apps.notices import outbox
from gongjian.apps.notices.models import Delivery, Preference
from gongjian.apps.notices.preferences import note_digest
from gongjian.apps.notices.queries import waiting_counts
from gongjian.kernel.calendar.days import is_working_day
from gongjian.lib import clock

AT_ONCE = 200  # the next second makes the rest


def make_due(now: dt.datetime) -> int:
    """Make the digests whose hour has come on this working day: later too, after a stop; gives how many.

    The slot of person and day is taken with the message, so that no two machines make it and none is
    lost between.
    """
    local = now.astimezone(clock.zone())
    if not settings.MAIL_IS_ON or not is_working_day(local.date()):
        return 0
    wanted = Preference.objects.filter(has_digest=True, digest_hour__lte=local.hour)
    wanted = wanted.filter(person__is_active=True).exclude(email="")
    wanted = wanted.exclude(digest_on=local.date())
    wishes = list(wanted.select_related("person")[:AT_ONCE])
    return sum(_make(wish, local.date(), now) for wish in wishes)


def _make(wish: Preference, day: dt.date, now: dt.datetime) -> bool:
    with transaction.atomic():
        note_digest(wish, day)
        if not timers.take(f"digest {day.isoformat()}", str(wish.person_id), now):
            return False
        if not waiting_counts(scope(wish.person, day), day):
            return False
        outbox.put_one(
            Delivery(
                channel=outbox.MAIL,
                receiver=wish.person_id,
                about=uuid5(NAMESPACE_URL, f"digest {wish.person_id} {day}"),
                payload={"code": outbox.DIGEST, "day": day.isoformat()},
                at=now,
                next_at=now,
            )
        )
    return True
