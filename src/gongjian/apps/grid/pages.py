"""The page of one register, its workbook and its rosters, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import Ask
from gongjian.apps.campaigns.fields import askable_fields, lookup_fields
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import visible
from gongjian.apps.campaigns.registers import LISTED_CAP, Ledger, RegisterPage
from gongjian.apps.campaigns.related import registers_for
from gongjian.apps.campaigns.windows import LIGHTS
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.queries import Asked, lang
from gongjian.apps.grid.columns import Column, Columns
from gongjian.apps.grid.lines import lines
from gongjian.apps.grid.printing import Printer
from gongjian.apps.grid.words import filter_words
from gongjian.kernel.model.fields import FieldType
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.apps.campaigns.models import Battle, Roster
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile

_RANGES = {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED, FieldType.DATE}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the filter: a choice, or a text with its type."""

    name: str
    label: str
    value: str
    kind: str = "text"
    choices: tuple[tuple[str, str, bool], ...] = ()


def register_context(  # one argument for each thing the address says
    asked: Asked, ledger: Ledger, ask: Ask, page: RegisterPage, given: dict[str, str], first: int
) -> dict[str, Any]:
    """Give everything that the page of a register shows."""
    key = ledger.definition.key
    head = chosen_head(ledger, given.get("head", ""))
    columns = Columns(asked, ledger).of(head, chosen_columns(given))
    printer = Printer(asked, ledger, columns, head, first)
    kept = {k: v for k, v in given.items() if v and k not in {"after", "from"}}
    here = reverse("grid:register", args=[asked.campaign.code, key])
    heads = _heads(columns, ask, kept, here)
    further = {**kept, "after": page.after, "from": str(first + len(page.rows))}
    is_office = asked.seen.is_office(asked.campaign.pk)
    battles = campaigns.battles(asked.campaign)
    return {
        "head": queries.head(asked, "cockpit:campaign"),
        "key": key,
        "label": ledger.definition.label.of(lang()),
        "note": ledger.definition.note.of(lang()) if ledger.definition.note else "",
        "tabs": [
            (r.key, asked.playbook.register(r.key).label.of(lang()))
            for r in registers_for(asked.seen, asked.campaign)
            if r.key in {d.key for d in asked.playbook.registers}
        ],
        "heads": [(h.key, h.label.of(lang()), h is head) for h in ledger.definition.heads],
        "controls": list(_controls(asked, ledger, ask, given, battles)),
        "chips": list(_chips(asked, ask, kept, here)),
        "faults": [sentence(f) for f in ask.faults],
        "columns": heads,
        "over": over_heads(heads),
        "rows": lines(printer, page.rows),
        "n": page.n,
        "is_more": page.is_more,
        "is_cut": page.is_cut,
        "listed_cap": LISTED_CAP,
        "next": f"{here}?{urlencode(further)}" if page.after else "",
        "is_filtered": ask.is_filtered,
        "kept": kept,
        "query": urlencode(kept),
        "here": here,
        "export": f"{reverse('grid:export', args=[asked.campaign.code, key])}?{urlencode(kept)}",
        "is_office": is_office and not asked.is_past,
        "lookups": _lookups(ledger) if not asked.is_past else [],
    }  # fmt: skip


def chosen_columns(given: Mapping[str, str]) -> list[str]:
    """Give the columns that an address names, by their sources."""
    return [c for c in given.get("columns", "").split(",") if c]


def chosen_head(ledger: Ledger, key: str) -> HeaderProfile | None:
    """Give the printed form that was asked for; None for the columns of the system."""
    return next((h for h in ledger.definition.heads if h.key == key), None)


def _lookups(ledger: Ledger) -> list[tuple[str, str]]:
    found = lookup_fields(
        ledger.definition,
        ledger.register.campaign_id,
        ledger.register.access_class,
        ledger.seen,
    )
    return [(f.key, f.label.of(lang())) for f in found]


def _heads(
    columns: list[Column], ask: Ask, kept: dict[str, str], here: str
) -> list[dict[str, Any]]:
    found = []
    for column in columns:
        is_sorted = bool(column.sort) and ask.sort == column.sort
        to = f"-{column.sort}" if is_sorted and not ask.is_down else column.sort
        query = urlencode({**kept, "sort": to})
        found.append({
            "source": column.source,
            "head": column.head,
            "over": column.over,
            "href": f"{here}?{query}" if column.sort else "",
            "sorted": ("descending" if ask.is_down else "ascending") if is_sorted else "",
        })  # fmt: skip
    return found


def over_heads(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the upper row of heads: merged ones, and those that reach down; empty where none is merged."""
    if not any(c["over"] for c in columns):
        return []
    found: list[dict[str, Any]] = []
    for column in columns:
        last = found[-1] if found else None
        if column["over"] and last and last["over"] == column["over"]:
            last["span"] += 1
        else:
            found.append({**column, "span": 1})
    return found


def _controls(
    asked: Asked, ledger: Ledger, ask: Ask, given: dict[str, str], battles: list[Battle]
) -> Iterable[Control]:
    states = asked.playbook.workflow_of(ledger.definition.key).states
    named = {
        "battle": (_("Battle"), [(str(b.pk), b.label(lang())) for b in battles]),
        "state": (_("State"), [(s.key, s.label.of(lang())) for s in states]),
        "light": (_("Light"), [(c, asked.playbook.light(c).word.of(lang())) for c in LIGHTS]),
    }
    yield Control("q", _("Title or code contains"), ask.q, "search")
    for name, (label, choices) in named.items():
        chosen = given.get(name, "")
        picks = tuple((v, word, v == chosen) for v, word in choices)
        yield Control(name, label, chosen, "choice", picks)
    yield Control("org", _("Responsible org, by name"), _org_text(given.get("org", "")))
    wide = asked.seen.wide_roles(asked.campaign.pk)
    for field in askable_fields(ledger.definition, wide):
        if field.filterable:
            yield from _field_controls(field, given)


def _org_text(given: str) -> str:
    """Give the name of an org that an address names by its id; what was typed stays as it is."""
    try:
        org = Org.objects.filter(pk=UUID(given)).first()
    except ValueError:
        return given
    return org.short_name if org else given


def _field_controls(field: FieldDef, given: dict[str, str]) -> Iterable[Control]:
    name, label = f"f.{field.key}", field.label.of(lang())
    if field.type is FieldType.CHOICE:
        chosen = given.get(name, "")
        picks = tuple((c.key, c.label.of(lang()), c.key == chosen) for c in field.choices)
        yield Control(name, label, chosen, "choice", picks)
    elif field.type in _RANGES:
        kind = "date" if field.type is FieldType.DATE else "text"
        for suffix, word in ((".from", _("%(field)s from")), (".to", _("%(field)s to"))):
            one = f"{name}{suffix}"
            yield Control(one, word % {"field": label}, given.get(one, ""), kind)
    else:
        yield Control(name, label, given.get(name, ""))


def _chips(asked: Asked, ask: Ask, kept: dict[str, str], here: str) -> Iterable[dict[str, str]]:
    words = filter_words(asked, ask)
    for name, word in words.items():
        others = urlencode({k: v for k, v in kept.items() if k != name})
        yield {"word": word, "without": f"{here}?{others}" if others else here}


def roster_rows(asked: Asked, rosters: list[Roster]) -> list[dict[str, Any]]:
    """Give the versions of rosters, with the codes that each added and dropped: one query."""
    known = {UUID(pk) for r in rosters for pk in r.members}
    seen = Item.objects.filter(visible(asked.seen, asked.campaign.pk), pk__in=known)
    codes = {str(pk): code for pk, code in seen.values_list("pk", "code")}
    before: dict[str, set[str]] = {}
    rows = []
    for roster in rosters:
        now = set(roster.members)
        was = before.get(roster.name)
        rows.append({
            "roster": roster,
            "n": len(now),
            "added": sorted(codes[pk] for pk in now - was if pk in codes) if was is not None else [],
            "dropped": sorted(codes[pk] for pk in was - now if pk in codes) if was is not None else [],
        })  # fmt: skip
        before[roster.name] = now
    return rows[::-1]
