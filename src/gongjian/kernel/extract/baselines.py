"""What was reached already of the things that targets count, and whether it was counted alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from gongjian.kernel.extract import words
from gongjian.kernel.extract.clauses import Clause, sentences, split
from gongjian.kernel.extract.dates import find_dates
from gongjian.kernel.extract.numbers import NUMBER, value_of
from gongjian.kernel.model.document import Span
from gongjian.kernel.model.draft import Baseline, TargetKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gongjian.kernel.model.document import Document
    from gongjian.kernel.model.draft import DraftTarget

_PAST = re.compile(words.PAST)
_NUMBERED = re.compile(rf"(?P<n>{NUMBER})(?:余|多)?(?P<unit>[{words.COUNTED}])(?!月|以上|元|以内)")
_TO_COME = re.compile("|".join(words.STRENGTHS) + "|目标|将达|到时")
_TIME = re.compile(r"^(?:今年|目前|截至目前|上半年|下半年|去年|全年|前\w{1,3}季度|一季度)+")
_SUBJECT = re.compile(r"^(?:全[省市区县州]|共|已经|已有|已|累计|有)+")
_DONE = re.compile(rf"^(?:{'|'.join(words.COUNTING_VERBS)})")
_LINKS = re.compile(r"(?:多达|达到|达|为|共|有|完成|了)+$")
_SHARED = 4  # characters in a row that make two phrases speak of one thing


@dataclass(frozen=True, slots=True)
class _Counted:
    value: float
    unit: str
    rule: str
    on: dt.date | None
    span: Span


def with_baselines(
    document: Document, targets: Sequence[DraftTarget], year: int | None, said_on: dt.date | None
) -> list[DraftTarget]:
    """Give counting targets with what they count, and with what was reached already.

    Parameters
    ----------
    document : Document
        The paper.
    targets : sequence of DraftTarget
        The targets found in it.
    year : int or None
        The year of the paper.
    said_on : date or None
        The day of the paper: a figure "so far" is good for it.

    Returns
    -------
    list of DraftTarget
        The same targets in their order.
    """
    past = list(_past_counts(document, year, said_on))
    return [_with_rule(target, past) for target in targets]


def _past_counts(
    document: Document, year: int | None, said_on: dt.date | None
) -> Iterator[_Counted]:
    for block in document.blocks:
        for sentence in sentences(Clause(document.of(block.span), block.span.start)):
            for clause in split(sentence, "，；。,;"):
                if _PAST.search(clause.text) and not _TO_COME.search(clause.text):
                    yield from _counts(clause, year, said_on)


def _counts(clause: Clause, year: int | None, said_on: dt.date | None) -> Iterator[_Counted]:
    for m in _NUMBERED.finditer(clause.text):
        value = value_of(m["n"])
        before = _LINKS.sub("", clause.text[: m.start()])
        rule = rule_of(f"{before}{clause.text[m.end() :]}")
        if value is None or len(rule) < _SHARED:
            continue
        dates = find_dates(clause.text[: m.start()], year)
        on = dates[0].day if dates else said_on
        span = Span(clause.start, clause.end)
        yield _Counted(value, m["unit"], rule, on, span)


def rule_of(phrase: str) -> str:
    """Give the counted thing of a phrase: without time, whose it is, and the verb of counting.

    Parameters
    ----------
    phrase : str
        What stands round a number.

    Returns
    -------
    str
        The counting rule as written.

    Examples
    --------
    >>> rule_of("上半年全区共招引5亿元以上项目")
    '5亿元以上项目'
    """
    text = phrase.strip("，、 ")
    for pattern in (_TIME, _SUBJECT, _DONE):
        text = pattern.sub("", text)
    return text


def _with_rule(target: DraftTarget, past: Sequence[_Counted]) -> DraftTarget:
    if target.kind is not TargetKind.COUNT or not isinstance(target.value, (int, float)):
        return target
    rule = rule_of(target.subject)
    found = max(
        (c for c in past if c.unit == target.unit and _alike(c.rule, rule) >= _SHARED),
        key=lambda c: _alike(c.rule, rule),
        default=None,
    )
    if found is None:
        return replace(target, rule=rule)
    same = rule in found.rule or found.rule in rule
    baseline = Baseline(found.value, found.rule, found.on, same, found.span)
    return replace(target, rule=rule, baseline=baseline)


def _alike(one: str, other: str) -> int:
    """Give how many characters in a row two phrases share."""
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return match.size
