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
from gongjian.apps.campaigns.kernel_io import (
    category_of,
    light_facts,
    playbook_in_force,
    playbook_of,
    version_in_force,
)
from gongjian.apps.campaigns.keys import keys_of
from gongjian.apps.campaigns.models import (
    Campaign,
    Item,
    ItemKey,
    ItemText,
    Register,
    Responsibility,
)
from gongjian.apps.campaigns.personal import is_sealed, keys_of_cases, marks
from gongjian.apps.campaigns.searching import row_of
from gongjian.apps.ledger import gate
from gongjian.kernel.indicators.lights import standing
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from gongjian.apps.ledger.book import Touched
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

DERIVED = ["category", "light", "due_state", "next_light", "next_light_on"]
CHUNK = 500
FEW = 20  # judgements


class Surroundings:
    """What judging items of one campaign needs: its playbook, its registers, its day."""

    def __init__(
        self, campaign: Campaign, day: dt.date | None = None, playbook: Playbook | None = None
    ) -> None:
        self.campaign = campaign
        self.day = day or today_of(campaign)
        self.playbook = playbook or playbook_in_force(campaign)
        self.registers = {r.pk: r for r in Register.objects.filter(campaign=campaign)}

    def judge(self, item: Item) -> None:
        """Set the computed columns of an item for the day."""
        register = self.registers[item.register_id].key
        category = category_of(self.playbook, register, item.state)
        found = standing(self.playbook.rules_of(register), light_facts(item, category), self.day)
        item.category = category.value
        item.light = found.light
        item.due_state = found.due_state
        item.next_light = found.next_light or ""
        item.next_light_on = found.next_on

    def register(self, item: Item) -> RegisterDef:
        """Give what the playbook says of an item's register."""
        return self.playbook.register(self.registers[item.register_id].key)

    def keys(self, items: Iterable[Item]) -> Iterator[tuple[Item, list[dict[str, Any]]]]:
        """Give the key columns of items; those of personal fields are marks, found by equality."""
        rows = list(items)
        closed = [r.pk for r in rows if any(map(is_sealed, r.fields.values()))]
        cases = keys_of_cases(closed) if closed else {}
        for row in rows:
            register = self.register(row)
            found = list(keys_of(register, row.fields))
            if row.pk in cases:
                found += [{"field": f, "txt": m} for f, m in marks(register, row, cases[row.pk])]
            yield row, found


def cells(item: Item) -> Counter[tally.Key]:
    """Give what an item adds to the tallies, by cell; its computed columns are as they were counted."""
    where = (item.battle_id, item.org_id, item.register_id, item.access_class)
    return Counter({(*where, m): n for m, n in item.measures().items()})


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
        version = version_in_force(campaign_id)
        _project(Surroundings(version.campaign, playbook=playbook_of(version)), changes)


def _project(around: Surroundings, changes: list[Touched]) -> None:
    first: dict[UUID, Touched] = {}
    for change in changes:
        first.setdefault(change.row.pk, change)
    last = {change.row.pk: change for change in changes}
    rows = {pk: c.row for pk, c in last.items() if c.after is not None and isinstance(c.row, Item)}
    moves: Counter[tally.Key] = Counter()
    stored = {pk: _derived(row) for pk, row in rows.items()}
    for old in _as_counted(first, rows):
        moves.subtract(cells(old))
        stored[old.pk] = _derived(old)
    for row in rows.values():
        around.judge(row)
        moves.update(cells(row))
    _write_derived([row for pk, row in rows.items() if _derived(row) != stored[pk]])
    tally.add_moves(around.campaign.pk, moves)
    rewritten = {c.row.pk for c in changes if _is_rewritten(c)}
    _write_keys(around, {pk: row for pk, row in rows.items() if pk in rewritten})


def _is_rewritten(change: Touched) -> bool:
    """Tell whether what keys and search are made of may have changed in a row.

    An item with personal fields that was only touched had their key destroyed.
    """
    if change.before is None or {"title", "fields"} & {*(change.after or {})}:
        return True
    return not change.before and any(map(is_sealed, getattr(change.row, "fields", {}).values()))


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
    """Write what rows are sorted, filtered and searched by."""
    if not rows:
        return
    for table in (ItemKey, ItemText):
        for n in range(0, len(rows), CHUNK):
            table.objects.filter(item__in=list(rows)[n : n + CHUNK]).delete()
    texts = [row_of(row, around.register(row)) for row in rows.values()]
    ItemText.objects.bulk_create(texts, batch_size=CHUNK)
    made = [
        ItemKey(campaign=around.campaign, register_id=row.register_id, item=row, **key)
        for row, keys in around.keys(rows.values())
        for key in keys
    ]
    ItemKey.objects.bulk_create(made, batch_size=CHUNK)


def project_parts(touched: Sequence[Touched]) -> None:
    """Note which duties are parts: those of orgs other than the accountable one."""
    items = {c.row.item_id for c in touched if isinstance(c.row, Responsibility)}
    items |= {
        c.row.pk
        for c in touched
        if isinstance(c.row, Item) and c.before is not None and "org_id" in (c.after or {})
    }
    wrong: dict[bool, list[UUID]] = {True: [], False: []}
    ids = list(items)
    for n in range(0, len(ids), CHUNK):
        rows = Responsibility.objects.filter(item__in=ids[n : n + CHUNK])
        for pk, has, org, accountable in rows.values_list(
            "pk", "is_part", "org_id", "item__org_id"
        ):
            should = org is not None and org != accountable
            if has != should:
                wrong[should].append(pk)
    for should, found in wrong.items():
        for n in range(0, len(found), CHUNK):
            some = Responsibility.objects.filter(pk__in=found[n : n + CHUNK])
            some.update(is_part=should)


def restand(campaign: Campaign, registers: Iterable[UUID] | None = None) -> int:
    """Judge all items of some registers anew and rebuild their keys, in chunks; gives how many.

    Called when what they are judged by has changed: the playbook in force, an erased key.
    """
    around = Surroundings(campaign)
    chosen = set(around.registers) if registers is None else set(registers)
    after: UUID | None = None
    n = 0
    while rows := _restand_chunk(around, chosen, after):
        after = rows[-1].pk
        n += len(rows)
    return n


def _restand_chunk(around: Surroundings, registers: set[UUID], after: UUID | None) -> list[Item]:
    with transaction.atomic(), gate.opened():
        found = Item.objects.filter(campaign=around.campaign, register__in=registers).order_by("pk")
        if connection.features.has_select_for_update:
            found = found.select_for_update()
        rows = list((found.filter(pk__gt=after) if after else found)[:CHUNK])
        _rejudge(around, rows)
        _write_keys(around, {row.pk: row for row in rows})
    return rows


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
        _rejudge(around, rows)
    return len(rows)


def _rejudge(around: Surroundings, rows: list[Item]) -> None:
    """Judge rows whose facts did not change; the gate is open."""
    moves: Counter[tally.Key] = Counter()
    turned = []
    for row in rows:
        before = _derived(row)
        moves.subtract(cells(row))
        around.judge(row)
        moves.update(cells(row))
        if _derived(row) != before:
            turned.append(row)
    _write_derived(turned)
    tally.add_moves(around.campaign.pk, moves)


def _derived(row: Item) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in DERIVED)


def _write_derived(rows: list[Item]) -> None:
    """Write the computed columns of rows: a statement for each judgement where there are few."""
    alike: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for row in rows:
        alike[_derived(row)].append(row.pk)
    if len(alike) > FEW:
        Item.objects.bulk_update(rows, DERIVED, batch_size=CHUNK)
        return
    for judgement, ids in alike.items():
        for n in range(0, len(ids), CHUNK):
            some = Item.objects.filter(pk__in=ids[n : n + CHUNK])
            some.update(**dict(zip(DERIVED, judgement, strict=True)))
