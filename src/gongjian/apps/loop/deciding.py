"""What the page of an item says of obstacles and decisions: what may be raised, asked, decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.models import OVER
from gongjian.apps.loop.models import Movement
from gongjian.apps.loop.queries.decisions import (
    DECISIONS,
    OBSTACLES,
    Seat,
    asked_posts,
    has_register,
    holding_link,
    open_items,
    options_of,
    seat_of,
)
from gongjian.apps.loop.words import lang
from gongjian.kernel.playbook.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.loop.models import Option
    from gongjian.kernel.model.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Effect:
    """What an option does to the deadline of one item."""

    code: str
    title: str
    due: dt.date | None
    new: dt.date | None  # None: unchanged

    @property
    def days(self) -> int:
        """Give by how many days it moves."""
        return (self.new - self.due).days if self.new and self.due else 0


@dataclass(frozen=True, slots=True)
class Offered:
    """One option as its button shows it."""

    pk: UUID
    n: int
    text: str
    effect: str
    effects: tuple[Effect, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A decision request as its page shows it to one reader."""

    options: tuple[Offered, ...]
    posts: str
    seat: Seat | None
    seat_post: str
    question: str
    advice: str
    is_open: bool
    decision: str
    decided_by: str
    decided_on: str


def deciding_context(
    seen: Scope, item: Item, playbook: Playbook, may: frozenset[str]
) -> dict[str, Any]:
    """Give what the page shows; no query unless the item is a decision request."""
    register = item.register.key
    may_write = "report" in may and item.category not in OVER
    shape = playbook.register(OBSTACLES) if has_register(playbook, OBSTACLES) else None
    can_raise = may_write and shape and holding_link(playbook, register) is not None
    fields = {f.key: f for f in shape.fields} if shape else {}
    kind = fields.get("kind")
    return {
        "decision_request": request_of(seen, item) if register == DECISIONS else None,
        "may_raise": bool(can_raise),
        "obstacle_kinds": [(c.key, c.label.of(lang())) for c in kind.choices] if kind else [],
        "may_ask": may_write and register != DECISIONS and has_register(playbook, DECISIONS),
        "board": has_register(playbook, OBSTACLES) and register == OBSTACLES,
    }


def request_of(seen: Scope, item: Item) -> Request | None:
    """Give a decision request; None for a decision that nobody was asked for. Six queries at most."""
    posts, options = asked_posts(item), options_of(item)
    if not options:
        return None
    fields = item.fields
    is_open = is_blank(fields.get("decided_on")) and item.category not in OVER
    ids = {UUID(pk) for o in options for pk in o.dates}
    held = open_items(seen, item.campaign_id, ids) if is_open and ids else []
    seat = seat_of(seen, item, posts) if is_open else None
    return Request(
        options=tuple(_offered(o, held) for o in options),
        posts="、".join(p.label(lang()) for p in posts),
        seat=seat,
        seat_post=seat.post.label(lang()) if seat else "",
        question=str(fields.get("question") or item.title),
        advice=str(fields.get("advice") or ""),
        is_open=is_open,
        decision=str(fields.get("decision") or ""),
        decided_by="" if is_open else _decided_by(item),
        decided_on=str(fields.get("decided_on") or ""),
    )


def _decided_by(item: Item) -> str:
    """Say who decided; whoever acted for a leading official is named beside the post."""
    post = str(item.fields.get("decided_by") or "")
    took = Movement.objects.filter(item=item, step="decide").order_by("at", "id").last()
    if took is None or took.on_behalf_of is None:
        return post
    who = Person.objects.filter(pk=took.by).first()
    said = {"who": who.label(lang()) if who else "", "whom": post}
    return _("%(who)s, acting for %(whom)s") % said


def _offered(option: Option, held: list[Item]) -> Offered:
    return Offered(
        pk=option.pk,
        n=option.order + 1,
        text=option.text,
        effect=option.effect,
        effects=tuple(_effect(i, option.dates) for i in held),
        is_chosen=option.is_chosen,
    )


def _effect(item: Item, dates: Mapping[str, str]) -> Effect:
    new = dates.get(str(item.pk))
    return Effect(item.code, item.title, item.due, dt.date.fromisoformat(new) if new else None)
