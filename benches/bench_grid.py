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
from itertools import pairwise
from pathlib import Path

os.environ["GONGJIAN_DATA"] = tempfile.mkdtemp(prefix="gongjian-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
Path(os.environ["GONGJIAN_DATA"], "static").mkdir()

import django

django.setup()

from benches.reference import floor, processor
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, RequestFactory
from openpyxl import load_workbook
from tests.support.books import Books, let_in, make_books, person
from tests.support.cast import START, act, make_cast

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Org
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
N_ORGS = 100
EXPORTED = 10_000
WORD = "桥梁"  # stands in one title of 500


def orgs_of(books: Books) -> list[Org]:
    """A hundred towns, fifty of them below one office; each answers for one row of a hundred."""
    root = books.cast.orgs["district"]
    half = Org(code="half", name="Half", short_name="Half", parent=root)
    accounts.add_orgs(act(), [half])
    towns = [
        Org(code=f"t{n}", name=f"Town {n}", short_name=f"T{n}", parent=half if n % 2 else root)
        for n in range(N_ORGS)
    ]
    accounts.add_orgs(act(), towns)
    for who, org in (("one", towns[0]), ("fifty", half)):
        books.people[who] = person(who)
        let_in(books.people[who], "contact", books.campaign, org)
    return towns


def fill(first: int, last: int, pattern: Item, towns: list[Org]) -> None:
    """Copy an item with its keys and its searched text; orgs, dates, states and costs vary."""
    sqlite = connection.vendor == "sqlite"
    number = "printf('%032x', {})" if sqlite else "lpad(to_hex({}), 32, '0')::uuid"
    series = (
        f"(WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {last}) SELECT i FROM s)"
        if sqlite
        else f"(SELECT generate_series({first}, {last}) AS i)"
    )
    day = (
        "date('2021-07-01', '+' || (i % 90) || ' days')" if sqlite else "date '2021-07-01' + i % 90"
    )
    code = "'B' || substr('0000000' || i, -7)" if sqlite else "'B' || lpad(i::text, 7, '0')"
    titles = f"CASE WHEN i % 500 = 7 THEN '修建{WORD} ' ELSE '整治河道 ' END || i"
    places = " ".join(f"WHEN {n} THEN {_literal(t.pk)}" for n, t in enumerate(towns))
    cost = '\'{"cost": "\' || (i % 9973) || \'", "stage": "early"}\''
    own = {
        "id": number.format("i"),
        "code": code,
        "title": titles,
        "org_id": f"CASE i % {N_ORGS} {places} END",
        "due": f"CASE WHEN i % 10 = 3 THEN NULL ELSE {day} END",
        "state": f"CASE WHEN i < {5 * EXPORTED} AND i % 5 = 4 THEN 'shelved' "
        "WHEN i % 4 = 0 THEN 'planned' ELSE 'assigned' END",
        "fields": cost if sqlite else f"({cost})::jsonb",
    }
    columns = [f.column for f in Item._meta.concrete_fields]
    chosen = ", ".join(own.get(c, f"item.{c}") for c in columns)
    here = _literal(pattern.pk)
    register = _literal(pattern.register_id)
    grams = " ".join(sorted(set(_grams())))
    lower = (
        f"lower({code}) || char(10) || {titles}"
        if sqlite
        else f"lower({code}) || chr(10) || {titles}"
    )
    marker = f"r{pattern.register_id.hex}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO campaigns_item ({', '.join(columns)}) SELECT {chosen} "
            f"FROM {series} AS series, campaigns_item AS item WHERE item.id = {here} ORDER BY i"
        )
        duty = "lpad(to_hex(i + 10000000), 32, '0')::uuid"
        duty = "printf('%032x', i + 10000000)" if sqlite else duty
        cursor.execute(
            "INSERT INTO campaigns_responsibility (id, version, campaign_id, item_id, role, "
            f'"order", org_id, printed, is_part) SELECT {duty}, 1, {_literal(pattern.campaign_id)}, '
            f"{number.format('i')}, 'owner', 0, {own['org_id']}, '', {'0' if sqlite else 'false'} "
            f"FROM {series} AS series ORDER BY i"
        )
        cursor.execute(
            "INSERT INTO campaigns_itemkey (campaign_id, register_id, field, item_id, num) SELECT "
            f"{_literal(pattern.campaign_id)}, {register}, 'cost', {number.format('i')}, (i % 9973) * 10000 "
            f"FROM {series} AS series ORDER BY i"
        )
        cursor.execute(
            "INSERT INTO campaigns_itemtext (campaign_id, item_id, code, text, grams) SELECT "
            f"{_literal(pattern.campaign_id)}, {number.format('i')}, {code}, {lower}, "
            f"'{marker} ' || CASE WHEN i % 500 = 7 THEN '修 建 桥 梁 修建 建桥 {WORD}' ELSE '{grams}' END || ' ' || i "
            f"FROM {series} AS series ORDER BY i"
        )


def _grams() -> list[str]:
    word = "整治河道"
    return [*word, *(a + b for a, b in pairwise(word))]


def _literal(pk: object) -> str:
    text = str(pk)
    return f"'{text.replace('-', '')}'" if connection.vendor == "sqlite" else f"'{text}'::uuid"


def ledger_of(books: Books, who: str = "office") -> tuple[queries.Asked, Ledger]:
    seen = scope(books.people[who], clock.today())
    asked = queries.ask(seen, books.campaign, None)
    register = books.register("works")
    return asked, Ledger(seen, register, asked.playbook.register("works"), asked.playbook)


def measure(  # noqa: PLR0915  # one list of what is measured
    books: Books, n: int, runs: int, large: int
) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seats = {}
    for who in ("office", "one", "fifty"):
        seats[who] = Client(HTTP_HOST="localhost")
        seats[who].force_login(
            books.people[who], backend="django.contrib.auth.backends.ModelBackend"
        )
    seat, request = seats["office"], RequestFactory().get("/floor")
    here = "/c/BK21/r/works/"
    cell = Item.objects.get(code="B0000042")
    counter = iter(range(10**9))

    def save() -> bytes:
        version = Item.objects.values_list("version", flat=True).get(pk=cell.pk)
        cells = {"field:cost": str(next(counter))}
        body = json.dumps({"rows": [{"id": str(cell.pk), "version": version, "cells": cells}]})
        return seat.post(f"{here}cells", body, content_type="application/json").content

    def exported(kind: str) -> bytes:
        answer = seat.get(f"{here}export?as={kind}&state=shelved")
        return b"".join(answer) if answer.streaming else answer.content

    small: dict[str, Callable[[], bytes]] = {
        "floor": lambda: floor(request, books.campaign.pk).content,
        "json": lambda: seat.get(f"{here}rows?size=100").content,
        "page": lambda: seat.get(here).content,
        "item": lambda: seat.get("/api/v1/items/B0000042").content,
        "cell": save,
        "search": lambda: seat.get(f"{here}rows?size=100&q={WORD}").content,
        "state+due": lambda: seat.get(f"{here}rows?size=100&state=assigned&sort=due").content,
        "number": lambda: seat.get(f"{here}rows?size=100&sort=-f.cost").content,
        "org 1%": lambda: seats["one"].get(f"{here}rows?size=100").content,
        "org 50%": lambda: seats["fifty"].get(f"{here}rows?size=100").content,
    }
    for name in ("json", "search", "state+due", "number", "org 1%", "org 50%"):
        assert len(json.loads(small[name]())["rows"]) == 100, name
    assert json.loads(small["json"]())["n"] == Item.objects.filter(register=cell.register).count()
    assert json.loads(small["search"]())["n"] == n // 500
    assert small["page"]().count(b"<tr>") > 100
    assert json.loads(save())["n_changed"] == 1
    spent = _timed(small, runs)
    reference = statistics.median(spent["floor"])
    asked, ledger = ledger_of(books)
    rows = [
        Typed({"title": f"New {i}", "owner": f"Town {i % N_ORGS}", "due": "9月底前",
               "field:cost": str(i), "field:stage": "前期", "field:measures": "dig"}, line=i)
        for i in range(EXPORTED)
    ]  # fmt: skip
    plans = []

    def plan() -> bytes:
        plans.append(plan_writes(asked, ledger, rows))
        return b""

    def write() -> bytes:
        actions.write(act(books.people["office"]), ledger.register, plans.pop())
        return b""

    big = {
        "csv": lambda: exported("csv"),
        "xlsx": lambda: exported("xlsx"),
        "preview": plan,
        "import": write,
    }
    sheet = load_workbook(io.BytesIO(big["xlsx"]()), read_only=True).worksheets[0]
    codes = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert sum(str(code).startswith("B0") for code in codes) == EXPORTED
    assert big["csv"]().count(b"\r\nB0") == EXPORTED
    before = Item.objects.count()
    spent |= _timed(big, large) if large else {}
    assert Item.objects.count() == before + large * EXPORTED
    ratios = {}
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


from benches.bench_items import count_again

if __name__ == "__main__":
    main()
