"""Deadlines as papers write them: 年底前, 三季度末, 9月底前, 到2025年, “十四五”末."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

_YEAR = r"(?:(?P<year>(?:19|20)\d\d)年)?"
_EDGE = "(?:底前|底之前|底以前|底|末前|末|之前|以前|前|中旬|下旬)"
_PATTERNS = (
    ("day", re.compile(rf"{_YEAR}(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])日(?:之前|以前|前)?")),
    ("month", re.compile(rf"{_YEAR}(?P<month>1[0-2]|0?[1-9])月份?{_EDGE}")),
    ("month", re.compile(r"(?P<year>(?:19|20)\d\d)年(?P<month>1[0-2]|0?[1-9])月(?!\d)")),
    ("quarter", re.compile(rf"{_YEAR}第?(?P<quarter>[一二三四1-4])季度{_EDGE}?")),
    ("quarter", re.compile(r"(?<![A-Za-z])Q(?P<quarter>[1-4])")),
    ("half", re.compile(rf"{_YEAR}(?P<half>上半年|下半年)")),
    ("plan", re.compile(r"[“\"]?(?P<plan>十[一二三四五])五[”\"]?(?:末|期末|期间|时期)")),
    ("year", re.compile(r"(?:到|至|截至)(?P<year>(?:19|20)\d\d)年(?:底前|底|末|前)?(?!\d|[-—至]|\d*月)")),
    ("year", re.compile(r"(?P<year>(?:19|20)\d\d)年(?:年?底前|年?底|年末|末|内|度内)")),
    ("year", re.compile(r"(?:今年|本年度?|全年|年)(?:年?底前|年?底|年末|末前|末|内)|全年|今年内")),
)  # fmt: skip
_PLAN_END = {"十一": 2010, "十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_RECURRING = re.compile(r"每(?:年|季度?|月|半年)$|每$")


@dataclass(frozen=True, slots=True)
class Dated:
    """A deadline found in a text.

    Attributes
    ----------
    start, end : int
        Where it stands.
    day : date
        The last day of what it names.
    has_year : bool
        Whether the year is written there.
    """

    start: int
    end: int
    day: dt.date
    has_year: bool


def find_dates(text: str, year: int | None) -> list[Dated]:
    """Find deadlines.

    Parameters
    ----------
    text : str
        A clause or a sentence.
    year : int or None
        The year of the paper, for deadlines without one; such are left out when None.

    Returns
    -------
    list of Dated
        In reading order, not overlapping; recurring dates (每年3月底前) are left out.

    Examples
    --------
    >>> [d.day.isoformat() for d in find_dates("9月底前完成，年底前验收", 2024)]
    ['2024-09-30', '2024-12-31']
    """
    found: list[Dated] = []
    for kind, pattern in _PATTERNS:
        for m in pattern.finditer(text):
            if _RECURRING.search(text[: m.start()][-4:]):
                continue
            if any(m.start() < d.end and d.start < m.end() for d in found):
                continue
            groups = m.groupdict()
            of = int(groups.get("year") or year or 0)
            day = _day(kind, groups, of) if of or kind == "plan" else None
            if day is not None:
                found.append(Dated(m.start(), m.end(), day, bool(groups.get("year"))))
    return sorted(found, key=lambda d: d.start)


def _day(kind: str, groups: dict[str, str | None], year: int) -> dt.date | None:  # noqa: PLR0911  # one line a kind
    if kind == "plan":
        return dt.date(_PLAN_END[groups["plan"] or ""], 12, 31)
    if kind == "half":
        return dt.date(year, 6, 30) if groups["half"] == "上半年" else dt.date(year, 12, 31)
    if kind == "quarter":
        written = groups["quarter"] or ""
        return month_end(year, 3 * (_QUARTERS.get(written) or int(written)))
    if kind == "month":
        return month_end(year, int(groups["month"] or 0))
    if kind == "day":
        try:
            return dt.date(year, int(groups["month"] or 0), int(groups["day"] or 0))
        except ValueError:
            return None
    return dt.date(year, 12, 31)


def month_end(year: int, month: int) -> dt.date:
    """Give the last day of a month.

    Parameters
    ----------
    year, month : int
        The month.

    Returns
    -------
    date
        Its last day.
    """
    return dt.date(year, month, monthrange(year, month)[1])
