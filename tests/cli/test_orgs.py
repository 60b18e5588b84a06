"""A fresh installation: the first user, then the organisation from a workbook, by command line."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from tests.support.orgs import book

PROGRAM = Path(sys.executable).with_name("gongjian")
SECRET = "correct horse battery\n"
SHEETS = {
    "单位": [["单位名称", "编码", "上级单位"], ["District", "d", ""], ["Works", "w", "District"]],
    "人员": [["姓名", "登录名", "单位", "角色"], ["Works desk", "w1", "Works", "联络员"]],
}
LOOP = {"单位": [["单位名称", "编码", "上级单位"], ["A", "a", "B"], ["B", "b", "A"]]}


def call(folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program on a database of its own."""
    own = {"GONGJIAN_DATA": str(folder), "DATABASE_URL": "", "LANG": "en_US.UTF-8"}
    return subprocess.run(
        [PROGRAM, "--lang", "en", *arguments],
        env={**os.environ, **own},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """A database that was just made: once for all, for it takes seconds."""
    folder = tmp_path_factory.mktemp("fresh")
    call(folder, "user", "password", "nobody", "--password-stdin", said=SECRET)
    return folder


@pytest.fixture
def run(fresh, tmp_path):
    shutil.copy(fresh / "gongjian.sqlite3", tmp_path)
    return partial(call, tmp_path)


@pytest.fixture
def count(tmp_path):
    def ask(table: str, where: str = "1=1") -> int:
        with sqlite3.connect(tmp_path / "gongjian.sqlite3") as database:
            return database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]  # noqa: S608

    return ask


def workbook(tmp_path, sheets) -> str:
    path = tmp_path / "orgs.xlsx"
    path.write_bytes(book(**sheets))
    return str(path)


def test_the_first_office_user_comes_in_by_command_line(run, count):
    add = ("user", "add", "first", "--name", "Office", "--role", "office", "--password-stdin")
    done = run(*add, said=SECRET)
    assert done.returncode == 0, done.stderr
    assert "Office can sign in as first." in done.stdout
    assert count("accounts_person", "password LIKE 'argon2%'") == 1
    assert count("accounts_grant", "role = 'office' AND campaign_id IS NULL") == 1
    again = run(*add, said=SECRET)
    assert (again.returncode, "taken" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("more", "said", "sentence"),
    [
        (("--role", "office"), "short\n", "10"),
        (("--role", "office"), "password1234\n", "common"),
        (("--role", "contact"), SECRET, "--org CODE"),
        (("--role", "contact", "--org", "nowhere"), SECRET, "no org"),
        (("--role", "viewer", "--campaign", "NONE"), SECRET, "no campaign"),
    ],
)
def test_a_user_that_makes_no_sense_is_refused_in_a_sentence(run, count, more, said, sentence):
    done = run("user", "add", "u", "--name", "U", "--password-stdin", *more, said=said)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert count("accounts_person") == 0


def test_orgs_are_imported_tried_first_and_people_get_a_password(run, count, tmp_path):
    file = workbook(tmp_path, SHEETS)
    tried = run("orgs", "import", file, "--dry-run")
    assert "orgs: 2 new, 0 changed, 0 unchanged" in tried.stdout
    assert count("accounts_org") == 0
    done = run("orgs", "import", file)
    assert done.returncode == 0, done.stderr
    assert (count("accounts_org"), count("accounts_orgreach")) == (2, 3)
    assert count("accounts_person", "password LIKE '!%'") == 1
    assert run("user", "password", "w1", "--password-stdin", said=SECRET).returncode == 0
    assert count("accounts_person", "password LIKE '!%'") == 0
    assert "Nothing was written." in run("orgs", "import", file).stdout
    assert run("verify").returncode == 0


def test_faults_are_named_by_sheet_and_cell_and_nothing_is_written(run, count, tmp_path):
    done = run("orgs", "import", workbook(tmp_path, LOOP))
    assert done.returncode == 1
    assert "单位 C2: The orgs stand above each other in a circle: A › B › A." in done.stderr
    assert count("accounts_org") == 0


def test_what_is_no_workbook_and_nobody_known_are_refused(run, tmp_path):
    (tmp_path / "x.xlsx").write_text("a;b")
    assert "xlsx" in run("orgs", "import", str(tmp_path / "x.xlsx")).stderr
    assert run("user", "password", "nobody", "--password-stdin", said=SECRET).returncode == 1
