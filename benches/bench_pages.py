"""Processor time of pages as a ratio to a bare view of 100 rows: "x floor", on the database at hand.

usage: python benches/bench_pages.py [--size district|city] [--runs 60]
       python tools/postgres.py run -- python benches/bench_pages.py

Counted is the time on processors of this process and, on PostgreSQL, of its server process; runs of all
pages take turns. What the pages must show is asserted first.
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
from django.test import Client, RequestFactory

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.demo.load import SIZES, build_load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["district", "city"], default="district")
    parser.add_argument("--runs", type=int, default=60)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    n, _reports = build_load(asked.size, 1)
    tally.fold("bench")
    campaign = Campaign.objects.get()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    seat = Client(HTTP_HOST="localhost")
    seat.force_login(
        Person.objects.get(username="office"), backend="django.contrib.auth.backends.ModelBackend"
    )
    request = RequestFactory().get("/floor")
    root = f"/c/{campaign.code}"
    day = campaign.lit_on
    pages: dict[str, Callable[[], bytes]] = {
        "floor": lambda: floor(request, campaign.pk).content,
        "cockpit": lambda: seat.get(f"{root}/cockpit").content,
        "cockpit, a past day": lambda: seat.get(f"{root}/cockpit?day=2024-01-02").content,
        "campaign": lambda: seat.get(f"{root}/").content,
        "list": lambda: seat.get(f"{root}/items").content,
        "list, red": lambda: seat.get(f"{root}/items?light=red").content,
    }
    assert pages["floor"]().count(b'"code"') == 100
    assert f">{n}<".encode() in pages["cockpit"]()
    assert pages["list"]().count(b'class="code"') == 100
    assert campaign.items.count() == n == SIZES[asked.size].items
    spent: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(asked.runs):
        for name, ask in pages.items():
            begun = processor()
            ask()
            spent[name].append(processor() - begun)
    reference = statistics.median(spent["floor"])
    print(
        f"{connection.vendor}, {n} items, as of {day}, {asked.runs} runs, floor {reference * 1000:.2f} ms"
    )
    for name, times in spent.items():
        middle = statistics.median(times)
        print(f"  {name:22} {middle * 1000:7.2f} ms  {middle / reference:5.1f} x floor")


if __name__ == "__main__":
    main()
