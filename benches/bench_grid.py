"""Processor time of lists, cells, files, imports and search as a ratio to a bare view of 100 rows: "x floor".

usage: python benches/bench_grid.py [--items 50000 500000] [--runs 50] [--large 5]
       python tools/postgres.py run -- python benches/bench_grid.py

Counted is the time on processors of this process and, on PostgreSQL, of its server process; runs of all
take turns; the large ones (files, imports) have fewer. The rows are copied by SQL, past the book: this
database lives for the measurement only. Growth is of a list's ratio from the first to the last size.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

os.environ["GONGJIAN_DATA"] = tempfile.mkdtemp(prefix="gongjian-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
Path(os.environ["GONGJIAN_DATA"], "static").mkdir()

import django

django.setup()

from benches.bench_items import count_again
from benches.many import EXPORTED, N_ORGS, WORD, fill, orgs_of
from benches.reference import floor, processor
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from openpyxl import load_workbook
from tests.support.books import Books, make_books
from tests.support.cast import START, act, make_cast

from gongjian.apps.accounts.access import scope
from gongjian.apps.campaigns.models import Item, ItemKey, ItemText
from gongjian.apps.campaigns.registers import Ledger
from gongjian.apps.cockpit import queries
from gongjian.apps.grid import actions
from gongjian.apps.grid.writing import Typed, plan_writes
from gongjian.lib import clock
from gongjian.site import wsgi  # the program as a server's worker loads it

MUST = {
    "json": (20, 6), "page": (25, 12), "item": (8, 3), "cell": (20, 6), "csv": (250, 80),
    "xlsx": (2000, 1000), "preview": (8000, 3000), "import": (8000, 3000), "search": (20, 8),
}  # fmt: skip
GROWTH = ("state+due", "number", "org 1%", "org 50%")
HERE = "/c/BK21/r/works/"


def ledger_of(books: Books, who: str = "office") -> tuple[queries.Asked, Ledger]:
    seen = scope(books.people[who], clock.today())
    asked = queries.ask(seen, books.campaign, None)
    register = books.register("works")
    return asked, Ledger(seen, register, asked.playbook.register("works"), asked.playbook)


def measure(books: Books, n: int, runs: int, large: int) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    small = lists(books, n)
    spent = _timed(small, runs)
    big = files(books)
    before = Item.objects.count()
    spent |= _timed(big, large) if large else {}
    assert Item.objects.count() == before + large * EXPORTED
    return told(n, runs, spent)


def lists(books: Books, n: int) -> dict[str, Callable[[], bytes]]:
    """What is asked again and again, each with its known answer asserted."""
    seats = {}
    for who in ("office", "one", "fifty"):
        seats[who] = Client(HTTP_HOST="localhost")
        seats[who].force_login(
            books.people[who], backend="django.contrib.auth.backends.ModelBackend"
        )
    seat, request = seats["office"], RequestFactory().get("/floor")
    cell, counter = Item.objects.get(code="B0000042"), count(n)

    def save() -> bytes:
        version = Item.objects.values_list("version", flat=True).get(pk=cell.pk)
        cells = {"field:cost": str(next(counter))}
        body = json.dumps({"rows": [{"id": str(cell.pk), "version": version, "cells": cells}]})
        return seat.post(f"{HERE}cells", body, content_type="application/json").content

    calls: dict[str, Callable[[], bytes]] = {
        "floor": lambda: floor(request, books.campaign.pk).content,
        "json": lambda: seat.get(f"{HERE}rows?size=100").content,
        "page": lambda: seat.get(HERE).content,
        "item": lambda: seat.get("/api/v1/items/B0000042").content,
        "cell": save,
        "search": lambda: seat.get(f"{HERE}rows?size=100&q={WORD}").content,
        "state+due": lambda: seat.get(f"{HERE}rows?size=100&state=assigned&sort=due").content,
        "number": lambda: seat.get(f"{HERE}rows?size=100&sort=-f.cost").content,
        "org 1%": lambda: seats["one"].get(f"{HERE}rows?size=100").content,
        "org 50%": lambda: seats["fifty"].get(f"{HERE}rows?size=100").content,
    }
    for name in ("json", "search", "state+due", "number", "org 1%", "org 50%"):
        assert len(json.loads(calls[name]())["rows"]) == 100, name
    assert json.loads(calls["json"]())["n"] == Item.objects.filter(register=cell.register).count()
    assert json.loads(calls["search"]())["n"] == n // 500
    assert calls["page"]().count(b"<tr>") > 100
    assert json.loads(save())["n_changed"] == 1
    return calls


def files(books: Books) -> dict[str, Callable[[], bytes]]:
    """Files and imports of ten thousand rows, with their known answers asserted."""
    seat = Client(HTTP_HOST="localhost")
    seat.force_login(books.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    asked, ledger = ledger_of(books)
    rows = [
        Typed({"title": f"New {i}", "owner": f"Town {i % N_ORGS}", "due": "9月底前",
               "field:cost": str(i), "field:stage": "前期", "field:measures": "dig"}, line=i)
        for i in range(EXPORTED)
    ]  # fmt: skip
    plans = []

    def exported(kind: str) -> bytes:
        answer = seat.get(f"{HERE}export?as={kind}&state=shelved")
        return b"".join(answer) if answer.streaming else answer.content

    def plan() -> bytes:
        plans.append(plan_writes(asked, ledger, rows))
        return b""

    def write() -> bytes:
        actions.write(act(books.people["office"]), ledger.register, plans.pop())
        return b""

    sheet = load_workbook(io.BytesIO(exported("xlsx")), read_only=True).worksheets[0]
    codes = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert sum(str(code).startswith("B0") for code in codes) == EXPORTED
    assert exported("csv").count(b"\r\nB0") == EXPORTED
    return {
        "csv": lambda: exported("csv"),
        "xlsx": lambda: exported("xlsx"),
        "preview": plan,
        "import": write,
    }


def told(n: int, runs: int, spent: dict[str, list[float]]) -> dict[str, float]:
    """Print what each took, held against what is demanded; gives the ratios."""
    reference, ratios = statistics.median(spent["floor"]), {}
    print(
        f"{connection.vendor}, {n} items, {runs} runs, floor {reference * 1000:.2f} ms", flush=True
    )
    for name, times in spent.items():
        middle = statistics.median(times)
        ratios[name] = middle / reference
        said = ""
        if name in MUST:
            must, aim = MUST[name]
            verdict = "aim" if ratios[name] <= aim else "must" if ratios[name] <= must else "FAILS"
            said = f"  must {must} aim {aim}: {verdict}"
        print(f"  {name:10} {middle * 1000:9.2f} ms  {ratios[name]:7.1f} x floor{said}", flush=True)
    return ratios


def _timed(calls: dict[str, Callable[[], bytes]], runs: int) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(runs):
        for name, ask in calls.items():
            begun = processor()
            ask()
            spent[name].append(processor() - begun)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--large", type=int, default=5)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    books = make_books(make_cast())
    pattern, towns = books.item("Copied", fields={"cost": "5"}), orgs_of(books)
    assert START
    assert wsgi.application
    assert ItemKey.objects.count()
    assert ItemText.objects.count()
    made, found = 0, []
    for n in sorted(asked.items):
        fill(made, n - 1, pattern, towns)
        made = n
        count_again(books.campaign)
        found.append(measure(books, n, asked.runs, asked.large))
    for name in GROWTH if len(found) > 1 else ():
        growth = found[-1][name] / found[0][name]
        print(
            f"  growth of {name:10} {growth:5.2f}  must 1.3: {'must' if growth <= 1.3 else 'FAILS'}"
        )


if __name__ == "__main__":
    main()
