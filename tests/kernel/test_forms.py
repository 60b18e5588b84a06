"""What a form that somebody sends asks: its table, its labels, its gaps; and nothing that is no question."""

from __future__ import annotations

import pytest
from tests.support.forms import PLAYBOOK

from gongjian.kernel.playbook.forms import (
    DAY,
    ORG,
    PERSON,
    PHONE,
    Blank,
    added,
    filled_text,
    read_form,
)
from gongjian.playbooks.load import load_text

BOOK = load_text(PLAYBOOK)
PROJECTS = BOOK.register("projects")
TABLE = [
    ["重点项目情况表", "", "", "", ""],
    ["序号", "项目名称", "总投资（万元）", "完成时限", "用地缺口（亩）"],
    ["1", "湖滨路改造", "", "", ""],
    ["2", "", "", "", ""],
    ["3", "", "", "", ""],
    ["合计", "", "", "", ""],
    ["填报人：______", "", "填报日期：    年  月  日", "", ""],
]


def form(rows, **more):
    return read_form(rows, PROJECTS, BOOK.role_words, **more)


def asked(blanks):
    return [(b.row, b.column, b.label, b.source) for b in blanks]


def test_a_table_has_named_and_free_rows_and_ends_at_its_notes():
    sheet = form(TABLE)
    assert [(x.row, x.title, x.is_free) for x in sheet.lines] == [
        (2, "湖滨路改造", False),
        (3, "", True),
        (4, "", True),
    ]
    assert asked(sheet.lines[0].blanks) == [
        (2, 2, "总投资（万元）", "field:invest"),
        (2, 3, "完成时限", "due"),
        (2, 4, "用地缺口（亩）", ""),
    ]
    assert asked(sheet.lines[1].blanks)[0] == (3, 1, "项目名称", "title")


def test_what_stands_under_a_table_asks_about_whoever_fills_it_in():
    assert asked(form(TABLE).blanks) == [
        (6, 0, "填报人", PERSON),
        (6, 2, "填报日期", DAY),
    ]
    assert not form(TABLE).is_open


def test_a_row_of_an_example_is_none():
    rows = [*TABLE[:2], ["例", "（示例）某某路", "", "", ""], TABLE[2]]
    assert [x.title for x in form(rows).lines] == ["湖滨路改造"]


def test_a_formula_is_no_blank_whatever_it_shows():
    assert asked(form(TABLE, formulas={(2, 2)}).lines[0].blanks)[0][1] == 3


def test_a_table_with_nothing_below_takes_further_rows():
    sheet = form(TABLE[:2])
    assert (sheet.is_open, sheet.lines, sheet.next_row) == (True, (), 2)
    more = added(sheet, 2)
    assert [x.row for x in more.lines] == [2, 3]
    assert [b.source for b in more.lines[0].blanks] == ["title", "field:invest", "due", ""]
    assert added(form(TABLE), 2) == form(TABLE)


CARD = [
    ["项目信息表", "", "", ""],
    ["项目名称", "湖滨路改造", "总投资（亿元）", ""],
    ["责任单位", "", "完成时限", ""],
    ["群众满意度", "", "现状照片", ""],
    ["填报单位：", "", "联系电话", ""],
    ["说明：请于周五前报送。", "", "", ""],
]


def test_a_card_asks_beside_its_labels_and_names_its_item():
    sheet = form(CARD)
    assert (sheet.is_card, sheet.title) == (True, "湖滨路改造")
    assert asked(sheet.blanks) == [
        (1, 3, "总投资（亿元）", "field:invest"),
        (2, 1, "责任单位", "owner"),
        (2, 3, "完成时限", "due"),
        (3, 1, "群众满意度", ""),
        (3, 3, "现状照片", ""),
        (4, 1, "填报单位", ORG),
        (4, 3, "联系电话", PHONE),
    ]
    assert sheet.blanks[0].unit == "亿元"


def test_a_title_and_a_sentence_are_no_labels():
    assert form([["关于报送情况的通知", ""], ["请各单位认真填写。", ""]]).blanks == ()


def test_a_merged_cell_is_asked_once():
    rows = [["责任单位", "责任单位", "", ""], ["完成时限", "完成时限", "", ""]]
    merged = {(0, 1), (1, 1), (0, 3), (1, 3)}
    assert asked(form(rows, merged=merged).blanks) == [
        (0, 2, "责任单位", "owner"),
        (1, 2, "完成时限", "due"),
    ]


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("填报人：____", [(4, 8)]),
        ("填报单位：      填报人：      电话：", [(5, 11), (15, 21), (24, 24)]),
        ("填报日期：  年  月  日", [(5, 14)]),
        ("填报人：张三", []),
        ("联系人：张三  电话：____", [(11, 15)]),
        ("没有冒号", []),
    ],
)
def test_gaps_stand_behind_colons(text, gaps):
    assert [b.span for b in form([[text]]).blanks] == gaps


def test_gaps_are_filled_and_what_stands_between_stays():
    blanks = form([["填报单位：      填报人：      电话：____"]]).blanks
    answers = zip(blanks, ["住建局", "王科员", "85120000"], strict=True)
    text = filled_text("填报单位：      填报人：      电话：____", answers)
    assert text == "填报单位：住建局  填报人：王科员  电话：85120000"


def test_a_day_takes_the_place_of_its_three_words():
    assert filled_text(
        "日期：  年  月  日", [(Blank(0, 0, "日期", span=(3, 13)), "2021年8月18日")]
    ) == ("日期：2021年8月18日")
