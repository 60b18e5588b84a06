"""Targets: a clause with a number, a rank or a share to be reached, or a dated outcome."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gongjian.kernel.extract import words
from gongjian.kernel.extract.clauses import Clause, split
from gongjian.kernel.extract.dates import Dated, find_dates
from gongjian.kernel.extract.numbers import NUMBER, value_of
from gongjian.kernel.model.document import Span
from gongjian.kernel.model.draft import DraftTarget, Strength, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABOVE = "(?:以上|及以上|以内|以下|左右|之内|上下)"
_HOLD_STRIVE = re.compile(rf"保(?P<floor>[{words.NUM}])争(?P<stretch>[{words.NUM}])")
_RANK = re.compile(
    rf"(?:{words.RANKED})?(?:{words.PLACES}|各\w{{1,4}})?(?:前|第)(?P<n>[{words.NUM}]|\d{{1,3}})(?:位|名|强)?$"
)
_HALF = re.compile(r"(?:超过)?一半(?:以上|的)?|半数以上|过半(?:数)?")
_MONTHS = re.compile(rf"(?P<n>{NUMBER})个月(?:内|以内|之内)?")
_SHARE = re.compile(
    rf"(?P<verb>(?:{words.REACH})?)(?:到|至)?(?P<n>{NUMBER})(?P<unit>个百分点|[%％]|/\d+万)(?P<more>{_ABOVE})?$"
)
_COUNT = re.compile(rf"(?P<n>{NUMBER})(?:余|多)?(?P<unit>万?[{words.COUNTED}])(?P<more>{_ABOVE})?$")
_AMOUNT = re.compile(rf"(?P<n>{NUMBER})(?P<unit>{words.MEASURES})(?P<more>{_ABOVE})?$")
_MADE = re.compile(
    rf"(?P<verb>新建|建成|培育|培养|引进|新增|打造|创建|改造|建设|实施|举办|招引|化解|盘活|新开工|完成|选择)"
    rf"(?P<n>{NUMBER})(?P<unit>万?[{words.COUNTED}])(?P<more>{_ABOVE})?(?P<what>[^，。；、0-9]{{2,24}})$"
)
_ALL = re.compile(r"全覆盖$|全部(?P<verb>\w{2,6})$")
_OUTCOME = re.compile(rf"(?P<basic>基本|全面|全部)?(?P<verb>{words.OUTCOME})")
_PAST = re.compile(words.PAST)
_OWNED = re.compile(rf"(?:{'|'.join([*words.ROLE_WORDS, *words.DUE_WORDS])})[:：]")
_VAGUE = re.compile(words.VAGUE)
_NO_OUTCOME = re.compile(rf"{words.VAGUE}|^为|才能|[是的]一次|“”|全年$")
_AIM = re.compile(
    rf"确保|力争|争取|目标|全年|到20|年底|季度末|达到|实现|至少|以上|不低于|不少于|不超过|保[{words.NUM}]争|前[{words.NUM}\d]|完成|提高到|控制在|新建|培育|引进"
)
_STRENGTH = re.compile("|".join(words.STRENGTHS))
_LEAD = re.compile(rf"^(?:{words.OPENERS}|同时|其中|并|使|让|在\w{{2,8}}上|到时|，)+")
_NUMBERED = re.compile(
    r"^(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、](?=\D)|^[（(][^）)]{1,3}[）)]"
)
_STRETCH = re.compile(
    rf"^(?:力争|争取|冲刺|挑战)(?:实现|完成)?(?:增长|达到|突破|到|达)?(?P<n>{NUMBER})"
    rf"(?P<unit>个百分点|[%％]|{words.MEASURES}|万?[{words.COUNTED}])?{_ABOVE}?$"
)
_OPS = {
    "以上": ">=", "及以上": ">=", "以下": "<=", "以内": "<=", "之内": "<=", "左右": "==", "上下": "==",
}  # fmt: skip
_LEAST = re.compile(r"不低于|不少于|至少|超过|突破|达到|达|实现|提高到|提升到|高于|占")
_MOST = re.compile(r"不超过|不高于|下降到|降到|降至|控制在")


def find_targets(sentence: Clause, year: int | None, battle: str | None) -> Iterator[DraftTarget]:
    """Find the targets of a sentence.

    Parameters
    ----------
    sentence : Clause
        One sentence.
    year : int or None
        The year of the paper.
    battle : str or None
        The battle it stands in.

    Yields
    ------
    DraftTarget
        One for each number; a deadline at the head of the sentence counts for all of them.
    """
    head: dt.date | None = None
    head_span: Span | None = None
    last: DraftTarget | None = None
    for n, clause in enumerate(split(sentence, "，；。,;：:")):
        dates = find_dates(clause.text, year)
        if n == 0 and dates and dates[0].start <= 3 and len(clause.text) <= dates[0].end + 2:
            head, head_span = dates[0].day, _span(clause, dates[0].start, dates[0].end)
        if last is not None and (stretched := _stretched(last, clause)):
            last = stretched
            continue
        if (
            _OWNED.search(clause.text)
            or _PAST.search(clause.text)
            or not _may_aim(clause, sentence)
        ):
            continue
        for part in _parts(clause):
            if target := _target(part, year, battle):
                if last is not None:
                    yield last
                last = _with_head(target, head, head_span)
    if last is not None:
        yield last


def _stretched(target: DraftTarget, clause: Clause) -> DraftTarget | None:
    """Take “…, 力争10%” as the stretch of the floor before it, where both have one unit."""
    m = _STRETCH.match(clause.text)
    if m is None or target.stretch is not None or not isinstance(target.value, (int, float)):
        return None
    stretch, unit = value_of(m["n"]), (m["unit"] or target.unit or "").replace("％", "%")
    if stretch is None or unit != target.unit or (stretch > target.value) != (target.op != "<="):
        return None
    spans = {**target.spans, "stretch": (_span(clause, m.start("n"), m.end()),)}
    return replace(target, stretch=stretch, spans=spans)


def _may_aim(clause: Clause, sentence: Clause) -> bool:
    text = clause.text
    if _VAGUE.search(text) and not re.search(r"\d", text):
        return False
    return bool(_AIM.search(text) or _AIM.search(sentence.text[: clause.start - sentence.start]))


def _parts(clause: Clause) -> Iterator[Clause]:
    """Cut at 、 where what stands before is complete in itself; else it is one list."""
    waiting: Clause | None = None
    for part in split(clause, "、…"):
        whole = (
            part
            if waiting is None
            else Clause(
                clause.text[waiting.start - clause.start : part.end - clause.start], waiting.start
            )
        )
        if _measured(whole.text) or _HALF.search(whole.text):
            yield whole
            waiting = None
        else:
            waiting = whole
    if waiting is not None:
        yield waiting


def _measured(text: str) -> bool:
    patterns = (_HOLD_STRIVE, _RANK, _SHARE, _COUNT, _AMOUNT, _MONTHS, _ALL)
    return any(p.search(text) for p in patterns)


def _with_head(target: DraftTarget, head: dt.date | None, span: Span | None) -> DraftTarget:
    if target.due is not None or head is None or span is None or target.kind is TargetKind.DATE:
        return target
    return replace(target, due=head, spans={**target.spans, "due": (span,)})


def _target(part: Clause, year: int | None, battle: str | None) -> DraftTarget | None:
    dates = [d for d in find_dates(part.text, year) if not _is_quoted(part.text, d)]
    bare = _without(part.text, dates)
    for reader in (
        _hold_strive,
        _rank,
        _half,
        _months,
        _share,
        _count,
        _made,
        _amount,
        _all,
        _outcome,
    ):
        if found := reader(bare, dates):
            return _built(part, found, dates, battle)
    return None


def _is_quoted(text: str, date: Dated) -> bool:
    """“全年红” is a slogan, no deadline."""
    return text[: date.start].endswith("“") and text[date.end :][:2].find("”") >= 0


Facts = dict[str, object]


def _built(
    part: Clause, facts: Facts, dates: list[Dated], battle: str | None
) -> DraftTarget | None:
    subject = _subject(str(facts.pop("before")), str(facts.pop("behind", "")))
    if len(subject) < 2:
        return None
    strength = _STRENGTH.search(part.text)
    lead = _LEAD.match(part.text)
    begin = lead.end() if lead and not strength else 0
    spans = {"text": (Span(part.start + begin, part.end),)}
    if dates:
        spans["due"] = (_span(part, dates[-1].start, dates[-1].end),)
    if at := facts.pop("at", None):
        place = part.text.find(str(at))
        if place >= 0:
            spans["value"] = (_span(part, place, place + len(str(at))),)
    return DraftTarget(
        text=part.text[begin:],
        subject=subject,
        due=dates[-1].day if dates else None,
        battle=battle,
        strength=Strength(words.STRENGTHS[strength.group()]) if strength else Strength.PLAIN,
        spans=spans,
        **facts,  # type: ignore[arg-type]
    )


def _span(clause: Clause, start: int, end: int) -> Span:
    return Span(clause.start + start, clause.start + end)


def _without(text: str, dates: list[Dated]) -> str:
    for d in reversed(dates):
        text = text[: d.start] + text[d.end :]
    return text


def _subject(before: str, behind: str) -> str:
    text = _LEAD.sub("", _NUMBERED.sub("", before))
    text = re.sub(r"^(?:实现|完成)(?=[^，]{2,8}(?:投资|收入|增加值|总额|产值|率)$)", "", text)
    text = re.sub(rf"(?:{'|'.join(words.STRENGTHS)})", "", text)
    text = re.sub(r"^(?:在|对|将|把|使)?", "", text)
    text = re.sub(r"(?:实现|完成)(?=\w{2,8}率$)", "", text)
    text = re.sub(
        r"(?:达到|达|实现|完成|为|到|至|占|至少|不低于|不少于|超过|突破|控制在|不超过|保持|稳定在)+$",
        "",
        text,
    )
    return (text + behind).strip("，、的到至在 ")


def _hold_strive(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _HOLD_STRIVE.search(text)):
        return None
    floor, stretch = value_of(m["floor"]), value_of(m["stretch"])
    return {
        "before": text[: m.start()], "at": m.group(), "kind": TargetKind.RANK, "op": "<=",
        "value": floor, "stretch": stretch, "unit": "位",
    }  # fmt: skip


def _rank(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _RANK.search(text)) or not m.start():
        return None
    return {
        "before": text[: m.start()], "at": m.group(), "kind": TargetKind.RANK, "op": "<=",
        "value": value_of(m["n"]), "unit": "位",
    }  # fmt: skip


def _half(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _HALF.search(text)):
        return None
    return {
        "before": text[: m.start()], "behind": text[m.end() :], "at": m.group(),
        "kind": TargetKind.RATE, "op": ">=", "value": 50.0, "unit": "%",
    }  # fmt: skip


def _months(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _MONTHS.search(text)) or not re.search(words.OUTCOME, text[m.end() :]):
        return None
    return {
        "before": re.sub(r"(?:用|在|实现|力争)+$", "", text[: m.start()]), "behind": text[m.end() :],
        "at": m.group(), "kind": TargetKind.DATE, "op": "<=", "value": value_of(m["n"]), "unit": "个月",
    }  # fmt: skip


def _share(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _SHARE.search(text)):
        return None
    verb, unit = m["verb"] or "", m["unit"].replace("％", "%")
    grows = unit == "个百分点" or verb in {"增长", "增加", "降低", "下降"}
    falls = verb in {"降低", "下降"}
    value = value_of(m["n"])
    whole = value == 100 and unit == "%"
    return {
        "before": text[: m.start()], "behind": "降低" if falls and grows else "", "at": m.group(),
        "kind": TargetKind.GROWTH if grows else TargetKind.RATE,
        "op": "==" if whole else _op(m["more"], text, ">=" if verb else "=="),
        "value": value, "unit": unit,
    }  # fmt: skip


def _count(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _COUNT.search(text)) or not m.start():
        return None
    return {
        "before": text[: m.start()], "at": m.group(), "kind": TargetKind.COUNT,
        "op": _op(m["more"], text, "=="), "value": value_of(m["n"]), "unit": m["unit"],
    }  # fmt: skip


def _made(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _MADE.search(text)):
        return None
    return {
        "before": text[: m.start()] + m["verb"], "behind": m["what"],
        "at": f"{m['n']}{m['unit']}{m['more'] or ''}", "kind": TargetKind.COUNT,
        "op": _op(m["more"], text, "=="), "value": value_of(m["n"]), "unit": m["unit"],
    }  # fmt: skip


def _amount(text: str, _dates: list[Dated]) -> Facts | None:
    if not (m := _AMOUNT.search(text)) or not m.start() or not re.search(words.REACH, text):
        return None
    return {
        "before": text[: m.start()], "at": m.group(), "kind": TargetKind.AMOUNT,
        "op": _op(m["more"], text, "=="), "value": value_of(m["n"]), "unit": m["unit"],
    }  # fmt: skip


def _all(text: str, dates: list[Dated]) -> Facts | None:
    if not (m := _ALL.search(text)) or not (dates or "覆盖" in m.group()):
        return None
    return {
        "before": text[: m.start()], "behind": m["verb"] or "覆盖", "at": m.group(),
        "kind": TargetKind.RATE, "op": "==", "value": 100.0, "unit": "%",
    }  # fmt: skip


def _outcome(text: str, dates: list[Dated]) -> Facts | None:
    """Read a dated outcome that can be checked, without a number."""
    m = _OUTCOME.search(text)
    if not m or not dates or re.search(r"\d", text) or len(text) > 40 or _NO_OUTCOME.search(text):
        return None
    return {
        "before": text[: m.start()], "behind": text[m.end() :] or m["verb"],
        "kind": TargetKind.YESNO, "op": "==", "value": None,
    }  # fmt: skip


def _op(more: str | None, text: str, plain: str) -> str:
    if more:
        return _OPS[more]
    if _MOST.search(text):
        return "<="
    return ">=" if _LEAST.search(text) else plain
