"""What a printed word means for a register: looked up table by table, the surest first."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from gongjian.kernel.playbook.head_words import CORE, EITHER, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.kernel.model.fields import Column, FieldDef, HeaderProfile, RoleWord
    from gongjian.kernel.model.playbook import RegisterDef

    Levels = list[tuple["How", Mapping[str, "Meant"]]]

_MARKS = re.compile(r"[\s*:：、,，.。·/_+\-–—※★☆△▲&（）()]+")  # dashes of both kinds stand in heads
_BRACKET = re.compile(r"\(([^()]*)\)[\s*※]*$")
_UNIT = re.compile(
    r"^(?:单位:?)?(亿元|千万元|百万元|万元|千元|元|万美元|亿美元|%|亩|公顷|万?平方米|平方公里|公里|米|万?吨|"
    r"人|人次|户|家|个|项|件|处|套|台|辆|座|所|条|天|小时)$"
)
_QUARTER = re.compile(
    r"(?:至|到)?(?:第?([一二三四1-4])季度|q([1-4])|([1-4])q)末?"
    r"(?:(?:工作|进度|推进|阶段|计划|累计)*(?:目标|任务|计划|节点|要求|goal|target)*|"
    r"(?P<done>(?:实际|累计|工作)*(?:完成|进展)(?:情况|数|值)?|done))"
)
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4}


class How(StrEnum):
    """By what a column was recognised, the surest first; or why it was not."""

    PERSON = "person"  # somebody said so
    PROFILE = "profile"  # a printed form of the register has this very head
    FIELD = "field"  # the label of a field
    ROLE = "role"  # a word for a responsibility, of the register or of the playbook
    CORE = "core"  # a word of our own pages
    VARIANT = "variant"  # a word that stands for one of ours elsewhere
    QUARTER = "quarter"  # one of the quarters, for which the register has a field
    SPAN = "span"  # the head to the left is merged across this column
    AMBIGUOUS = "ambiguous"  # several meanings, none surer than the others
    TAKEN = "taken"  # another column already means this
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meant:
    """What a word means.

    Attributes
    ----------
    sources : tuple of str
        One source, or several that it leaves open.
    word : str
        The word of ours that it is.
    column : Column or None
        The printed column that it was taken from.
    """

    sources: tuple[str, ...]
    word: str
    column: Column | None = None


def bare(head: str) -> str:
    r"""Give a head as it is compared: without blanks, marks, width of characters and case.

    Parameters
    ----------
    head : str
        As printed.

    Returns
    -------
    str
        What is left.

    Examples
    --------
    >>> bare("总 投资\n（万元）※")
    '总投资万元'
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", head).casefold())


def unit_of(head: str) -> tuple[str, str]:
    """Split the unit off a head.

    Parameters
    ----------
    head : str
        As printed.

    Returns
    -------
    tuple of (str, str)
        The head as it is compared, without what stands in brackets behind it, and the unit that the
        brackets name; empty where they name none.

    Examples
    --------
    >>> unit_of("年度计划投资(单位：万元)")
    ('年度计划投资', '万元')
    >>> unit_of("责任单位（部门）")
    ('责任单位', '')
    """
    text = unicodedata.normalize("NFKC", head).strip()
    found = _BRACKET.search(text)
    if found is None or not bare(text[: found.start()]):
        return bare(text), ""
    unit = _UNIT.match("".join(found[1].split()))
    return bare(text[: found.start()]), unit[1] if unit else ""


def quarter_of(head: str) -> tuple[int, bool]:
    """Tell which quarter a head names.

    Parameters
    ----------
    head : str
        As printed.

    Returns
    -------
    tuple of (int, bool)
        The quarter from 1 to 4, or 0 where it names none; whether it is about what was done.

    Examples
    --------
    >>> quarter_of("第一季度目标"), quarter_of("Q3"), quarter_of("二季度完成情况"), quarter_of("1-4季度目标")
    ((1, False), (3, False), (2, True), (0, False))
    """
    found = _QUARTER.fullmatch(unit_of(head)[0])
    if found is None:
        return 0, False
    said = found[1] or found[2] or found[3]
    return _NUMERALS.get(said) or int(said), bool(found["done"])


def meanings(register: RegisterDef, role_words: Iterable[RoleWord] = ()) -> Mapping[str, str]:
    """Give what words mean for a register, one meaning a word.

    Parameters
    ----------
    register : RegisterDef
        The register.
    role_words : iterable of RoleWord
        Those of the playbook; the register's own go before them.

    Returns
    -------
    Mapping of str to str
        Word as `bare` gives it → source; words that mean several things are left out.
    """
    levels = levels_of(register, tuple(role_words))
    words = {word for _how, known in levels for word in known}
    found = {word: looked_up(word, levels) for word in sorted(words)}
    return {word: m.sources[0] for word, (_how, m) in found.items() if len(m.sources) == 1}


def looked_up(key: str, levels: Levels) -> tuple[How, Meant]:
    """Look a word up table by table; what one leaves open a later one may decide, not widen.

    Parameters
    ----------
    key : str
        The word as `bare` gives it.
    levels : list
        As `levels_of` gives them.

    Returns
    -------
    tuple of (How, Meant)
        By what it was known, and its source; several sources where it is ambiguous, none where it is
        unknown.
    """
    open_ = Meant((), "")
    for how, words in levels:
        meant = words.get(key)
        if meant is None:
            continue
        sources = tuple(s for s in meant.sources if not open_.sources or s in open_.sources)
        if len(sources) == 1:
            return how, replace(meant, sources=sources)
        if sources:
            open_ = replace(meant, sources=sources)
    return (How.AMBIGUOUS if open_.sources else How.UNKNOWN), open_


def keys_of(over: str, head: str) -> list[str]:
    """Give the spellings under which a word is looked up, the fullest first.

    Parameters
    ----------
    over, head : str
        The merged head above, empty without one, and the word.

    Returns
    -------
    list of str
        Both together, then the word alone; each with and without its bracket.
    """
    without = unit_of(head)[0]
    keys = [bare(head), without]
    if over:
        above = unit_of(over)[0]
        keys = [above + bare(head), above + without, *keys]
    return list(dict.fromkeys(k for k in keys if k))


def levels_of(register: RegisterDef, role_words: tuple[RoleWord, ...]) -> Levels:
    """Give the tables in which a word is looked up, the surest first.

    Parameters
    ----------
    register : RegisterDef
        The register.
    role_words : tuple of RoleWord
        Those of the playbook.

    Returns
    -------
    list of (How, Mapping of str to Meant)
        By what a word is known there, and the table.
    """
    return [
        (How.PROFILE, _printed(register.heads)),
        (How.FIELD, _labels(register.fields)),
        (How.ROLE, _roles(register.role_words)),
        (How.ROLE, _roles(role_words)),
        (How.CORE, _table(CORE)),
        (How.CORE, either_of()),
        (How.VARIANT, _table(VARIANTS)),
    ]


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, Meant]:
    sources: dict[str, dict[str, str]] = defaultdict(dict)
    for word, source in pairs:
        for key in {bare(word), unit_of(word)[0]} - {""}:
            sources[key].setdefault(source, word)
    return {k: Meant(tuple(found), next(iter(found.values()))) for k, found in sources.items()}


def _printed(heads: Iterable[HeaderProfile]) -> dict[str, Meant]:
    columns = [c for head in heads for c in head.columns if c.source != "blank"]
    alone = [(c.head, c.source) for c in columns]
    combined = [(c.over + c.head, c.source) for c in columns if c.over]
    found = _gathered([*alone, *combined])
    by_word = {k: c for c in columns for k in (bare(c.head), unit_of(c.head)[0])}
    return {
        k: replace(m, column=by_word.get(k)) if len(m.sources) == 1 else m for k, m in found.items()
    }


def _labels(fields: Iterable[FieldDef]) -> dict[str, Meant]:
    return _gathered((w, f"field:{f.key}") for f in fields for w in (f.label.zh, f.label.en))


def _roles(words: Iterable[RoleWord]) -> dict[str, Meant]:
    return _gathered((w, one.role) for one in words for w in (one.word.zh, one.word.en, *one.also))


def _table(words: Mapping[str, tuple[str, ...]]) -> Mapping[str, Meant]:
    return _table_of(tuple(words.items()))


@cache
def _table_of(words: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Meant]:
    return _gathered((word, source) for source, said in words for word in said)


@cache
def either_of() -> Mapping[str, Meant]:
    """Give the words that mean one thing or another, as the cells below them are.

    Returns
    -------
    Mapping of str to Meant
        Word as `bare` gives it → what it leaves open.
    """
    return {bare(word): Meant(sources, word) for word, sources in EITHER.items()}
