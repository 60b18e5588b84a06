"""What stands above every face of a register: its name, its views, its filter, its columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import NONE
from gongjian.apps.campaigns.related import registers_for
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.queries import Asked, lang
from gongjian.apps.grid import filters, saved
from gongjian.apps.grid.columns import Columns
from gongjian.apps.grid.terms import terms_of
from gongjian.kernel.model.fields import FieldType
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.filter_words import Term
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.grid.columns import Column
    from gongjian.kernel.model.fields import HeaderProfile

VIEWS_SHOWN = 6  # of mine and of ours side by side; the others fold
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Around:
    """One register as one person asks for it, by one of its faces."""

    asked: Asked
    ledger: Ledger
    ask: Ask
    given: Mapping[str, str]
    face: str

    @property
    def code(self) -> str:
        """Give the campaign's code."""
        return self.asked.campaign.code

    @property
    def key(self) -> str:
        """Give the register's key."""
        return self.ledger.definition.key

    @property
    def kept(self) -> dict[str, str]:
        """Give what of the address goes on to other faces and orders; the view it came from with it."""
        view = self.given.get("view", "")
        return {**saved.asked_by(self.given), **({"view": view} if view else {})}


def face_address(code: str, key: str, face: str) -> str:
    """Give the address of a face of a register."""
    base = reverse("grid:register", args=[code, key])
    return base if face == "list" else f"{base}{face}"


def surroundings(at: Around) -> dict[str, Any]:
    """Give everything that the faces share: a fixed number of queries."""
    asked, ledger = at.asked, at.ledger
    battles = campaigns.battles(asked.campaign)
    terms = terms_of(asked, ledger, battles)
    here = face_address(at.code, at.key, at.face)
    kept = at.kept
    is_office = asked.seen.is_office(asked.campaign.pk) and not asked.is_past
    label = ledger.definition.label.of(lang())
    return {
        "head": queries.head(asked, "cockpit:campaign"),
        "key": at.key,
        "label": label,
        "note": ledger.definition.note.of(lang()) if ledger.definition.note else "",
        "tabs": _tabs(asked),
        "face": at.face,
        "faces": _faces(at, kept),
        "builder": filters.builder({**at.given, **kept}, terms, here),
        "chips": list(filters.chips(asked, at.ask, kept, here)),
        "faults": [sentence(f) for f in at.ask.faults],
        "groupings": _groupings(at, terms) if at.face in {"list", "board"} else [],
        "choose": _choose(at) if at.face in {"list", "tree"} else [],
        "heads": [(h.key, h.label.of(lang()), h.key == kept.get("head")) for h in ledger.definition.heads],
        "is_filtered": at.ask.is_filtered,
        "kept": kept,
        "carried": {k: v for k, v in kept.items() if k not in _controlled(at, terms)},
        "sorts": _sorts(at) if at.face == "board" else [],
        "query": urlencode(kept),
        "here": here,
        "clean": f"{here}?view={kept['view']}" if "view" in kept else here,
        "export": f"{reverse('grid:export', args=[at.code, at.key])}?{urlencode(kept)}",
        "is_office": is_office,
        "bar": _bar(at, kept),
        "request_id": str(new_id()),
    }  # fmt: skip


def _tabs(asked: Asked) -> list[tuple[str, str]]:
    known = {d.key: d.label.of(lang()) for d in asked.playbook.registers}
    found = registers_for(asked.seen, asked.campaign)
    return [(r.key, known[r.key]) for r in found if r.key in known]


def _faces(at: Around, kept: Mapping[str, str]) -> list[tuple[str, str, str, bool]]:
    """Give key, word and address of each face; of a past day there is only the list."""
    words = {"list": _("List"), "grid": _("Grid"), "tree": _("Tree"), "board": _("Board")}
    if at.asked.is_past:
        return []
    query = f"?{urlencode(kept)}" if kept else ""
    return [
        (face, word, f"{face_address(at.code, at.key, face)}{query}", face == at.face)
        for face, word in words.items()
    ]


def _groupings(at: Around, terms: Sequence[Term]) -> list[tuple[str, str, bool]]:
    """Give by what a list or a board may be grouped."""
    chosen = at.given.get("group", "") or ("state" if at.face == "board" else "")
    named = {t.name: t.labels[0] for t in terms}
    names = ["state", "battle", "org", "light"]
    names += [f"f.{f.key}" for f in at.ledger.definition.fields if f.type is FieldType.CHOICE]
    return [(n, named[n], n == chosen) for n in names if n in named]


def _controlled(at: Around, terms: Sequence[Term]) -> set[str]:
    """Give what the controls of the filter carry: the rest of an address goes on unseen."""
    names = {name for term in terms for name in filters.names_of(term)} | {"q", "group"}
    return names | {"sort"} if at.face == "board" else names | {"head"}


def _sorts(at: Around) -> list[tuple[str, str, bool]]:
    """Give the orders of the cards in a column."""
    words = {
        "due": _("Due, the nearest first"),
        "light": _("Light, the worst first"),
        "-progress": _("Progress, the furthest first"),
        "code": _("Code"),
    }
    chosen = at.given.get("sort", "") or "due"
    return [(sort, word, sort == chosen) for sort, word in words.items()]


def columns_of(at: Around) -> list[Column]:
    """Give the columns that an address asks for: of a printed form, chosen ones, or the usual ones."""
    chosen = [s for s in at.given.get("columns", "").split(",") if s]
    return Columns(at.asked, at.ledger).of(head_of(at), chosen)


def head_of(at: Around) -> HeaderProfile | None:
    """Give the printed form that was asked for."""
    return next((h for h in at.ledger.definition.heads if h.key == at.given.get("head", "")), None)


def _choose(at: Around) -> list[dict[str, Any]]:
    """Give the columns that may be chosen, the chosen ones first, in their order."""
    every = {c.source: c.head for c in Columns(at.asked, at.ledger).every()}
    on = [c.source for c in columns_of(at) if c.source in every]
    ordered = [*dict.fromkeys(on), *(s for s in every if s not in on)]
    return [
        {"source": s, "word": every[s], "is_on": s in on, "n": n} for n, s in enumerate(ordered, 1)
    ]


def _bar(at: Around, kept: Mapping[str, str]) -> dict[str, Any]:
    """Give the bar of views: fixed ones, mine, ours, and what may be done with the one that is open."""
    seen, campaign = at.asked.seen, at.asked.campaign
    rows = saved.views_for(seen, at.ledger.register)
    here = kept.get("view", "")
    links = {
        row.pk: saved.view_link(seen, row, reverse("grid:view", args=[at.code, row.pk]), here)
        for row in rows
    }
    mine = [links[r.pk] for r in rows if r.owner_id == seen.person_id]
    ours = [links[r.pk] for r in rows if r.owner_id != seen.person_id]
    active = next((r for r in rows if str(r.pk) == here), None)
    face = face_address(at.code, at.key, at.face)
    return {
        "all": {"href": face, "is_here": not here and not saved.asked_by(at.given)},
        "fixed": _fixed(at, face),
        "mine": mine[:VIEWS_SHOWN],
        "ours": ours[:VIEWS_SHOWN],
        "more": [*mine[VIEWS_SHOWN:], *ours[VIEWS_SHOWN:]],
        "active": links[active.pk] if active else None,
        "link": reverse("grid:view", args=[at.code, active.pk]) if active else "",
        "is_changed": active is not None and saved.is_changed(active, at.face, at.given),
        "may_share": saved.may_share(seen, campaign.pk),
        "may_save": seen.person_id is not None and not at.asked.is_past,
    }


def _fixed(at: Around, face: str) -> list[dict[str, Any]]:
    """Give the views that every register has, as far as a query can say them."""
    now = {
        k: v
        for k, v in saved.asked_by(at.given).items()
        if k not in {"sort", "group", "columns", "head"}
    }
    kept = {k: v for k, v in at.kept.items() if k in {"group", "columns", "head"}}
    return [
        {"name": name, "href": f"{face}?{urlencode({**params, **kept})}", "is_here": now == params}
        for name, params in fixed_views(at)
    ]


def fixed_views(at: Around) -> list[tuple[str, dict[str, str]]]:
    """Give name and question of the fixed views."""
    today = at.asked.day
    states = at.asked.playbook.workflow_of(at.key).states
    running = {"state": ",".join(s.key for s in states if s.category not in {"planned", "closed"})}
    yesterday, in_a_week = today - _DAY, today + 7 * _DAY
    return [
        (_("Overdue"), {**running, "due.to": yesterday.isoformat()}),
        (
            _("Due within seven days"),
            {**running, "due.from": today.isoformat(), "due.to": in_a_week.isoformat()},
        ),
        (_("No responsible org"), {"org": NONE}),
        (_("No deadline"), {"due": NONE}),
    ]
