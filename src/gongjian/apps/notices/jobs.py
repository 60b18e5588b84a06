"""Jobs of what is told: the outbox sent, digests made; started by the worker that finds them due."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from typing import TYPE_CHECKING

from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from gongjian.apps.jobs import timers
from gongjian.apps.jobs.runner import OUTBOX
from gongjian.apps.notices import digests, outbox
from gongjian.apps.notices.models import Delivery
from gongjian.apps.notices.sending import send_due

if TYPE_CHECKING:
    from collections.abc import Collection

_OPEN: Collection[str] = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


@task(queue_name=OUTBOX)
def send_outbox() -> int:
    """Send what is due; gives how many attempts were made."""
    return send_due(f"{socket.gethostname()[:32]}-{os.getpid()}-{threading.get_ident()}")


def take_up(now: dt.datetime) -> bool:
    """Make the digests that are due, and queue a sender where something is due and none is queued."""
    digests.make_due(now)
    if timers.take("outbox-forget", now.date().isoformat(), now):
        outbox.forget(now)
    is_due = Delivery.objects.filter(n=None).exists() or outbox.due(now).exists()
    if not is_due or _is_queued():
        return False
    send_outbox.enqueue()
    return True


def _is_queued() -> bool:
    rows = DBTaskResult.objects.filter(task_path=send_outbox.module_path, status__in=_OPEN)
    return rows.exists()
