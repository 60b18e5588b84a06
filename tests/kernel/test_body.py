"""The rows under a head: what is a task, what belongs to one, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.model.fields import FieldDef, FieldType, Label
from gongjian.kernel.model.playbook import RegisterDef
from gongjian.kernel.playbook.body import LineKind, joined, lines_of
from gongjian.kernel.playbook.heads import recognise

REGISTER = RegisterDef(
    "tasks",
    Label("任务", "Tasks"),
    "RW",
    "plain",
    "plain",
    fields=(FieldDef("money", Label("总投资", "Investment"), FieldType.MONEY, unit="万元"),),
)
HEAD = ["序号", "工作任务", "责任单位", "总投资（亿元）"]


def read(*rows, head=HEAD, merged=(), above=()):
    sheet = [*above, head, *rows]
    places = {(r + len(above) + 1, c) for r, c in merged}
    found = recognise(sheet, REGISTER, merged=places)
    assert found.rows == (len(above),)
    return lines_of(sheet, found, merged=places)


def kinds(lines):
    return [line.kind.value for line in lines]


def across(text, n=4):
    return [text] * n


def test_empty_rows_are_no_lines():
    lines = read(["", "", "", ""], ["1", "修路", "甲局", "1.2"], [" ", "", "", ""])
    assert kinds(lines) == ["task"]
    assert lines[0].texts == {"title": "修路", "owner": "甲局", "field:money": "1.2亿元"}


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", "3"],
        ["", "小 计", "", "3"],
        ["总计（3个）", "", "", "3"],
        ["Total", "", "", "3"],
    ],
)
def test_a_total_is_no_task(row):
    assert kinds(read(["1", "修路", "甲局", "3"], row)) == ["task", "total"]


def test_a_task_whose_name_begins_like_a_total_is_one():
    assert kinds(read(["1", "累计完成投资10亿元", "甲局", ""])) == ["task"]


@pytest.mark.parametrize(
    "text", ["备注：以上数据截至8月", "注:1.按月报送", "填表人：综合科  联系电话：", "说明：同上"]
)
def test_a_note_below_is_no_task(text):
    merged = {(1, c) for c in (1, 2, 3)}
    lines = read(["1", "修路", "甲局", "3"], across(text), merged=merged)
    assert kinds(lines) == ["task", "note"]


def test_what_follows_a_note_alone_in_its_row_is_part_of_it():
    lines = read(["1", "修路", "甲局", ""], ["备注：", "", "", ""], ["2.按月报送", "", "", ""])
    assert kinds(lines) == ["task", "note", "note"]


def test_a_head_and_a_title_that_are_printed_again_are_no_tasks():
    title = ["重点任务清单", "", "", ""]
    lines = read(
        ["1", "修路", "甲局", ""],
        ["重点任务清单（续）", "", "", ""],
        HEAD,
        ["2", "架桥", "乙局", ""],
        above=[title],
    )
    assert kinds(lines) == ["task", "head", "head", "task"]


def test_numbers_that_begin_anew_change_nothing():
    lines = read(["1", "修路", "甲局", ""], ["2", "架桥", "乙局", ""], ["1", "种树", "丙局", ""])
    assert [line.number for line in lines] == ["1", "2", "1"]
    assert kinds(lines) == ["task"] * 3


@pytest.mark.parametrize(
    ("row", "merged"),
    [
        (across("一、基础设施攻坚战"), {(0, c) for c in (1, 2, 3)}),
        (["一、基础设施攻坚战", "", "", ""], set()),
        (["一", "基础设施攻坚战", "", ""], set()),
        (["（一）", "基础设施攻坚战", "", ""], set()),
        (["基础设施攻坚战", "", "", ""], set()),
        (["第一部分 基础设施攻坚战", "", "", ""], set()),
    ],
)
def test_a_heading_names_the_battle_of_the_rows_below(row, merged):
    lines = read(row, ["1", "修路", "甲局", ""], merged=merged)
    assert kinds(lines) == ["group", "task"]
    assert lines[1].texts["battle"] == "基础设施攻坚战"


def test_headings_of_two_levels_are_kept_and_the_outer_one_is_the_battle():
    lines = read(
        ["一、甲战役", "", "", ""],
        ["（一）专题", "", "", ""],
        ["1", "修路", "甲局", ""],
        ["（二）专题", "", "", ""],
        ["1", "架桥", "甲局", ""],
        ["二、乙战役", "", "", ""],
        ["1", "种树", "甲局", ""],
    )
    tasks = joined(lines)
    assert [t.texts["battle"] for t in tasks] == ["甲战役", "甲战役", "乙战役"]
    assert [t.groups for t in tasks] == [
        ("一、甲战役", "（一）专题"),
        ("一、甲战役", "（二）专题"),
        ("二、乙战役",),
    ]


def test_a_task_that_only_has_a_name_is_one_where_the_table_has_no_numbers():
    lines = read(
        ["修路", "", ""], ["一、甲战役", "", ""], head=["工作任务", "责任单位", "完成时限"]
    )
    assert kinds(lines) == ["task", "group"]


def test_a_battle_of_its_own_column_goes_before_the_heading():
    head = ["序号", "工作任务", "责任单位", "所属攻坚战"]
    lines = read(["一、甲战役", "", "", ""], ["1", "修路", "甲局", "乙战役"], head=head)
    assert lines[1].texts["battle"] == "乙战役"


DOWN = {(1, 0), (1, 1), (2, 0), (2, 1)}


def test_rows_below_a_merged_number_and_task_are_parts_of_it():
    rows = [["1", "建校", "甲局", "1"], ["1", "建校", "乙局", "2"], ["1", "建校", "甲局", ""]]
    lines = read(*rows, ["2", "修路", "甲局", ""], merged=DOWN)
    assert kinds(lines) == ["task", "part", "part", "task"]
    assert [line.of for line in lines[1:3]] == [1, 1]
    first, second = joined(lines)
    assert first.texts["owner"] == "甲局\n乙局\n甲局"
    assert first.texts["title"] == "建校"
    assert second.texts["title"] == "修路"


def test_rows_without_number_and_task_are_parts_where_they_were_pasted():
    lines = read(["1", "建校", "甲局", ""], ["", "", "乙局", ""])
    assert joined(lines)[0].texts["owner"] == "甲局\n乙局"


def test_a_row_with_its_own_number_is_a_task_whatever_is_merged():
    lines = read(["1", "建校", "甲局", ""], ["2", "建校", "乙局", ""], merged={(1, 1)})
    assert [line.texts["title"] for line in joined(lines)] == ["建校", "建校"]


WIDE = ["序号", "工作任务", "工作任务", "责任单位"]


def spanned(*rows, merged):
    places = {(0, 2), *((r + 1, c) for r, c in merged)}
    sheet = [WIDE, *rows]
    return lines_of(sheet, recognise(sheet, REGISTER, merged=places), merged=places)


def test_rows_beside_a_task_that_is_merged_downwards_are_its_children():
    rows = [["1", "建校", "学校1所", "甲局"], ["1", "建校", "学位810个", "乙局"]]
    lines = spanned(*rows, merged={(1, 0), (1, 1)})
    assert kinds(lines) == ["task", "child", "child"]
    assert [line.texts["title"] for line in lines] == ["建校", "学校1所", "学位810个"]
    assert [line.texts.get("owner") for line in lines] == [None, "甲局", "乙局"]
    assert [line.of for line in lines] == [None, 1, 1]


def test_what_the_children_share_is_the_tasks():
    rows = [["1", "建校", "学校1所", "甲局"], ["1", "建校", "学位810个", "甲局"]]
    lines = spanned(*rows, merged={(1, 0), (1, 1), (1, 3)})
    assert [line.texts.get("owner") for line in lines] == ["甲局", None, None]


def test_a_task_of_two_cells_in_one_row_is_one():
    lines = spanned(
        ["1", "建校", "学校1所", "甲局"], ["2", "修路", "修路", "乙局"], merged={(1, 2)}
    )
    assert [line.texts["title"] for line in lines] == ["建校：学校1所", "修路"]
    assert {line.kind for line in lines} == {LineKind.TASK}


def test_without_a_head_there_are_no_lines():
    rows = [["甲", "乙"]]
    assert lines_of(rows, recognise(rows, REGISTER)) == []


CELLS = st.sampled_from(
    ["", "1", "2", "一", "合计", "序号", "工作任务", "责任单位", "备注：无", "一、甲战役", "修路", "1.2", *WIDE]
)  # fmt: skip
SHEETS = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=9)
)


@given(SHEETS, st.sets(st.tuples(st.integers(0, 9), st.integers(0, 6)), max_size=8))
def test_every_row_that_holds_something_is_told_of(rows, merged):
    head = recognise(rows, REGISTER, merged=merged)
    lines = lines_of(rows, head, merged=merged)
    held = [r for r in range(head.begins, len(rows)) if any(rows[r])]
    assert sorted({line.at for line in lines}) == (held if head.rows else [])
    tasks = joined(lines)
    assert all(line.of is None or line.of in {t.at for t in tasks} for line in lines)
