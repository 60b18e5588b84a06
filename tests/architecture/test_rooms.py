"""The contracts hold, and a fault planted in a copy fails the check that guards against it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from gongjian.apps.ledger.models import Ledgered

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def test_every_model_says_how_the_book_treats_it():
    ours = [m for m in apps.get_models() if m.__module__.startswith("gongjian.")]
    assert len(ours) > 20
    assert [m.__name__ for m in ours if not declared(m)] == []


def declared(model: type) -> bool:
    kind = getattr(model, "LEDGER", None)
    return kind in {"derived", "private"} or (kind == "ledgered" and issubclass(model, Ledgered))


def test_a_model_that_says_nothing_is_found():
    silent = type("Silent", (), {})
    boaster = type("Boaster", (), {"LEDGER": "ledgered"})
    assert not declared(silent)
    assert not declared(boaster)


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "dist")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    return tmp_path


def contracts(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "lint-imports", "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PATH": str(BIN)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("kernel/extract/numbers.py", "from django.utils import timezone"),
        ("kernel/text/words.py", "from gongjian.apps.campaigns import models"),
        ("apps/ledger/book.py", "from gongjian.apps.campaigns.models import Item"),
        ("apps/campaigns/models.py", "from gongjian.apps.campaigns import actions"),
    ],
)
def test_an_import_upward_fails_the_contracts(copy, place, line):
    path = copy / "src" / "gongjian" / place
    path.write_text(path.read_text() + f"\n{line}\n")
    done = contracts(copy)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout


def test_the_contracts_hold(copy):
    done = contracts(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "Item.objects.filter(pk=1).update(title='x')",
        "item.save()",
        "Item.objects.create(title='x')",
        "cursor.execute('UPDATE campaigns_item SET title = 1')",
    ],
)
def test_a_write_past_the_book_fails_the_lint(copy, line):
    path = copy / "src/gongjian/apps/cockpit/views.py"
    path.write_text(path.read_text() + f"\n\ndef planted(item, cursor):\n    {line}\n")
    done = subprocess.run(
        [sys.executable, copy / "tools/lint_writes.py", copy / "src/gongjian"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "views.py" in done.stdout + done.stderr
