"""The demonstration from the command line: built, checked, and there at once the second time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("gongjian")


def run(env, *arguments) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    data = tmp_path_factory.mktemp("demo")
    env = {"GONGJIAN_DATA": str(data), "LANG": "en_US.UTF-8"}
    built = run(env, "--lang", "en", "demo", "--build-only")
    assert built.returncode == 0, built.stderr
    return env


@pytest.mark.timeout(240)
def test_the_demonstration_verifies_recounts_and_starts_again(demo):
    verified = run(demo, "--lang", "en", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    events = int(re.search(r"(\d+) events", verified.stdout)[1])
    assert events > 1000
    recounted = run(demo, "--lang", "en", "recount")
    assert recounted.returncode == 0
    assert re.findall(r"(\w+): 0 differences", recounted.stdout) == ["YC21", "XS21"]
    assert run(demo, "doctor").returncode == 0
    again = run(demo, "--lang", "en", "demo", "--build-only")
    assert again.returncode == 0
    assert "Reading" not in again.stdout
