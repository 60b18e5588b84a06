"""`gongjian draft`: files in, drafts out, exit codes, no framework."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner
from tests.support.web import PAPER

from gongjian.cli import group


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "paper.txt"
    path.write_text(PAPER, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(group, [str(a) for a in arguments])


def test_one_paper_goes_to_standard_output(paper):
    done = run("draft", paper)
    assert done.exit_code == 0
    draft = json.loads(done.stdout)
    assert [b["name"] for b in draft["battles"]] == ["产业提质攻坚战", "城市更新攻坚战"]
    text = draft["tasks"][0]
    assert text["spans"]["text"]


def test_yaml_says_the_same(paper):
    as_yaml = yaml.safe_load(run("draft", paper, "--format", "yaml").stdout)
    assert as_yaml == json.loads(run("draft", paper).stdout)


def test_several_papers_go_to_a_folder(paper, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(PAPER.replace("柳溪", "江湾"), encoding="utf-8")
    out = tmp_path / "out"
    assert run("draft", paper, other, "-o", out).exit_code == 0
    assert sorted(p.name for p in out.iterdir()) == ["other.json", "paper.json"]


def test_a_file_that_cannot_be_read_is_exit_code_one_and_a_sentence(tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    done = run("--lang", "en", "draft", empty)
    assert done.exit_code == 1
    assert "empty" in done.output


def test_drafting_needs_no_framework(paper):
    program = (
        "import sys; from click.testing import CliRunner; from gongjian.cli import group;"
        f"r = CliRunner().invoke(group, ['draft', {str(paper)!r}]); assert r.exit_code == 0, r.output;"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'ninja')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
