"""Processor time of the launch check, its page and the launch itself, on the database at hand.

usage: python benches/bench_launch.py [--items 500] [--runs 20]
       python tools/postgres.py run -- python benches/bench_launch.py

The answer is known before it is measured: every fifth item lacks a target and its rule, every seventh a
date, and the paper announces one item more than there are.
"""

from __future__ import annotations

import argparse
import datetime as dt
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

from benches.reference import processor
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support.cast import END, START, act
from tests.support.rounds import make_stage

from gongjian.apps.campaigns.actions import import_items
from gongjian.apps.campaigns.models import Campaign, Item, Responsibility
from gongjian.apps.ledger.book import action
from gongjian.apps.loop import actions
from gongjian.apps.loop.queries.launch import waiting
from gongjian.apps.targets.actions import add_targets
from gongjian.apps.targets.models import Target, TargetVersion


def fill(n: int) -> Campaign:
    stage = make_stage()
    campaign, works = stage.campaign, stage.cast.orgs["works"]
    items = [
        Item(
            campaign=campaign,
            register=stage.register,
            battle=stage.battles[i % 2],
            title=f"Item {i}",
            org=works,
            start_on=START,
            due=None if i % 7 == 0 else END,
            state="waiting",
            fields={"acceptance": "Seen on site"},
        )
        for i in range(n)
    ]
    roles = [
        Responsibility(campaign=campaign, item=i, role=role, org=works)
        for i in items
        for role in ("lead", "owner")
    ]
    for first in range(0, n, 4000):
        chosen = items[first : first + 4000]
        import_items(act(day=START), campaign, chosen, roles[2 * first : 2 * (first + 4000)])
        aimed = [i for k, i in enumerate(chosen, first) if k % 5]
        targets = [
            Target(campaign=campaign, item=i, battle=i.battle, order=first + k, subject=i.title)
            for k, i in enumerate(aimed)
        ]
        add(act(day=START), campaign, targets, [version(t) for t in targets])
    told = [{"what": "攻坚任务", "n": n + 1, "span": [0, 1]}]
    announce(act(day=START), campaign, told)
    return campaign


def version(target: Target) -> TargetVersion:
    facts = {"kind": "count", "op": ">=", "floor": 1, "unit": "", "strength": "plain"}
    return TargetVersion(target=target, n=1, text="1", since=START, counting_rule="x", **facts)


@action("bench.add_targets")
def add(book, campaign, targets, versions):
    book.campaign_id = campaign.pk
    add_targets(book, targets, versions)
    return {}


@action("bench.announce")
def announce(book, campaign, told):
    book.campaign_id = campaign.pk
    book.update(campaign, announced=told)
    return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--runs", type=int, default=20)
    asked = parser.parse_args()
    n = asked.items
    call_command("migrate", verbosity=0)
    campaign = fill(n)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    short = [i for i in range(n) if i % 5 == 0 or i % 7 == 0]
    with CaptureQueriesContext(connection) as caught:
        check = waiting(campaign).check
    n_queries = len(caught)
    assert (check.n, check.n_complete, len(check.lacking)) == (n, n - len(short), len(short))
    assert [(c.n, c.found) for c in check.counts] == [(n + 1, n)]
    seat = Client(HTTP_HOST="localhost")
    from gongjian.apps.accounts.models import Person

    office = Person.objects.get(username="office")
    seat.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    asks: dict[str, Callable[[], object]] = {
        "launch check": lambda: waiting(campaign).check.is_ready,
        "launch page": lambda: seat.get(f"/c/{campaign.code}/launch").content,
        "gap list": lambda: seat.get(f"/c/{campaign.code}/gaps").content,
    }
    spent: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(asked.runs):
        for name, ask in asks.items():
            begun = processor()
            ask()
            spent[name].append(processor() - begun)
    print(f"{connection.vendor}, {n} items, {n_queries} queries a check, {asked.runs} runs")
    for name, times in spent.items():
        print(f"  {name:14} {statistics.median(times) * 1000:8.1f} ms of processor time")
    _launch(campaign, check.lacking, office)


def _launch(campaign: Campaign, lacking, office) -> None:
    """Waive what is short, then launch: how long one event for all of them takes."""
    from uuid import UUID

    begun = processor()
    needs = {UUID(c.key): list(c.lacks) for c in lacking} | {None: ["攻坚任务"]}
    actions.waive(act(office, reason="measured"), campaign, needs)
    waived = processor()
    agenda = actions.Agenda(dt.date(2021, 7, 1), "Hall")
    done = actions.launch_all(act(office), campaign, agenda)
    assert done.result["issued"] == Item.objects.filter(campaign=campaign).count()
    print(f"  {'waive':14} {(waived - begun) * 1000:8.1f} ms of processor time")
    print(f"  {'launch':14} {(processor() - waived) * 1000:8.1f} ms of processor time")


if __name__ == "__main__":
    main()
