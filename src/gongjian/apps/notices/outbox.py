"""The outbox's keeper: it writes what is to be sent, hands it to senders, and notes what became of it.

How a message goes
------------------
1. `put` writes a row for each receiver in the transaction of the action that tells.
2. `number` gives committed rows their numbers.
3. `claim` hands rows to a sender for a while: those that are due and have no earlier one about the
   same thing to the same receiver still to be sent. Two senders never hold one row; what a killed
   one held is free when its time has run out.
4. `note` writes what became of it, unless somebody else holds it by now.
"""

from __future__ import annotations

import datetime as dt
import zlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q

from gongjian.apps.accounts.access import grants_on, holders_on
from gongjian.apps.accounts.models import AccessClass, OrgReach
from gongjian.apps.notices.models import Delivery, Hook, Preference
from gongjian.apps.notices.models.outbox import OPEN, State
from gongjian.apps.notices.queries import TAKERS
from gongjian.apps.notices.retrying import (
    GIVEN_UP_AFTER,
    Tried,
    after,
    after_quiet,
    is_receiver_down,
    pause,
)
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.notices.models import Notice

MAIL, WEBHOOK = "mail", "webhook"
MAIL_DOWN = "mail_unreachable"
DIGEST, TEST = "digest", "test"  # codes of messages that are no notices
LEASE = dt.timedelta(seconds=120)
BATCH = 500
_CLAIMED = 20  # what one sender takes at once


def put(notices: Sequence[Notice], at: dt.datetime) -> int:
    """Write what is to be sent of some notices: a fixed number of queries; gives how many messages."""
    rows = [*_to_hooks(notices, at), *_to_people(notices, at)]
    Delivery.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _to_hooks(notices: Sequence[Notice], at: dt.datetime) -> list[Delivery]:
    campaigns = {n.campaign_id for n in notices if n.campaign_id}
    hooks = Hook.objects.filter(campaign_id__in=campaigns, removed_at=None) if campaigns else ()
    return [
        _message(notice, at, channel=WEBHOOK, receiver=hook.pk, next_at=at)
        for hook in hooks
        for notice in notices
        if notice.campaign_id == hook.campaign_id
    ]


def _to_people(notices: Sequence[Notice], at: dt.datetime) -> list[Delivery]:
    if not settings.MAIL_IS_ON:
        return []
    takers = _takers(notices, clock.today())
    wanted = {p for told in takers.values() for p in told}
    wishes = Preference.objects.filter(person__in=wanted, by_mail=True).exclude(email="")
    wish_of = wishes.in_bulk() if wanted else {}
    return [
        _message(
            notice,
            at,
            channel=MAIL,
            receiver=person,
            next_at=when(wish_of[person], at, is_urgent=notice.is_urgent),
        )
        for notice in notices
        for person in sorted(takers[notice.pk] & wish_of.keys())
    ]


def _message(notice: Notice, at: dt.datetime, **to: Any) -> Delivery:
    return Delivery(
        campaign_id=notice.campaign_id,
        notice=notice,
        about=notice.about or notice.pk,
        payload=said(notice),
        at=at,
        **to,
    )


def said(notice: Notice) -> dict[str, Any]:
    """Give what may leave the installation: that something waits, never what it contains.

    Of what is open to all who take part, the code of the item may stand as well.
    """
    told: dict[str, Any] = {"code": notice.code, "due": notice.due and notice.due.isoformat()}
    item = notice.facts.get("item")
    if item and notice.access_class == AccessClass.OPEN:
        told["item"] = str(item)
    return told


def _takers(notices: Sequence[Notice], day: dt.date) -> dict[UUID, set[UUID]]:
    """Give who may be told of each notice; the rights are looked at again before it is sent."""
    orgs = {n.org_id for n in notices if n.org_id}
    by_org: dict[tuple[UUID, UUID | None, str], set[UUID]] = {}
    rows = grants_on(day).filter(role__in=TAKERS, item_id=None)
    rows = rows.filter(org__in=OrgReach.objects.filter(descendant__in=orgs).values("ancestor"))
    grants = list(rows) if orgs else []
    held = holders_on({g.post_id for g in grants if g.post_id}, day) if grants else {}
    above = OrgReach.objects.filter(descendant__in=orgs, ancestor__in={g.org_id for g in grants})
    below: dict[UUID, list[UUID]] = {}
    for ancestor, descendant in above.values_list("ancestor", "descendant") if grants else ():
        below.setdefault(ancestor, []).append(descendant)
    for g in grants:
        people = {g.person_id} if g.person_id else held.get(g.post_id, set())  # type: ignore[arg-type]
        for org in below.get(g.org_id, ()):  # type: ignore[arg-type]
            for closeness in (AccessClass.OPEN, g.access_class):
                key = (org, g.campaign_id, str(closeness))
                by_org.setdefault(key, set()).update(people)
    return {n.pk: _told(n, by_org) for n in notices}


def _told(notice: Notice, by_org: dict[tuple[UUID, UUID | None, str], set[UUID]]) -> set[UUID]:
    if notice.person_id is not None:
        return {notice.person_id}
    if notice.org_id is None:
        return set()
    closeness = str(notice.access_class)
    every = by_org.get((notice.org_id, None, closeness), set())
    return every | by_org.get((notice.org_id, notice.campaign_id, closeness), set())


def when(wish: Preference, at: dt.datetime, *, is_urgent: bool) -> dt.datetime:
    """Give when a person may be told of something."""
    if is_urgent and wish.urgent_anyway:
        return at
    return after_quiet(at, wish, clock.zone())


def put_one(row: Delivery) -> None:
    """Write one message that is no notice: a digest, or a trial."""
    row.save(force_insert=True)


def drop(notices: Iterable[UUID], at: dt.datetime, *, channel: str = "") -> int:
    """Let go of what is not sent yet of notices that are done; gives how many messages.

    One that a sender holds this very moment may still arrive.
    """
    ids, n = list(notices), 0
    for first in range(0, len(ids), BATCH):
        rows = Delivery.objects.filter(notice__in=ids[first : first + BATCH], state__in=OPEN)
        rows = rows.filter(channel=channel) if channel else rows
        n += rows.update(state=State.DROPPED, last_error="answered", done_at=at)
    return n


def drop_receiver(channel: str, receiver: UUID, at: dt.datetime) -> int:
    """Let go of everything that a receiver was still to be told."""
    rows = Delivery.objects.filter(channel=channel, receiver=receiver, state__in=OPEN)
    return rows.update(state=State.DROPPED, last_error="channel_off", done_at=at)


def number() -> int:
    """Give numbers to what was committed since, in the order it was written; gives how many.

    Two senders cannot number at once: they meet at the first row, where the later one waits until it
    is numbered, and then counts on.
    """
    if not Delivery.objects.filter(n=None).exists():
        return 0
    with transaction.atomic():
        new = Delivery.objects.filter(n=None).order_by("at", "pk")
        if connection.features.has_select_for_update:
            new = new.select_for_update()
        rows = list(new[: 4 * BATCH])
        keys = {(r.channel, r.receiver) for r in rows}
        last = Delivery.objects.filter(receiver__in={r for _c, r in keys}).exclude(n=None)
        counted = last.values_list("channel", "receiver").annotate(last=Max("n")).order_by()
        n = {(channel, receiver): top for channel, receiver, top in counted}
        for row in rows:
            key = (row.channel, row.receiver)
            row.n = n[key] = n.get(key, 0) + 1
        Delivery.objects.bulk_update(rows, ["n"], batch_size=BATCH)
    return len(rows)


def due(now: dt.datetime) -> QuerySet[Delivery]:
    """Give what may go now: due, held by nobody, and with nothing earlier before it in its thread.

    What goes to an address that is paused waits.
    """
    earlier = Delivery.objects.filter(
        channel=OuterRef("channel"),
        receiver=OuterRef("receiver"),
        about=OuterRef("about"),
        n__lt=OuterRef("n"),
        state__in=OPEN,
    )
    paused = Hook.objects.filter(is_paused=True).values("pk")
    free = Q(held_until=None) | Q(held_until__lte=now)
    rows = Delivery.objects.filter(free, state__in=OPEN, next_at__lte=now, n__isnull=False)
    rows = rows.exclude(channel=WEBHOOK, receiver__in=paused)
    return rows.filter(~Exists(earlier)).order_by("next_at", "n")


def claim(holder: str, now: dt.datetime, limit: int = _CLAIMED) -> list[Delivery]:
    """Take messages to be sent, so that nobody else sends them for a while."""
    with transaction.atomic():
        rows = due(now).select_related("notice__org")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        taken = list(rows[:limit])
        ids = [r.pk for r in taken]
        Delivery.objects.filter(pk__in=ids).update(held_by=holder, held_until=now + LEASE)
    return taken


def is_still_to_go(row: Delivery, holder: str) -> bool:
    """Tell whether what was taken a while ago is still to be sent: not answered, paused or removed since."""
    paused = Hook.objects.filter(is_paused=True).values("pk")
    mine = Delivery.objects.filter(pk=row.pk, held_by=holder, state__in=OPEN)
    return mine.exclude(channel=WEBHOOK, receiver__in=paused).exists()


def release(rows: Iterable[Delivery], holder: str) -> None:
    """Give back what was taken and not tried."""
    mine = Delivery.objects.filter(pk__in=[r.pk for r in rows], held_by=holder)
    mine.update(held_by="", held_until=None)


def note(row: Delivery, code: str, holder: str, now: dt.datetime) -> Tried:
    """Write what became of an attempt.

    What arrived has arrived, even if it was let go meanwhile; what failed and was let go stays so.
    Once somebody else holds it, their attempt counts.
    """
    before = Tried(row.n or 0, row.about, str(row.state), row.attempts, row.next_at, row.first_at)
    share = zlib.crc32(f"{row.pk}{row.attempts}".encode()) / 2**32
    done = after(before, code, now, share)
    mine = Delivery.objects.filter(pk=row.pk, held_by=holder)
    if done.state != State.SENT:
        mine = mine.filter(state__in=OPEN)
    mine.update(
        state=done.state,
        attempts=done.attempts,
        first_at=done.first_at,
        next_at=_after_quiet(row, max(done.next_at or now, now)),
        done_at=None if done.state in OPEN else now,
        last_error=done.last_error,
        held_by="",
        held_until=None,
    )
    if is_receiver_down(code):
        _hold_back(row, code, now, now + pause(done.attempts, share))
    return done


def _after_quiet(row: Delivery, at: dt.datetime) -> dt.datetime:
    if row.channel != MAIL or row.notice is None:
        return at
    wish = Preference.objects.filter(pk=row.receiver).first()
    return at if wish is None else when(wish, at, is_urgent=row.notice.is_urgent)


def _hold_back(row: Delivery, code: str, now: dt.datetime, until: dt.datetime) -> None:
    """Let everything else for a receiver that does not answer wait as long, without an attempt.

    It shares the attempt that was made: what has waited so for as long as it would be tried is given up.
    """
    rest = Delivery.objects.filter(channel=row.channel, state__in=OPEN).exclude(pk=row.pk)
    if code != MAIL_DOWN:  # one mail server serves every receiver
        rest = rest.filter(receiver=row.receiver)
    late = rest.filter(first_at__lte=now - GIVEN_UP_AFTER)
    late.update(state=State.GIVEN_UP, last_error=code, done_at=now)
    rest.filter(first_at=None, next_at__lte=now).update(first_at=now)
    rest.filter(next_at__lt=until).update(next_at=until)


def wake(channel: str, receiver: UUID, now: dt.datetime) -> int:
    """Let everything that a receiver is still to be told go now, as if it were new."""
    rows = Delivery.objects.filter(channel=channel, receiver=receiver, state__in=OPEN)
    return rows.update(state=State.QUEUED, attempts=0, first_at=None, next_at=now, last_error="")


def retry(rows: QuerySet[Delivery], now: dt.datetime) -> int:
    """Let messages go again now, also those that were given up; they keep their ids."""
    waiting = rows.filter(Q(held_until=None) | Q(held_until__lte=now))
    return waiting.update(
        state=State.QUEUED, attempts=0, first_at=None, done_at=None, next_at=now, last_error=""
    )


def counts() -> dict[str, int]:
    """Count messages by state: one query."""
    rows = Delivery.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return {str(state): n for state, n in rows}


def forget(now: dt.datetime, after_days: int = 400) -> int:
    """Drop what was done with more than a year ago; gives how many messages."""
    old = Delivery.objects.filter(done_at__lt=now - dt.timedelta(days=after_days))
    return old.exclude(state__in=OPEN).delete()[0]
