"""Page furniture: crumbs, share bars, editors' and copyright lines are no part of a paper."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.kernel.text.strand import Edit

if TYPE_CHECKING:
    from gongjian.kernel.text.strand import Strand

_CRUMBS = re.compile(r"^(您?的?当前的?位置|您的位置|当前位置|首页\s*[>›»])|(.+[>›»]){2,}")
_END = re.compile(
    r"^(责任编辑|\[?责编|版权(和免责|声明|所有)|免责声明|Copyright|©|相关(新闻|阅读|链接|文章)"
    r"|分享到|扫一扫|上一篇|下一篇|【?打印|关闭窗口|标签[::：])|凡注有?[“\"]",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^(作者|编辑|责编|审核|校对|记者|通讯员|来源|发布(时间|日期)|更新时间|字号|浏览(次数|量)|点击)[::： ]"
    r"|^(打印|收藏|关闭|返回顶部|分享)$|^(https?:)?//\S+$|供图$|^[^，。]{0,30}摄$"
)
_DATE = re.compile(
    r"(20\d\d|19\d\d)\s?[-/年.]\s?(1[0-2]|0?[1-9])\s?[-/月.]\s?(3[01]|[12]\d|0?[1-9])"
)
_STAMP = re.compile(r"来源|时间|日期|\d\d:\d\d|发布")
_SIGNED = re.compile(r"^(20\d\d)年(1[0-2]|[1-9])月(3[01]|[12]\d|[1-9])日$")
_HEAD_LINES = 12


@dataclass(frozen=True, slots=True)
class Found:
    """What the furniture told.

    Attributes
    ----------
    title : str or None
        The headline.
    published_on : date or None
        The day the page or the paper gives for itself.
    """

    title: str | None
    published_on: dt.date | None


def cut_furniture(strand: Strand, title: str | None = None) -> Found:
    """Cut lines that are no part of the paper, and read its date off them first.

    Parameters
    ----------
    strand : Strand
        The repaired text; changed in place.
    title : str or None
        The headline, where the format names one.

    Returns
    -------
    Found
        Headline and date.
    """
    lines = [(b[1], b[2], strand.text[b[1] : b[2]].strip()) for b in strand.blocks]
    published = _published(lines)
    headline = title or _headline(lines)
    gone = _gone(lines, headline)
    strand.apply(_cuts(strand, gone))
    return Found(headline, published)


def _gone(lines: list[tuple[int, int, str]], headline: str | None) -> set[int]:
    gone: set[int] = set()
    body = sum(len(t) for *_, t in lines)
    read, seen_headline = 0, False
    for n, (_, _, line) in enumerate(lines):
        if _END.match(line) and read > body * 0.4:
            return gone | set(range(n, len(lines)))
        if not line or _is_furniture(line, n):
            gone.add(n)
        elif headline and line == headline:
            if seen_headline:
                gone.add(n)
            seen_headline = True
        read += len(line)
    return gone


def _is_furniture(line: str, n: int) -> bool:
    if _LINE.search(line) and len(line) < 120:
        return True
    if n < _HEAD_LINES and _CRUMBS.search(line):
        return True
    return bool(n < _HEAD_LINES and _DATE.search(line) and _STAMP.search(line) and len(line) < 80)


def _cuts(strand: Strand, gone: set[int]) -> list[Edit]:
    """Cut whole lines with their break, and white space at both ends of the others."""
    edits = []
    for n, (_, start, end, *_rest) in enumerate(strand.blocks):
        if n in gone:
            stop = end + 1 if end < len(strand.text) else end
            edits.append(Edit(start, stop, ""))
            continue
        line = strand.text[start:end]
        lead = len(line) - len(line.lstrip(" \t"))
        trail = len(line) - len(line.rstrip(" "))
        if lead:
            edits.append(Edit(start, start + lead, ""))
        if trail:
            edits.append(Edit(end - trail, end, ""))
    return edits


def _published(lines: list[tuple[int, int, str]]) -> dt.date | None:
    for *_, line in lines[:_HEAD_LINES]:
        found = _DATE.search(line)
        if found and _STAMP.search(line) and len(line) < 120:
            return _date(found)
    for *_, line in reversed(lines):
        if found := _SIGNED.match(line):
            return _date(found)
    return None


def _date(found: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        return None


def _headline(lines: list[tuple[int, int, str]]) -> str | None:
    for n, (_, _, line) in enumerate(lines[:_HEAD_LINES]):
        if line and not _is_furniture(line, n) and len(line) <= 80 and not line.endswith("。"):
            return line
    return None
