"""The outbox by command line: what waits, what was given up, and sent again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.test_orgs import count, fresh, run  # noqa: F401  # fixtures

ROOT = Path(__file__).parents[2]
STUCK = """
import django
django.setup()
from gongjian.apps.notices.models import Delivery
from gongjian.lib import clock
from gongjian.lib.ids import new_id
at = clock.now()
for n, state in enumerate(("queued", "failed", "given_up"), 1):
    Delivery.objects.create(channel="webhook", receiver=new_id(), n=n, about=new_id(), at=at,
        next_at=at, state=state, attempts=n, last_error="timeout", payload={"code": "round.asked"})
"""


def test_what_is_stuck_is_told_and_goes_again(run, count, tmp_path):  # noqa: F811
    assert "Nothing" in run("outbox").stdout
    own = {"GONGJIAN_DATA": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "gongjian.site.settings"}  # fmt: skip
    subprocess.run([sys.executable, "-c", STUCK], env={**os.environ, **own}, check=True)
    told = run("outbox").stdout
    assert "No answer in time" in told
    assert told.count("round.asked") == 2
    doctor = run("doctor")
    assert "FAIL 1 messages given up, 1 failing" in doctor.stdout
    assert "2 messages" in run("outbox", "--retry").stdout
    assert count("notices_delivery", "state = 'queued'") == 3
