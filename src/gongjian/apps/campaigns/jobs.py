"""Jobs of campaigns: the rows of an adoption, rewritten in the background."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from gongjian.apps.campaigns.actions.playbooks import carry
from gongjian.apps.campaigns.models import Adoption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.ledger.book import Touched

RETRY_AFTER = dt.timedelta(seconds=60)


@task()
def carry_adoption(adoption: str) -> bool:
    """Carry an adoption on from wherever it stopped."""
    return carry(adoption)


def start(touched: Sequence[Touched]) -> None:
    """Put a job into the queue for each adoption that begins; in the transaction that begins it."""
    rows = [t.row for t in touched if t.before is None]
    for row in rows:
        if isinstance(row, Adoption) and row.state == Adoption.State.RUNNING:
            carry_adoption.enqueue(str(row.pk))


def take_up_adoptions(now: dt.datetime) -> int:
    """Queue again what is still running although no job is at it; gives how many."""
    n = 0
    for pk in Adoption.objects.filter(state=Adoption.State.RUNNING).values_list("pk", flat=True):
        if not _is_under_way(str(pk), now):
            carry_adoption.enqueue(str(pk))
            n += 1
    return n


def _is_under_way(adoption: str, now: dt.datetime) -> bool:
    """Tell whether a job waits, runs, or has failed only just now."""
    jobs = DBTaskResult.objects.filter(
        task_path=carry_adoption.module_path, args_kwargs__args=[adoption]
    )
    waiting = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return any(
        job.status in waiting or (job.finished_at and job.finished_at > now - RETRY_AFTER)
        for job in jobs
    )
