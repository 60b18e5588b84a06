"""The port to a virus scanner: a command that reads a file on its input and ends with 0 where it is clean."""

from __future__ import annotations

import shlex
import subprocess
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 120


class Verdict(StrEnum):
    """What a scanner says of a file."""

    NONE = ""  # no scanner is set up
    CLEAN = "clean"
    REFUSED = "refused"
    SILENT = "silent"  # it did not start, or did not end in time


def scan(path: Path) -> Verdict:
    """Ask the scanner about a file; without a shell, so that nothing of the command is interpreted."""
    command = shlex.split(settings.SCAN_COMMAND)
    if not command:
        return Verdict.NONE
    try:
        with path.open("rb") as file:
            done = subprocess.run(  # noqa: S603  # the administrator's command, no shell
                command,
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired):
        return Verdict.SILENT
    return Verdict.CLEAN if done.returncode == 0 else Verdict.REFUSED
