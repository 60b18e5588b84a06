"""Words of the command line, without Django: English ids, Chinese from the catalogue."""

from __future__ import annotations

import gettext as _gettext
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

LOCALE = Path(__file__).resolve().parent.parent / "locale"
_chosen = {"language": "zh"}


def choose_language(
    _ctx: click.Context | None, _param: click.Parameter | None, value: str | None
) -> None:
    """Take the language asked for, else that of the environment, else Chinese."""
    asked = (
        value
        or os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG", "")
    )
    if value or not _chosen.get("asked"):
        _chosen["language"] = "en" if asked.lower().startswith("en") else "zh"
    if value:
        _chosen["asked"] = value


def language() -> str:
    """Give the chosen language: zh or en."""
    return _chosen["language"]


@cache
def _catalogue() -> _gettext.NullTranslations:
    own = _gettext.translation("gongjian", LOCALE, ["zh_Hans"], fallback=True)
    # What pages say as well, such as the problems of a playbook, stands in their catalogue.
    own.add_fallback(_gettext.translation("django", LOCALE, ["zh_Hans"], fallback=True))
    return own


def gettext(message: str) -> str:
    """Give a sentence in the chosen language."""
    return message if language() == "en" else _catalogue().gettext(message)


def complain(sentence: str) -> None:
    """Print what went wrong, on the error channel."""
    import click  # the words themselves need no click

    click.echo(sentence, err=True)
