"""What the page of a register as a table is given: its columns, its addresses and its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.queries import rights_of
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.columns import REPORTED, Columns
from gongjian.apps.grid.top import columns_of, face_address, head_of, surroundings
from gongjian.apps.grid.writing import PRINTED
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from gongjian.apps.grid.columns import Column
    from gongjian.apps.grid.top import Around

_ORGS_CAP = 2_000  # names offered while an org is typed; any other may be typed as well


def sheet_context(at: Around) -> dict[str, Any]:
    """Give everything that the page says; it holds no rows."""
    context = surroundings(at)
    listed, query = face_address(at.code, at.key, "list"), context["query"]
    return context | {
        "list": f"{listed}?{query}" if query else listed,
        "config": _config(at) | {"may_add": context["is_office"]},
    }


def _config(at: Around) -> dict[str, Any]:
    head = head_of(at)
    addresses = {
        name: reverse(f"grid:{name}", args=[at.code, at.key])
        for name in ("rows", "cells", "totals")
    }
    return addresses | {
        "list": face_address(at.code, at.key, "list"),
        "columns": _columns(at),
        "is_chosen": bool(at.given.get("columns")),
        "is_printed_form": head is not None,
        "offers": _offers(at),
        "lights": {light.code: {"shape": light.shape} for light in at.asked.playbook.lights},
        "store": f"grid:{at.code}/{at.key}/{head.key if head else ''}",
        "person": str(at.asked.seen.person_id or ""),
        "words": words(),
    }


def _columns(at: Around) -> list[dict[str, Any]]:
    """Give the columns that are shown, then those that may be chosen besides."""
    shown = columns_of(at)
    there = {c.source for c in shown}
    every = [] if head_of(at) else Columns(at.asked, at.ledger).every()
    more = [c for c in every if c.source not in there]
    return [
        {
            **_column(c),
            "is_shut": c.source not in there,
            "is_editable": _may_type(at, c),
            "why": _why_locked(at, c),
        }
        for c in [*shown, *more]
    ]


def _may_type(at: Around, column: Column) -> bool:
    """Tell whether this person types in a column of any row at all."""
    is_reported = column.source in REPORTED or column.source == "report"
    may = rights_of(at.asked.seen.roles(at.asked.campaign.pk))
    return column.is_editable and (not is_reported or "report" in may)


def _why_locked(at: Around, column: Column) -> str:
    """Give the name of the sentence that says why nobody, or not this person, types in a column."""
    field = at.ledger.definition.field(column.field) if column.field else None
    if column.source == "code":
        return "locked_code"
    if column.source in PRINTED or (field and field.compute):
        return "locked_column"
    if field and (field.personal or field.type is FieldType.FILE):
        return "locked_elsewhere"
    return "locked_role"


def _column(column: Column) -> dict[str, Any]:
    return {
        "source": column.source,
        "head": column.head,
        "over": column.over,
        "kind": column.kind,
        "sort": column.sort,
        "unit": column.unit,
        "help": column.help,
        "choices": [word for _key, word in column.choices],
    }


def _offers(at: Around) -> dict[str, list[str]]:
    """Give the names that are offered while a battle or an org is typed, to those who may type one."""
    typed = {c.kind for c in Columns(at.asked, at.ledger).every() if _may_type(at, c)}
    found = {}
    if "battle" in typed:
        found["battle"] = [b.label(lang()) for b in campaigns.battles(at.asked.campaign)]
    if {"org", "orgs"} & typed:
        in_force = Q(until=None) | Q(until__gte=at.asked.day)
        orgs = Org.objects.filter(in_force).order_by("order", "code")[:_ORGS_CAP]
        found["org"] = found["orgs"] = [o.label(lang()) for o in orgs]
    return found


def words() -> dict[str, str]:
    """Give the sentences of the page; the page itself puts the facts in."""
    return {
        "add_rows": _("Add %(out_rows)s new items"),
        "all_mine": _("Take all of mine"),
        "all_ready": _("%(n)s cells are ready to be saved"),
        "all_theirs": _("Keep all of theirs"),
        "blank": _("empty"),
        "cancel": _("Cancel"),
        "cell": _("Row %(row)s, %(column)s: %(text)s"),
        "changed": _("%(n)s cells changed"),
        "conflicts": _(
            "%(n)s cells were changed by somebody else while you wrote: choose what stands"
        ),
        "contested": _("%(by)s changed this at %(at)s to “%(theirs)s”; you wrote “%(mine)s”."),
        "copied": _("%(n)s cells copied"),
        "copy_again": _("The rows are here now: copy again."),
        "count": _("%(n)s items"),
        "count_more": _("More than %(n)s items: the list grows as you scroll"),
        "cut": _("Leave out what does not fit"),
        "drop": _("Drop them"),
        "earlier": _("%(column)s: further to the front"),
        "falls_below": _("%(out_rows)s of the %(rows)s rows would fall below the last row."),
        "falls_beside": _(
            "%(out_cols)s of the %(cols)s columns would fall beyond the last column."
        ),
        "falls_outside": _(
            "%(out_rows)s of the %(rows)s rows would fall below the last row, %(out_cols)s of the %(cols)s columns beyond the last column."
        ),
        "forget": _("Drop them"),
        "frozen": _("Columns that stay in place"),
        "held": _("Not saved yet"),
        "keep_theirs": _("Keep theirs"),
        "later": _("%(column)s: further to the back"),
        "leaving": _("Tab leaves the table now."),
        "left": _("%(n)s cells that you wrote here were not saved."),
        "locked_cell": _("You may not change this of this item."),
        "locked_code": _("A code stays as it is."),
        "locked_column": _("This is worked out or moves by a step of its own."),
        "locked_elsewhere": _("This is entered on the item's own page."),
        "locked_out": _("%(n)s cells are locked and stayed as they are."),
        "locked_role": _("Your role does not change this column."),
        "more": _("%(n)s more"),
        "named": _("Row %(row)s, %(column)s"),
        "narrower": _("%(column)s: narrower"),
        "new_row": _("new"),
        "next_fault": _("Go to the next"),
        "no_line": _("no connection"),
        "no_right": _("you may not change these items"),
        "not_loaded": _("Rows could not be loaded."),
        "not_saved": _("Not saved: %(why)s."),
        "reset": _("As the register has them"),
        "restore": _("Put them back"),
        "save_all": _("Save all"),
        "save_rest": _("Save without these"),
        "saved": _("Saved %(at)s ✓"),
        "saving": _("Saving…"),
        "server_fault": _("the server did not take it"),
        "signed_out": _("you are signed out; sign in in another window, then try again"),
        "some_wrong": _("%(ok)s of %(n)s cells can be saved, %(wrong)s not: correct them"),
        "sums_cut": _("Not all items are in these totals."),
        "take_mine": _("Take mine"),
        "too_many": _("More than %(n)s rows at once: use the import or the bulk edit."),
        "try_again": _("Try again"),
        "unchanged": _("Nothing was changed."),
        "undo": _("Undo"),
        "undone": _("Undone: everything is as it was before."),
        "waiting": _("This row is still being loaded."),
        "wider": _("%(column)s: wider"),
    }
