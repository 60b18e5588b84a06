"""Two senders at once: each message is sent once, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection
from tests.support.hooks import LOOPBACK, Receiver, hook, tell

from gongjian.apps.notices.models import Delivery
from gongjian.apps.notices.sending import send_due

ROOT = Path(__file__).parents[3]
N = 60
# Threads of one test share SQLite's memory: there, processes do it below.
_TOGETHER = {"postgresql": 4, "sqlite": 1}


@pytest.mark.django_db(transaction=True)
def test_senders_at_once_send_each_message_once(cast, settings):
    settings.OUTGOING_ALLOW = LOOPBACK
    with Receiver() as receiver:
        hook(cast.campaign, receiver.url)
        for _ in range(N):
            tell(cast.campaign, org=cast.orgs["works"])
        senders = [
            threading.Thread(target=_send, args=(f"s{k}",))
            for k in range(_TOGETHER[connection.vendor])
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sorted(receiver.came) == sorted(str(d.pk) for d in Delivery.objects.all())


def _send(holder: str) -> None:
    try:
        send_due(holder)
    finally:
        connection.close()


PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.support.cast import make_cast
from tests.support.hooks import hook, tell
cast = make_cast()
hook(cast.campaign, {url!r})
for _ in range({n}):
    tell(cast.campaign, org=cast.orgs["works"])
"""
SEND = """
import sys
from gongjian.apps.notices.sending import send_due
print(send_due("one"), flush=True) if sys.stdin.readline() else None
"""
COUNT = """
import json
from gongjian.apps.notices.models import Delivery
print(json.dumps(sorted(str(pk) for pk in Delivery.objects.filter(state="sent").values_list("pk", flat=True))))
"""


def start(folder: Path, script: str) -> subprocess.Popen:
    own = {"GONGJIAN_DATA": str(folder), "DATABASE_URL": "", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    own |= {
        "GONGJIAN_OUTGOING_ALLOW": "127.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "gongjian.site.settings",
    }
    begun = "import django\ndjango.setup()\n"
    return subprocess.Popen(
        [sys.executable, "-c", begun + script],
        env={**os.environ, **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen) -> str:
    out, error = process.communicate("go\n", timeout=100)
    assert process.returncode == 0, error[-2000:]
    return out


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_processes_on_one_file_send_each_message_once(tmp_path):
    with Receiver() as receiver:
        said(start(tmp_path, PREPARE.format(url=receiver.url, n=N)))
        senders = [start(tmp_path, SEND.replace('"one"', f'"s{k}"')) for k in range(2)]
        attempts = [int(said(s)) for s in _together(senders)]
        sent = json.loads(said(start(tmp_path, COUNT)))
    assert sum(attempts) == N
    assert sorted(receiver.came) == sent
    assert len(sent) == N


def _together(senders: list[subprocess.Popen]) -> list[subprocess.Popen]:
    for sender in senders:
        sender.stdin.write("go\n")
        sender.stdin.flush()
    return senders


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_sender_that_was_killed_loses_nothing(tmp_path):
    """It dies while the receiver hangs; another one goes on once its time has run out."""
    with Receiver() as receiver:
        said(start(tmp_path, PREPARE.format(url=receiver.url, n=3)))
        receiver.will.extend(["hang"] * 3)
        first = start(tmp_path, SEND)
        _together([first])
        while not receiver.came:
            assert first.poll() is None
        first.kill()
        first.communicate()
        receiver.will.clear()
        later = "import datetime as dt, time_machine\nfrom gongjian.lib import clock\n"
        later += "time_machine.travel(clock.now() + dt.timedelta(minutes=5)).start()\n"
        assert int(said(start(tmp_path, later + SEND))) == 3
        sent = json.loads(said(start(tmp_path, COUNT)))
    assert sorted(receiver.taken) == sent
    assert len(sent) == 3
