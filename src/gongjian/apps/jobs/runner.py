"""The queue's worker: it beats while it lives, and takes up again what a dead one left running."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from gongjian.apps.jobs.models import WorkerBeat

LOST_AFTER = dt.timedelta(seconds=60)
KEPT = dt.timedelta(days=30)
OUTBOX = "outbox"  # a queue of its own: a receiver that hangs keeps no other job up

if TYPE_CHECKING:
    from collections.abc import Sequence


def beat(name: str, now: dt.datetime) -> None:
    """Say that a worker is alive."""
    WorkerBeat.objects.update_or_create(worker=name, defaults={"at": now})


def is_anyone_there(now: dt.datetime) -> bool:
    """Tell whether a worker has beaten within the last minute."""
    return WorkerBeat.objects.filter(at__gte=now - LOST_AFTER).exists()


def take_up_lost(now: dt.datetime) -> int:
    """Put jobs back into the queue whose worker has not beaten for a minute; gives how many."""
    beats = WorkerBeat.objects.filter(at__gte=now - LOST_AFTER)
    alive = set(beats.values_list("worker", flat=True))
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    lost = [r.pk for r in running if not alive & set(_workers(r.worker_ids))]
    again = DBTaskResult.objects.filter(pk__in=lost, status=TaskResultStatus.RUNNING)
    return again.update(status=TaskResultStatus.READY, started_at=None)


def _workers(ids: Sequence[str] | None) -> Sequence[str]:
    return ids[-1:] if ids else ()


def worker(name: str, *, queue: str = "", once: bool = False) -> Worker:
    """Give a worker of one queue, or of all but those that have their own; `once` ends it when empty."""
    return Worker(
        queue_names=[queue or "*"],
        interval=1,
        batch=once,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[] if queue else [OUTBOX],
    )


def prune(now: dt.datetime) -> int:
    """Drop what is known of jobs that ended long ago, so that the queue stays short; gives how many."""
    old = DBTaskResult.objects.filter(finished_at__lt=now - KEPT)
    return old.filter(status=TaskResultStatus.SUCCESSFUL).delete()[0]
