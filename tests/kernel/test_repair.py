from __future__ import annotations

import pytest
from examples.damage import damage
from hypothesis import given, settings
from hypothesis import strategies as st

from gongjian.formats.read import read_paper
from gongjian.kernel.text.readings import simplified

CLEAN = """柳溪区“百日攻坚”行动方案
2021年7月1日至2021年9月30日，柳溪区开展“百日攻坚”行动，区领导出席会议并讲话。
一、产业提质攻坚战
1.完成固定资产投资增长8%，确保进入前三。牵头单位：区发改局；完成时限：2021年8月底前。
二、城市更新攻坚战
1.整治沿街店面招牌，保护历史街区。牵头单位：区城管局；完成时限：2021年7月20日前。
"""


def read(text):
    return read_paper(text.encode(), "paper.txt")


def test_a_clean_paper_stays_as_it_is():
    document = read(CLEAN)
    assert document.text.split() == CLEAN.split()


def test_a_mirror_with_readings_is_restored_and_each_repair_listed():
    mirror = "會(huì)議(yì)強(qiáng)調(diào)，要準(zhǔn)確把握，開(kāi)創(chuàng)新局面，實(shí)現(xiàn)目標(biāo)。"
    document = read(mirror)
    assert "会议强调，要准确把握" in document.text
    assert "(" not in document.text
    assert {r.kind.value for r in document.repairs} >= {"traditional", "pinyin"}
    for repair in document.repairs:
        assert document.text[repair.span.start : repair.span.end] == repair.after


@given(st.text(alphabet="区委会议强调，。（）()目标 “”ab12\u00a0\u3000", min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_every_character_comes_from_somewhere(text):
    if not text.strip("\u00a0\u3000 "):
        return
    document = read("区" + text)
    for block in document.blocks:
        assert 0 <= block.span.start <= block.span.end <= len(document.text)


@pytest.mark.parametrize("seed", range(3))
def test_what_a_careless_mirror_broke_is_restored_or_marked(seed):
    broken = damage(CLEAN, seed=seed, shifts=2)
    document = read(broken.text)
    doubtful = [r for r in document.repairs if not r.certain]
    lost = [s for s in broken.shifts if simplified(s.was) not in document.text]
    assert broken.shifts  # two spots that lie together make one run
    assert len(lost) <= len(doubtful)
    assert "會" not in document.text
