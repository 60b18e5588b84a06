"""A receiver on this machine, which the operator allows; no time is lost on one that hangs."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from tests.support.hooks import LOOPBACK, Receiver, hook

from gongjian.apps.notices.sending import send_due
from gongjian.lib import clock, outgoing


@pytest.fixture
def allowed(settings):
    settings.OUTGOING_ALLOW = LOOPBACK


@pytest.fixture
def receiver(allowed, monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 0.5)
    with Receiver() as made:
        yield made


@pytest.fixture
def gateway(cast, receiver):
    return hook(cast.campaign, receiver.url)


@pytest.fixture
def send():
    """Send what is due after a time; gives how many attempts were made."""

    def go(**later: float) -> int:
        with time_machine.travel(clock.now() + dt.timedelta(**later)):
            return send_due("s1")

    return go
