"""The tree of a register, ready to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.grid.lines import Line, lines
from gongjian.apps.grid.printing import Printer
from gongjian.apps.grid.top import columns_of, face_address, head_of
from gongjian.apps.grid.tree import TOPS, Branch, TreePage, tree

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.grid.columns import Column
    from gongjian.apps.grid.top import Around


def page(at: Around) -> dict[str, Any]:
    """Give a page of the tree."""
    item = _under(at)
    found = tree(
        at.ledger, at.ask, after=at.given.get("after", ""), under=item.pk if item else None
    )
    columns = columns_of(at)
    kept = at.kept | ({"under": item.code} if item else {})
    here = face_address(at.code, at.key, "tree")
    return {
        "under": item,
        "columns": [c.head for c in columns],
        "branches": _branches(at, columns, found, 0),
        "next": f"{here}?{urlencode({**kept, 'after': found.after})}" if found.after else "",
        "is_cut": found.is_cut,
        "n_tops": TOPS,
    }


def rows_below(at: Around) -> dict[str, Any]:
    """Give only the rows below one item, at the level at which they are put into a page."""
    item = _under(at)
    found = tree(at.ledger, at.ask, under=item.pk if item else None)
    given = at.given.get("level", "")
    level = int(given) if given.isascii() and given.isdigit() and len(given) == 1 else 0
    return {"branches": _branches(at, columns_of(at), found, level)}


def _under(at: Around) -> Item | None:
    code = at.given.get("under", "")
    return get_item_for(at.asked.seen, code) if code else None


def _branches(
    at: Around, columns: list[Column], found: TreePage, level: int
) -> list[dict[str, Any]]:
    printer = Printer(at.asked, at.ledger, columns, head_of(at))
    made = lines(printer, [b.row for b in found.branches])
    return [_branch(at, b, line, level) for b, line in zip(found.branches, made, strict=True)]


def _branch(at: Around, branch: Branch, line: Line, level: int) -> dict[str, Any]:
    here = reverse("grid:tree", args=[at.code, at.key])
    params = {**at.kept, "under": branch.row.item.code}
    return {
        "cells": line.cells,
        "code": branch.row.item.code,
        "level": min(branch.level + level, 5),
        "n_below": branch.n_below,
        "is_open": branch.is_open,
        "is_found": branch.is_found,
        "open": f"{here}?{urlencode(params)}" if branch.n_below and not branch.is_open else "",
    }
