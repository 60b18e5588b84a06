"""Jobs of tables: workbooks taken in, long files written; started by the worker that finds them waiting."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from gongjian.apps.grid import outgoing, waiting
from gongjian.apps.grid.models import ExportFile, Intake
from gongjian.apps.jobs import timers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_tasks.base import Task

RETRY_AFTER = dt.timedelta(seconds=60)
_OPEN = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


@task()
def take_intake(intake: str) -> str:
    """Take an intake in; gives the state in which it ends."""
    return str(waiting.run(UUID(intake)).state)


@task()
def write_export(export: str) -> str:
    """Write the file of an export; gives the state in which it ends."""
    return str(outgoing.run(UUID(export)).state)


def take_up(now: dt.datetime) -> int:
    """Queue what waits, and what a job has left under way; gives how many. Once a day, drop what is old.

    What has broken a job once is noted as failed: a person runs it again.
    """
    if timers.take("grid-expire", now.date().isoformat(), now):
        waiting.expire(now)
        outgoing.expire(now)
    intakes = Intake.objects.filter(state__in=waiting.UNDER_WAY).values_list("pk", flat=True)
    exports = ExportFile.objects.filter(state__in=outgoing.UNDER_WAY).values_list("pk", flat=True)
    n = _take_up(take_intake, intakes, waiting.broken)
    return n + _take_up(write_export, exports, outgoing.broken)


def _take_up(job: Task[Any, Any], ids: Iterable[UUID], broken: Any) -> int:
    n = 0
    for pk in ids:
        rows = DBTaskResult.objects.filter(
            task_path=job.module_path, args_kwargs__args=[str(pk)]
        ).order_by("-enqueued_at")
        last = rows.first()
        if last is not None and last.status in _OPEN:
            continue
        if last is not None and last.status == TaskResultStatus.FAILED and not _is_again(last, pk):
            broken(pk)
            continue
        job.enqueue(str(pk))
        n += 1
    return n


def _is_again(last: DBTaskResult[Any, Any], pk: UUID) -> bool:
    """Tell whether a person has let it run again since its job broke."""
    begun = (
        Intake.objects.filter(pk=pk, state=Intake.State.WAITING).exists()
        or ExportFile.objects.filter(pk=pk, state=ExportFile.State.WAITING).exists()
    )
    return begun and last.finished_at is not None
