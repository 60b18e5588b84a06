"""The page of one register, its workbook and its rosters, ready to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import Ask
from gongjian.apps.campaigns.fields import lookup_fields
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import visible
from gongjian.apps.campaigns.registers import LISTED_CAP, Ledger, RegisterPage
from gongjian.apps.cockpit.queries import Asked, lang
from gongjian.apps.grid import bulk
from gongjian.apps.grid.board import more_of, section
from gongjian.apps.grid.columns import Column, Columns
from gongjian.apps.grid.groups import grouped
from gongjian.apps.grid.lines import lines
from gongjian.apps.grid.printing import Printer
from gongjian.apps.grid.top import Around, surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.apps.campaigns.models import Roster
    from gongjian.kernel.model.fields import HeaderProfile


def register_context(  # one argument for each thing the address says
    asked: Asked, ledger: Ledger, ask: Ask, page: RegisterPage, given: dict[str, str], first: int
) -> dict[str, Any]:
    """Give everything that the list of a register shows."""
    at = Around(asked, ledger, ask, given, "list")
    head = chosen_head(ledger, given.get("head", ""))
    columns = Columns(asked, ledger).of(head, chosen_columns(given))
    printer = Printer(asked, ledger, columns, head, first)
    around = surroundings(at)
    kept, here = around["kept"], around["here"]
    heads = _heads(columns, ask, kept, here)
    further = {**kept, "after": page.after, "from": str(first + len(page.rows))}
    by = given.get("group", "")
    is_grouped = not asked.is_past and any(name == by for name, _word, _on in around["groupings"])
    can_bulk = not asked.is_past and bool(bulk.columns(asked, ledger))
    if is_grouped:
        rows = sections(at, printer, by, can_bulk=can_bulk)
    else:
        rows = {"rows": lines(printer, page.rows, can_bulk=can_bulk), "sections": []}
    return {
        **around,
        "columns": heads,
        "over": over_heads(heads),
        "n": page.n,
        "is_more": page.is_more,
        "is_cut": page.is_cut,
        "listed_cap": LISTED_CAP,
        "next": f"{here}?{urlencode(further)}" if page.after and not is_grouped else "",
        "lookups": _lookups(ledger) if not asked.is_past else [],
        "can_bulk": can_bulk,
        "n_columns": len(columns) + can_bulk,
        **rows,
    }


def sections(at: Around, printer: Printer, by: str, *, can_bulk: bool) -> dict[str, Any]:
    """Give the list by groups: each with its heading and its first rows, in the order of the list."""
    battles = campaigns.battles(at.asked.campaign)
    found = grouped(at.asked, at.ledger, at.ask, by, battles, more=more_of(at.given))
    rows = [row for group in found.groups for row in group.rows]
    printed = iter(lines(printer, rows, can_bulk=can_bulk))
    made = [
        {**section(at, group), "rows": [next(printed) for _row in group.rows]}
        for group in found.groups
        if group.n
    ]
    return {"rows": made, "sections": made, "n_hidden": found.n_hidden}


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
