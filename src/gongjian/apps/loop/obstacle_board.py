"""The board of obstacles: what is stuck, whose it is, how long it has, what it holds up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, Q

from gongjian.apps.accounts.models import Role
from gongjian.apps.campaigns.models import OVER, Item, ItemLink, Responsibility
from gongjian.apps.campaigns.queries import Brief, roles_by_item, visible
from gongjian.apps.campaigns.related import in_force, seen_items
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.queries.decisions import (
    DECISIONS,
    OBSTACLES,
    has_register,
    holding_kinds,
    link_between,
)
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign, Register
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 200
REPORTS = frozenset({Role.OFFICE, Role.PRINCIPAL, Role.CONTACT})


@dataclass(frozen=True, slots=True)
class Held:
    """An item that is held up: its light and its deadline."""

    code: str
    title: str
    due: dt.date | None
    light: dict[str, str]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One obstacle on the board."""

    code: str
    title: str
    kind: str
    org: str
    limit: str
    until: dt.date | None
    left: int | None
    days_lost: str
    ask: str
    support: tuple[str, ...]
    holds: tuple[Held, ...]
    decision: Brief | None  # asked for already
    may_ask: bool

    @property
    def over(self) -> int:
        """Give by how many days its clock is over."""
        return max(-(self.left or 0), 0)


@dataclass(frozen=True, slots=True)
class Lane:
    """Obstacles in one state."""

    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page shows."""

    lanes: tuple[Lane, ...]
    n: int
    n_late: int
    days_lost: int
    is_cut: bool


def board_of(seen: Scope, campaign: Campaign, playbook: Playbook, register: Register) -> Board:
    """Give the open obstacles that a person sees, by state: a fixed number of queries."""
    rows = Item.objects.filter(visible(seen, campaign.pk), campaign=campaign, register=register)
    rows = rows.exclude(category__in=OVER).select_related("org", "turn", "register")
    found = list(rows.order_by(F("turn__until").asc(nulls_last=True), "due", "code")[: SHOWN + 1])
    desk = _Desk(seen, campaign, playbook, found[:SHOWN])
    by_state = desk.cards()
    workflow = playbook.workflow_of(OBSTACLES)
    lanes = tuple(
        Lane(s.label.of(lang()), tuple(by_state.get(s.key, ())))
        for s in workflow.states
        if s.category not in OVER
    )
    cards = [c for lane in lanes for c in lane.cards]
    lost = sum(int(c.days_lost) for c in cards if c.days_lost.isdigit())
    return Board(lanes, len(cards), sum(c.over > 0 for c in cards), lost, len(found) > SHOWN)


class _Desk:
    """What the cards are made of, fetched for all at once."""

    def __init__(
        self, seen: Scope, campaign: Campaign, playbook: Playbook, items: list[Item]
    ) -> None:
        self.playbook, self.items, self.day = playbook, items, today_of(campaign)
        ids = {i.pk for i in items}
        asking = link_between(playbook, OBSTACLES, DECISIONS)
        asks = {asking[0].key} if asking and has_register(playbook, DECISIONS) else set()
        wanted = Q(source__in=ids) | Q(target__in=ids)
        links = ItemLink.objects.filter(wanted, kind__in=holding_kinds(playbook) | asks)
        ends = [(r.kind, r.source_id, r.target_id) for r in links]
        others = {pk for _k, s, t in ends for pk in (s, t)} - ids
        seen_there = seen_items(seen, others, campaign.pk) if others else {}
        self.holds: dict[UUID, list[Brief]] = defaultdict(list)
        self.asked: dict[UUID, Brief] = {}
        for kind, source, target in ends:
            here, there = (source, target) if source in ids else (target, source)
            if brief := seen_there.get(there):
                if kind in asks:
                    self.asked[here] = brief
                else:
                    self.holds[here].append(brief)
        self.support = self._support(ids)
        self.roles = roles_by_item(seen, items)
        self.may_ask = bool(asks)
        self.lights = {one.code: one for one in playbook.lights}
        shape = playbook.register(OBSTACLES)
        kind_field = next((f for f in shape.fields if f.key == "kind"), None)
        choices = kind_field.choices if kind_field else ()
        self.kinds = {c.key: c.label.of(lang()) for c in choices}

    def _support(self, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
        found: dict[UUID, list[str]] = defaultdict(list)
        duties = Responsibility.objects.filter(item__in=ids, role="support", org__isnull=False)
        for duty in duties.select_related("org").order_by("order"):
            if duty.org and in_force(duty, self.day):
                found[duty.item_id].append(duty.org.label(lang()))
        return found

    def cards(self) -> dict[str, list[Card]]:
        """Give the cards by state."""
        found: dict[str, list[Card]] = defaultdict(list)
        for item in self.items:
            found[self.playbook.state_of(OBSTACLES, item.state).key].append(self._card(item))
        return found

    def _card(self, item: Item) -> Card:
        turn = getattr(item, "turn", None)
        until = turn.until if turn else item.due
        limits = {one.key: one.label for one in self.playbook.limits}
        limit = turn.limit if turn else ""
        fields: dict[str, Any] = item.fields
        return Card(
            code=item.code,
            title=item.title,
            kind=self.kinds.get(str(fields.get("kind", "")), ""),
            org=item.org.label(lang()) if item.org else "",
            limit=limits[limit].of(lang()) if limit in limits else "",
            until=until,
            left=(until - self.day).days if until else None,
            days_lost=str(fields.get("days_lost") or ""),
            ask=str(fields.get("ask") or ""),
            support=tuple(self.support.get(item.pk, ())),
            holds=tuple(self._held(b) for b in self.holds.get(item.pk, ())),
            decision=self.asked.get(item.pk),
            may_ask=self.may_ask and item.pk not in self.asked and self._may(item),
        )

    def _may(self, item: Item) -> bool:
        return bool(self.roles[item.pk] & REPORTS)

    def _held(self, brief: Brief) -> Held:
        light = self.lights.get(brief.light)
        said = {
            "code": brief.light,
            "shape": light.shape if light else "dash",
            "word": light.word.of(lang()) if light else "",
        }
        late = brief.due is not None and brief.due < self.day
        return Held(brief.code, brief.title, brief.due, said, late)
