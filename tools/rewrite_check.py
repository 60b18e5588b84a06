"""Draft seeded rewrites of the two source papers and say whether they come out as whole as the originals.

usage: python tools/rewrite_check.py FOLDER [--rewrites 50] [--first-seed 0]

FOLDER holds the two papers as they came. A rewrite names another place, other battles, other numbers
and other dates. Its draft must have what the original's draft has, item for item, in the new words:
battles by name and order, targets by subject, operator, value, stretch, unit, strength and due date,
tasks by text. The second paper is compared clean, and once more damaged anew by examples/damage.py.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from examples.damage import damage

from gongjian.formats.read import read_paper
from gongjian.kernel.extract.draft import draft_document
from gongjian.kernel.model.draft import Draft

SYLLABLES = "柳溪临川丰宁永安清河东平石湖南沙云岭枫桥海州汉江泽林"
HEADS = [
    "文旅",
    "教育",
    "乡村",
    "水利",
    "交通",
    "商贸",
    "科创",
    "生态",
    "民生",
    "招商",
    "营商",
    "消防",
]
TAILS = "先优快实新美进好高稳"
FRONTS = ["水网建设", "老城更新", "港口开放", "数字赋能", "民生改善", "产业升级", "乡村振兴",
          "绿色转型", "交通互联", "文化繁荣", "营商优化", "科教兴区"]  # fmt: skip
RANKS = "一二三四五六七八"


@dataclass(frozen=True)
class Rewrite:
    """One rewrite: what replaces what in the text, and how a value or a day is to come out."""

    words: tuple[tuple[str, str], ...]
    values: dict[tuple[float, str], float]
    years: int
    quarter: int
    ranks: tuple[int, ...] = ()  # the values of the original's rank targets, in their order

    def text(self, text: str) -> str:
        """Replace all words at once, the longest first; nothing is replaced twice."""
        table = dict(self.words)
        pattern = "|".join(re.escape(w) for w in sorted(table, key=len, reverse=True))
        return re.sub(pattern, lambda m: table[m.group()], text)

    def value(self, value: object, unit: str | None) -> object:
        return self.values.get((value, unit or ""), value)  # type: ignore[arg-type]

    def day(self, day: dt.date | None) -> dt.date | None:
        """Move a deadline: the paper's quarter moves, the end of the year stays what it is."""
        if day is None:
            return None
        month = {9: 3 * self.quarter}.get(day.month, day.month)
        last = {3: 31, 6: 30, 9: 30, 12: 31}.get(month, day.day)
        return dt.date(day.year + self.years, month, last if month != day.month else day.day)


def _place(rng: random.Random, n: int) -> list[str]:
    pairs = {a + b for a in SYLLABLES for b in SYLLABLES if a != b}
    return rng.sample(sorted(pairs), n)


def first(rng: random.Random) -> Rewrite:
    """Rewrite the news report of a season."""
    district, city, zone = _place(rng, 3)
    names = ["整改争效", "改革争先", "指标争位", "项目争速", "要素争强", "平安争鼎"]
    heads = rng.sample(HEADS, 6)
    new = [f"{head}争{tail}" for head, tail in zip(heads, rng.sample(TAILS, 6), strict=True)]
    floor = rng.randint(2, 5)
    stretch = rng.randint(1, floor - 1)
    rank = rng.randint(2, 7)
    months, pilots, size, many = (
        rng.randint(4, 17),
        rng.randint(16, 60),
        rng.randint(2, 50) * 10,
        rng.randint(26, 90),
    )
    projects, years, quarter = rng.randint(10, 14), rng.randint(-2, 3), rng.randint(1, 4)
    begin, year = 3 * quarter - 2, 2021 + years
    words = [
        ("越城", district), ("绍兴", city), ("滨海新区", f"{zone}新区"),
        ("前二", f"前{RANKS[rank - 1]}"), ("保二争一", f"保{RANKS[floor - 1]}争{RANKS[stretch - 1]}"),
        ("9个市县长", f"{projects}个市县长"), ("9个月", f"{months}个月"), ("15个", f"{pilots}个"),
        ("12个", f"{rng.randint(3, 14)}个"), ("10亿元", f"{size}亿元"), ("25个", f"{many}个"), ("17个", f"{rng.randint(3, 20)}个"),
        ("三季度", f"{RANKS[quarter - 1]}季度"), ("7月份", f"{begin}月份"), ("2021年07月29日", f"{year}年{begin:02d}月29日" if begin != 1 else f"{year}年01月29日"),
        ("2021年", f"{year}年"), *zip(names, new, strict=True),
    ]  # fmt: skip
    values: dict[tuple[float, str], float] = {
        (9, "个月"): months, (15, "个"): pilots, (25, "个"): many, (1, "位"): stretch
    }  # fmt: skip
    return Rewrite(tuple(words), values, years, quarter, (rank, floor))


def second(rng: random.Random) -> Rewrite:
    """Rewrite the report of a rally."""
    district, city = _place(rng, 2)
    names = ["基础设施", "环境提升", "城市国际化", "整体智治", "幸福城区", "创新驱动"]
    words = [
        (f"{a}攻坚战", f"{b}攻坚战") for a, b in zip(names, rng.sample(FRONTS, 6), strict=True)
    ]
    years, month, day = rng.randint(-2, 3), rng.randint(1, 9), rng.randint(1, 28)
    year = 2021 + years
    words += [
        ("萧山", district), ("杭州", city), ("18个月", f"{rng.randint(8, 23)}个月"), ("3月10日", f"{month}月{day}日"),
        ("2021-03-11", f"{year}-{month:02d}-{min(day + 1, 28):02d}"), ("2022年", f"{year + 1}年"),
    ]  # fmt: skip
    return Rewrite(tuple(words), {}, years, 3)


def lacking(was: Draft, now: Draft, how: Rewrite) -> list[str]:
    """Name what the original's draft has and the rewrite's has not."""
    said = []
    battles = [how.text(_tagged(b.name)).removesuffix("攻坚战") for b in was.battles]
    found = [b.name.removesuffix("攻坚战") for b in now.battles]
    if battles != found:
        said.append(f"battles {battles} → {found}")
    ranks = list(how.ranks)
    have = [(t.subject, t.op, t.value, t.stretch, t.unit, t.due, t.strength) for t in now.targets]
    for t in was.targets:
        value = ranks.pop(0) if ranks and t.kind.value == "rank" else how.value(t.value, t.unit)
        want = (how.text(t.subject), t.op, value, how.value(t.stretch, t.unit) if t.stretch else t.stretch,
                t.unit, how.day(t.due), t.strength)  # fmt: skip
        if want not in have:
            said.append(f"target {want}")
    texts = {t.text for t in now.tasks}
    said += [f"task {how.text(t.text)}" for t in was.tasks if how.text(t.text) not in texts]
    return said


def _tagged(name: str) -> str:
    """A battle's bare name is rewritten where its full name is."""
    return name if "争" in name or name.endswith("攻坚战") else f"{name}攻坚战"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rewrites", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=0)
    asked = parser.parse_args()
    papers = sorted(asked.folder.glob("*.txt"))
    documents = [read_paper(p.read_bytes(), p.name) for p in papers]
    originals = [draft_document(d) for d in documents]
    for path, draft in zip(papers, originals, strict=True):
        print(
            f"{path.name}: {len(draft.battles)} battles, {len(draft.targets)} targets, {len(draft.tasks)} tasks"
        )
    whole = [0, 0, 0]
    for seed in range(asked.first_seed, asked.first_seed + asked.rewrites):
        runs = [(0, first, False), (1, second, False), (1, second, True)]
        for n, (paper, rewrite, is_damaged) in enumerate(runs):
            how = rewrite(random.Random(f"{seed}-{paper}"))
            text = how.text(documents[paper].text)
            if is_damaged:
                text = damage(text, seed=seed, shifts=6).text
            now = draft_document(read_paper(text.encode(), "rewrite.txt"))
            said = lacking(originals[paper], now, how)
            whole[n] += not said
            if said:
                print(
                    f"seed {seed} paper {paper}{' damaged' if is_damaged else ''}: "
                    + "; ".join(said[:4])
                )
    for n, name in enumerate(["first paper", "second paper", "second paper, damaged anew"]):
        print(f"{name}: {whole[n]} of {asked.rewrites} rewrites as whole as the original")
    return 0 if all(w == asked.rewrites for w in whole[:2]) else 1


if __name__ == "__main__":
    sys.exit(main())
