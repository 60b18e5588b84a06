"""What was reached already, beside what is promised; each paper here is made for the test."""

from __future__ import annotations

import datetime as dt

from gongjian.formats.read import read_paper
from gongjian.kernel.extract.draft import draft_document
from gongjian.kernel.extract.json_io import from_json, to_json

HEAD = "从7月份开始，柳溪区开展“百日攻坚”行动，包括产业提质攻坚战、城市更新攻坚战。\n"


def drafted(text: str):
    return draft_document(read_paper((HEAD + text).encode(), "a.txt"), dt.date(2024, 7, 20))


def test_a_count_so_far_stands_beside_the_target_of_the_same_thing():
    draft = drafted("目前已有8个老旧小区列入省级改造试点，到三季度末，确保列入省级改造试点11个。")
    [target] = draft.targets
    assert (target.value, target.rule) == (11, "列入省级改造试点")
    assert (target.baseline.value, target.baseline.same_rule) == (8, True)
    assert target.baseline.on == dt.date(2024, 7, 20)


def test_two_counting_rules_are_told_apart():
    draft = drafted(
        "上半年全区共招引5亿元以上项目多达14个。力争全年引进5亿元以上重大产业项目20个以上。"
    )
    [target] = draft.targets
    assert target.rule == "5亿元以上重大产业项目"
    assert (target.baseline.value, target.baseline.rule) == (14, "5亿元以上项目")
    assert target.baseline.on == dt.date(2024, 6, 30)
    assert not target.baseline.same_rule


def test_a_figure_of_something_else_is_no_baseline():
    draft = drafted("去年已建成公园6个。确保新开工重大产业项目20个。")
    assert [t.baseline for t in draft.targets] == [None]


def test_the_span_of_a_baseline_is_where_the_paper_says_it():
    text = "目前已有8个老旧小区列入省级改造试点，到三季度末，确保列入省级改造试点11个。"
    document = read_paper((HEAD + text).encode(), "a.txt")
    [target] = draft_document(document, dt.date(2024, 7, 20)).targets
    assert document.of(target.baseline.span) == "目前已有8个老旧小区列入省级改造试点"


def test_baselines_survive_the_way_through_json():
    draft = drafted(
        "上半年全区共招引5亿元以上项目多达14个。力争全年引进5亿元以上重大产业项目20个以上。"
    )
    assert from_json(to_json(draft)) == draft
