"""The gate before every guarded table: closed unless an action, or a rebuild, has opened it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_open: ContextVar[bool] = ContextVar("gate", default=False)


class WriteOutsideAction(RuntimeError):  # noqa: N818  # a fault of the program, not an error of a user
    """A row was about to be written past the book."""


@contextmanager
def opened() -> Iterator[None]:
    """Open the gate for the book, for derived tables' keepers and for nobody else."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def check_gate(model: type[Any]) -> None:
    """Refuse a write outside an action."""
    if not _open.get():
        raise WriteOutsideAction(model.__name__)
