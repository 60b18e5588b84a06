"""Filtering and sorting by a playbook's own fields at 500,000 items, on the database at hand.

usage: python benches/bench_fields.py [--items 500000]

Compared are typed key rows (ItemKey) with the same question asked of the JSON column. The rows are made
by SQL, past the book: this database lives for the measurement only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable

os.environ["GONGJIAN_DATA"] = tempfile.mkdtemp(prefix="gongjian-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")

import django

django.setup()

from benches.reference import processor
from django.core.management import call_command
from django.db import connection
from tests.support.cast import make_cast

from gongjian.apps.campaigns.models import Item, ItemKey

SCALE = 10_000


def fill(item: Item, n: int) -> None:
    """Copy one item n times; budget 0…9999, stage one of five, both as JSON and as keys."""
    sqlite = connection.vendor == "sqlite"
    number = "printf('%032x', i)" if sqlite else "lpad(to_hex(i), 32, '0')::uuid"
    fields = (
        "json_object('budget', i % 10000, 'stage', 's' || (i % 5))"
        if sqlite
        else "jsonb_build_object('budget', i % 10000, 'stage', 's' || (i % 5))"
    )
    series = (
        f"(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {n}) SELECT i FROM s)"
        if sqlite
        else f"(SELECT generate_series(1, {n}) AS i)"
    )
    columns = [f.column for f in Item._meta.concrete_fields]
    code = "'B' || substr('0000000' || i, -7)" if sqlite else "'B' || lpad(i::text, 7, '0')"
    own = {"id": number, "code": code, "fields": fields}
    chosen = ", ".join(own.get(c, f"item.{c}") for c in columns)
    here = item.pk.hex if sqlite else str(item.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO campaigns_item ({', '.join(columns)}) SELECT {chosen} "
            f"FROM {series} AS series, campaigns_item AS item WHERE item.id = '{here}'"
        )
        for field, column, value in [
            ("budget", "num", f"(i % 10000) * {SCALE}"),
            ("stage", "txt", "'s' || (i % 5)"),
        ]:
            others = {"num": "NULL", "day": "NULL", "ref": "NULL", "txt": "''"} | {column: value}
            nullable = {f.column: f.null for f in ItemKey._meta.concrete_fields}
            if nullable["txt"] and column != "txt":
                others["txt"] = "NULL"
            kind = {"num": "bigint", "day": "date", "ref": "uuid", "txt": "text"}
            typed = {k: v if sqlite else f"({v})::{kind[k]}" for k, v in others.items()}
            cursor.execute(
                "INSERT INTO campaigns_itemkey (campaign_id, register_id, item_id, field, num, day, ref, txt) "
                f"SELECT item.campaign_id, item.register_id, {number}, '{field}', {typed['num']}, {typed['day']}, "
                f"{typed['ref']}, {typed['txt']} FROM {series} AS series, campaigns_item AS item WHERE item.id = '{here}'"
            )
        cursor.execute("ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=500_000)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    item = make_cast().item()
    begun = time.monotonic()
    fill(item, asked.items)
    print(
        f"{connection.vendor}: {asked.items} items with two keys each made in {time.monotonic() - begun:.0f} s"
    )
    keys = ItemKey.objects.filter(register=item.register_id)
    rare = keys.filter(field="budget", num=77 * SCALE).values("item")
    wide = keys.filter(field="budget", num__gte=9_000 * SCALE).values("item")
    stage = keys.filter(field="stage", txt="s2").values("item")
    items = Item.objects.filter(register=item.register_id)
    asks: dict[str, Callable[[], list[str]]] = {
        "floor: 100 rows by code": lambda: page(items.order_by("code")),
        "one value of 10,000, typed": lambda: page(items.filter(pk__in=rare).order_by("code")),
        "one value of 10,000, JSON": lambda: page(items.filter(fields__budget=77).order_by("code")),
        "a tenth by range, typed": lambda: page(items.filter(pk__in=wide).order_by("code")),
        "a tenth by range, JSON": lambda: page(
            items.filter(fields__budget__gte=9_000).order_by("code")
        ),
        "range and choice, typed": lambda: page(
            items.filter(pk__in=wide).filter(pk__in=stage).order_by("code")
        ),
        "sorted by number, typed": lambda: [
            k.item.code
            for k in keys.filter(field="budget")
            .select_related("item")
            .order_by("-num", "-item")[:100]
        ],
        "sorted by number, JSON": lambda: page(items.order_by("-fields__budget")),
    }
    assert asks["one value of 10,000, typed"]() == asks["one value of 10,000, JSON"]()
    assert asks["a tenth by range, typed"]() == asks["a tenth by range, JSON"]()
    spent: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(9):
        for name, ask in asks.items():
            at = processor()
            ask()
            spent[name].append(processor() - at)
    floor = statistics.median(spent["floor: 100 rows by code"])
    for name, times in spent.items():
        middle = statistics.median(times)
        print(f"  {name:28} {middle * 1000:9.2f} ms  {middle / floor:8.1f} x floor")


def page(rows) -> list[str]:
    return [i.code for i in rows[:100]]


if __name__ == "__main__":
    main()
