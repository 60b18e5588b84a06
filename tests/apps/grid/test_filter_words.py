"""A filter as one line: read, refused with what is near, written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.apps.campaigns.filter_words import Kind, Term, Value, read, say

TERMS = (
    Term("battle", ("攻坚战", "Battle"), Kind.CHOICE, (Value("b1", ("项目 争速", "Projects")),)),
    Term(
        "state",
        ("状态", "State"),
        Kind.CHOICE,
        (Value("open", ("已交办", "Assigned")), Value("back", ("退回", "Sent back"))),
    ),
    Term("org", ("责任单位", "Responsible", "牵头")),
    Term("due", ("时限", "Due"), Kind.DATE),
    Term("f.cost", ("总投资", "Total cost"), Kind.NUMBER),
)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", {}),
        ("道路", {"q": "道路"}),
        ("道路  改造", {"q": "道路 改造"}),
        ("状态:已交办", {"state": "open"}),
        ("State:assigned", {"state": "open"}),
        ("state:open", {"state": "open"}),
        ("状态：已交办、退回", {"state": "open,back"}),
        ('State:Assigned,"Sent back"', {"state": "open,back"}),
        ("牵头:发改局", {"org": "发改局"}),
        ("时限<2021-09-30", {"due.to": "2021-09-29"}),
        ("时限>2021年9月30日", {"due.from": "2021-10-01"}),
        ("时限≤2021-9-30", {"due.to": "2021-09-30"}),
        ("时限＞＝2021-09-01 时限<=2021-09-30", {"due.from": "2021-09-01", "due.to": "2021-09-30"}),  # noqa: RUF001
        ("时限=2021-09-30", {"due.from": "2021-09-30", "due.to": "2021-09-30"}),
        ("总投资>=1000", {"f.cost.from": "1000"}),
        ("总投资>=0.1亿元", {"f.cost.from": "0.1亿元"}),
        ("总投资<1000", {"f.cost.to": "999.9999"}),
        ('"Total cost"<=5', {"f.cost.to": "5"}),
        ("totalcost<=5", {"f.cost.to": "5"}),
        ('"a:b c"', {"q": "a:b c"}),
        ("攻坚战:“项目 争速”", {"battle": "b1"}),
        ("状态:已交办 时限<2021-09-30 牵头:发改局 总投资>=1000 道路",
         {"state": "open", "due.to": "2021-09-29", "org": "发改局", "f.cost.from": "1000", "q": "道路"}),
    ],
)  # fmt: skip
def test_a_line_is_read_as_an_address_would_ask(line, asked):
    found = read(line, TERMS)
    assert (found.params, found.faults) == (asked, ())
    assert read(say(asked, TERMS), TERMS).params == asked


@pytest.mark.parametrize(
    ("line", "code", "fact"),
    [
        ("状太:已交办", "filter.no_such_label", "状态"),
        ("statt:open", "filter.no_such_label", "State"),
        ("zzz:1", "filter.unknown_label", "攻坚战、状态、责任单位、时限、总投资"),
        ("状态:已销号", "filter.no_such_value", "已交办、退回"),
        ("状态>已交办", "filter.no_bounds", "状态"),
        ("时限:", "filter.no_value", "时限"),
        ("时限<明天", "filter.strict", "明天"),
        ("总投资<1亿元", "filter.strict", "1亿元"),
        ("时限>=1、2", "filter.one_bound", "时限"),
        ("状态:退回 状态:已交办", "filter.said_twice", "状态"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_is_near(line, code, fact):
    found = read(f"道路 {line}", TERMS)
    [fault] = found.faults
    assert fault.code == code
    assert fact in fault.facts.values()
    assert found.params["q"] == "道路"


texts = st.text(st.characters(codec="utf-8", exclude_characters='"“”「」'), max_size=12)


@given(
    q=texts,
    org=texts,
    states=st.sets(st.sampled_from(["open", "back"])),
    low=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    due=st.dates(),
)
def test_what_is_written_is_read_as_it_was_meant(q, org, states, low, due):
    asked = {
        "q": " ".join(q.split()),
        "org": ",".join(p for part in org.replace("、", ",").replace("，", ",").split(",") if (p := part.strip())),
        "state": ",".join(sorted(states)),
        "f.cost.from": str(low),
        "due.to": due.isoformat(),
    }  # fmt: skip
    given = {k: v for k, v in asked.items() if v}
    assert read(say(given, TERMS), TERMS).params == given


@given(line=st.text(max_size=60))
def test_no_line_is_beyond_reading(line):
    first = read(line, TERMS).params
    assert read(say(first, TERMS), TERMS).params == first
