"""The grammar on a paper of the project's own."""

from __future__ import annotations

import datetime as dt

import pytest

from gongjian.formats.read import read_paper
from gongjian.kernel.extract.draft import draft_document
from gongjian.kernel.extract.json_io import from_json, to_json

PAPER = """柳溪区“百日攻坚”行动方案

2021年7月1日至2021年9月30日，柳溪区开展“百日攻坚”行动，打好两大攻坚战。

一、产业提质攻坚战
1.完成固定资产投资增长8%，力争10%。
2.新开工重大产业项目。牵头单位：区发改局；责任单位：区经信局、区商务局；完成时限：2021年8月底前。

二、城市更新攻坚战
1.整治沿街店面招牌。牵头单位：区城管局；完成时限：2021年7月20日前。
2.完成老旧小区雨污分流改造。
"""


@pytest.fixture(scope="module")
def drafted():
    document = read_paper(PAPER.encode(), "paper.txt")
    return document, draft_document(document)


def test_the_head_of_the_campaign(drafted):
    _, draft = drafted
    assert "百日攻坚" in draft.campaign.name
    assert draft.campaign.period_start == dt.date(2021, 7, 1)
    assert draft.campaign.period_end == dt.date(2021, 9, 30)


def test_battles_tasks_owners_and_dates(drafted):
    _, draft = drafted
    assert [b.name for b in draft.battles] == ["产业提质攻坚战", "城市更新攻坚战"]
    tasks = {t.text: t for t in draft.tasks}
    opened = tasks["新开工重大产业项目"]
    assert opened.lead == ("区发改局",)
    assert opened.responsible == ("区经信局", "区商务局")
    assert opened.due == dt.date(2021, 8, 31)
    assert opened.battle == "产业提质攻坚战"
    assert tasks["完成老旧小区雨污分流改造"].due is None


def test_a_target_has_its_floor_and_its_stretch(drafted):
    _, draft = drafted
    (target,) = [t for t in draft.targets if "投资" in t.subject]
    assert target.subject == "固定资产投资"
    assert (target.value, target.stretch, target.unit) == (8, 10, "%")


def test_every_span_holds_what_it_stands_for(drafted):
    document, draft = drafted
    for task in draft.tasks:
        (span,) = task.spans["text"]
        assert document.text[span.start : span.end] == task.text
        for role in ("lead", "responsible"):
            names = [document.text[s.start : s.end] for s in task.spans.get(role, ())]
            assert names == list(getattr(task, role))
    for battle in draft.battles:
        (span,) = battle.spans["name"]
        assert document.text[span.start : span.end] == battle.name


def test_the_announced_count_is_compared_with_what_was_found(drafted):
    _, draft = drafted
    assert [(a.n, a.found) for a in draft.announced if "攻坚战" in a.what] == [(2, 2)]


def test_a_draft_goes_through_json_and_back(drafted):
    _, draft = drafted
    assert to_json(from_json(to_json(draft))) == to_json(draft)


def test_a_text_without_a_campaign_gives_an_empty_draft_that_says_why():
    document = read_paper("今天天气很好，湖边有人散步。".encode(), "note.txt")
    draft = draft_document(document)
    assert draft.why_empty == "draft.no_campaign"
    assert not draft.battles
    assert not draft.tasks
