"""One cell of a ledger: names, a deadline, goals of the quarters, three texts in one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.playbook.cells import (
    Counting,
    Parts,
    Until,
    due_of,
    holders,
    quarters,
    three_parts,
    two_sources,
)

# ---- who ------------------------------------------------------------------------------------------


def named(text):
    """Give the names, each lead with a star before it."""
    return ["*" * h.is_lead + h.name for h in holders(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("区住建局", ["*区住建局"]),
        ("区住建局、区财政局，区水利局；区教育局", ["*区住建局", "区财政局", "区水利局", "区教育局"]),
        ("区长\n分管副区长", ["*区长", "分管副区长"]),
        ("甲局、*乙局、丙局", ["甲局", "*乙局", "丙局"]),
        ("甲局★、乙局", ["*甲局", "乙局"]),
        ("甲局、乙局（牵头）", ["甲局", "*乙局"]),
        ("甲局（牵头单位）、乙局（牵头）、丙局", ["*甲局", "*乙局", "丙局"]),
        ("甲局、乙局（配合）", ["*甲局", "乙局"]),
        ("牵头：甲局；配合：乙局、丙局", ["*甲局", "乙局", "丙局"]),
        ("牵头单位：甲局、乙局 配合单位：丙局", ["*甲局", "*乙局", "丙局"]),
        ("责任单位：甲局、乙局", ["*甲局", "乙局"]),
        ("配合：乙局、丙局", ["乙局", "丙局"]),
        ("区住建局牵头，区财政局配合", ["*区住建局", "区财政局"]),
        ("由甲局牵头", ["*甲局"]),
        ("各镇街、各平台", ["*各镇街", "各平台"]),
        ("各镇（街道）、甲局（含乙站、丙站）", ["*各镇（街道）", "甲局（含乙站、丙站）"]),
        ("甲局（乙局、丙局", ["*甲局（乙局", "丙局"]),  # never closed: it holds nothing together
        ("区住建局、区财政局等部门", ["*区住建局", "区财政局"]),
        ("区教育局 区财政局", ["*区教育局", "区财政局"]),
        ("区农业农村局 区水利局", ["*区农业农村局", "区水利局"]),
        ("区长 分管副区长", ["*区长 分管副区长"]),
        ("区长 副区长", ["*区长", "副区长"]),
        ("区长 某某", ["*区长 某某"]),
        ("某 某", ["*某某"]),
        ("某某新材料股份 有限公司筹建处", ["*某某新材料股份 有限公司筹建处"]),
        ("甲局、甲局", ["*甲局"]),
    ],
)  # fmt: skip
def test_names_are_read_as_ledgers_print_them(text, names):
    assert named(text) == names


NAMES = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["区", "市", "县", "各"]),
        st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=4),
        st.sampled_from(["局", "委", "镇街", "街道（园区、新城）", "公司"]),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


@given(NAMES, st.sampled_from(["、", "，", ",", ";", "；", "\n", " 、 "]), st.integers(0, 7))
def test_names_come_back_from_a_cell_as_they_were_joined(names, separator, n):
    lead = n % len(names)
    marked = [f"*{name}" if k == lead else name for k, name in enumerate(names)]
    assert [h.name for h in holders(separator.join(names))] == names
    assert named(separator.join(marked)) == marked


# ---- until when -----------------------------------------------------------------------------------

END = dt.date(2021, 9, 28)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9月底前", "2021-09-30"),
        ("9月", "2021-09-30"),
        ("9月份", "2021-09-30"),
        ("Q3", "2021-09-30"),
        ("三季度末", "2021-09-30"),
        ("年底前", "2021-12-31"),
        ("2021.9.30", "2021-09-30"),
        ("2021/9/30", "2021-09-30"),
        ("2021-09-30", "2021-09-30"),
        ("2021-09-30 00:00:00", "2021-09-30"),
        ("２０２１年９月３０日前", "2021-09-30"),
        ("20210930", "2021-09-30"),
        ("2021.9", "2021-09-30"),
        ("2022年3月", "2022-03-31"),
        ("明年3月", "2022-03-31"),
        ("即日起至9月底", "2021-09-30"),
        ("2021.7.1-2021.9.30", "2021-09-30"),
        ("6月底前完成主体，9月底前完工", "2021-09-30"),
        ("9月底前，长期坚持", "2021-09-30"),
        ("44469", "2021-09-30"),
        ("44469.0", "2021-09-30"),
        ("9.15", "2021-09-15"),
        ("9/30", "2021-09-30"),
    ],
)
def test_a_deadline_is_read_as_ledgers_print_it(text, day):
    assert due_of(text, 2021, END).day == dt.date.fromisoformat(day)
    assert due_of(text, 2021, END).until is Until.DAY


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("长期", Until.LASTING),
        ("持续推进", Until.LASTING),
        ("常态化", Until.LASTING),
        ("", Until.EMPTY),
        ("—", Until.EMPTY),
        ("尽快", Until.UNCLEAR),
        ("9.3", Until.UNCLEAR),  # the third, or the thirtieth that lost its nought
        ("2021年2月30日", Until.UNCLEAR),
        ("13月", Until.UNCLEAR),
        ("6个月", Until.UNCLEAR),
    ],
)
def test_no_date_is_made_up(text, until):
    assert due_of(text, 2021, END).day is None
    assert due_of(text, 2021, END).until is until


def test_the_end_of_the_campaign_is_a_deadline():
    due = due_of("行动结束前", 2021, END)
    assert (due.day, due.until) == (END, Until.END)
    assert due_of("9月底前", None).until is Until.UNCLEAR  # no year is known


# ---- how much in each quarter -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "total", "reading"),
    [
        (["2", "4", "6", "8"], "8", Counting.CUMULATIVE),
        (["20", "30", "30", "20"], "100", Counting.INCREMENTAL),
        (["2个", "4个", "6个", "8个"], "全年引进10亿元以上项目8个", Counting.CUMULATIVE),
        (["20", "30", "30", "20"], "120", Counting.UNCLEAR),
        (["2", "4", "6", "8"], None, Counting.UNCLEAR),
        (["0", "0", "0", "8"], "8", Counting.UNCLEAR),  # both hold
        (["", "", "", ""], "8", Counting.UNCLEAR),
        (["启动", "推进", "推进", "完成"], "1", Counting.UNCLEAR),
        (["10%", "30%", "", "100%"], "100%", Counting.CUMULATIVE),
        (["1,000", "1,500", "1,500", "1,000"], "5000名", Counting.INCREMENTAL),
        (["2个，投资5亿元", "3个，投资9亿元"], "5个，投资9亿元", Counting.UNCLEAR),  # they disagree
    ],
)
def test_goals_of_the_quarters_are_read_or_left_to_be_asked(texts, total, reading):
    assert quarters(texts, total).reading is reading


def test_the_values_of_the_quarters_are_numbers():
    found = quarters(["2个", "", "6.5个", "8个"], "8个")
    assert found.values == (Decimal(2), None, Decimal("6.5"), Decimal(8))


@given(st.lists(st.integers(1, 10_000), min_size=4, max_size=4))
def test_increments_and_what_they_add_up_to_are_told_apart(steps):
    total = str(sum(steps))
    assert quarters([str(n) for n in steps], total).reading is Counting.INCREMENTAL
    sums = list(accumulate(steps))
    found = quarters([str(n) for n in sums], total)
    assert found.reading is Counting.CUMULATIVE
    assert found.values == tuple(map(Decimal, sums))


# ---- three texts in one cell ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", Parts()),
        ("正常进行中", Parts("正常进行中")),
        ("进展情况：已开工。下步打算：完工", Parts("已开工。", "", "完工")),
        ("进展情况:甲\n存在问题:乙\n下一步打算:丙", Parts("甲", "乙", "丙")),
        ("【进展情况】甲【存在问题】乙", Parts("甲【存在问题】乙")),
        ("【进展情况】甲\n【存在问题】乙", Parts("甲", "乙")),
        ("一、工作进展：甲\n二、存在的问题：乙\n三、下一步措施：丙", Parts("甲", "乙", "丙")),
        ("已完成一期。存在问题：用地未落实", Parts("已完成一期。", "用地未落实")),
        ("对存在问题逐一整改", Parts("对存在问题逐一整改")),
        ("进展：甲\n1.乙\n2.丙\n下步计划：丁", Parts("甲\n1.乙\n2.丙", "", "丁")),
        ("Progress: a\nProblems: b\nNext steps: c", Parts("a", "b", "c")),
    ],
)
def test_a_report_in_one_cell_is_split_at_its_labels(text, parts):
    assert three_parts(text) == parts


TEXT = (
    st.text("甲乙丙丁0123456789，、（）％ab", min_size=1, max_size=30).map(str.strip).filter(bool)
)
WORDS = {
    "zh": (("进展", "存在问题", "下一步打算"), "："),
    "en": (("Progress", "Problems", "Next steps"), ": "),
}


@pytest.mark.parametrize("language", WORDS)
@given(texts=st.tuples(TEXT, st.one_of(st.just(""), TEXT), st.one_of(st.just(""), TEXT)))
def test_three_texts_come_back_from_the_cell_that_they_were_printed_in(language, texts):
    words, mark = WORDS[language]
    printed = "\n".join(f"{w}{mark}{t}" for w, t in zip(words, texts, strict=True) if t)
    assert three_parts(printed) == Parts(*texts)


def test_a_cell_of_two_facts_is_split_at_its_first_line():
    assert two_sources(" 甲行动 \n全年8个\n其中1个 ") == ("甲行动", "全年8个\n其中1个")
    assert two_sources("甲行动") == ("甲行动", "")
