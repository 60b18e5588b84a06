"""`gongjian run`: the site and its background work in one command."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from gongjian.cli.django_setup import migrate, setup
from gongjian.cli.words import gettext


@click.command("run", short_help="serve the site")
@click.option("--port", default=8021, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
def command(port: int, host: str, workers: int) -> None:
    """Bring the database up to date, then serve the site and do its background work."""
    setup()
    migrate()
    click.echo(gettext("Open %(address)s – Ctrl C stops.") % {"address": f"http://{host}:{port}/"})
    serve(port, host, workers=workers)


def serve(port: int, host: str = "127.0.0.1", *, workers: int = 1) -> None:
    """Serve until stopped; a worker beside it seals, folds and ticks."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    worker = subprocess.Popen([sys.executable, "-m", "gongjian.cli.worker"], env={**os.environ})
    try:
        from granian.constants import Interfaces
        from granian.server import Server

        Server(
            "gongjian.site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            log_access=False,
        ).serve()
    finally:
        worker.terminate()
        worker.wait(timeout=10)
