"""Primary keys: UUID version 7, made by the application, so that rows sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Make a new id."""
    return uuid7()
