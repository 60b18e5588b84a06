"""A process killed before and after each statement of each action: nothing half done, nothing doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(3600)
def test_whatever_statement_it_dies_at_the_book_is_whole_and_the_request_ends_once(
    tmp_path, capsys
):
    env = {**os.environ, "GONGJIAN_DATA": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    command = [sys.executable, "-m", "tests.soak.killing"]
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=3500, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    with capsys.disabled():
        print("", *(f"{name}: {told}" for name, told in found.items()), sep="\n")  # noqa: T201
    for name, told in found.items():
        if name != "all":
            assert told["killed"] == 2 * told["statements"] > 0, name
