"""What a page showed when its button was pressed: rows, each with the version that was on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(values: Iterable[str]) -> dict[UUID, int]:
    """Read `id:version` as forms send it; what is none is left out."""
    found = {}
    for value in values:
        pk, _colon, text = value.partition(":")
        version = whole(text)
        try:
            row = UUID(pk)
        except ValueError:
            continue
        if version is not None:
            found[row] = version
    return found
