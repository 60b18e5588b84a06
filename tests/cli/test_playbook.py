"""`gongjian playbook` and `gongjian campaign`: the same by command line, exit codes, no framework to look."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from tests.support import plays

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.cli import group
from gongjian.playbooks.load import text_of

ONE = ["--code", "BC22", "--name", "候鸟普查2022", "--from", "2022-07-01", "--to", "2022-09-30"]
MAPS = ["--map", "sightings.counting=day_count", "--map", "nests.counting=day_count"]


@pytest.fixture(autouse=True)
def _english():
    """Commands choose a language for good; give it back."""
    yield
    from django.utils import translation

    from gongjian.cli import words

    translation.activate("zh-hans")
    words._chosen.pop("asked", None)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "census.yaml"
    path.write_text(plays.CENSUS, encoding="utf-8")
    return path


@pytest.fixture
def changed(tmp_path):
    path = tmp_path / "changed.yaml"
    path.write_text(text_of(plays.changed()), encoding="utf-8")
    return path


def run(*arguments, lang="en"):
    return CliRunner().invoke(group, ["--lang", lang, *map(str, arguments)])


def test_a_campaign_is_set_up_and_used_without_code(cast, file):
    done = run("campaign", "new", "--playbook", file, *ONE, "--as", "office")
    assert done.exit_code == 0, done.output
    campaign = Campaign.objects.get(code="BC22")
    assert campaign.battles.count() == 2
    assert playbook_in_force(campaign).key == "bird-census"


def test_a_campaign_is_copied(cast, file):
    plays.sight(*plays.census(), 2)
    assert run("campaign", "new", "--copy", "BC21", "--items", *ONE).exit_code == 0
    assert Item.objects.filter(campaign__code="BC22", state="spotted").count() == 2


def test_a_code_that_is_taken_is_a_sentence_and_exit_code_one(cast, file):
    again = ["--code", "LK21", *ONE[2:]]
    done = run("campaign", "new", "--playbook", file, *again)
    assert done.exit_code == 1
    assert "taken" in done.output
    assert run("campaign", "new", *ONE).exit_code == 2


def test_a_change_is_planned_adopted_and_undone(cast, changed):
    rows = plays.sight(*plays.census(), 3)
    planned = run("playbook", "plan", "BC21", changed)
    assert planned.exit_code == 1
    assert "--map sightings.counting=" in planned.output
    assert run("playbook", "adopt", "BC21", changed, *MAPS, "--yes").exit_code == 1
    agreed = ["--agree", "sightings.hide", "--yes"]
    done = run("playbook", "adopt", "BC21", changed, *MAPS, *agreed)
    assert "3 rows rewritten" in done.output
    assert Item.objects.get(pk=rows[0].pk).state == "day_count"
    undone = run("playbook", "undo", "BC21", "--yes")
    assert "3 given back" in undone.output
    assert Item.objects.get(pk=rows[0].pk).state == "counting"


def test_a_change_that_nobody_confirms_is_not_made(cast, file, changed):
    plays.census()
    assert run("playbook", "adopt", "BC21", changed).exit_code == 1
    assert run("playbook", "undo", "BC21", "--yes").exit_code == 1


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "is not a key of the format"), ("zh", "格式中没有")]
)
def test_a_fault_is_named_with_its_place_in_both_languages(tmp_path, lang, said):
    path = tmp_path / "bad.yaml"
    path.write_text(plays.CENSUS + "\nsurprise: 1\n", encoding="utf-8")
    done = run("playbook", "check", path, lang=lang)
    assert done.exit_code == 1
    assert f"surprise: {said}" in done.output


def test_what_is_not_there_is_exit_code_one(cast, file):
    assert run("playbook", "show", "no-such").exit_code == 1
    assert run("playbook", "check", "/no/such.yaml").exit_code == 1
    assert run("playbook", "plan", "XX99", file).exit_code == 1


@pytest.mark.parametrize("words", [["list"], ["show", "yuecheng-2021"], ["check"]])
def test_looking_at_playbooks_needs_no_framework(file, words):
    words = [*words, str(file)] if words == ["check"] else words
    program = (
        "import sys; from click.testing import CliRunner; from gongjian.cli import group;"
        f"r = CliRunner().invoke(group, {['playbook', *words]!r}); assert r.exit_code == 0, r.output;"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'ninja')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
