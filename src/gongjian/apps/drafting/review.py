"""What the review page shows: the paper with its marks, the draft, and what is missing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gongjian.apps.drafting.forms import FORMS, PartForm
from gongjian.apps.papers.kernel_io import blocks_of, repairs_of
from gongjian.playbooks.load import builtin_keys, load_builtin

if TYPE_CHECKING:
    from gongjian.apps.drafting.models import Draft, DraftPart
    from gongjian.kernel.model.document import Block, Repair


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the paper with the parts that came from it and the repair that made it."""

    text: str
    parts: str  # ids, joined by blanks
    repair: str  # kind, or empty
    before: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A block of the paper, cut into runs."""

    kind: str
    level: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of the draft with its form and what it lacks."""

    part: DraftPart
    form: PartForm
    lacks: tuple[str, ...]


def review_context(draft: Draft) -> dict[str, Any]:
    """Give everything the review page shows: three queries."""
    parts = list(draft.parts.select_related("draft").order_by("order"))
    rows: dict[str, list[PartRow]] = {"campaign": [], "battle": [], "target": [], "task": []}
    for part in parts:
        rows[part.kind].append(_row(part))
    repairs = repairs_of(draft.paper)
    return {
        "draft": draft,
        "paper": draft.paper,
        "lines": _lines(draft, parts, repairs),
        "head": rows["campaign"][0],
        "battles": rows["battle"],
        "targets": rows["target"],
        "tasks": rows["task"],
        "missing": _missing(draft, rows),
        "n_repairs": len(repairs),
        "doubtful": [r for r in repairs if not r.certain],
        "code": _code(rows["campaign"][0].part.content),
        "playbook": _playbook(rows["battle"]),
    }


def _row(part: DraftPart) -> PartRow:
    form = FORMS[part.kind](initial=part.content, prefix=None)
    for field in form.fields.values():
        field.widget.attrs["form"] = f"f-{part.pk}"
    lacks = []
    if part.kind == "task":
        if not (part.content.get("lead") or part.content.get("responsible")):
            lacks.append(_("no owner"))
        if not part.content.get("due"):
            lacks.append(_("no date"))
    if part.kind == "campaign":
        lacks = [
            _("missing: %(field)s") % {"field": form.fields[n].label}
            for n in form.fields
            if not part.content.get(n)
        ]
    return PartRow(part, form, tuple(lacks))


def _missing(draft: Draft, rows: dict[str, list[PartRow]]) -> list[str]:
    """Say what is missing, in sentences: owners, dates, empty battles, announced counts."""
    tasks = [r for r in rows["task"] if not r.part.is_dropped]
    owners = sum(_("no owner") in r.lacks for r in tasks)
    dates = sum(_("no date") in r.lacks for r in tasks)
    said = []
    if owners:
        said.append(_("%(n)s of %(all)s tasks have no owner.") % {"n": owners, "all": len(tasks)})
    if dates:
        said.append(_("%(n)s of %(all)s tasks have no date.") % {"n": dates, "all": len(tasks)})
    filled = {r.part.content.get("battle") for r in [*tasks, *rows["target"]]}
    empty = [r.part.content["name"] for r in rows["battle"] if r.part.content["name"] not in filled]
    if empty:
        said.append(_("Battles without content: %(names)s.") % {"names": "、".join(empty)})
    said += _unlike_counts(rows["target"])
    for a in draft.summary.get("announced", []):
        if a["found"] is None:
            facts = {"n": a["n"], "what": a["what"], "tasks": len(tasks)}
            said.append(
                _(
                    "The paper announces %(n)s %(what)s without listing them; "
                    "%(tasks)s tasks were read from its text."
                )
                % facts
            )
        elif a["found"] != a["n"]:
            facts = {"n": a["n"], "what": a["what"], "found": a["found"]}
            said.append(_("The paper announces %(n)s %(what)s; %(found)s were found.") % facts)
    return said


def _unlike_counts(targets: list[PartRow]) -> list[str]:
    """Say where what was reached was counted under another rule than what is promised."""
    pattern = _(
        "So far %(base)s were counted as “%(base_rule)s”; the target of %(value)s counts “%(rule)s”: "
        "two counting rules, not to be compared."
    )
    return [
        pattern
        % {
            "base": row.part.content["baseline"]["value"],
            "base_rule": row.part.content["baseline"]["rule"],
            "value": row.part.content["value"],
            "rule": row.part.content["rule"],
        }
        for row in targets
        if not row.part.is_dropped
        and (row.part.content.get("baseline") or {"same_rule": True})["same_rule"] is False
    ]


def _lines(draft: Draft, parts: list[DraftPart], repairs: tuple[Repair, ...]) -> list[Line]:
    """Cut the paper at every place where a mark or a repair begins or ends."""
    marks: list[tuple[int, int, str]] = []
    for part in parts:
        for spans in part.content.get("spans", {}).values():
            marks += [(a, b, str(part.pk)) for a, b in spans]
    visible = [
        r for r in repairs if r.span.end > r.span.start and r.kind.value not in {"width", "space"}
    ]
    return [_line(draft.paper.text, block, marks, visible) for block in blocks_of(draft.paper)]


def _line(
    text: str, block: Block, marks: list[tuple[int, int, str]], repairs: list[Repair]
) -> Line:
    start, end = block.span.start, block.span.end
    inside = [m for m in marks if m[0] < end and m[1] > start]
    mended = [r for r in repairs if r.span.start < end and r.span.end > start]
    cuts = {start, end}
    for a, b, _part in inside:
        cuts |= {max(a, start), min(b, end)}
    for r in mended:
        cuts |= {max(r.span.start, start), min(r.span.end, end)}
    edges = sorted(cuts)
    runs = []
    for a, b in itertools.pairwise(edges):
        of = dict.fromkeys(m[2] for m in inside if m[0] <= a and m[1] >= b)
        repair = next((r for r in mended if r.span.start <= a and r.span.end >= b), None)
        runs.append(
            Run(
                text[a:b],
                " ".join(of),
                repair.kind.value if repair else "",
                repair.before if repair else "",
                repair.certain if repair else True,
            )
        )
    return Line(block.kind.value, block.level, tuple(runs))


def _code(head: dict[str, Any]) -> str:
    """Propose a code: initials of the place's reading and the year."""
    from gongjian.apps.campaigns.keys import sort_key  # noqa: PLC0415  # only here

    place, start = head.get("place") or head.get("issuer") or "", head.get("period_start") or ""
    initials = "".join(word[0] for word in sort_key(place[:2]).split() if word[:1].isalpha())
    return f"{initials.upper() or 'GJ'}{start[2:4]}"


def _playbook(battles: list[PartRow]) -> str:
    """Propose the playbook whose battles the paper names most of, else the one with most registers."""
    names = {r.part.content["name"] for r in battles}

    def fit(key: str) -> tuple[int, int]:
        playbook = load_builtin(key)
        shared = names & {b.name.zh for b in playbook.battles}
        return len(shared), len(playbook.registers)

    return max(builtin_keys(), key=fit)
