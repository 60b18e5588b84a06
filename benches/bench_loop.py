"""What one report costs among many items, and what a new day costs: processor time, "x floor".

usage: python benches/bench_loop.py [--items 5000 500000] [--runs 60]
       python tools/postgres.py run -- python benches/bench_loop.py

Counted is the time on processors of this process and, on PostgreSQL, of its server process. The rows are
copied by SQL, past the book: this database lives for the measurement only. Roll-up means that the tallies of
battle, org and register move in the same transaction.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import tempfile
from itertools import count
from pathlib import Path

os.environ["GONGJIAN_DATA"] = tempfile.mkdtemp(prefix="gongjian-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
Path(os.environ["GONGJIAN_DATA"], "static").mkdir()

import django

django.setup()

from benches.bench_items import count_again
from benches.many import fill, orgs_of
from benches.reference import floor, processor
from django.core.management import call_command
from django.db import connection
from django.db.models import Q
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.support.books import Books, make_books
from tests.support.cast import END, make_cast

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.campaigns.standing import tick
from gongjian.apps.ledger import gate
from gongjian.apps.loop.models import Report
from gongjian.site import wsgi  # the program as a server's worker loads it

MUST, AIM, GROWTH, QUERIES = 20, 8, 1.3, 12
LIGHTS, TICK_SECONDS = 5_000, 10


def measure(books: Books, n: int, runs: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seat = Client(HTTP_HOST="localhost")
    seat.force_login(books.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    request, numbers = RequestFactory().get("/floor"), count()
    codes = list(
        Item.objects.filter(code__startswith="B", state="assigned")
        .order_by("-code")
        .values_list("code", flat=True)[: runs + 5]
    )

    def report() -> None:
        at = next(numbers)
        said = {
            "progress": f"Dug {at} metres",
            "percent": str(at % 100),
            "request_id": f"b{n}-{at}",
        }
        answer = seat.post(f"/i/{codes[at]}/report", said)
        assert answer.status_code == 302, answer.status_code

    report()
    with CaptureQueriesContext(connection) as asked:
        report()
    told = [q["sql"] for q in asked.captured_queries]
    first = next(k for k, sql in enumerate(told) if 'FROM "ledger_event"' in sql)
    writing = [sql for sql in told[first:] if sql not in {"BEGIN", "BEGIN IMMEDIATE", "COMMIT"}]
    before = Report.objects.count()
    spent: dict[str, list[float]] = {"floor": [], "report": []}
    for _ in range(runs):
        for name, call in (
            ("floor", lambda: floor(request, books.campaign.pk)),
            ("report", report),
        ):
            begun = processor()
            call()
            spent[name].append(processor() - begun)
    assert Report.objects.count() == before + runs
    assert tally.totals(books.campaign.pk, Q(measure="n"))["n"] == Item.objects.count()
    reference, middle = (statistics.median(spent[name]) for name in ("floor", "report"))
    ratio = middle / reference
    verdict = "aim" if ratio <= AIM else "must" if ratio <= MUST else "FAILS"
    print(
        f"{connection.vendor}, {n} items, {runs} runs, floor {reference * 1000:.2f} ms\n"
        f"  report  {middle * 1000:8.2f} ms {ratio:6.1f} x floor  must {MUST} aim {AIM}: {verdict}; "
        f"the action {len(writing)} queries (must {QUERIES}), its page {len(told)}; "
        f"{1 / middle:.0f} in a second of one core",
        flush=True,
    )
    for sql in writing if len(writing) > QUERIES else ():
        print("   ", sql[:110])
    return ratio


def new_day(campaign: Campaign) -> None:
    """Five thousand lights change because a day has passed."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    ids = list(Item.objects.filter(code__startswith="B").values_list("pk", flat=True)[:LIGHTS])
    with gate.opened():
        Item.objects.filter(pk__in=ids).update(
            due=END, light="green", due_state="later", next_light="yellow", next_light_on=END
        )
        count_again(campaign)
    campaign.refresh_from_db()
    begun = processor()
    moved = tick(campaign, END + dt.timedelta(days=1))
    spent = processor() - begun
    assert moved >= LIGHTS, moved
    verdict = "must" if spent <= TICK_SECONDS else "FAILS"
    print(
        f"  a day's turn of {moved} lights {spent:.2f} s  must {TICK_SECONDS}: {verdict}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[5_000, 500_000])
    parser.add_argument("--runs", type=int, default=60)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    books = make_books(make_cast())
    assert wsgi.application
    pattern, towns = books.item("Copied", fields={"cost": "5"}), orgs_of(books)
    made, found = 0, []
    for n in sorted(asked.items):
        fill(made, n - 1, pattern, towns)
        made = n
        count_again(books.campaign)
        found.append(measure(books, n, asked.runs))
    if len(found) > 1:
        growth = found[-1] / found[0]
        print(f"  growth {growth:.2f}  must {GROWTH}: {'must' if growth <= GROWTH else 'FAILS'}")
    new_day(books.campaign)


if __name__ == "__main__":
    main()
