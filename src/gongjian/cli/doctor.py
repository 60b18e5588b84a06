"""`gongjian doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from gongjian.cli.django_setup import newer_than_program, setup
from gongjian.cli.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

LOW_BYTES = 200 * 1024 * 1024


@click.command("doctor", short_help="check the installation")
def command() -> None:
    """Check database, folders and settings; one line for each, with what to do."""
    setup()
    failed = False
    for ok, sentence in _checks():
        click.echo(f"{'ok  ' if ok else 'FAIL'} {sentence}")
        failed = failed or not ok
    sys.exit(1 if failed else 0)


def _checks() -> Iterator[tuple[bool, str]]:
    from django.conf import settings

    yield from _database()
    folder = settings.DATA_DIR
    writable = folder.exists() and os.access(folder, os.W_OK)
    yield writable, gettext("the data folder %(path)s can be written") % {"path": folder}
    room = shutil.disk_usage(folder if folder.exists() else ".").free
    yield room > LOW_BYTES, gettext("%(mib)s MiB free on its disk") % {"mib": room // 2**20}
    yield from _verified()
    yield from _vault()
    yield from _outbox()
    weak = settings.DEBUG or "*" in settings.ALLOWED_HOSTS
    yield not weak, gettext("debugging is off and the hosts are named")


def _vault() -> Iterator[tuple[bool, str]]:
    """Tell whether the vault key is the one that personal fields were kept under."""
    from django.db import DatabaseError

    from gongjian.apps.campaigns.models import CaseKey
    from gongjian.lib import vault

    try:
        kept = CaseKey.objects.first()
    except DatabaseError:
        return
    if kept is None:
        return
    try:
        vault.unwrap(bytes(kept.wrapped), str(kept.item_id))
        fits = True
    except vault.Unreadable:
        fits = False
    yield (
        fits,
        gettext("personal fields can be read; else set GONGJIAN_VAULT_KEY to the former key"),
    )


def _outbox() -> Iterator[tuple[bool, str]]:
    """Tell whether messages were given up, where anything was ever to be sent."""
    from django.db import DatabaseError

    from gongjian.apps.notices import outbox

    try:
        n = outbox.counts()
    except DatabaseError:
        return
    if n:
        told = {"n": n.get("given_up", 0), "failed": n.get("failed", 0)}
        yield (
            not told["n"],
            gettext("%(n)s messages given up, %(failed)s failing; else see “gongjian outbox”")
            % told,
        )


def _verified() -> Iterator[tuple[bool, str]]:
    """Tell what the last verification of the worker found, where there was one."""
    from django.db import DatabaseError
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    from gongjian.apps.ledger.jobs import verify_book

    done = DBTaskResult.objects.filter(
        task_path=verify_book.module_path, status=TaskResultStatus.SUCCESSFUL
    )
    try:
        last = done.order_by("-finished_at").first()
    except DatabaseError:
        return
    if last is not None and last.finished_at is not None:
        faults = last.return_value["faults"]
        told = {"at": last.finished_at.isoformat(" ", "minutes"), "n": len(faults)}
        yield not faults, gettext("last verified %(at)s: %(n)s faults") % told


def _database() -> Iterator[tuple[bool, str]]:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    try:
        executor = MigrationExecutor(connection)
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError as error:
        yield False, gettext("the database does not answer: %(why)s") % {"why": error}
        return
    yield True, gettext("the database answers (%(kind)s)") % {"kind": connection.vendor}
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield not pending, gettext("the database is as new as the program; else run “gongjian run”")
    newer = newer_than_program(executor, applied)
    yield (
        not newer,
        gettext("the database is not newer than the program; else install the newer one"),
    )
