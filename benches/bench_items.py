"""Processor time of the item page and the battle page as a ratio to a bare view of 100 rows: "x floor".

usage: python benches/bench_items.py [--items 50000 500000] [--runs 60]
       python tools/postgres.py run -- python benches/bench_items.py

Counted is the time on processors of this process and, on PostgreSQL, of its server process; runs of all
pages take turns. The rows are made by SQL, past the book: this database lives for the measurement only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ["GONGJIAN_DATA"] = tempfile.mkdtemp(prefix="gongjian-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
Path(os.environ["GONGJIAN_DATA"], "static").mkdir()

import django

django.setup()

from benches.reference import floor, processor
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Q
from django.test import Client, RequestFactory
from tests.support.books import Books, make_books
from tests.support.cast import START, act, make_cast

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.actions import (
    add_duty,
    edit_item,
    issue_items,
    link_items,
    list_item,
)
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger import gate
from gongjian.apps.loop.actions import Words, report

MUST = {"item": 20, "battle": 30}
AIM = {"item": 10, "battle": 15}


def lived_in(books: Books) -> Item:
    """An item as it is in the middle of a campaign: duties, parts, links, listings, reports, history."""
    office, item = books.people["office"], books.item(fields={"cost": "5", "stage": "early"})
    issue_items(act(office, START), books.campaign, [books.again(item)])
    for role, org in (("lead", "plan"), ("support", "east"), ("support", "west")):
        add_duty(act(office, START), books.again(item), role, books.cast.orgs[org])
    for n in range(3):
        books.item(f"Part {n}", parent=books.again(item), fields={"cost": "1"})
        scene = books.item(f"Scene {n}", register="scenes")
        link_items(act(office, START), books.again(item), scene, "scene_of")
    list_item(act(office, START), books.again(item), books.register("demands"))
    list_item(act(office, START), books.again(item), books.register("works", books.other))
    for n in range(12):
        words = Words("Foundations done", "No power yet", "Call the company", share=n * 500)
        report(act(books.people["works"], START), books.again(item), words, roles=CONTACT)
        fields = {"cost": str(n), "builder": str(books.cast.orgs["plan"].pk)}
        edit_item(act(office, START), books.again(item), {"fields": fields})
    return books.again(item)


CONTACT = frozenset({"contact"})


def fill(first: int, last: int, item: Item, battles: list[str]) -> None:
    """Copy an item into the battles in turn; every tenth stands below the one nine before it."""
    sqlite = connection.vendor == "sqlite"
    number = "printf('%032x', {})" if sqlite else "lpad(to_hex({}), 32, '0')::uuid"
    series = (
        f"(WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {last}) SELECT i FROM s)"
        if sqlite
        else f"(SELECT generate_series({first}, {last}) AS i)"
    )
    places = " ".join(f"WHEN {n} THEN {battle}" for n, battle in enumerate(battles))
    own = {
        "id": number.format("i"),
        "code": "'B' || substr('0000000' || i, -7)" if sqlite else "'B' || lpad(i::text, 7, '0')",
        "battle_id": f"CASE (i / 10) % {len(battles)} {places} END",
        "parent_id": f"CASE WHEN i % 10 = 9 THEN {number.format('i - 9')} END",
        "root_id": f"CASE WHEN i % 10 = 9 THEN {number.format('i - 9')} END",
        "depth": "CASE WHEN i % 10 = 9 THEN 1 ELSE 0 END",
    }
    columns = [f.column for f in Item._meta.concrete_fields]
    chosen = ", ".join(own.get(c, f"item.{c}") for c in columns)
    here = item.pk.hex if sqlite else str(item.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO campaigns_item ({', '.join(columns)}) SELECT {chosen} "
            f"FROM {series} AS series, campaigns_item AS item WHERE item.id = '{here}' ORDER BY i"
        )


def count_again(campaign: Campaign) -> None:
    """Tell the tallies what was copied past them, one cell a battle and measure."""
    with gate.opened():
        tally.Tally.objects.filter(campaign=campaign).delete()
        tally.TallyMove.objects.filter(campaign=campaign).delete()
        moves: dict[tally.Key, int] = {}
        cells = ("battle_id", "org_id", "register_id", "access_class")
        rows = Item.objects.filter(campaign=campaign).order_by()
        for *cell, light, n in (
            rows.values(*cells, "light").annotate(n=Count("pk")).values_list(*cells, "light", "n")
        ):
            for measure in ("n", f"light:{light}"):
                key = (*cell, measure)
                moves[key] = moves.get(key, 0) + n
        tally.add_moves(campaign.pk, moves)
    tally.fold("bench")


def measure(books: Books, item: Item, n: int, runs: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seat = Client(HTTP_HOST="localhost")
    seat.force_login(books.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    request = RequestFactory().get("/floor")
    battle = books.battles["BK21"][1].pk
    pages: dict[str, Callable[[], bytes]] = {
        "floor": lambda: floor(request, books.campaign.pk).content,
        "item": lambda: seat.get(f"/i/{item.code}/").content,
        "battle": lambda: seat.get(f"/c/BK21/b/{battle}/").content,
        "register": lambda: seat.get("/c/BK21/r/works/").content,
    }
    assert pages["floor"]().count(b'"code"') == 100
    assert pages["item"]().count(b"Foundations done") >= 12
    assert pages["battle"]().count(b'class="code"') > 100
    assert (
        f">{tally.totals(books.campaign.pk, Q(battle=battle))['n']}<".encode() in pages["battle"]()
    )
    spent: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(runs):
        for name, ask in pages.items():
            begun = processor()
            ask()
            spent[name].append(processor() - begun)
    reference = statistics.median(spent["floor"])
    print(
        f"{connection.vendor}, {n} items, {runs} runs, floor {reference * 1000:.2f} ms", flush=True
    )
    for name, times in spent.items():
        middle = statistics.median(times)
        ratio = middle / reference
        said = ""
        if name in MUST:
            said = f"  must {MUST[name]} aim {AIM[name]}: " + (
                "aim" if ratio <= AIM[name] else "must" if ratio <= MUST[name] else "FAILS"
            )
        print(f"  {name:10} {middle * 1000:7.2f} ms  {ratio:5.1f} x floor{said}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument("--runs", type=int, default=60)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    books = make_books(make_cast())
    battles = [
        f"'{b.pk.hex if connection.vendor == 'sqlite' else b.pk}'"
        + ("" if connection.vendor == "sqlite" else "::uuid")
        for b in books.battles["BK21"]
    ]
    pattern, item = books.item("Copied", fields={"cost": "5"}), lived_in(books)
    made = 0
    for n in sorted(asked.items):
        fill(made, n - 1, pattern, battles)
        made = n
        count_again(books.campaign)
        measure(books, item, n, asked.runs)


if __name__ == "__main__":
    main()
