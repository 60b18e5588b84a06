"""Obstacles (卡点): what holds an item up, with an owner and a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.loop.actions.making import Sheet, day_of, make_beside
from gongjian.apps.loop.queries.decisions import OBSTACLES, holding_link
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice
from gongjian.kernel.model.workflow import OVER

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.ledger.book import Book


@dataclass(frozen=True, slots=True)
class Stuck:
    """What is stuck, who is to clear it by when, and which orgs are asked to help."""

    what: str
    owner: Org
    due: dt.date
    kind: str = ""
    ask: str = ""
    days_lost: int | None = None
    support: tuple[Org, ...] = ()


@action("loop.raise_obstacle")
def raise_obstacle(book: Book, item: Item, stuck: Stuck) -> dict[str, Any]:
    """Put what holds an item up on the books, and tell its owner; never the item's own org."""
    day = day_of(book, item.campaign)
    _refuse(item, stuck, day)
    support = [o for o in dict.fromkeys(stuck.support) if o.pk != stuck.owner.pk]
    typed = {
        "kind": stuck.kind,
        "description": stuck.what.strip() if len(stuck.what.strip()) > 300 else "",
        "raised_on": day.isoformat(),
        "days_lost": "" if stuck.days_lost is None else str(stuck.days_lost),
        "ask": stuck.ask.strip(),
    }
    duties = [("owner", stuck.owner), *(("support", o) for o in support)]
    sheet = Sheet(stuck.what, stuck.due, stuck.owner, typed, duties)
    made = make_beside(book, item, OBSTACLES, sheet)
    tell(book, [_told(made, stuck.owner, item), *(_asked(made, o) for o in support)])
    return {"obstacle": made.code, "item": item.code}


def _refuse(item: Item, stuck: Stuck, day: dt.date) -> None:
    playbook = playbook_in_force(item.campaign)
    if holding_link(playbook, item.register.key) is None:
        raise ActionError("obstacle.not_here", item=item.code)
    if playbook.workflow_of(item.register.key).state(item.state).category in OVER:
        raise ActionError("obstacle.item_over", item=item.code)
    if not stuck.what.strip():
        raise ActionError("obstacle.nothing_said")
    if stuck.owner.pk == item.org_id:
        raise ActionError("obstacle.own_org", org=stuck.owner.short_name)
    if stuck.due < day:
        raise ActionError("obstacle.due_past", due=stuck.due.isoformat())


def _told(made: Item, org: Org, item: Item) -> Notice:
    return Notice(
        org=org,
        access_class=made.access_class,
        why="owner",
        code="obstacle.raised",
        facts={"obstacle": made.code, "item": item.code},
        path=f"/i/{made.code}/",
        about=made.pk,
        due=made.due,
    )


def _asked(made: Item, org: Org) -> Notice:
    return Notice(
        org=org,
        access_class=made.access_class,
        code="obstacle.support",
        facts={"obstacle": made.code},
        path=f"/i/{made.code}/",
        about=made.pk,
        due=made.due,
    )
