"""Workbooks into a register and out of it by command line: check, faults, answers, round trip."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.support.cast import act
from tests.support.returned import plain, workbook

from gongjian.apps.campaigns.models import Item
from gongjian.apps.grid.actions import save_view
from gongjian.apps.grid.models import Intake, SavedView
from gongjian.cli.tables import export, import_

WHERE = ["--campaign", "BK21", "--register", "works", "--as"]


@pytest.fixture
def run(books, tmp_path):
    def call(command, *arguments, user="office"):
        return CliRunner().invoke(command, [*map(str, arguments), *WHERE, user])

    return call


@pytest.fixture
def sheet(tmp_path):
    def written(rows, name="a.xlsx", heads=None):
        path = tmp_path / name
        path.write_bytes(workbook(rows, heads) if heads else workbook(rows))
        return path

    return written


def test_a_sound_workbook_is_taken_in_and_again_changes_nothing(run, sheet):
    path = sheet(plain(3))
    done = run(import_, path)
    assert (done.exit_code, Item.objects.count()) == (0, 3), done.output
    again = run(import_, path, "--json")
    assert (again.exit_code, json.loads(again.stdout)["n"]["same"]) == (0, 3)
    assert Intake.objects.count() == 1


def test_checking_writes_nothing(run, sheet):
    done = run(import_, sheet(plain(3)), "--check")
    assert (done.exit_code, Item.objects.count(), Intake.objects.count()) == (0, 0, 0)


def test_faults_are_named_by_their_cells_and_nothing_is_written(run, sheet):
    rows = [*plain(3), ("修桥", "Works Bureau", "不知", 4, "前期")]
    done = run(import_, sheet(rows))
    assert (done.exit_code, Item.objects.count()) == (2, 0)
    assert "C5" in done.output
    assert "不知" in done.output


def test_answers_settle_columns_and_cells(run, sheet, tmp_path):
    path = sheet([("修桥", 5, "前期", "不知")], heads=("事项", "盘子", "阶段", "时限"))
    answers = tmp_path / "answers.json"
    said = {"columns": {"1": "field:cost"}, "cells": {"D2": "9月底前"}}
    answers.write_text(json.dumps({"sheets": {"a.xlsx|清单": said}}))
    assert run(import_, path).exit_code == 2
    done = run(import_, path, "--answers", answers)
    assert (done.exit_code, Item.objects.get().fields) == (0, {"cost": "5", "stage": "early"})
    answers.write_text('{"colums": 1}')
    assert run(import_, path, "--answers", answers).exit_code == 2


def test_who_may_not_is_told(run, sheet):
    path = sheet(plain(1))
    assert [run(import_, path, user=u).exit_code for u in ("viewer", "stranger", "nobody")] == [
        1
    ] * 3
    assert Item.objects.count() == 0


def test_what_was_written_out_comes_back_unchanged(run, sheet, books, tmp_path):
    run(import_, sheet(plain(3)))
    out = tmp_path / "out.xlsx"
    for more in ((), ("--head", "l2")):
        assert run(export, "-o", out, *more).exit_code == 0
        back = json.loads(run(import_, out, "--check", "--json").stdout)
        assert (back["n"]["same"], back["n"]["made"], back["faults"]) == (3, 0, [])
    assert run(export, "-o", out, "--head", "none").exit_code == 1


def test_a_view_is_written_as_plain_rows(run, sheet, books, tmp_path):
    run(import_, sheet(plain(3)))
    view = SavedView(
        campaign=books.campaign, register=books.register("works"), owner=books.people["office"]
    )
    facts = {"name": "小项目", "face": "list", "query": {"f.cost.to": "2"}, "is_shared": False}
    save_view(act(books.people["office"]), view, facts)
    out = tmp_path / "out.csv"
    done = run(export, "-o", out, "--view", "小项目", "--format", "csv")
    assert (done.exit_code, len(out.read_text().splitlines())) == (0, 3), done.output
    assert run(export, "-o", out, "--view", "没有").exit_code == 1
