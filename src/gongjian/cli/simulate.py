"""`gongjian simulate`: the generator of the demonstration, at the size that is asked for."""

from __future__ import annotations

import sys
import time

import click

from gongjian.cli.django_setup import migrate, setup
from gongjian.cli.words import gettext


@click.command("simulate", short_help="fill a database for load")
@click.option("--size", type=click.Choice(["district", "city", "province"]), required=True,
              help="400, 8000 or 50000 items")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True)
def command(size: str, seed: int) -> None:
    """Fill the database with a simulated campaign; it is labelled as an example.

    The same seed gives the same items and reports. Use an empty database of its own.
    """
    setup()
    migrate()
    from gongjian.apps.demo.load import build_load
    from gongjian.apps.ledger.book import ActionError
    from gongjian.apps.ledger.seal import seal
    from gongjian.lib.problems import sentence

    begun, used = time.monotonic(), time.process_time()
    try:
        items, reports = build_load(size, seed, click.echo)
    except ActionError as error:
        click.echo(sentence(error), err=True)
        sys.exit(1)
    seal()
    counted = {"campaign": size, "n": items, "reports": reports}
    click.echo(gettext("%(campaign)s: %(n)s items, %(reports)s reports") % counted)
    spent = {"wall": round(time.monotonic() - begun), "cpu": round(time.process_time() - used)}
    click.echo(gettext("Built in %(wall)s s (%(cpu)s s of processor time).") % spent)
