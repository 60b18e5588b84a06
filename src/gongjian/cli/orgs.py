"""`gongjian orgs`: the organisation from a workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongjian.cli.django_setup import migrate, setup
from gongjian.cli.words import complain, gettext

if TYPE_CHECKING:
    from gongjian.apps.accounts.intake import Plan


@click.group("orgs", short_help="orgs, groups, posts, people")
def command() -> None:
    """Look after the organisation."""


@command.command("import", short_help="import a workbook")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="compare and say what would change; write nothing")
def import_(file: Path, dry_run: bool) -> None:
    """Import orgs, groups, posts and people from an xlsx workbook: everything, or nothing.

    People come without a password: set one with `gongjian user password USERNAME`.
    """
    setup()
    migrate()
    from gongjian.apps.accounts.actions import import_organisation
    from gongjian.apps.ledger.book import Act, ActionError
    from gongjian.kernel.errors import PaperError
    from gongjian.lib.ids import new_id
    from gongjian.lib.problems import sentence

    try:
        plan = _plan(file)
        _show(plan)
        if plan.faults:
            complain(gettext("Nothing was written. Correct these cells and import again."))
            sys.exit(1)
        if dry_run or plan.is_empty:
            click.echo(gettext("Nothing was written."))
            return
        import_organisation(Act(request_id=f"cli-{new_id()}", origin="import"), plan)
    except (ActionError, PaperError) as error:
        complain(sentence(error))
        sys.exit(1)
    click.echo(gettext("Imported."))


def _plan(file: Path) -> Plan:
    from django.conf import settings

    from gongjian.apps.accounts.intake import plan_import
    from gongjian.apps.accounts.sheets import read_organisation
    from gongjian.formats.read import Limits
    from gongjian.formats.xlsx import read_sheets
    from gongjian.kernel.errors import PaperError
    from gongjian.lib import clock

    limits = Limits(settings.PAPER_MAX_BYTES, settings.PAPER_MAX_UNPACKED_BYTES)
    if file.stat().st_size > limits.max_bytes:
        size = file.stat().st_size
        raise PaperError("paper.too_large", size=size, limit=limits.max_bytes)
    data = file.read_bytes()
    if not data.startswith(b"PK"):
        raise PaperError("sheet.no_workbook")
    return plan_import(read_organisation(read_sheets(data, limits)), clock.today())


def _show(plan: Plan) -> None:
    from gongjian.kernel.errors import KernelError
    from gongjian.lib.problems import sentence

    for fault in plan.faults:
        said = sentence(KernelError(fault.code, **dict(fault.facts)))
        place = f"{fault.sheet} {fault.column}{fault.row}" if fault.sheet else ""
        complain(f"{place}: {said}" if place else said)
    if plan.faults:
        return
    n = plan.n
    words = {
        "org": gettext("orgs"),
        "group": gettext("comparison groups"),
        "member": gettext("places in groups"),
        "post": gettext("posts"),
        "person": gettext("people"),
        "holding": gettext("holders of posts"),
        "grant": gettext("roles"),
    }
    for kind, word in words.items():
        facts = {s: n[kind, s] for s in ("new", "changed", "unchanged")}
        if any(facts.values()):
            line = gettext("%(what)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged")
            click.echo(line % {"what": word, **facts})
