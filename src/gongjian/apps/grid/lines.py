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
    texts: tuple[str, ...]
    cells: SafeString


def lines(printer: Printer, rows: Sequence[Row], *, can_bulk: bool = False) -> list[Line]:
    """Print rows as lines of a table, each with a box to tick where many may be edited at once.

    Every text in them is escaped.
    """
    draws = [_draw(column, printer) for column in printer.columns]
    box = _box() if can_bulk else _no_box
    made = []
    for row, texts in zip(rows, printer.texts(rows), strict=True):
        cells = "".join([draw(row, text) for draw, text in zip(draws, texts, strict=True)])
        made.append(Line(row, texts, mark_safe(box(row) + cells)))  # noqa: S308  # each text was escaped
    return made


def _box() -> Callable[[Row], str]:
    label = escape(_("Choose"))

    def draw(row: Row) -> str:
        if row.listing is not None:  # edited where it is at home
            return '<td class="pick"></td>'
        return (
            f'<td class="pick"><input type="checkbox" form="bulk" name="item" value="{row.item.pk}" '
            f'aria-label="{label} {escape(row.number)}"></td>'
        )

    return draw


def _no_box(_row: Row) -> str:
    return ""


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
    empty = f"{opening}</td>"  # half the cells of a list are
    return lambda _row, text: f"{opening}{escape(text)}</td>" if text else empty


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
