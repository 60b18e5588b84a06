"""The head of a campaign: its name, period, issuer, place and goal."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from gongjian.kernel.extract import words
from gongjian.kernel.extract.dates import month_end
from gongjian.kernel.extract.numbers import value_of
from gongjian.kernel.model.document import Document, Span
from gongjian.kernel.model.draft import DraftCampaign

if TYPE_CHECKING:
    from collections.abc import Callable

_QUOTED = re.compile(rf"“[^“”，。；、\n]{{2,24}}”(?:{words.CAMPAIGN_TAILS})")
_OPENED = re.compile(
    rf"(?:开展|启动|实施|打响|部署开展)(?P<name>[\u4e00-\u9fff“”·]{{2,24}}?(?:{words.CAMPAIGN_TAILS}))"
)
_BOOK = re.compile(r"《(?P<name>[^《》\n]{4,60}(?:方案|计划|细则|规划|意见))》")
_ABOUT = re.compile(
    r"关于(?:印发|发布|公布|开展|做好|实施)?《?(?P<name>[^《》]{4,60}?)》?的(?:通知|意见|若干意见|决定)"
)
_ISSUED = re.compile(
    r"^(?P<who>[\u4e00-\u9fff]{2,30}?(?:办公厅|办公室|人民政府|政府|委员会|委|局|厅|部|国务院))关于"
)
_SAYS = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{2,14}?(?:区|县|市|省|州|旗))(?:委)?(?:、[\u4e00-\u9fff]{2,8}政府)?(?:部署|举行|召开|启动|开展|印发|发布)"
)
_PLACE = re.compile(r"(?P<who>[\u4e00-\u9fff]{2}(?:区|县|市|州|旗))")
_NO_PLACE = re.compile(r"[全本我各社小城治管辖园景地该他新位市个超门在由和保发开务副正]")
_GOAL = re.compile(
    r"(?:总目标|总体目标|目标(?:是|为|：)|围绕)[：:“]*“?(?P<goal>[^“”。；\n]{4,60}?)”?(?:总目标|[，。；”])"
)
_AIM = re.compile(r"“(?P<goal>[^“”\n]{4,60})”(?:的|为|作为|这一)?总?体?目标")
_ENSURE = re.compile(r"(?P<goal>确保“[^“”，、\n]{2,12}”)")
_FROM_MONTH = re.compile(
    r"从(?:(?P<year>20\d\d)年)?(?P<month>1[0-2]|[1-9])月份?(?:(?P<day>\d{1,2})日)?(?:开始|起)"
)
_LASTS = re.compile(rf"(?:接下来|为期|历时|用)(?P<n>[{words.NUM}]|\d{{1,2}})个月")
_RANGE = re.compile(
    r"(?:(?P<y1>20\d\d)年)?(?P<m1>1[0-2]|0?[1-9])月(?:(?P<d1>\d{1,2})日)?\s*(?:[-—－~～至到]|起至)+\s*"
    r"(?:(?P<y2>20\d\d)年)?(?P<m2>1[0-2]|0?[1-9])月(?:(?P<d2>\d{1,2})日)?"
)
_YEARS = re.compile(r"[（(]?(?P<a>20\d\d)\s?年?[-—－~～至]+(?P<b>20\d\d)年?[)）]?")
_HELD = re.compile(
    r"(?P<month>1[0-2]|[1-9])月(?P<day>3[01]|[12]\d|[1-9])日[^。]{0,40}(?:举行|召开|启动|动员|誓师)"
)


def find_campaign(document: Document, year: int | None) -> DraftCampaign:
    """Find the head of the campaign.

    Parameters
    ----------
    document : Document
        The paper.
    year : int or None
        The year of the paper.

    Returns
    -------
    DraftCampaign
        What was found; fields the paper does not tell are None.
    """
    spans: dict[str, tuple[Span, ...]] = {}

    def note(name: str, found: tuple[str, Span] | None) -> str | None:
        if found is None:
            return None
        spans[name] = (found[1],)
        return found[0]

    name = note("name", _name(document))
    start, end, where = _period(document, year)
    if where is not None:
        spans["period_start"] = spans["period_end"] = (where,)
    return DraftCampaign(
        name=name,
        period_start=start,
        period_end=end,
        issuer=note("issuer", _issuer(document)),
        place=note("place", _place(document)),
        slogan_or_goal=note("slogan_or_goal", _goal(document)),
        spans=spans,
    )


def _first(document: Document, pattern: re.Pattern[str], group: str) -> tuple[str, Span] | None:
    m = pattern.search(document.text)
    return (m[group], Span(m.start(group), m.end(group))) if m else None


def _name(document: Document) -> tuple[str, Span] | None:
    found: dict[str, list[re.Match[str]]] = {}
    for m in _QUOTED.finditer(document.text):
        found.setdefault(m.group(), []).append(m)
    if found:
        best = max(found, key=lambda n: (n.endswith("行动"), len(found[n]), len(n)))
        return best, Span(found[best][0].start(), found[best][0].end())
    for pattern in (_BOOK, _ABOUT, _OPENED):
        if hit := _first(document, pattern, "name"):
            return hit
    return _from_title(document)


def _place(document: Document) -> tuple[str, Span] | None:
    """Give the place that the paper names most often."""
    found: dict[str, list[Span]] = {}
    for m in _PLACE.finditer(document.text):
        if not _NO_PLACE.search(m["who"][:-1]):
            found.setdefault(m["who"], []).append(Span(m.start(), m.end()))
    if not found:
        return None
    best = max(found, key=lambda n: len(found[n]))
    return best, found[best][0]


def _from_title(document: Document) -> tuple[str, Span] | None:
    title = document.title or ""
    if re.search(rf"(?:{words.CAMPAIGN_TAILS})", title) and (at := document.text.find(title)) >= 0:
        return title, Span(at, at + len(title))
    return None


def _issuer(document: Document) -> tuple[str, Span] | None:
    head = document.text[:400]
    if m := re.search(_ISSUED.pattern, head, re.MULTILINE):
        return m["who"], Span(m.start("who"), m.end("who"))
    for m in _SAYS.finditer(document.text):
        who = re.sub(r"^(?:.*[在从日到对]|我)", "", m["who"])
        if len(who) > 2:
            return who, Span(m.end("who") - len(who), m.end("who"))
    return None


def _goal(document: Document) -> tuple[str, Span] | None:
    named = _first(document, _AIM, "goal")
    return named or _first(document, _ENSURE, "goal") or _first(document, _GOAL, "goal")


Period = tuple["dt.date | None", "dt.date | None", "Span | None"]


def _period(document: Document, year: int | None) -> Period:
    readers: tuple[Callable[[str, int | None], Period | None], ...] = (
        _from_and_lasts, _from_to, _years, _title_year, _horizon, _held,
    )  # fmt: skip
    for reader in readers:
        if found := reader(document.text, year):
            return found
    return None, None, None


def _from_and_lasts(text: str, year: int | None) -> Period | None:
    m = _FROM_MONTH.search(text)
    if not m or not (of := int(m["year"] or year or 0)):
        return None
    start = dt.date(of, int(m["month"]), int(m["day"] or 1))
    lasts = _LASTS.search(text, m.end(), m.end() + 60)
    if not lasts:
        return start, None, Span(m.start(), m.end())
    months = int(value_of(lasts["n"]) or 0)
    last = start.month + months - 1
    end = month_end(start.year + (last - 1) // 12, (last - 1) % 12 + 1)
    return start, end, Span(m.start(), lasts.end())


def _from_to(text: str, year: int | None) -> Period | None:
    for m in _RANGE.finditer(text[:3000]):
        first = int(m["y1"] or year or 0)
        if not first:
            continue
        second = int(m["y2"] or first)
        try:
            start = dt.date(first, int(m["m1"]), int(m["d1"] or 1))
            end = (
                dt.date(second, int(m["m2"]), int(m["d2"]))
                if m["d2"]
                else month_end(second, int(m["m2"]))
            )
        except ValueError:
            continue
        return start, end, Span(m.start(), m.end())
    return None


def _years(text: str, _year: int | None) -> Period | None:
    m = _YEARS.search(text[:600])
    if not m:
        return None
    return dt.date(int(m["a"]), 1, 1), dt.date(int(m["b"]), 12, 31), Span(m.start(), m.end())


def _title_year(text: str, _year: int | None) -> Period | None:
    m = re.search(r"(20\d\d)年度", text[:200])
    if not m:
        return None
    of = int(m.group(1))
    return dt.date(of, 1, 1), dt.date(of, 12, 31), Span(m.start(), m.end())


def _horizon(text: str, _year: int | None) -> Period | None:
    years = list(re.finditer(r"到(20[2-5]\d)年", text))
    if not years:
        return None
    last = max(years, key=lambda m: int(m.group(1)))
    return None, dt.date(int(last.group(1)), 12, 31), Span(last.start(), last.end())


def _held(text: str, year: int | None) -> Period | None:
    m = _HELD.search(text[:1500])
    if not m or year is None:
        return None
    return dt.date(year, int(m["month"]), int(m["day"])), None, Span(m.start(), m.end())
