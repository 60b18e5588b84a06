"""The command `gongjian`: subcommands are loaded when called, so that drafting needs no Django."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from gongjian.cli.words import choose_language, gettext

if TYPE_CHECKING:
    from collections.abc import Callable

# Name → module and what it does; the module's `command`, or what is named behind the colon, is imported
# only when it is called.
COMMANDS: dict[str, tuple[str, Callable[[], str]]] = {
    "draft": ("draft", lambda: gettext("Read campaigns out of papers")),
    "playbook": ("playbook", lambda: gettext("Look at playbooks, check, adopt and undo them")),
    "campaign": ("campaign", lambda: gettext("Set a campaign up")),
    "run": ("serve", lambda: gettext("Serve the site and do its background work")),
    "demo": ("demo", lambda: gettext("Build the demonstration and serve it")),
    "simulate": ("simulate", lambda: gettext("Fill a database with a simulated district or city")),
    "import": ("tables:import_", lambda: gettext("Take workbooks into a register")),
    "export": ("tables:export", lambda: gettext("Write a register as a workbook or plain rows")),
    "orgs": ("orgs", lambda: gettext("Import orgs, groups, posts and people from a workbook")),
    "user": ("user", lambda: gettext("Add people who sign in, and set passwords")),
    "outbox": ("outbox", lambda: gettext("Show what is to be sent, and let it go again")),
    "verify": ("verify", lambda: gettext("Prove that the book was not altered")),
    "recount": ("recount", lambda: gettext("Rebuild what is derived and compare it")),
    "doctor": ("doctor", lambda: gettext("Say what is wrong with this installation")),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _colon, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"gongjian.cli.{module}"), name or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, say()) for name, (_, say) in COMMANDS.items()])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the program is for, in the reader's language."""
        formatter.write_paragraph()
        formatter.write_text(
            gettext(
                "Gongjian runs time-bound delivery campaigns: it reads the campaign paper, drafts "
                "the campaign with the source of every item, keeps the book, and shows the cockpit."
            )
        )
        formatter.write_paragraph()
        formatter.write_text(
            gettext("Exit codes: 0 done, 1 not done (the reason is printed), 2 called wrongly.")
        )


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongjian")
@click.option("--lang", type=click.Choice(["zh", "en"]), expose_value=False, is_eager=True,
              callback=choose_language, help="zh / en")  # fmt: skip
def group() -> None:
    """Run the program."""


def main() -> Any:
    """Enter the program."""
    choose_language(None, None, None)
    return group(windows_expand_args=False)
