"""The background work of one machine: seal, fold, tick; started by `gongjian run`."""

from __future__ import annotations

import logging
import os
import signal
import threading

from gongjian.cli.django_setup import setup

log = logging.getLogger("gongjian.worker")
EVERY_SECONDS = 1.0


def work(stop: threading.Event) -> None:
    """Do what is due, once a second, until told to stop."""
    holder = f"worker-{os.getpid()}"
    while not stop.wait(EVERY_SECONDS):
        try:
            _once(holder)
        except Exception:  # a worker's loop logs and goes on
            log.exception("background work failed; it is tried again")


def _once(holder: str) -> None:
    from gongjian.apps.campaigns import tally
    from gongjian.apps.campaigns.days import tick_due
    from gongjian.apps.ledger.seal import seal

    tally.fold(holder)
    seal(holder)
    tick_due()


def main() -> None:
    """Run until terminated."""
    setup()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    work(stop)


if __name__ == "__main__":
    main()
