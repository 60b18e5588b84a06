"""`gongjian campaign new`: a campaign from a playbook, or as last year's was."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongjian.cli.words import complain, gettext

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.campaigns.sources import Source

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("campaign", short_help="set a campaign up")
def command() -> None:
    """Set campaigns up."""


@command.command("new", short_help="from a playbook, or as a former campaign was")
@click.option("--playbook", help="FILE, KEY")
@click.option("--copy", "former", help="CODE")
@click.option("--items", is_flag=True, help="with the items of the former campaign")
@click.option("--code", required=True, help="YC22")
@click.option("--name", required=True)
@click.option("--from", "start", type=DAY, required=True, help="YYYY-MM-DD")
@click.option("--to", "end", type=DAY, required=True, help="YYYY-MM-DD")
@click.option("--as", "user", help="USER NAME")
def new(  # noqa: PLR0913, PLR0917  # one argument an option, as click wants it
    playbook: str | None, former: str | None, items: bool, code: str, name: str,
    start: dt.datetime, end: dt.datetime, user: str | None,
) -> None:  # fmt: skip
    """Set a campaign up from a PLAYBOOK, a file or a shipped one, or as the campaign CODE was.

    It gets the usual battles of the playbook, or those of the former campaign with their leaders; with
    --items also its items in their first state, their dates moved as far as the starts lie apart.
    """
    if (playbook is None) == (former is None):
        raise click.UsageError(gettext("Give either --playbook or --copy."))
    from gongjian.cli.django_setup import setup

    setup()
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.kernel.errors import KernelError
    from gongjian.lib.problems import problem_lines, sentence

    try:
        source = _source(playbook, former)
        campaign = Campaign(
            code=code, name=name, start_on=start.date(), end_on=end.date(), former=source.former
        )
        _create(campaign, source, user, items=items)
    except KernelError as error:
        for said in problem_lines(error) or [sentence(error)]:
            complain(said)
        sys.exit(1)


def _source(playbook: str | None, former: str | None) -> Source:
    from gongjian.apps.campaigns import sources
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.playbooks.load import builtin_keys

    if former is not None:
        found = Campaign.objects.filter(code=former).first()
        if found is None:
            complain(gettext("There is no campaign %(code)s.") % {"code": former})
            sys.exit(1)
        return sources.from_campaign(found)
    named = str(playbook)
    if named in builtin_keys() or not Path(named).exists():
        return sources.from_builtin(named)
    try:
        return sources.from_text(Path(named).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        complain(f"{named}: {gettext('The file cannot be opened.')}")
        sys.exit(1)


def _create(campaign: Campaign, source: Source, user: str | None, *, items: bool) -> None:
    from gongjian.apps.campaigns.actions import Taken, copy_campaign, create_campaign
    from gongjian.apps.campaigns.sources import battles_of
    from gongjian.cli.acting import act_as

    battles = battles_of(campaign, source, source.fronts())
    if source.former is None:
        rows = list(battles.values())
        done = create_campaign(act_as(user), campaign, source.text, rows)
    else:
        taken = list(source.former.items.select_related("register")) if items else []
        done = copy_campaign(act_as(user), campaign, source.text, battles, taken, Taken())
    told = gettext("The campaign %(campaign)s is set up with %(items)s items.")
    click.echo(told % done.result)
