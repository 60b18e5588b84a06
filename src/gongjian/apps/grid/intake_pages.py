"""The pages of an intake, ready to print: its steps, its columns, its errors, its preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import Org
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid import waiting
from gongjian.apps.grid.columns import TYPED, Columns
from gongjian.apps.grid.intake import SKIP
from gongjian.apps.grid.intake_report import grouped
from gongjian.apps.grid.models import Intake
from gongjian.apps.ledger.models import Event
from gongjian.kernel.playbook.meanings import How

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked

State = Intake.State
STEPS = ("files", "map", "faults", "preview")
GROUPS_SHOWN = 200
FILES_SHOWN = 100
_WHY = {
    How.PROFILE: noop("the printed form has this head"),
    How.FIELD: noop("the name of a field"),
    How.ROLE: noop("a word for a responsibility"),
    How.CORE: noop("a word of our own pages"),
    How.VARIANT: noop("another word for it"),
    How.QUARTER: noop("a quarter, for which there is a field"),
    How.AMBIGUOUS: noop("could mean several things"),
    How.TAKEN: noop("another column already means this"),
    How.UNKNOWN: noop("not known"),
}
_STATES = {
    State.MAPPING: noop("columns to be settled"),
    State.READY: noop("compared, not taken in"),
    State.WAITING: noop("waits for the job"),
    State.RUNNING: noop("being taken in"),
    State.DONE: noop("taken in"),
    State.FAILED: noop("not taken in"),
}


def around(asked: Asked, ledger: Ledger) -> dict[str, Any]:
    """Give what stands above every page of the kind."""
    return {
        "head": queries.head(asked, "cockpit:campaign"),
        "key": ledger.definition.key,
        "label": ledger.definition.label.of(lang()),
    }


def list_page(asked: Asked, ledger: Ledger, intakes: Sequence[Intake]) -> dict[str, Any]:
    """Give the page on which workbooks are handed in, and blank ones fetched."""
    orgs = Org.objects.filter(until=None).order_by("order", "code")
    return {
        **around(asked, ledger),
        "heads": [(h.key, h.label.of(lang())) for h in ledger.definition.heads],
        "orgs": [(o.pk, o.label(lang())) for o in orgs],
        "intakes": [
            {
                "row": i,
                "state": _(_STATES[State(i.state)]),
                "files": "、".join(f["name"] for f in i.files[:3]),
                "n_more": max(len(i.files) - 3, 0),
                "is_open": i.state in {State.MAPPING, State.READY, State.FAILED},
            }
            for i in intakes
        ],
    }


def step_of(intake: Intake, wanted: str = "") -> str:
    """Give the step that a page shows: the one asked for where it can be shown, else where one stands."""
    if intake.state == State.DONE:
        return "done"
    if intake.state in waiting.UNDER_WAY:
        return "running"
    report = intake.report
    reached = "map"
    if report.get("is_settled"):
        reached = "preview" if report.get("is_sound") else "faults"
    if wanted in STEPS and STEPS.index(wanted) <= STEPS.index(reached):
        return wanted
    return reached


def intake_page(
    asked: Asked, ledger: Ledger, intake: Intake, step: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give everything that a step of an intake shows."""
    here = reverse("grid:intake", args=[asked.campaign.code, ledger.definition.key, intake.pk])
    parts = {
        "files": _files,
        "map": _map,
        "faults": _faults,
        "preview": _preview,
        "running": _running,
        "done": _done,
    }
    return {
        **around(asked, ledger),
        "intake": intake,
        "report": intake.report,
        "here": here,
        "step": step,
        "steps": list(_steps(intake, step, here)),
        "refused": [waiting.spoken(r) for r in intake.mapping.get("refused", ())],
        "error": waiting.spoken(intake.error or intake.report.get("error") or {}),
        **parts[step](ledger, asked, intake),
        **(more or {}),
    }


def _steps(intake: Intake, step: str, here: str) -> Any:
    words = {
        "files": _("Workbooks"),
        "map": _("What columns mean"),
        "faults": _("Errors"),
        "preview": _("Preview and take in"),
    }
    report = intake.report
    n_open = report.get("n_faults", 0) + len(report.get("clashes", ()))
    notes = {
        "files": str(len(intake.files)),
        "faults": str(n_open) if report.get("is_settled") else "",
    }
    is_over = step in {"done", "running"}
    reached = STEPS.index(step_of(intake)) if not is_over else len(STEPS)
    for n, name in enumerate(STEPS):
        yield {
            "n": n + 1,
            "word": words[name],
            "note": notes.get(name, ""),
            "is_here": name == step or (step == "running" and name == "preview"),
            "is_done": n < reached or is_over,
            "href": f"{here}?step={name}" if n <= reached and not is_over else "",
        }


def _files(_ledger: Ledger, _asked: Asked, intake: Intake) -> dict[str, Any]:
    sheets: dict[str, list[dict[str, Any]]] = {f["name"]: [] for f in intake.files}
    for sheet in intake.report.get("sheets", ()):
        sheets.setdefault(sheet["file"], []).append(sheet)
    shown = [
        {"name": name, "sheets": found, "n_rows": sum(s["n_rows"] for s in found if s["is_taken"])}
        for name, found in sheets.items()
    ]
    return {"files": shown}


def _map(ledger: Ledger, asked: Asked, intake: Intake) -> dict[str, Any]:
    options = meanings_for(asked, ledger)
    known = dict(options)
    groups = []
    for n, head in enumerate(intake.report.get("heads", ())):
        columns = [_column(c, known) for c in head["columns"]]
        groups.append({**head, "n": n, "columns": columns, "more": max(len(head["names"]) - 3, 0)})
    sheets = [{**s, "n": n} for n, s in enumerate(intake.report.get("sheets", ()))]
    return {
        "groups": groups,
        "options": options,
        "untaken": [s for s in sheets if s["is_hidden"] or not s["has_head"] or not s["is_taken"]],
        "questions": [{**q, "n": n} for n, q in enumerate(intake.report.get("quarters", ()))],
        "skip": SKIP,
    }


def meanings_for(asked: Asked, ledger: Ledger) -> list[tuple[str, str]]:
    """Give what a column may be said to mean, in the order of the page."""
    every = Columns(asked, ledger).every()
    filled = {f.key for f in ledger.definition.fields if f.compute is None}
    found = [(c.source, c.head) for c in every if c.source in TYPED or c.field in filled]
    code = next(c.head for c in every if c.source == "code")
    whole = ("report", _("Progress, problems and next steps in one cell"))
    return [*found, whole, ("code", code), ("id", _("Id (hidden column)"))]


def _column(column: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    likely = [(s, known[s]) for s in column["candidates"] if s in known]
    return {
        **column,
        "why": _(_WHY[How(column["how"])]),
        "likely": likely,
        "is_listed": column["source"] in known,
        "is_skipped": column["is_answered"] and not column["source"],
    }


def _faults(_ledger: Ledger, _asked: Asked, intake: Intake) -> dict[str, Any]:
    report = intake.report
    groups = [waiting.spoken(g) for g in grouped(report.get("faults", ()))]
    shown = [{**g, "n": n, "of": len(g["places"])} for n, g in enumerate(groups[:GROUPS_SHOWN])]
    clashes = [{**c, "n": n} for n, c in enumerate(report.get("clashes", ()))]
    return {
        "groups": shown,
        "n_hidden": max(len(groups) - GROUPS_SHOWN, 0),
        "clashes": clashes[:GROUPS_SHOWN],
        "n_rest": report.get("n_rows", 0) - report.get("n_left", 0) - report.get("n_wrong_rows", 0),
        "several": len(intake.files) > 1,
        "later_wins": bool(intake.mapping.get("later_wins")),
    }


def _preview(_ledger: Ledger, _asked: Asked, intake: Intake) -> dict[str, Any]:
    report = intake.report
    return {
        "n": report.get("n_made", 0) + report.get("n_changed", 0),
        "several": len(intake.files) > 1,
        "strangers": report.get("strangers", [])[:GROUPS_SHOWN],
    }


def _running(_ledger: Ledger, _asked: Asked, intake: Intake) -> dict[str, Any]:
    n = len(intake.files)
    if intake.state == State.WAITING:
        phase = _("Waiting for the job to begin")
    elif intake.n_done < n:
        phase = _("Reading file %(n)s of %(all)s") % {"n": intake.n_done + 1, "all": n}
    elif intake.n_done == n:
        phase = _("Comparing with the register")
    else:
        phase = _("Writing")
    return {"phase": phase}


def _done(_ledger: Ledger, _asked: Asked, intake: Intake) -> dict[str, Any]:
    undone = Event.objects.filter(
        campaign_id=intake.campaign.pk, action="ledger.undo", outcome__undone=str(intake.event)
    )
    return {"is_undone": bool(intake.event) and undone.exists()}
