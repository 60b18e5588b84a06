"""A playbook taken over and given up by a campaign of 50,000 items, killed in the middle both times."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(env, *step) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.soak.adoption", *map(str, step)]
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen):
    out, said = process.communicate(timeout=900)
    assert process.returncode == 0, said[-3000:]
    return [json.loads(line) for line in out.splitlines()]


def killed(env, after: int) -> None:
    """Let a process carry on some chunks, then kill it as a power cut would."""
    process = start(env, "carry")
    for _ in range(after):
        assert "chunk" in json.loads(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("n", [8_000, 50_000])
def test_every_row_is_accounted_for(tmp_path, capsys, n):
    env = {**os.environ, "GONGJIAN_DATA": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    env.pop("DATABASE_URL", None)
    ended(start(env, "prepare", n))
    before = ended(start(env, "digest"))
    took = ended(start(env, "take"))[-1]
    killed(env, 2)
    *chunks, adopted = ended(start(env, "carry"))
    assert [c["repeated"] for c in chunks[:3]] == [True, True, False]
    after_adoption = ended(start(env, "check"))[-1]
    undid = ended(start(env, "undo"))[-1]
    killed(env, 2)
    undone = ended(start(env, "carry"))[-1]
    after_undo = ended(start(env, "check"))[-1]
    with capsys.disabled():
        for name, one in {
            "adopt": took,
            "rows": adopted,
            "undo": undid,
            "rows back": undone,
        }.items():
            print(f"\n{n} {name}: {one}")  # noqa: T201
    sound = {"differences": 0, "faults": [], "twice": 0}
    assert after_adoption == after_undo == sound
    assert (adopted["rewritten"], adopted["untouched"], adopted["hidden"]) == (n, 0, n)
    assert (undone["restored"], undone["kept"], undone["gone"]) == (n, 0, 0)
    assert ended(start(env, "digest")) == before
