"""Eight concurrent writers, a folder and a sealer beside them: nothing lost, doubled or deadlocked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITERS, EACH = 8, 60


def start(env, *step) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.soak.writers", *map(str, step)]
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen):
    out, said = process.communicate(timeout=280)
    assert process.returncode == 0, said[-3000:]
    return json.loads(out.splitlines()[-1])


@pytest.mark.timeout(300)
def test_nothing_is_lost_doubled_or_deadlocked(tmp_path, capsys):
    env = {**os.environ, "GONGJIAN_DATA": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    ended(start(env, "prepare"))
    keeper = start(env, "keep", 15)
    writers = [start(env, "write", who, EACH) for who in range(WRITERS)]
    done = [ended(w) for w in writers]
    ended(keeper)
    found = ended(start(env, "check", WRITERS * EACH))
    with capsys.disabled():
        wall = max(d["wall"] for d in done)
        rate = WRITERS * EACH / wall
        met, cpu = sum(d["met"] for d in done), sum(d["cpu"] for d in done)
        print(f"\n{WRITERS} writers × {EACH}: {rate:.0f} reports a second, {cpu / WRITERS / EACH * 1000:.1f} ms "  # noqa: T201
              f"of writers' processor time each, {met} meetings at one row; {found}")  # fmt: skip
    assert found == {
        "reports": WRITERS * EACH,
        "events": WRITERS * EACH,
        "expected": WRITERS * EACH,
        "differences": 0,
        "faults": [],
    }
