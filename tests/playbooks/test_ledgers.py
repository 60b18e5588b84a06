"""Workbooks as offices keep them, read under the playbook that prints them."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.support import ledgers
from tests.support.ledgers import LEDGERS, PLAYBOOK

from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets
from gongjian.kernel.playbook.body import LineKind, joined, lines_of
from gongjian.kernel.playbook.heads import recognise
from gongjian.kernel.playbook.meanings import How
from gongjian.kernel.playbook.values import parse
from gongjian.playbooks.load import builtin_keys, load_builtin, load_text

BOOK = load_text(PLAYBOOK.read_text(encoding="utf-8"))


def read(ledger, playbook=BOOK, register=""):
    """Give the head and the lines of a ledger."""
    [sheet] = read_sheets(ledgers.workbook(ledger), Limits())
    definition = playbook.register(register or ledger.register)
    head = recognise(sheet.rows, definition, playbook.role_words, merged=sheet.merged)
    return head, lines_of(sheet.rows, head, merged=sheet.merged)


@pytest.mark.parametrize("key", LEDGERS)
def test_every_printed_column_of_a_real_ledger_is_known(key):
    head, _lines = read(LEDGERS[key]())
    ledger = LEDGERS[key]()
    assert head.profile == key
    assert not head.unknown
    printed = [h[1] if isinstance(h, tuple) else h for h in ledger.heads]
    assert [c.head for c in head.columns] == printed
    assert {c.how for c in head.columns} == {How.PROFILE}


@pytest.mark.parametrize("key", LEDGERS)
def test_every_task_of_a_real_ledger_is_found_and_nothing_else_is_one(key):
    ledger = LEDGERS[key]()
    _head, lines = read(ledger)
    tasks = joined(lines)
    assert len(tasks) == ledger.n_tasks
    assert all(task.texts["title"] for task in tasks)


@pytest.mark.parametrize("key", LEDGERS)
def test_what_a_real_ledger_says_in_fields_can_be_read_by_them(key):
    ledger = LEDGERS[key]()
    fields = {f"field:{f.key}": f for f in BOOK.register(ledger.register).fields}
    for task in joined(read(ledger)[1]):
        for source, text in task.texts.items():
            if source in fields:
                parse(fields[source], text, year=2021)


def test_the_example_prints_each_kind_of_real_ledger():
    kinds = {"".join(c for c in h.key if c != "b") for r in BOOK.registers for h in r.heads}
    assert kinds == {f"l{n}" for n in range(1, 7)} | {f"p{n}" for n in range(1, 8)} | {
        f"q{n}" for n in range(1, 11)
    }
    assert {h.key for r in BOOK.registers for h in r.heads} == set(LEDGERS)


def test_a_heading_across_the_table_is_the_battle_of_the_rows_below():
    _head, lines = read(ledgers.l5())
    battles = Counter(line.texts["battle"] for line in joined(lines))
    assert battles == {"稳增长冲刺行动": 2, "项目建设冲刺行动": 3, "安全稳定冲刺行动": 2}


def test_rows_under_a_task_that_is_merged_downwards_are_parts_of_it():
    first = joined(read(ledgers.p2())[1])[0]
    assert first.texts["field:q1_goal"] == "学校1所\n学位810个"
    assert first.texts["report"].endswith("进展情况：随学校同步推进。")
    assert first.texts["field:goal_status"] == "顺利推进"  # said twice, kept once


def test_sums_in_another_unit_are_converted_when_the_field_reads_them():
    head, lines = read(ledgers.p6())
    field = BOOK.register("tasks").field("investment")
    tasks = joined(lines)
    assert head.column("field:investment").adds == "亿元"
    sums = [parse(field, t.texts["field:investment"]) for t in tasks]
    assert sums == ["32000", "18500", "24000", "120000", "8000", "9600"]
    assert [line.said for line in lines if line.kind is LineKind.TOTAL] == ["小计", "合计"]


def test_a_number_with_a_star_says_who_leads():
    stars = {task.number: task.is_starred for task in joined(read(ledgers.l4())[1])}
    assert stars == {"1": True, "2": True, "3": False, "4": True, "5": False, "6": False}


def test_one_cell_of_two_facts_is_split_and_the_quarters_belong_together():
    head, lines = read(ledgers.l3())
    assert joined(lines)[0].texts["title"] == "招大引强行动"
    assert joined(lines)[0].texts["field:year_goal"] == "全年引进10亿元以上项目8个"
    [found] = head.quarters
    assert found.columns == ((1, 2), (2, 3), (3, 4), (4, 5))


@pytest.mark.parametrize("playbook", builtin_keys())
@pytest.mark.parametrize("key", ["l1", "l3", "l5", "p2", "p4", "p6"])
def test_other_playbooks_find_the_head_and_leave_nothing_unsaid(playbook, key):
    book = load_builtin(playbook)
    ledger = LEDGERS[key]()
    head, lines = read(ledger, book, "tasks")
    assert len(head.columns) == len(ledger.heads)
    assert head.column("title") or "行动名称+年度目标" in {c.head for c in head.unknown}
    assert all(c.source or c.how in {How.UNKNOWN, How.AMBIGUOUS, How.TAKEN} for c in head.columns)
    assert len(joined(lines)) == ledger.n_tasks
