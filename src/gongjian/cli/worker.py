"""The background work of one machine: seal, fold, tick, and the queue; started by `gongjian run`."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

from django.utils import timezone

from gongjian.cli.django_setup import setup

if TYPE_CHECKING:
    from django_tasks_db.management.commands.db_worker import Worker

log = logging.getLogger("gongjian.worker")
EVERY_SECONDS = 1.0
NIGHT = 3  # the hour from which a new day's verification may run


def work(stop: threading.Event) -> None:
    """Do what is due, once a second, until told to stop."""
    from gongjian.apps.jobs.runner import OUTBOX, beat, worker
    from gongjian.lib import clock

    holder = f"worker-{socket.gethostname()[:40]}-{os.getpid()}"
    # The first beat comes before the first job: nobody takes up what a living worker runs.
    beat(holder, clock.now())
    queues = [worker(holder), worker(holder, queue=OUTBOX)]
    threads = [_started(q) for q in queues]
    while not stop.wait(EVERY_SECONDS):
        try:
            _once(holder)
        except Exception:  # a worker's loop logs and goes on
            log.exception("background work failed; it is tried again")
        for n, queue in enumerate(queues):
            if not threads[n].is_alive():
                log.error("a queue stopped; it is started again")
                threads[n] = _started(queue)
    for queue in queues:
        queue.running = False


def _started(queue: Worker) -> threading.Thread:
    runs = threading.Thread(target=queue.run, daemon=True)
    runs.start()
    return runs


def _once(holder: str) -> None:
    from gongjian.apps.campaigns import tally
    from gongjian.apps.campaigns.days import tick_due
    from gongjian.apps.campaigns.jobs import take_up_adoptions
    from gongjian.apps.grid.jobs import take_up as take_up_tables
    from gongjian.apps.jobs import runner, timers
    from gongjian.apps.ledger.jobs import verify_book
    from gongjian.apps.ledger.seal import seal
    from gongjian.apps.loop.jobs import remind_due
    from gongjian.apps.notices.jobs import take_up as take_up_outbox
    from gongjian.lib import clock

    now = clock.now()
    runner.beat(holder, now)
    runner.take_up_lost(now)
    take_up_adoptions(now)
    take_up_tables(now)
    take_up_outbox(now)
    local = timezone.localtime(now)
    if local.hour >= NIGHT and timers.take("verify", local.date().isoformat(), now):
        verify_book.enqueue()
        runner.prune(now)
        timers.forget(now)
    tally.fold(holder)
    seal(holder)
    tick_due()
    remind_due(now)


def main() -> None:
    """Run until terminated."""
    setup()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    work(stop)


if __name__ == "__main__":
    main()
