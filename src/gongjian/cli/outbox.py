"""`gongjian outbox`: what is still to be sent, what fails, what was given up."""

from __future__ import annotations

import click

from gongjian.cli.django_setup import setup
from gongjian.cli.words import gettext

SHOWN = 50


@click.command("outbox", short_help="what is to be sent")
@click.option("--retry", is_flag=True, help="let what fails or was given up go again now")
def command(*, retry: bool) -> None:
    """Show messages that wait, fail or were given up; receivers know a repeat by its id."""
    setup()
    from gongjian.apps.notices import outbox
    from gongjian.apps.notices.models import Delivery
    from gongjian.apps.notices.models.outbox import State
    from gongjian.apps.notices.sentences import STATES, error_sentence
    from gongjian.lib import clock

    stuck = Delivery.objects.filter(state__in=(State.FAILED, State.GIVEN_UP))
    if retry:
        n = outbox.retry(stuck, clock.now())
        click.echo(gettext("%(n)s messages go again now") % {"n": n})
        return
    counts = outbox.counts()
    if not counts:
        click.echo(gettext("Nothing was ever to be sent."))
    for state, n in counts.items():
        click.echo(f"{n:>8} {gettext(STATES[state])}")
    for row in stuck.order_by("next_at")[:SHOWN]:
        at = row.next_at if row.state == State.FAILED else row.done_at
        told = f"{row.pk} {row.channel} {row.receiver} #{row.n} {row.payload['code']}"
        tried = gettext("%(n)s attempts") % {"n": row.attempts}
        when = at.isoformat(" ", "minutes") if at else "-"
        click.echo(f"{told} [{row.state}] {tried} {when} {error_sentence(row.last_error)}")
