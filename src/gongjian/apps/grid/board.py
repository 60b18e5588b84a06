"""A register as a board: a column for each group, a card for each of its first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.fields import editable_fields
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.groups import MOST, SIZE, Grouped, choice_field, grouped
from gongjian.apps.grid.top import face_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Battle
    from gongjian.apps.campaigns.registers import Row
    from gongjian.apps.grid.groups import Group
    from gongjian.apps.grid.top import Around


def board(at: Around, by: str) -> dict[str, Any]:
    """Give the columns of a board with their cards: a fixed number of queries."""
    battles = campaigns.battles(at.asked.campaign)
    found = grouped(at.asked, at.ledger, at.ask, by, battles, more=more_of(at.given))
    rows = [row for group in found.groups for row in group.rows]
    roles = campaigns.roles_by_item(at.asked.seen, [row.item for row in rows])
    cards = _Cards(at, by, roles, battles)
    return {
        "by": by,
        "source": f"field:{by[2:]}" if by.startswith("f.") else by,
        "columns": [_column(at, group, cards) for group in found.groups],
        "n": found.n,
        "n_hidden": found.n_hidden,
        "is_empty": not found.n,
    }


def more_of(given: Mapping[str, str]) -> tuple[str, int]:
    """Read which group stands open further, and how far."""
    key, _colon, size = given.get("more", "").rpartition(":")
    return (
        (key, int(size))
        if key and size.isascii() and size.isdigit() and len(size) < 4
        else ("", SIZE)
    )


def section(at: Around, group: Group) -> dict[str, Any]:
    """Give where a group goes on: further on the same page, then as a list of its own."""
    kept = at.kept
    narrowed = {k: v for k, v in kept.items() if k not in {"group", *group.params}} | group.params
    listed = f"{face_address(at.code, at.key, 'list')}?{urlencode(narrowed)}"
    here = face_address(at.code, at.key, at.face)
    further = min(len(group.rows) + SIZE, MOST)
    is_more = group.n > len(group.rows) and len(group.rows) < MOST and bool(group.key)
    more = f"{here}?{urlencode({**kept, 'more': f'{group.key}:{further}'})}#g-{group.key}"
    return {
        "key": group.key,
        "label": group.label,
        "n": group.n,
        "href": listed if group.params else "",
        "more": more if is_more else "",
        "n_left": group.n - len(group.rows),
    }


def _column(at: Around, group: Group, cards: _Cards) -> dict[str, Any]:
    return {**section(at, group), "cards": [cards.card(row) for row in group.rows]}


class _Cards:
    """Makes cards; what is the same for many of them is looked up once."""

    def __init__(
        self,
        at: Around,
        by: str,
        roles: Mapping[UUID, frozenset[str]],
        battles: Sequence[Battle],
    ) -> None:
        self.at = at
        self.by = by
        self.roles = roles
        self.workflow = at.asked.playbook.workflow_of(at.key)
        self.field = choice_field(at.ledger, by)
        self.choices = self._choices(battles)
        self._may: dict[frozenset[str], bool] = {}

    def _choices(self, battles: Sequence[Battle]) -> list[tuple[str, str, str]]:
        """Give key, text as it is typed, and word of the groups that cards are moved between."""
        if self.by == "battle":
            return [(str(b.pk), b.name, b.label(lang())) for b in battles]
        if self.field is None or self.field.several:
            return []
        return [(c.key, c.key, c.label.of(lang())) for c in self.field.choices]

    def card(self, row: Row) -> dict[str, Any]:
        """Give one card: code, title, org, due, light with its word, the steps that are lawful now."""
        item = row.item
        href = reverse("cockpit:item", args=[item.code])
        light = self.at.ledger.home_of(item).light(item.light)
        is_english = lang().startswith("en")
        return {
            "code": row.number,
            "title": item.title,
            "listed_from": row.register.label.of(lang()) if row.listing else "",
            "href": href,
            "org": (is_english and item.org__name_en) or item.org__short_name or "",
            "due": item.due.isoformat() if item.due else "",
            "is_late": item.due_state == "late",
            "light": {
                "code": light.code,
                "word": light.word.of(lang()),
                "shape": light.shape,
                "meaning": light.meaning.of(lang()),
            },
            "progress": item.progress // 100,
            "steps": [] if self.choices else self._steps(row, href),
            "choices": self._others(row),
            "id": str(item.pk),
            "version": item.version,
        }

    def _others(self, row: Row) -> list[tuple[str, str]]:
        """Give the other groups that this person may put a card into; what is only listed here stays."""
        if (
            row.listing is not None
            or not self.choices
            or not self._may_move(self.roles[row.item.pk])
        ):
            return []
        now = str(row.item.battle_id or "")
        if self.field is not None:
            now = str(row.item.fields.get(self.field.key, ""))
        return [(value, word) for key, value, word in self.choices if key != now]

    def _may_move(self, held: frozenset[str]) -> bool:
        if held not in self._may:
            own = editable_fields(self.at.ledger.definition, held)
            may = "edit" in campaigns.rights_of(held)
            self._may[held] = self.field in own if self.field is not None else may
        return self._may[held]

    def _steps(self, row: Row, href: str) -> Sequence[dict[str, str]]:
        """Give the steps that this person may take from here; each has its form on the item's page."""
        if row.listing is not None:
            return []
        held = self.roles[row.item.pk]
        now = self.at.asked.playbook.state_of(self.at.key, row.item.state).key
        return [
            {"word": t.label.of(lang()), "href": f"{href}#steps"}
            for t in self.workflow.transitions
            if now in t.sources and held & set(t.roles)
        ]


__all__ = ["Grouped", "board", "more_of", "section"]
