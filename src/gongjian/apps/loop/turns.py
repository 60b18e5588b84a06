"""Whose turn it is with each item: worked out from its states, as the book tells them, and its workflow.

The rows follow their items inside each action. Nothing stands here for an item with which nobody is
expected to do anything, so an import of thousands that are not issued yet costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from gongjian.apps.campaigns.kernel_io import (
    playbook_in_force,
    playbook_of,
    version_in_force,
)
from gongjian.apps.campaigns.models import Campaign, Item, Register
from gongjian.apps.ledger.models import Change
from gongjian.apps.loop.models import Turn
from gongjian.kernel.workflow.clocks import Stay, turn
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from gongjian.apps.ledger.book import Touched
    from gongjian.kernel.model.playbook import Playbook

# What of an item its turn depends on.
LOOKED_AT = frozenset({"state", "org_id", "due", "fields"})
CHUNK = 500


def project_turns(touched: Sequence[Touched]) -> None:
    """Bring turns up to date after an action changed items."""
    last: dict[UUID, Item] = {}
    gone: set[UUID] = set()
    for one in touched:
        if one.after is None:
            gone.add(one.row.pk)
            last.pop(one.row.pk, None)
        elif isinstance(one.row, Item) and (one.before is None or LOOKED_AT & set(one.after)):
            last[one.row.pk] = one.row
    by_campaign: dict[UUID, list[Item]] = defaultdict(list)
    for item in last.values():
        by_campaign[item.campaign_id].append(item)
    Turn.objects.filter(pk__in=gone).delete()
    for campaign_id, items in by_campaign.items():
        version = version_in_force(campaign_id)
        write(version.campaign, playbook_of(version), items)


def write(campaign: Campaign, playbook: Playbook, items: Sequence[Item]) -> None:
    """Write the turns of some items anew: a fixed number of statements for each 500."""
    rows = list(turns(campaign, playbook, items))
    for at in range(0, len(items), CHUNK):
        Turn.objects.filter(pk__in=[i.pk for i in items[at : at + CHUNK]]).delete()
    Turn.objects.bulk_create(rows, batch_size=CHUNK)


def turns(campaign: Campaign, playbook: Playbook, items: Iterable[Item]) -> Iterator[Turn]:
    """Work out whose turn it is with items, without writing it."""
    keys = dict(Register.objects.filter(campaign=campaign).values_list("pk", "key"))
    awaited = {}
    for item in items:
        key = keys[item.register_id]
        state = playbook.state_of(key, item.state).key
        if playbook.workflow_of(key).awaited(state):
            awaited[item.pk] = item
    told = _stays(campaign, playbook, keys, list(awaited.values()))
    limits = {one.key: one for one in playbook.limits}
    for pk, item in awaited.items():
        workflow = playbook.workflow_of(keys[item.register_id])
        found = turn(workflow, limits, told[pk], item.fields)
        until = min((d for d in (found.due, item.due) if d), default=None)
        yield Turn(
            item=item,
            campaign=campaign,
            org_id=item.org_id,
            state=told[pk][-1].state,
            roles=",".join(found.awaits),
            since=found.since,
            limit=found.limit,
            due=found.due,
            until=until,
            used=found.used,
        )


def _stays(
    campaign: Campaign, playbook: Playbook, keys: dict[UUID, str], items: Sequence[Item]
) -> dict[UUID, list[Stay]]:
    """Give the states that items stood in, with their days, from the changes of their rows."""
    found: dict[UUID, list[Stay]] = defaultdict(list)
    registers = {item.pk: keys[item.register_id] for item in items}
    for at in range(0, len(items), CHUNK):
        changes = Change.objects.filter(
            table=Item._meta.label_lower,
            row__in=[i.pk for i in items[at : at + CHUNK]],
            after__has_key="state",
        ).order_by("row", "version")
        for row, after, moment in changes.values_list("row", "after", "event__at"):
            state = playbook.state_of(registers[row], (after or {})["state"]).key
            found[row].append(Stay(state, clock.day_of(moment, campaign.zone)))
    return found


def differences(campaign: Campaign) -> list[tuple[str, str, str]]:
    """Compare the turns that are written with those that follow from the items: (item, has, should)."""
    items = list(Item.objects.filter(campaign=campaign))
    should = {t.pk: _line(t) for t in turns(campaign, playbook_in_force(campaign), items)}
    has = {t.pk: _line(t) for t in Turn.objects.filter(campaign=campaign)}
    codes = {i.pk: i.code for i in items}
    return [
        (codes.get(pk, str(pk)), has.get(pk, "-"), should.get(pk, "-"))
        for pk in {*has, *should}
        if has.get(pk) != should.get(pk)
    ]


def _line(one: Turn) -> str:
    return f"{one.org_id} {one.state} {one.roles} {one.since} {one.limit} {one.due} {one.until} {one.used}"


def days_left(one: Turn, day: dt.date) -> int | None:
    """Give how many days are left of a turn, below zero when it is over; None without a limit."""
    return (one.until - day).days if one.until else None
