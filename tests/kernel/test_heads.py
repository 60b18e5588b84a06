"""Heads of ledgers that went through many hands: found where they stand, never guessed at in silence."""

from __future__ import annotations

import pytest

from gongjian.kernel.model.fields import (
    Choice,
    Column,
    FieldDef,
    FieldType,
    HeaderProfile,
    Label,
    RoleWord,
)
from gongjian.kernel.model.playbook import RegisterDef
from gongjian.kernel.playbook import head_words
from gongjian.kernel.playbook.heads import decided, recognise
from gongjian.kernel.playbook.meanings import How, bare, meanings, quarter_of, unit_of


def label(zh, en):
    return Label(zh, en)


FIELDS = (
    FieldDef("content", label("项目内容", "Content"), FieldType.TEXT),
    FieldDef("money", label("总投资", "Investment"), FieldType.MONEY, unit="万元"),
    FieldDef("land", label("用地面积", "Land"), FieldType.NUMBER, unit="亩"),
    FieldDef("q1_goal", label("一季度目标", "Q1 goal"), FieldType.TEXT),
    FieldDef("q2_goal", label("二季度目标", "Q2 goal"), FieldType.TEXT),
    FieldDef("q1_done", label("一季度完成情况", "Q1 done"), FieldType.TEXT),
    FieldDef(
        "stage",
        label("阶段", "Stage"),
        FieldType.CHOICE,
        choices=(Choice("a", label("签约", "Signed")),),
    ),
)
HEADS = (
    HeaderProfile(
        "long",
        label("台账", "Ledger"),
        (
            Column("序号", "number"),
            Column("内容与要求", "title"),
            Column("项目", "field:content"),
            Column("牵头", "lead", over="责任"),
            Column("配合", "support", over="责任"),
        ),
    ),
    HeaderProfile(
        "short",
        label("简表", "Short"),
        (Column("序号", "number"), Column("项目", "title"), Column("责任", "owner")),
    ),
)
ROLES = (
    RoleWord("owner", label("责任单位", "Responsible unit"), ("承办单位", "首办单位")),
    RoleWord("leader", label("牵头领导", "Leader"), ()),
)
REGISTER = RegisterDef(
    "tasks",
    label("任务", "Tasks"),
    "RW",
    "plain",
    "plain",
    fields=FIELDS,
    heads=HEADS,
    role_words=(RoleWord("lead", label("牵头单位", "Lead"), ("总抓单位",)),),
)


def found(rows, merged=(), register=REGISTER):
    return recognise(rows, register, ROLES, merged=merged)


def sources(head):
    return [c.source for c in head.columns]


def test_the_head_is_found_below_titles_notes_and_empty_rows():
    rows = [
        ["重点工作清单", "", ""],
        ["单位：万元", "", ""],
        ["", "", ""],
        ["序号", "工作任务", "责任单位"],
        ["1", "修路", "甲局"],
    ]
    head = found(rows)
    assert head.rows == (3,)
    assert head.begins == 4
    assert sources(head) == ["number", "title", "owner"]
    assert head.above == ("重点工作清单", "单位：万元")


def test_a_head_that_was_pasted_far_down_is_found():
    rows = [[f"说明{n}", ""] for n in range(120)]
    rows += [["工作任务", "完成时限"], ["修路", "9月底前"]]
    assert found(rows).rows == (120,)


def test_a_sheet_without_a_head_has_none():
    assert found([["甲", "乙"], ["丙", "丁"]]).rows == ()
    assert found([]).rows == ()


@pytest.mark.parametrize(
    ("word", "source", "how"),
    [
        ("责 任\n单 位", "owner", How.ROLE),
        ("承办单位※", "owner", How.ROLE),
        ("总抓单位", "lead", How.ROLE),
        ("责任部门", "owner", How.VARIANT),
        ("完成时限（年月日）", "due", How.VARIANT),
        ("总投资（万元）", "field:money", How.FIELD),
        ("Stage", "field:stage", How.FIELD),
        ("INVESTMENT（万元）", "field:money", How.FIELD),
        ("内容与要求", "title", How.PROFILE),
        ("下步打算*", "report.next_steps", How.VARIANT),
        ("进展情况、存在问题及下一步打算", "report", How.VARIANT),
        ("进展情况", "report.progress", How.CORE),
    ],
)
def test_a_word_is_known_however_it_is_printed(word, source, how):
    head = found([[word, "亮灯"], ["x", "y"]])
    assert (head.columns[0].source, head.columns[0].how) == (source, how)
    assert head.columns[0].confidence > 0.7


def test_what_the_printed_forms_leave_open_is_not_guessed():
    head = found(
        [["项目", "亮灯", "时限"], ["a", "b", "c"]]
    )  # title in one form, content in another
    first = head.columns[0]
    assert (first.source, first.how) == ("title", How.VARIANT)  # the table of variants decides
    lone = RegisterDef("x", label("x", "x"), "X", "w", "l", fields=FIELDS, heads=HEADS)
    open_ = recognise([["责任", "亮灯", "时限"], ["a", "b", "c"]], lone)
    assert open_.columns[0].source == "owner"


def test_an_open_word_offers_what_it_may_mean():
    fields = (
        FieldDef("a", label("目标", "Aim a"), FieldType.TEXT),
        FieldDef("b", label("目标", "Aim b"), FieldType.TEXT),
    )
    register = RegisterDef("x", label("x", "x"), "X", "w", "l", fields=fields)
    column = recognise([["目标", "时限", "事项"], ["a", "b", "c"]], register).columns[0]
    assert (column.source, column.how, column.confidence) == ("", How.AMBIGUOUS, 0)
    assert column.candidates == ("field:a", "field:b")


def test_an_unknown_word_is_told_with_what_it_is_like():
    head = found([["工作任务", "时限", "具体责任单位名称", "天气"], ["a", "b", "c", "d"]])
    like, none = head.columns[2:]
    assert (like.source, like.how, like.candidates[0]) == ("", How.UNKNOWN, "owner")
    assert (none.source, none.candidates) == ("", ())
    assert head.unknown == (like, none)


def test_of_two_columns_with_one_meaning_the_surer_one_counts():
    head = found([["工作任务", "责任部门", "责任单位"], ["a", "b", "c"]])
    assert sources(head) == ["title", "", "owner"]
    assert head.columns[1].how is How.TAKEN
    assert head.columns[1].candidates == ("owner",)


def test_the_printed_form_that_fits_best_is_chosen():
    assert found([["序号", "项目", "责任"], ["1", "a", "b"]]).profile == "short"
    head = found([["序号", "内容与要求", "项目", "备忘"], ["1", "a", "b", "c"]])
    assert head.profile == "long"
    assert sources(head)[:3] == ["number", "title", "field:content"]


MERGED = [["序号", "内容与要求", "责任", "责任"], ["序号", "内容与要求", "牵头", "配合"]]
PLACES = {(0, 3), (1, 0), (1, 1)}


def test_two_rows_of_heads_are_one_where_cells_are_merged():
    head = found([*MERGED, ["1", "a", "b", "c"]], PLACES)
    assert head.rows == (0, 1)
    assert sources(head) == ["number", "title", "lead", "support"]
    assert [c.over for c in head.columns] == ["", "", "责任", "责任"]


def test_two_rows_of_heads_are_one_where_they_were_pasted_as_text():
    rows = [["序号", "内容与要求", "责任", ""], ["", "", "牵头", "配合"], ["1", "a", "b", "c"]]
    head = found(rows)
    assert head.rows == (0, 1)
    assert sources(head) == ["number", "title", "lead", "support"]


def test_a_row_of_values_is_no_second_row_of_heads():
    head = found([["序号", "工作任务", "责任单位", ""], ["1", "", "甲局", "乙局"]])
    assert head.rows == (0,)


def test_the_merged_head_and_the_word_below_are_read_together():
    rows = [["事项", "一季度", ""], ["", "目标", "完成情况"], ["a", "b", "c"]]
    assert sources(found(rows)) == ["title", "field:q1_goal", "field:q1_done"]


@pytest.mark.parametrize(
    ("head", "quarter"),
    [
        ("1季度目标", (1, False)),
        ("一季度", (1, False)),
        ("Q4", (4, False)),
        ("第三季度工作目标", (3, False)),
        ("至二季度末目标", (2, False)),
        ("三季度累计完成", (3, True)),
        ("1–4季度目标", (0, False)),
        ("季度目标", (0, False)),
        ("五季度", (0, False)),
    ],
)
def test_a_quarter_is_known_by_its_word(head, quarter):
    assert quarter_of(head) == quarter


def test_columns_of_quarters_are_a_set_of_their_own():
    head = found([["事项", "Q1", "Q2", "Q3"], ["a", "1", "2", "3"]])
    assert sources(head) == ["title", "field:q1_goal", "field:q2_goal", ""]
    assert head.columns[3].quarter == 3
    assert [s.columns for s in head.quarters] == [((1, 1), (2, 2), (3, 3))]


@pytest.mark.parametrize(
    ("head", "split"),
    [
        ("总投资（万元）", ("总投资", "万元")),
        ("总投资(单位:亿元)※", ("总投资", "亿元")),
        ("责任单位（科室）", ("责任单位", "")),
        ("（一）目标", ("一目标", "")),
        ("（万元）", ("万元", "")),
    ],
)
def test_a_unit_in_brackets_is_split_off(head, split):
    assert unit_of(head) == split


def test_a_unit_of_the_head_or_above_the_table_is_kept_for_the_cells():
    head = found([["单位：亿元", "", ""], ["事项", "总投资", "时限"], ["a", "1", "b"]])
    money = head.column("field:money")
    assert (head.unit, money.adds, money.is_clash) == ("亿元", "亿元", False)
    land = found([["事项", "用地面积（平方米）", "时限"], ["a", "1", "b"]]).column("field:land")
    assert (land.unit, land.is_clash) == ("平方米", True)


@pytest.mark.parametrize(
    ("cells", "source"), [(["60%", "100%"], "progress"), (["已开工", "60%"], "report.progress")]
)
def test_progress_is_a_share_or_words_as_its_cells_are(cells, source):
    rows = [["事项", "时限", "进展"], *[["a", "b", c] for c in cells]]
    assert found(rows).columns[2].source == source


def test_progress_without_cells_stays_open():
    column = found([["事项", "时限", "进展"]]).columns[2]
    assert (column.source, column.how) == ("", How.AMBIGUOUS)


def test_values_under_no_word_are_told():
    head = found([["事项", "时限", "", ""], ["a", "b", "c", ""]])
    assert [(c.at, c.head, c.how) for c in head.unknown] == [(2, "", How.UNKNOWN)]


def test_rows_that_end_early_are_read():
    assert sources(found([["事项"], ["序号", "工作任务", "时限"], ["1"]])) == [
        "number", "title", "due",
    ]  # fmt: skip


def test_what_a_person_says_goes_before_what_was_recognised():
    rows = [["工作任务", "责任单位", "出资（亿元）", "天气"], ["a", "b", "1", "c"]]
    head = decided(found(rows), {2: "field:money", 3: "owner"}, REGISTER)
    assert sources(head) == ["title", "", "field:money", "owner"]
    assert [c.how for c in head.columns[1:]] == [How.TAKEN, How.PERSON, How.PERSON]
    assert head.columns[2].adds == "亿元"
    assert [c.at for c in head.unknown] == [1]


def test_a_column_that_a_person_leaves_out_is_not_asked_about_again():
    head = decided(found([["工作任务", "时限", "天气"], ["a", "b", "c"]]), {2: ""}, REGISTER)
    assert sources(head) == ["title", "due", ""]
    assert head.unknown == ()


def test_meanings_give_one_source_a_word():
    known = meanings(REGISTER, ROLES)
    assert known[bare("承办单位")] == "owner"
    assert known[bare("总投资")] == "field:money"
    assert known[bare("办结时限")] == "due"
    assert bare("进展") not in known


def test_no_word_of_the_table_means_two_things():
    for table in (head_words.CORE, head_words.VARIANTS):
        words = [bare(w) for said in table.values() for w in said]
        assert len(words) == len(set(words))
    mixed = {bare(w): s for s, said in head_words.CORE.items() for w in said}
    for source, said in head_words.VARIANTS.items():
        assert all(mixed.get(bare(w), source) == source for w in said)
