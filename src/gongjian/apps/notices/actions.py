"""Parts of actions that tell somebody something, and that settle what was told."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from gongjian.apps.accounts.actions import MAY_BACK_DATE
from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.notices import outbox
from gongjian.apps.notices.models import Delivery, Hook, Notice
from gongjian.apps.notices.models.outbox import State
from gongjian.lib import clock, outgoing, vault

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from gongjian.apps.ledger.book import Book


def tell(book: Book, notices: Iterable[Notice]) -> int:
    """Put rows into inboxes and into the outbox, in the transaction of the action that tells.

    One that tells an org of the same thing again takes the older one's place. People get no mail of
    the older one any more; other programs get both, in order.
    """
    rows = list(notices)
    same = Q(org__in={n.org_id for n in rows if n.org_id})
    same |= Q(person__in={n.person_id for n in rows if n.person_id})
    older = Notice.objects.filter(same, about__in={n.about for n in rows if n.about}, done_on=None)
    now = {_key(n) for n in rows}
    again = [n for n in older if _key(n) in now]
    if again:
        book.update_many(again, done_on=clock.day_of(book.at))
        outbox.drop([n.pk for n in again], clock.now(), channel=outbox.MAIL)
    for row in rows:
        row.at = book.at
        row.campaign_id = book.campaign_id
    book.insert(*rows)
    if book.act.origin not in MAY_BACK_DATE:  # nobody is written to about what a simulation plays
        outbox.put(rows, clock.now())
    return len(rows)


def _key(notice: Notice) -> tuple[UUID | None, UUID | None, UUID | None, str]:
    return notice.about, notice.org_id, notice.person_id, notice.access_class


def remind(book: Book, notices: Iterable[Notice], *, apart: dt.timedelta) -> int:
    """Tell again of what is still waited for, but nobody of the same thing twice within a time.

    Gives how many were reminded. A rule that is asked twice on one day, by two machines or after a
    stop, reminds once.
    """
    rows = list(notices)
    lately = Notice.objects.filter(
        code__in={n.code for n in rows},
        about__in={n.about for n in rows if n.about},
        at__gt=book.at - apart,
    )
    told = {(n.code, *_key(n)) for n in lately}
    fresh = [n for n in rows if (n.code, *_key(n)) not in told]
    return tell(book, fresh) if fresh else 0


def settle(
    book: Book, codes: Iterable[str], told: Collection[tuple[UUID, UUID, str | None]], day: dt.date
) -> int:
    """Say that what orgs were told (about, org, access class or None for any) is done; gives how many.

    What is not sent of it yet is not sent any more: chasing stops the moment the answer is there.
    """
    rows = Notice.objects.filter(
        code__in=set(codes),
        about__in={about for about, _org, _closeness in told},
        org__in={org for _about, org, _closeness in told},
        done_on=None,
    )
    open_ones = [
        n for n in rows if any((n.about, n.org_id, c) in told for c in (n.access_class, None))
    ]
    return _settle(book, open_ones, day)


def settle_about(book: Book, codes: Iterable[str], about: Iterable[UUID], day: dt.date) -> int:
    """Say that what anybody, org or person, was told of some things is done; gives how many."""
    rows = Notice.objects.filter(code__in=set(codes), about__in=set(about), done_on=None)
    return _settle(book, list(rows), day)


def _settle(book: Book, rows: list[Notice], day: dt.date) -> int:
    if rows:
        book.update_many(rows, done_on=day)
        outbox.drop([n.pk for n in rows], clock.now())
    return len(rows)


HOOKS = 20  # addresses of one campaign


@action("notices.add_hook")
def add_hook(book: Book, hook: Hook, secret: bytes) -> dict[str, Any]:
    """Register an address of another program; `secret` is wrapped by the installation's key.

    What was told before is not sent there.
    """
    if not hook.name.strip():
        raise ActionError("hook.name_missing")
    refuse_url(hook.url)
    here = Hook.objects.filter(campaign_id=hook.campaign_id, removed_at=None)
    if here.count() >= HOOKS:
        raise ActionError("hook.too_many", limit=HOOKS)
    if here.filter(url=hook.url).exists():
        raise ActionError("hook.url_taken", url=hook.url)
    book.campaign_id = hook.campaign_id
    hook.name, hook.wrapped = hook.name.strip(), secret
    book.insert(hook)
    return {"hook": str(hook.pk)}


def refuse_url(url: str) -> None:
    """Refuse what is no address that could be sent to; where it leads is looked at when sending."""
    if not outgoing.may_be_asked(url):
        raise ActionError("hook.url_malformed", url=url[:80])


@action("notices.pause_hook")
def pause_hook(book: Book, hook: Hook) -> dict[str, Any]:
    """Send nothing to an address until it is resumed; what is told meanwhile waits."""
    _refuse_removed(hook)
    book.campaign_id = hook.campaign_id
    book.update(hook, is_paused=True)
    return {"hook": str(hook.pk)}


@action("notices.resume_hook")
def resume_hook(book: Book, hook: Hook) -> dict[str, Any]:
    """Send to an address again, what has waited first."""
    _refuse_removed(hook)
    book.campaign_id = hook.campaign_id
    book.update(hook, is_paused=False)
    outbox.wake(outbox.WEBHOOK, hook.pk, clock.now())
    return {"hook": str(hook.pk)}


@action("notices.remove_hook")
def remove_hook(book: Book, hook: Hook) -> dict[str, Any]:
    """Remove an address and destroy its secret; what was not sent yet is let go."""
    _refuse_removed(hook)
    book.campaign_id = hook.campaign_id
    book.update(hook, removed_at=book.at, wrapped=b"")
    n = outbox.drop_receiver(outbox.WEBHOOK, hook.pk, clock.now())
    return {"hook": str(hook.pk), "dropped": n}


@action("notices.try_hook")
def try_hook(book: Book, hook: Hook) -> dict[str, Any]:
    """Send a trial message to an address."""
    _refuse_removed(hook)
    book.campaign_id = hook.campaign_id
    at = clock.now()
    row = Delivery(channel=outbox.WEBHOOK, receiver=hook.pk, campaign_id=hook.campaign_id, at=at)
    row.about, row.payload, row.next_at = row.pk, {"code": outbox.TEST}, at
    outbox.put_one(row)
    return {"delivery": str(row.pk)}


@action("notices.redeliver")
def redeliver(book: Book, delivery: Delivery) -> dict[str, Any]:
    """Send a message again under its id: one that was given up, or that the receiver lost."""
    book.campaign_id = delivery.campaign_id
    if delivery.state == State.DROPPED:
        raise ActionError("delivery.dropped")
    if not outbox.retry(Delivery.objects.filter(pk=delivery.pk), clock.now()):
        raise ActionError("delivery.under_way")
    return {"delivery": str(delivery.pk)}


def _refuse_removed(hook: Hook) -> None:
    if hook.removed_at is not None:
        raise ActionError("hook.removed", name=hook.name)


def new_secret(hook: Hook) -> tuple[str, bytes]:
    """Make the secret of an address: as its receiver wants it, and as it is kept."""
    key, wrapped = vault.new_key(f"hook {hook.pk}")
    return f"whsec_{base64.b64encode(key).decode('ascii')}", wrapped
