from __future__ import annotations

import datetime as dt

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from gongjian.apps.jobs import runner, timers
from gongjian.apps.ledger.jobs import verify_book
from gongjian.apps.ledger.seal import seal
from gongjian.lib import clock

MINUTE = dt.timedelta(minutes=1)


def ran(pk) -> DBTaskResult:
    runner.worker("w1", once=True).run()
    return DBTaskResult.objects.get(pk=pk)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_run_and_its_outcome_kept(cast):
    cast.item()
    seal()
    done = ran(verify_book.enqueue().id)
    assert done.status == TaskResultStatus.SUCCESSFUL
    assert done.return_value["faults"] == []
    assert done.return_value["events"] > 0


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_worker_left_is_taken_up_again(cast):
    now, job = clock.now(), verify_book.enqueue()
    DBTaskResult.objects.get(pk=job.id).claim("dead")
    runner.beat("dead", now)
    assert runner.take_up_lost(now) == 0
    assert runner.take_up_lost(now + 2 * MINUTE) == 1
    assert ran(job.id).status == TaskResultStatus.SUCCESSFUL


@pytest.mark.django_db(transaction=True)
def test_a_slot_is_taken_once():
    now = clock.now()
    assert timers.take("verify", "2024-05-01", now)
    assert not timers.take("verify", "2024-05-01", now)
    assert timers.take("verify", "2024-05-02", now)


@pytest.mark.django_db(transaction=True)
def test_what_ended_long_ago_is_dropped_from_the_queue_and_from_the_slots(cast):
    now, job = clock.now(), verify_book.enqueue()
    ran(job.id)
    timers.take("verify", "2024-05-01", now)
    assert (runner.prune(now), timers.forget(now)) == (0, 0)
    later = now + 90 * 24 * 60 * MINUTE
    assert (runner.prune(later), timers.forget(later)) == (1, 1)
