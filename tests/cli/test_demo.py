"""The demonstration from the command line: built, checked, and there at once the second time."""

from __future__ import annotations

import os
import re
import sqlite3
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


def test_a_database_newer_than_the_program_is_left_alone(tmp_path):
    env = {"GONGJIAN_DATA": str(tmp_path), "DATABASE_URL": "", "LANG": "en_US.UTF-8"}
    first = subprocess.run(
        [
            sys.executable,
            "-c",
            "from gongjian.cli.django_setup import setup, migrate; setup(); migrate()",
        ],
        env={**os.environ, **env},
        check=False,
    )
    assert first.returncode == 0
    with sqlite3.connect(tmp_path / "gongjian.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('campaigns', '9999_later', '2030-01-01')"
        )
    refused = run(env, "--lang", "en", "simulate", "--size", "district")
    assert refused.returncode == 1
    assert "newer" in refused.stderr
    told = run(env, "--lang", "en", "doctor")
    assert told.returncode == 1
    assert "newer" in told.stdout
