"""`gongjian playbook`: look at playbooks and check them without Django; adopt and undo them with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from gongjian.cli.words import complain, gettext, language
from gongjian.kernel.errors import PlaybookError
from gongjian.playbooks.load import builtin_keys, builtin_text, load_builtin, load_text
from gongjian.playbooks.problems import line

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Adoption, Campaign
    from gongjian.apps.ledger.book import Act
    from gongjian.kernel.errors import KernelError
    from gongjian.kernel.model.playbook import Playbook, RegisterDef
    from gongjian.kernel.playbook.plan import Plan

AS = click.option("--as", "user", help="USER NAME")


@click.group("playbook", short_help="look at playbooks, check, adopt and undo them")
def command() -> None:
    """Work with playbooks: KEY names a shipped one, FILE is a yaml file, CODE names a campaign."""


@command.command("list", short_help="the shipped playbooks")
def list_() -> None:
    """List the playbooks that ship with the program."""
    for key in builtin_keys():
        playbook = load_builtin(key)
        counted = gettext("%(n)s registers") % {"n": len(playbook.registers)}
        click.echo(f"{key}  {playbook.label.of(language())}  ({counted})")


@command.command("show", short_help="what a shipped playbook holds")
@click.argument("key")
@click.option("--yaml", "is_text", is_flag=True, help="yaml")
def show(key: str, is_text: bool) -> None:
    """Show a shipped playbook: its registers with their fields, or its text."""
    try:
        playbook = load_builtin(key)
    except PlaybookError as error:
        _refused(error)
    if is_text:
        click.echo(builtin_text(key), nl=False)
        return
    click.echo(f"{playbook.key}  {playbook.label.of(language())}")
    for register in playbook.registers:
        click.echo(_said(playbook, register))


def _said(playbook: Playbook, register: RegisterDef) -> str:
    lang = language()
    states = " → ".join(s.label.of(lang) for s in playbook.workflow_of(register.key).states)
    fields = "、".join(f"{f.label.of(lang)} ({f.key})" for f in register.fields)
    rows = [f"{register.code_prefix}  {register.label.of(lang)} ({register.key})", f"    {states}"]
    return "\n".join([*rows, f"    {fields}"] if fields else rows)


@command.command("check", short_help="whether a file is sound")
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a playbook file; every fault is named with its place."""
    playbook = _loaded(_text(file), str(file))
    counted = {"key": playbook.key, "n": len(playbook.registers)}
    click.echo(gettext("%(key)s is sound: %(n)s registers.") % counted)


@command.command("plan", short_help="what a file would change in a campaign")
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "maps", multiple=True, help="register.old=new")
def plan(code: str, file: Path, maps: tuple[str, ...]) -> None:
    """Show what adopting FILE would do to the campaign CODE; nothing is changed."""
    _loaded(text := _text(file), str(file))
    campaign = _campaign(code)
    found = _shown(campaign, text, _chosen(maps))
    if found.refusals:
        sys.exit(1)


@command.command("adopt", short_help="take a file over")
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "maps", multiple=True, help="register.old=new")
@click.option("--agree", "agreed", multiple=True, help="register.field")
@click.option("--yes", is_flag=True, help="do not ask")
@AS
def adopt(  # one argument an option, as click wants it
    code: str,
    file: Path,
    maps: tuple[str, ...],
    agreed: tuple[str, ...],
    yes: bool,
    user: str | None,
) -> None:
    """Take FILE over as the playbook of the campaign CODE, rows rewritten before it returns.

    Each state that disappears needs --map, each field that is hidden although rows hold it --agree.
    """
    _loaded(text := _text(file), str(file))
    campaign = _campaign(code)
    found = _shown(campaign, text, _chosen(maps))
    if not found.refusals and not yes:
        click.confirm(gettext("Take it over?"), abort=True)
    from gongjian.apps.campaigns.actions import playbooks
    from gongjian.kernel.errors import KernelError

    base = campaign.playbooks.get(in_force=True).n
    try:
        done = playbooks.adopt(
            _act(user), campaign, text, base=base, chosen=_chosen(maps), agreed=agreed
        )
    except KernelError as error:
        _stopped(error)
    _finish(done.result["adoption"])


@command.command("undo", short_help="give the latest change up again")
@click.argument("code")
@click.option("--yes", is_flag=True, help="do not ask")
@AS
def undo(code: str, yes: bool, user: str | None) -> None:
    """Put the former playbook of the campaign CODE in force again, rows given back what they held."""
    campaign = _campaign(code)
    from gongjian.apps.campaigns.actions import playbooks
    from gongjian.kernel.errors import KernelError

    latest: Adoption | None = (
        campaign.adoptions.select_related("campaign", "former")
        .filter(adopted__in_force=True)
        .first()
    )
    if latest is None:
        complain(gettext("The playbook of this campaign was never changed."))
        sys.exit(1)
    if not yes:
        click.confirm(gettext("Undo the latest change?"), abort=True)
    try:
        done = playbooks.undo_adoption(_act(user), latest)
    except KernelError as error:
        _stopped(error)
    _finish(done.result["adoption"])


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        complain(f"{file}: {gettext('The file cannot be opened.')} ({error.strerror})")
    except UnicodeDecodeError:
        complain(f"{file}: {gettext('The file is no text in UTF-8.')}")
    sys.exit(1)


def _loaded(text: str, name: str) -> Playbook:
    try:
        return load_text(text)
    except PlaybookError as error:
        faults = error.facts["faults"]
        for fault in faults if isinstance(faults, tuple) else ():
            complain(f"{name}: {line(fault, gettext)}")
    sys.exit(1)


def _refused(error: PlaybookError) -> NoReturn:
    known = "、".join(builtin_keys())
    told = {"key": error.facts.get("key", ""), "known": known}
    complain(gettext("There is no playbook “%(key)s”. Known are: %(known)s.") % told)
    sys.exit(1)


def _campaign(code: str) -> Campaign:
    """Start Django and find a campaign."""
    from gongjian.cli.django_setup import setup

    setup()
    from gongjian.apps.campaigns.models import Campaign

    found: Campaign | None = Campaign.objects.filter(code=code).first()
    if found is None:
        complain(gettext("There is no campaign %(code)s.") % {"code": code})
        sys.exit(1)
    return found


def _act(user: str | None) -> Act:
    from gongjian.cli.acting import act_as

    return act_as(user)


def _chosen(maps: tuple[str, ...]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in maps:
        place, equals, new = one.partition("=")
        register, dot, old = place.partition(".")
        if not (equals and dot and new):
            raise click.UsageError(gettext("--map wants register.old=new."))
        found.setdefault(register, {})[old] = new
    return found


def _shown(campaign: Campaign, text: str, chosen: dict[str, dict[str, str]]) -> Plan:
    """Print a plan: each line with the names that --map and --agree take."""
    from gongjian.apps.campaigns.actions import playbooks
    from gongjian.apps.campaigns.kernel_io import playbook_in_force
    from gongjian.apps.campaigns.plan_words import plan_rows

    old, new = playbook_in_force(campaign), load_text(text)
    found = playbooks.preview(campaign, new, chosen)
    for row in plan_rows(found.lines, old, new):
        told = " · ".join(p for p in (row.where, row.text, row.refusal or row.note) if p)
        click.echo(f"- {told}" + (f"  [--agree {row.agree}]" if row.agree else ""))
    for m in found.mappings:
        options = "|".join(s.key for s in m.options)
        click.echo(f"  [--map {m.register}.{m.state.key}={m.chosen if m.is_chosen else options}]")
    counted = {"n": len(found.lines), "rows": found.n_rows}
    click.echo(gettext("%(n)s changes, at most %(rows)s rows rewritten.") % counted)
    return found


def _finish(adoption: str) -> None:
    from gongjian.apps.campaigns.actions import playbooks
    from gongjian.apps.campaigns.models import Adoption

    playbooks.carry(adoption)
    row = Adoption.objects.select_related("adopted").get(pk=adoption)
    names = ("rewritten", "restored", "kept", "hidden")
    figures = {n: row.plan.get("figures", {}).get(n, 0) for n in names}
    told = gettext(
        "Version %(n)s is in force: %(rewritten)s rows rewritten, %(restored)s given back, "
        "%(kept)s keep a newer value, %(hidden)s hold what is hidden."
    )
    click.echo(told % {"n": row.adopted.n, **figures})


def _stopped(error: KernelError) -> NoReturn:
    from gongjian.lib.problems import sentence

    complain(sentence(error))
    sys.exit(1)
