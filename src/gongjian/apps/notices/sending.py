"""The sender: it sends what is due until nothing is, and forgets nothing on the way."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gongjian.apps.notices import outbox
from gongjian.apps.notices.channels import send
from gongjian.apps.notices.retrying import is_receiver_down
from gongjian.lib import clock

if TYPE_CHECKING:
    from gongjian.apps.notices.models import Delivery

# What is taken is tried only while it is surely held: no attempt takes longer than this.
_MARGIN = dt.timedelta(seconds=40)


def send_due(holder: str) -> int:
    """Send everything that is due; gives how many attempts were made."""
    n = 0
    while True:
        outbox.number(holder)
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
        if silent & {row.receiver, row.channel} or clock.now() > until:
            left.append(row)
            continue
        code = send(row)
        outbox.note(row, code, holder, clock.now())
        n += 1
        if is_receiver_down(code):
            silent.add(row.channel if code == outbox.MAIL_DOWN else row.receiver)
    outbox.release(left, holder)
    return n
