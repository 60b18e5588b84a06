"""A Draft as JSON and back: the labels' schema, with spans beside every field."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from gongjian.kernel.model.document import Span
from gongjian.kernel.model.draft import (
    Announced,
    Baseline,
    Draft,
    DraftBattle,
    DraftCampaign,
    DraftTarget,
    DraftTask,
    PaperKind,
    Strength,
    TargetKind,
)

if TYPE_CHECKING:
    from gongjian.kernel.model.draft import Spans


def to_json(draft: Draft) -> dict[str, Any]:
    """Give a draft as JSON values.

    Parameters
    ----------
    draft : Draft
        The draft.

    Returns
    -------
    dict
        Keys ``kind``, ``campaign``, ``battles``, ``targets``, ``tasks``, ``units``, ``announced``,
        ``notes`` and ``why_empty``; every part carries ``spans``.
    """
    head = draft.campaign
    return {
        "kind": draft.kind.value,
        "campaign": {
            "name": head.name,
            "period_start": _iso(head.period_start),
            "period_end": _iso(head.period_end),
            "issuer": head.issuer,
            "place": head.place,
            "slogan_or_goal": head.slogan_or_goal,
            "spans": _spans(head.spans),
        },
        "battles": [
            {"name": b.name, "parent": b.parent, "spans": _spans(b.spans)} for b in draft.battles
        ],
        "targets": [_target(t) for t in draft.targets],
        "tasks": [_task(t) for t in draft.tasks],
        "units": list(draft.units),
        "announced": [
            {"what": a.what, "n": a.n, "found": a.found, "span": [a.span.start, a.span.end]}
            for a in draft.announced
        ],
        "notes": list(draft.notes),
        "why_empty": draft.why_empty,
    }


def _target(t: DraftTarget) -> dict[str, Any]:
    return {
        "text": t.text,
        "subject": t.subject,
        "kind": t.kind.value,
        "op": t.op,
        "value": list(t.value) if isinstance(t.value, tuple) else _number(t.value),
        "stretch": _number(t.stretch),
        "unit": t.unit,
        "due": _iso(t.due),
        "battle": t.battle,
        "strength": t.strength.value,
        "rule": t.rule,
        "baseline": _baseline(t.baseline),
        "spans": _spans(t.spans),
    }


def _baseline(b: Baseline | None) -> dict[str, Any] | None:
    if b is None:
        return None
    return {
        "value": _number(b.value),
        "rule": b.rule,
        "on": _iso(b.on),
        "same_rule": b.same_rule,
        "span": [b.span.start, b.span.end],
    }


def _task(t: DraftTask) -> dict[str, Any]:
    return {
        "text": t.text,
        "battle": t.battle,
        "lead": list(t.lead),
        "responsible": list(t.responsible),
        "cooperating": list(t.cooperating),
        "leader": list(t.leader),
        "due": _iso(t.due),
        "spans": _spans(t.spans),
    }


def from_json(content: dict[str, Any]) -> Draft:
    """Build a draft of JSON values.

    Parameters
    ----------
    content : dict
        As `to_json` gives it.

    Returns
    -------
    Draft
        The same draft.
    """
    head = content["campaign"]
    return Draft(
        kind=PaperKind(content["kind"]),
        campaign=DraftCampaign(
            name=head["name"],
            period_start=_date(head["period_start"]),
            period_end=_date(head["period_end"]),
            issuer=head["issuer"],
            place=head["place"],
            slogan_or_goal=head["slogan_or_goal"],
            spans=_read(head),
        ),
        battles=tuple(DraftBattle(b["name"], b["parent"], _read(b)) for b in content["battles"]),
        targets=tuple(_read_target(t) for t in content["targets"]),
        tasks=tuple(_read_task(t) for t in content["tasks"]),
        units=tuple(content["units"]),
        announced=tuple(
            Announced(a["what"], a["n"], a["found"], Span(*a["span"])) for a in content["announced"]
        ),
        why_empty=content["why_empty"],
        notes=tuple(content["notes"]),
    )


def _read_target(t: dict[str, Any]) -> DraftTarget:
    value = t["value"]
    return DraftTarget(
        text=t["text"],
        subject=t["subject"],
        kind=TargetKind(t["kind"]),
        op=t["op"],
        value=(value[0], value[1]) if isinstance(value, list) else value,
        stretch=t["stretch"],
        unit=t["unit"],
        due=_date(t["due"]),
        battle=t["battle"],
        strength=Strength(t["strength"]),
        rule=t["rule"],
        baseline=_read_baseline(t["baseline"]),
        spans=_read(t),
    )


def _read_baseline(b: dict[str, Any] | None) -> Baseline | None:
    if b is None:
        return None
    return Baseline(b["value"], b["rule"], _date(b["on"]), b["same_rule"], Span(*b["span"]))


def _read_task(t: dict[str, Any]) -> DraftTask:
    return DraftTask(
        text=t["text"],
        battle=t["battle"],
        lead=tuple(t["lead"]),
        responsible=tuple(t["responsible"]),
        cooperating=tuple(t["cooperating"]),
        leader=tuple(t["leader"]),
        due=_date(t["due"]),
        spans=_read(t),
    )


def _spans(spans: Spans) -> dict[str, list[list[int]]]:
    return {name: [[s.start, s.end] for s in found] for name, found in spans.items()}


def _read(part: dict[str, Any]) -> dict[str, tuple[Span, ...]]:
    return {name: tuple(Span(*s) for s in found) for name, found in part["spans"].items()}


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
