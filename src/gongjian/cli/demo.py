"""`gongjian demo`: both source campaigns from two papers, simulated, and served."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from gongjian.cli.words import gettext

SEED = 7


@click.command("demo", short_help="build and serve the demonstration")
@click.option("--port", default=8021, show_default=True)
@click.option("--build-only", is_flag=True, help="build it, then stop")
@click.option("--fresh", is_flag=True, help="build it again")
def command(port: int, build_only: bool, fresh: bool) -> None:
    """Build the demonstration where it is not there yet, then serve it on this machine.

    Its database lies in the folder that GONGJIAN_DATA names (var/demo), or where DATABASE_URL says.
    """
    os.environ.setdefault("GONGJIAN_DATA", str(Path("var") / "demo"))
    os.environ["GONGJIAN_DEMO"] = "true"
    from gongjian.cli.django_setup import setup

    setup()
    begun, used = time.monotonic(), time.process_time()
    if _build(fresh=fresh):
        spent = {"wall": round(time.monotonic() - begun), "cpu": round(time.process_time() - used)}
        click.echo(gettext("Built in %(wall)s s (%(cpu)s s of processor time).") % spent)
    if build_only:
        return
    from gongjian.cli.serve import serve

    click.echo(gettext("The cockpits, as of the simulated day; sign in with one click:"))
    for code in _codes():
        click.echo(f"  http://127.0.0.1:{port}/c/{code}/cockpit")
    address = f"http://127.0.0.1:{port}/"
    click.echo(gettext("Open %(address)s – Ctrl C stops.") % {"address": address})
    serve(port)


def _codes() -> list[str]:
    from gongjian.apps.demo.data import data

    return [example.code for example in data().campaigns]


def _build(*, fresh: bool) -> bool:
    from django.conf import settings

    from gongjian.cli.django_setup import migrate

    database = settings.DATABASES["default"]
    is_file = database["ENGINE"].endswith("sqlite3")
    if fresh and is_file:
        for tail in ("", "-wal", "-shm"):
            Path(f"{database['NAME']}{tail}").unlink(missing_ok=True)
    migrate()
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.demo.build import build_campaign, build_desks, build_orgs
    from gongjian.apps.demo.data import data
    from gongjian.apps.demo.desks import lay_out
    from gongjian.apps.demo.simulate import simulate
    from gongjian.apps.ledger.seal import seal

    examples = data().campaigns
    marker = settings.DATA_DIR / "demo-built"
    if marker.exists() and Campaign.objects.filter(code=examples[-1].code).exists():
        return False
    if Campaign.objects.exists():
        click.echo(gettext("A build was broken off; start again with --fresh."), err=True)
        sys.exit(1)
    click.echo(gettext("Reading two example papers and playing the campaigns (simulated data)…"))
    first = min(e.start for e in examples)
    people = build_desks(first, build_orgs(first))
    for example in examples:
        campaign = build_campaign(example, people)
        n = simulate(campaign, people, example.until, SEED, click.echo)
        lay_out(campaign, people, example.until)
        counted = {"campaign": example.code, "n": campaign.items.count(), "reports": n}
        click.echo(gettext("%(campaign)s: %(n)s items, %(reports)s reports") % counted)
    seal()
    marker.touch()
    return True
