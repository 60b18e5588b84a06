"""Rebuild what is derived from the items and compare it with what is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.models import Campaign, Item, ItemKey, ItemText, Responsibility
from gongjian.apps.campaigns.searching import row_of
from gongjian.apps.campaigns.standing import DERIVED, Surroundings, cells

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the derived rows are not what the facts say."""

    what: str
    where: str
    has: object
    should: object


def recount(campaign: Campaign) -> list[Difference]:
    """Compare lights, keys, searched texts and tallies of a campaign with a full recount of its items."""
    around = Surroundings(campaign, campaign.lit_on)
    counted: Counter[tally.Key] = Counter()
    found: list[Difference] = []
    keys: dict[object, set[tuple[object, ...]]] = {}
    said = ItemText.objects.filter(campaign=campaign).values_list("item_id", "text", "grams")
    texts = {pk: (text, grams) for pk, text, grams in said}
    columns = ("item_id", "field", "num", "day", "ref", "txt")
    for pk, *key in ItemKey.objects.filter(campaign=campaign).values_list(*columns):
        keys.setdefault(pk, set()).add(tuple(key))
    for item in Item.objects.filter(campaign=campaign).order_by("pk").iterator(chunk_size=CHUNK):
        has = {name: getattr(item, name) for name in DERIVED}
        around.judge(item)
        now = {name: getattr(item, name) for name in DERIVED}
        found += [Difference(n, item.code, has[n], now[n]) for n in DERIVED if has[n] != now[n]]
        counted.update(cells(item))
        found += _key_differences(around, item, keys.pop(item.pk, set()))
        found += _text_differences(around, item, texts.pop(item.pk, None))
    found += [Difference("key", str(pk), sorted(map(str, k)), []) for pk, k in keys.items()]
    found += [Difference("text", str(pk), text[0], None) for pk, text in texts.items()]
    found += _part_differences(campaign)
    there = tally.sums(campaign.pk, Q())
    for cell in {**there, **counted}:
        if there.get(cell, 0) != counted.get(cell, 0):
            found.append(Difference("tally", str(cell), there.get(cell, 0), counted.get(cell, 0)))
    return found


def _key_differences(
    around: Surroundings, item: Item, has: set[tuple[object, ...]]
) -> list[Difference]:
    [(_item, keys)] = around.keys([item])
    should = {(k["field"], k.get("num"), k.get("day"), k.get("ref"), k.get("txt")) for k in keys}
    return [] if has == should else [Difference("key", item.code, has, should)]


def _text_differences(
    around: Surroundings, item: Item, has: tuple[str, str] | None
) -> list[Difference]:
    row = row_of(item, around.register(item))
    should = (row.text, row.grams)
    return [] if has == should else [Difference("text", item.code, has and has[0], row.text)]


def _part_differences(campaign: Campaign) -> list[Difference]:
    """Compare which duties are parts with what orgs are accountable."""
    rows = Responsibility.objects.filter(campaign=campaign)
    return [
        Difference("part", str(pk), has, org is not None and org != accountable)
        for pk, has, org, accountable in rows.values_list(
            "pk", "is_part", "org_id", "item__org_id"
        ).iterator(chunk_size=CHUNK)
        if has != (org is not None and org != accountable)
    ]
