"""The lines of a register's page. A page has a thousand cells and more: they are put together here, not by
a template that would look at each of them for five reasons."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from gongjian.apps.cockpit.queries import lang

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gongjian.apps.campaigns.registers import Row
    from gongjian.apps.grid.columns import Column
    from gongjian.apps.grid.printing import Printer

    Draw = Callable[[Row, str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a register, ready to print: the text of each column, and its cells as HTML."""

    row: Row
    texts: list[str]
    cells: SafeString


def lines(printer: Printer, rows: Sequence[Row]) -> list[Line]:
    """Print rows as lines of a table; every text in them is escaped."""
    draws = [_draw(column, printer) for column in printer.columns]
    made = []
    for row, texts in zip(rows, printer.texts(rows), strict=True):
        cells = "".join([draw(row, text) for draw, text in zip(draws, texts, strict=True)])
        made.append(Line(row, texts, mark_safe(cells)))  # noqa: S308  # each text in it was escaped
    return made


def _draw(column: Column, printer: Printer) -> Draw:
    label = escape(column.head)
    if column.kind == "title":
        return _titles()
    if column.kind == "light":
        shapes = {one.code: one.shape for one in printer.ledger.playbook.lights}
        return lambda row, text: (
            f'<td data-label="{label}"><span class="light light-{escape(row.item.light)}">'
            f'<i class="shape shape-{escape(shapes.get(row.item.light, "dash"))}" aria-hidden="true">'
            f"</i>{escape(text)}</span></td>"
        )
    kind = column.kind if column.kind in {"num", "date", "code", "personal"} else ""
    if column.source == "due":
        return lambda row, text: (
            f'<td class="{"late" if row.item.due_state == "late" else "date"}" data-label="{label}">'
            f"{escape(text)}</td>"
        )
    opening = f'<td class="{kind}" data-label="{label}">'
    return lambda _row, text: f"{opening}{escape(text)}</td>"


def _titles() -> Draw:
    before, after = reverse("cockpit:item", args=["-"]).split("-")
    listed = _("listed, at home in %(home)s")

    def draw(row: Row, text: str) -> str:
        badge = ""
        if row.listing is not None:
            home = listed % {"home": row.register.label.of(lang())}
            badge = f' <small class="badge is-past">{escape(home)}</small>'
        href = f"{before}{quote(row.item.code)}{after}"
        return f'<th scope="row"><a href="{href}">{escape(text)}</a>{badge}</th>'

    return draw
