"""What one cell of a real ledger says: names, a deadline, goals of the quarters, three texts in one."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from gongjian.kernel.extract.dates import find_dates, month_end
from gongjian.kernel.extract.words import ORG_TAILS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# ---- who ------------------------------------------------------------------------------------------

_OPEN, _CLOSE = "（(〔[【", "）)〕]】"
_SEPARATORS = "、，,；;\n\r|｜"  # noqa: RUF001  # both widths stand in cells
_STARS = "*\uff0a★☆※"
_LABELS = re.compile(
    r"(?P<word>(?:总?牵头|主办|承办|责任|配合|协办|协同|参与|参加)(?:单位|部门|领导)?)[:：]\s*"
)
_LABEL_LEADS = {
    "牵头": True,
    "总牵": True,
    "主办": True,
    "配合": False,
    "协办": False,
    "协同": False,
}
_LABEL_LEADS |= {"参与": False, "参加": False}
_LEADING = re.compile(r"[（(\[【](?:总?牵头|主办|牵头主办)(?:单位|部门|领导|区领导)?[）)\]】]$")
_HELPING = re.compile(r"[（(\[【](?:配合|协办|参与|协助)(?:单位|部门|领导)?[）)\]】]$")
_BY_VERB = re.compile(r"^由?(?P<name>[^，,；;、]{2,30}?)(?P<verb>牵头|主办|配合|协办|参与)$")
_ETC = re.compile(r"等(?:有关|相关)?(?:部门|单位|部门单位)?$")
_SHORT = re.compile(r"^[\u4e00-\u9fff·]{2,4}$")
_ORG = re.compile(rf"(?:{ORG_TAILS}|中心|学校|医院|法院|支队|大队|所|站|队|组)$")
_POST = re.compile(
    r"(?:书记|区长|县长|市长|镇长|乡长|主任|局长|部长|主席|常委|委员|组长|指挥长|总指挥|领导|院长|检察长|秘书长|处长|科长)$"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """One name in a cell of leaders or orgs.

    Attributes
    ----------
    name : str
        As printed, without the mark of the lead.
    is_lead : bool
        Whether it leads: it is marked so, or nobody is and it is the first.
    """

    name: str
    is_lead: bool


def holders(text: str) -> list[Holder]:
    """Read the names of a cell: leaders, orgs, groups of orgs.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    list of Holder
        In the printed order, each name once; empty for an empty cell.

    Notes
    -----
    Names are separated by 、 ， ； and line breaks, never inside brackets. Blanks separate only where every
    part is a short name of two to four characters or ends like the name of an org, and not where
    posts and names stand mixed (区长 某某 is one). Leads are marked by a star, by （牵头）, by the verb
    behind the name or by a label before a list; where nothing is marked the first one leads that is not
    said to help.

    Examples
    --------
    >>> [(h.name, h.is_lead) for h in holders("区住建局*、区财政局；各镇街")]
    [('区住建局', True), ('区财政局', False), ('各镇街', False)]
    >>> [(h.name, h.is_lead) for h in holders("牵头：甲局；配合：乙局（含丙、丁站）、各平台")]
    [('甲局', True), ('乙局（含丙、丁站）', False), ('各平台', False)]
    """
    found: dict[str, bool | None] = {}
    for part, label in _parts(text):
        name, leads = _unmarked(part)
        if leads is None and label:
            leads = _LABEL_LEADS.get(label[:2])
        if name:
            found[name] = found.get(name) or leads
    if not any(found.values()):
        first = next((name for name, leads in found.items() if leads is None), None)
        return [Holder(name, name == first) for name in found]
    return [Holder(name, bool(leads)) for name, leads in found.items()]


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Give the names of a cell, each with the label that stands before its list."""
    label = ""
    at = 0
    for found in [*_LABELS.finditer(text), None]:
        end = found.start() if found else len(text)
        for part in _split(text[at:end]):
            yield from ((name, label) for name in _by_blanks(part))
        if found:
            label, at = found["word"], found.end()


def _split(text: str) -> list[str]:
    """Split at separators outside brackets; a bracket that is never closed holds nothing together."""
    parts, depth, part = [], 0, ""
    balanced = sum(c in _OPEN for c in text) == sum(c in _CLOSE for c in text)
    for c in text:
        depth += (c in _OPEN) - (c in _CLOSE) if balanced else 0
        if c in _SEPARATORS and depth <= 0:
            parts.append(part)
            part = ""
        else:
            part += c
    return [p.strip(" \t\u3000。.") for p in (*parts, part) if p.strip(" \t\u3000。.")]


def _by_blanks(part: str) -> list[str]:
    pieces = part.split()
    if len(pieces) < 2:
        return [part]
    if all(len(p) == 1 for p in pieces):
        return ["".join(pieces)]  # a name of two characters, drawn apart to the width of three
    plain = [p.strip(_STARS) for p in pieces]
    posts = sum(bool(_POST.search(p)) for p in plain)
    is_safe = all(_SHORT.match(p) or _ORG.search(p) for p in plain)
    return pieces if is_safe and posts in {0, len(pieces)} else [" ".join(pieces)]


def _unmarked(part: str) -> tuple[str, bool | None]:
    """Take the mark off a name: whether it leads, or None where nothing says so."""
    name = part.strip()
    bare = name.strip(_STARS + " ")
    leads: bool | None = True if bare != name else None
    for pattern, means in ((_LEADING, True), (_HELPING, False)):
        if found := pattern.search(bare):
            bare, leads = bare[: found.start()].strip(_STARS + " "), means
    if found := _BY_VERB.match(bare):
        bare, leads = found["name"], found["verb"] in {"牵头", "主办"}
    short = _ETC.sub("", bare)
    return (short if len(short) > 1 else bare), leads


# ---- until when -----------------------------------------------------------------------------------


class Until(StrEnum):
    """What a cell says about a deadline."""

    DAY = "day"
    END = "end"  # the end of the campaign
    LASTING = "lasting"  # no date on purpose: 长期, 持续推进
    EMPTY = "empty"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as a cell says it.

    Attributes
    ----------
    day : date or None
        The last day; None where no day is meant or none can be read.
    until : Until
        What the cell says.
    """

    day: dt.date | None
    until: Until


_SERIAL = re.compile(r"^[2-7]\d{4}(?:\.\d+)?$")
_EPOCH = dt.date(
    1899, 12, 30
)  # day 0 of the serial numbers in workbooks, their leap day of 1900 counted in
_EIGHT = re.compile(r"^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)$")
_FULL = re.compile(
    r"(?:^|[至到\-~—–])(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\d{2}:\d{2}(?::\d{2})?)?(?:之?前|以前)?$"
)
_MONTH = re.compile(
    r"^(?:至|到)?(?:(\d{4})[-/.年]|(?:(今年|明年)))?(\d{1,2})月?份?(?:内|之?前|以前)?$"
)
_DAY_OF_YEAR = re.compile(r"^(\d{1,2})[./\-](\d{1,2})(?:之?前|以前)?$")
_TO_END = re.compile(
    r"(?:攻坚|行动|活动|战役|专项|任务)?(?:季|年|期|期间|行动|活动|周期)?(?:结束|期满|收官)(?:之?前|以前|时)?$|^(?:攻坚|活动|行动)期内$"
)
_LASTING = re.compile(
    r"长期|持续|常态|贯穿|全过程|全年推进|全年实施|不间断|经常性|日常|按需|动态|longterm|ongoing",
    re.IGNORECASE,
)
_NOTHING = frozenset({"", "-", "—", "--", "——", "/", "无", "n/a"})


def due_of(text: str, year: int | None, end: dt.date | None = None) -> Due:
    """Read a deadline from a cell.

    Parameters
    ----------
    text : str
        The cell.
    year : int or None
        Year of a date that names none.
    end : date or None
        The last day of the campaign, for 行动结束前 and the like.

    Returns
    -------
    Due
        The last day that is named; where several are, the last of them.

    Notes
    -----
    A number such as 9.3 in a cell of dates may be the third of September, or the thirtieth that lost
    its nought when the program took it for a number: it is unclear, while 9.15 is a day.

    Examples
    --------
    >>> due_of("即日起至9月底", 2024).day, due_of("45565", 2024).day
    (datetime.date(2024, 9, 30), datetime.date(2024, 9, 30))
    >>> due_of("长期坚持", 2024).until
    <Until.LASTING: 'lasting'>
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if folded.lower() in _NOTHING:
        return Due(None, Until.EMPTY)
    day = _written(folded, year)
    if day is None and (found := find_dates(folded, year)):
        day = max(d.day for d in found)
    if day is not None:
        return Due(day, Until.DAY)
    if _TO_END.search(folded):
        return Due(end, Until.END)
    return Due(None, Until.LASTING if _LASTING.search(folded) else Until.UNCLEAR)


def _written(text: str, year: int | None) -> dt.date | None:
    """Read what is a date and nothing else."""
    if _SERIAL.match(text):
        return _EPOCH + dt.timedelta(days=int(float(text)))
    if found := _FULL.search(text) or _EIGHT.match(text):
        return _day(*map(int, found.groups()))
    if (found := _MONTH.match(text)) and (found[1] or "月" in text):
        of = int(found[1]) if found[1] else year
        of = of + 1 if of and found[2] == "明年" else of
        month = int(found[3])
        return month_end(of, month) if of and 1 <= month <= 12 else None
    if (found := _DAY_OF_YEAR.match(text)) and year and found[2] not in {"1", "2", "3"}:
        return _day(year, int(found[1]), int(found[2]))
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


# ---- how much in each quarter -----------------------------------------------------------------------


class Counting(StrEnum):
    """How the goals of the quarters are meant."""

    CUMULATIVE = "cumulative"  # each from the beginning of the year
    INCREMENTAL = "incremental"  # each for its quarter alone
    UNCLEAR = "unclear"  # to be asked


@dataclass(frozen=True, slots=True)
class Quarters:
    """Goals of the quarters.

    Attributes
    ----------
    values : tuple of Decimal or None
        One for each text; None where it has no number. Of texts with several numbers each, the first
        that is not the same in all of them.
    reading : Counting
        How they are meant.
    """

    values: tuple[Decimal | None, ...]
    reading: Counting


_FIGURE = re.compile(r"(?<![\d.])\d[\d,，]*(?:\.\d+)?(?!\d*[年月日季])")  # both commas


def quarters(texts: Sequence[str], total: str | None = None) -> Quarters:
    """Read the goals of the quarters, and how they are meant.

    Parameters
    ----------
    texts : sequence of str
        The cells, from the first quarter on.
    total : str or None
        The goal of the year; None or without a number where it is not known.

    Returns
    -------
    Quarters
        Cumulative where the numbers never fall and the last one is the year's; incremental where their
        sum is; unclear where neither or both hold, where the year's is not known, and where several
        numbers in the cells disagree.

    Examples
    --------
    >>> quarters(["2个", "4个", "6个", "8个"], "全年8个").reading
    <Counting.CUMULATIVE: 'cumulative'>
    >>> quarters(["开工20个，投资25亿元", "30个，35亿元", "30个，36亿元", "20个，24亿元"], "100个，120亿元").reading
    <Counting.INCREMENTAL: 'incremental'>
    """
    figures = [_figures(text) for text in texts]
    wanted = _figures(total or "")
    widths = {len(f) for f in figures if f}
    if len(widths) != 1:
        return Quarters(tuple(f[0] if f else None for f in figures), Counting.UNCLEAR)
    (n,) = widths
    series = [tuple(f[k] if f else None for f in figures) for k in range(n)]
    # A total may name a threshold beside its number (10亿元以上项目8个): then each of its numbers is tried.
    goals = [(total,) for total in wanted] if len(wanted) == n else [tuple(wanted)] * n
    moving = [k for k in range(n) if len(set(series[k])) > 1] or [0]
    found = {_reading(series[k], goals[k]) for k in moving}
    reading = found.pop() if len(found) == 1 else Counting.UNCLEAR
    return Quarters(series[moving[0]], reading)


def _figures(text: str) -> list[Decimal]:
    folded = unicodedata.normalize("NFKC", text)
    return [Decimal(re.sub(r"[,，]", "", m[0])) for m in _FIGURE.finditer(folded)]


def _reading(values: Iterable[Decimal | None], totals: Iterable[Decimal]) -> Counting:
    given = [v for v in values if v is not None]
    if len(given) < 2:
        return Counting.UNCLEAR
    rises = all(a <= b for a, b in itertools.pairwise(given))
    found = set()
    for total in totals:
        found |= {Counting.CUMULATIVE} if rises and given[-1] == total else set()
        found |= {Counting.INCREMENTAL} if sum(given) == total else set()
    return found.pop() if len(found) == 1 else Counting.UNCLEAR


# ---- three texts, or two, in one cell ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """A report that was printed in one cell.

    Attributes
    ----------
    progress, problems, next_steps : str
        Its three texts; what stands under no label is progress.
    """

    progress: str = ""
    problems: str = ""
    next_steps: str = ""


_SAID_OF = {
    "progress": (
        "(?:目前|工作|项目|推进|整改|落实|主要|最新)?(?:进展|完成|推进|落实)(?:情况)?|进度情况|progress"
    ),
    "problems": "(?:主要|目前)?存在的?(?:主要)?(?:问题|困难)(?:[和及与、]困难|[和及与、]问题)?|(?:主要)?问题(?:[和及与]困难)?|problems",
    "next_steps": (
        "下一?步(?:工作)?(?:的)?(?:打算|计划|措施|安排|工作|举措|思路)?(?:[和及与]措施)?|next steps"
    ),
}
_LABELLED = re.compile(
    r"(?:^|(?<=[\n。；;\s]))[ \t]*(?:[（(【\[]|[一二三四1-4][、.．]|[（(][一二三四1-4][）)])?[ \t]*(?:"
    + "|".join(f"(?P<{key}>{words})" for key, words in _SAID_OF.items())
    + r")\s*(?:[】\]）)]\s*[:：]?|[:：])[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)


def three_parts(text: str) -> Parts:
    """Split a report that stands in one cell under its labels.

    Parameters
    ----------
    text : str
        The cell: 进展情况：… 存在问题：… 下步打算：…

    Returns
    -------
    Parts
        The three texts; a text without labels is progress as a whole.

    Examples
    --------
    >>> three_parts("进展情况：已开工。下步打算：年底完工")
    Parts(progress='已开工。', problems='', next_steps='年底完工')
    """
    found: dict[str, list[str]] = {"progress": [], "problems": [], "next_steps": []}
    key, at = "progress", 0
    for label in [*_LABELLED.finditer(text), None]:
        end = label.start() if label else len(text)
        found[key].append(text[at:end].strip())
        if label:
            key, at = str(label.lastgroup), label.end()
    return Parts(**{k: "\n".join(t for t in texts if t) for k, texts in found.items()})


def two_sources(text: str) -> tuple[str, str]:
    r"""Split a cell that prints a second source under the first.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    tuple of (str, str)
        The first line, and the lines below it.

    Examples
    --------
    >>> two_sources("项目争速行动\n全年开工100个")
    ('项目争速行动', '全年开工100个')
    """
    first, _, rest = text.strip().partition("\n")
    return first.strip(), rest.strip()
