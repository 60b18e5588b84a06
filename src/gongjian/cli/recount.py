"""`gongjian recount`: what is derived against a full recount."""

from __future__ import annotations

import sys

import click

from gongjian.cli.django_setup import setup
from gongjian.cli.words import gettext


@click.command("recount", short_help="check tallies")
def command() -> None:
    """Recount lights, keys and tallies of every campaign and say where they differ."""
    setup()
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.campaigns.recount import Difference, recount
    from gongjian.apps.loop.turns import differences as turn_differences

    wrong = 0
    for campaign in Campaign.objects.all():
        differences = recount(campaign)
        differences += [Difference("turn", *found) for found in turn_differences(campaign)]
        wrong += len(differences)
        for d in differences[:20]:
            click.echo(f"{campaign.code} {d.what} {d.where}: {d.has!r} ≠ {d.should!r}")
        n = gettext("%(campaign)s: %(n)s differences") % {
            "campaign": campaign.code,
            "n": len(differences),
        }
        click.echo(n)
    sys.exit(1 if wrong else 0)
