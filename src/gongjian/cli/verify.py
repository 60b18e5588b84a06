"""`gongjian verify`: events against the sealed log, rows against the events."""

from __future__ import annotations

import sys

import click

from gongjian.cli.django_setup import setup
from gongjian.cli.words import gettext


@click.command("verify", short_help="prove the book")
@click.option("--size", type=int, help="size of a saved log")
@click.option("--root", help="root of a saved log, in hex")
def command(size: int | None, root: str | None) -> None:
    """Prove that no event was altered and that every row follows from the events.

    SIZE and ROOT are those printed on an issued paper or stored with a backup; the prefix of the
    log of that size is recomputed and compared.
    """
    setup()
    from gongjian.apps.ledger.seal import seal
    from gongjian.apps.ledger.verify import verify

    seal()
    verdict = verify(size, root)
    for fault in verdict.faults:
        place = " ".join(p for p in (fault.table, fault.row, fault.field) if p)
        event = f"{gettext('event')} {fault.event}" if fault.event else ""
        number = f"№ {fault.n}" if fault.n is not None else ""
        click.echo(" · ".join(p for p in (_named(fault.code), place, event, number) if p))
    counts = gettext("%(events)s events, %(rows)s rows; log %(size)s, root %(root)s") % {
        "events": verdict.events,
        "rows": verdict.rows,
        "size": verdict.size,
        "root": verdict.root,
    }
    click.echo(counts)
    if verdict.faults:
        click.echo(gettext("ALTERED: %(n)s faults.") % {"n": len(verdict.faults)})
    else:
        click.echo(gettext("Not altered."))
    sys.exit(1 if verdict.faults else 0)


def _named(code: str) -> str:
    return {
        "row.edited": gettext("row edited"),
        "row.inserted": gettext("row inserted"),
        "row.deleted": gettext("row deleted"),
        "event.edited": gettext("event edited"),
        "event.deleted": gettext("event deleted"),
        "event.inserted": gettext("event inserted"),
        "leaf.missing": gettext("entry of the log missing"),
        "root.differs": gettext("root differs from its seal"),
        "saved_root.differs": gettext("root differs from the saved one"),
        "log.cut_off": gettext("newest entries cut off"),
        "change.version_gap": gettext("a change is missing or doubled"),
        "change.before_differs": gettext("a change does not follow from the one before"),
        "change.made_twice": gettext("a row was made twice"),
        "change.not_there": gettext("a change of a row that was not there"),
    }.get(code, code)
