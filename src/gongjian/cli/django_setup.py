"""Start Django for the commands that need the database, in the command line's language."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from gongjian.cli.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.migrations.executor import MigrationExecutor


def setup() -> None:
    """Load settings and apps."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
    import django
    from django.utils import translation

    from gongjian.cli.words import language

    django.setup()
    translation.activate("en" if language() == "en" else "zh-hans")


def newer_than_program(executor: MigrationExecutor, applied: Iterable[tuple[str, str]]) -> bool:
    """Tell whether the database has migrations that this program does not know."""
    known, ours = executor.loader.disk_migrations, executor.loader.migrated_apps
    return any(m not in known and m[0] in ours for m in applied)


def migrate() -> None:
    """Bring the database up to date; one that is newer or cannot be written is left alone, with a sentence."""
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    from gongjian.lib.problems import database_sentence

    try:
        executor = MigrationExecutor(connection)
        applied = set(MigrationRecorder(connection).applied_migrations())
        if newer_than_program(executor, applied):
            click.echo(
                gettext(
                    "The database is newer than the program and was left as it is. "
                    "Install the newer program, or name another database in DATABASE_URL."
                ),
                err=True,
            )
            sys.exit(1)
        call_command("migrate", verbosity=0)
    except DatabaseError as error:
        click.echo(database_sentence(error), err=True)
        sys.exit(1)
