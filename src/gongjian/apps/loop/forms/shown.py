"""What a page showed when its button was pressed: rows, each with the version that was on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = 9  # more than a version ever has, fewer than a database cannot hold


def version_of(text: str) -> int | None:
    """Read a version; None for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number else None


def shown(values: Iterable[str]) -> dict[UUID, int]:
    """Read `id:version` as forms send it; what is none is left out."""
    found = {}
    for value in values:
        pk, _colon, text = value.partition(":")
        version = version_of(text)
        try:
            row = UUID(pk)
        except ValueError:
            continue
        if version is not None:
            found[row] = version
    return found
