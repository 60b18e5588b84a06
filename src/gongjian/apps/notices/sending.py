"""The sender: it sends what is due until nothing is, and forgets nothing on the way."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from gongjian.apps.notices import outbox
from gongjian.apps.notices.channels import send
from gongjian.apps.notices.retrying import BROKEN, is_receiver_down
from gongjian.lib import clock

if TYPE_CHECKING:
    from gongjian.apps.notices.models import Delivery

log = logging.getLogger("gongjian.outbox")
# What is taken is tried only while it is surely held: no attempt takes longer than this.
_MARGIN = dt.timedelta(seconds=40)


def send_due(holder: str) -> int:
    """Send everything that is due; gives how many attempts were made."""
    n = 0
    while True:
        outbox.number()
        taken = outbox.claim(holder, clock.now())
        if not taken:
            return n
        n += _send_all(taken, holder)


def _send_all(taken: list[Delivery], holder: str) -> int:
    until = clock.now() + outbox.LEASE - _MARGIN
    silent: set[object] = set()  # receivers that do not answer
    left: list[Delivery] = []
    n = 0
    for row in taken:
        is_to_wait = silent & {row.receiver, row.channel} or clock.now() > until
        if is_to_wait or not outbox.is_still_to_go(row, holder):
            left.append(row)
            continue
        code = _tried(row)
        outbox.note(row, code, holder, clock.now())
        n += 1
        if is_receiver_down(code):
            silent.add(row.channel if code == outbox.MAIL_DOWN else row.receiver)
    outbox.release(left, holder)
    return n


def _tried(row: Delivery) -> str:
    try:
        return send(row)
    except Exception:  # one message that breaks the program must not keep the others up
        log.exception("the message %s broke; it is tried again", row.pk)
        return BROKEN
