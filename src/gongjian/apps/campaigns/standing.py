"""What is computed beside the facts of an item: light, due state, keys, and the tallies' moves.

A projector runs inside each action; the tick runs when a day has passed. Both read the derived
columns that are there now, after the facts were locked by their own update, so that neither takes
back what the other has just counted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.kernel_io import category_of, light_facts, playbook_of
from gongjian.apps.campaigns.keys import keys_of
from gongjian.apps.campaigns.models import Campaign, Item, ItemKey, PlaybookVersion, Register
from gongjian.apps.ledger import gate
from gongjian.kernel.indicators.lights import standing
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.ledger.book import Touched
    from gongjian.kernel.model.playbook import Playbook

DERIVED = ["light", "due_state", "next_light", "next_light_on"]
CHUNK = 500


class Surroundings:
    """What judging items of one campaign needs: its playbook, its registers, its day."""

    def __init__(self, campaign: Campaign, day: dt.date | None = None) -> None:
        self.campaign = campaign
        self.day = day or today_of(campaign)
        version = PlaybookVersion.objects.get(campaign=campaign, in_force=True)
        self.playbook: Playbook = playbook_of(version)
        self.registers = {r.pk: r for r in Register.objects.filter(campaign=campaign)}

    def category(self, item: Item) -> Any:
        """Give the category of an item's state."""
        return category_of(self.playbook, self.registers[item.register_id].key, item.state)

    def judge(self, item: Item) -> None:
        """Set the computed columns of an item for the day."""
        rules = self.playbook.rules_of(self.registers[item.register_id].key)
        found = standing(rules, light_facts(item, self.category(item)), self.day)
        item.light = found.light
        item.due_state = found.due_state
        item.next_light = found.next_light or ""
        item.next_light_on = found.next_on

    def cells(self, item: Item) -> Counter[tally.Key]:
        """Give what an item adds to the tallies."""
        return cells(item, self.category(item))


def cells(item: Item, category: str) -> Counter[tally.Key]:
    """Give what an item adds to the tallies, by cell."""
    where = (item.battle_id, item.org_id, item.register_id, item.access_class)
    return Counter({(*where, m): n for m, n in item.measures(category).items()})


def today_of(campaign: Campaign) -> dt.date:
    """Give the day a campaign is at; an example's clock stands where its simulation stopped."""
    if campaign.is_example and campaign.lit_on:
        return campaign.lit_on
    return clock.today(campaign.zone)


def project_items(touched: Sequence[Touched]) -> None:
    """Bring lights, keys and tallies up to date after an action changed items."""
    by_campaign: dict[UUID, list[Touched]] = defaultdict(list)
    for change in touched:
        if isinstance(change.row, Item):
            by_campaign[change.row.campaign_id].append(change)
    for campaign_id, changes in by_campaign.items():
        _project(Surroundings(Campaign.objects.get(pk=campaign_id)), changes)


def _project(around: Surroundings, changes: list[Touched]) -> None:
    first: dict[UUID, Touched] = {}
    for change in changes:
        first.setdefault(change.row.pk, change)
    last = {change.row.pk: change for change in changes}
    rows = {pk: c.row for pk, c in last.items() if c.after is not None and isinstance(c.row, Item)}
    moves: Counter[tally.Key] = Counter()
    for old in _as_counted(first, rows):
        moves.subtract(around.cells(old))
    for row in rows.values():
        around.judge(row)
        moves.update(around.cells(row))
    Item.objects.bulk_update(rows.values(), DERIVED, batch_size=CHUNK)
    tally.add_moves(around.campaign.pk, moves)
    _write_keys(around, rows)


def _as_counted(first: dict[UUID, Touched], rows: dict[UUID, Item]) -> Iterable[Item]:
    """Give the items as the tallies have them: facts before the action, computed columns of now."""
    there = [pk for pk, change in first.items() if change.before is not None and pk in rows]
    now = {r["pk"]: r for r in Item.objects.filter(pk__in=there).values("pk", *DERIVED)}
    for pk, change in first.items():
        if change.before is None:
            continue
        facts = {f.attname: getattr(change.row, f.attname) for f in Item.fact_columns()}
        columns = {f.attname: f for f in Item.fact_columns()}
        facts |= {n: columns[n].to_python(v) for n, v in change.before.items() if n in columns}
        computed = now.get(pk) or {n: getattr(change.row, n) for n in DERIVED}
        yield Item(id=pk, **facts, **{n: computed[n] for n in DERIVED})


def _write_keys(around: Surroundings, rows: dict[UUID, Item]) -> None:
    ItemKey.objects.filter(item__in=list(rows)).delete()
    made = [
        ItemKey(campaign=around.campaign, register_id=row.register_id, item=row, **key)
        for row in rows.values()
        for key in keys_of(
            around.playbook.register(around.registers[row.register_id].key), row.fields
        )
    ]
    ItemKey.objects.bulk_create(made, batch_size=CHUNK)


def tick(campaign: Campaign, day: dt.date) -> int:
    """Move the lights that change because a day has come; gives how many items moved.

    1. Take a chunk of items whose next change is due, locked on PostgreSQL.
    2. Judge them for the day, write the computed columns, add the moves; one transaction a chunk.
    3. Repeat until none is left; a second call for the same day finds nothing to do.
    """
    around = Surroundings(campaign, day)
    moved = 0
    while n := _tick_chunk(around):
        moved += n
    with gate.opened():
        Campaign.objects.filter(pk=campaign.pk).update(lit_on=day)
    campaign.lit_on = day
    return moved


def _tick_chunk(around: Surroundings) -> int:
    with transaction.atomic(), gate.opened():
        due = Item.objects.filter(campaign=around.campaign, next_light_on__lte=around.day)
        due = due.order_by("pk")
        if connection.features.has_select_for_update:
            due = due.select_for_update()
        rows = list(due[:CHUNK])
        moves: Counter[tally.Key] = Counter()
        for row in rows:
            moves.subtract(around.cells(row))
            around.judge(row)
            moves.update(around.cells(row))
        Item.objects.bulk_update(rows, DERIVED, batch_size=CHUNK)
        tally.add_moves(around.campaign.pk, moves)
    return len(rows)
