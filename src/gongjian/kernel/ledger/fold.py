"""Events as change-sets: canonical bytes, folding into rows, the inverse."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Fields = Mapping[str, Any]  # wire name → JSON value


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one event did to one row.

    Attributes
    ----------
    event : str
        Id of the event.
    table : str
        Wire name of the table.
    row : str
        Id of the row.
    version : int
        Version of the row after the change, from 1.
    before : Mapping or None
        The changed fields before; None when the row was made.
    after : Mapping or None
        The changed fields after; None when the row was removed.
    """

    event: str
    table: str
    row: str
    version: int
    before: Fields | None
    after: Fields | None

    def __post_init__(self) -> None:
        if self.before is None and self.after is None:
            raise ValueError("a change needs a before or an after")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the events tell it.

    Attributes
    ----------
    version : int
        Its version.
    fields : Mapping
        All fields by wire name.
    events : Mapping of str to str
        For each field the event that set it last; ``""`` names the last event of the row.
    """

    version: int
    fields: Fields
    events: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the events do not follow from each other, or rows do not follow from events.

    Attributes
    ----------
    code : str
        ``"version_gap"``, ``"before_differs"``, ``"made_twice"`` or ``"not_there"``.
    table, row : str
        Which row.
    event : str
        Which event.
    field : str
        Which field; empty where it is the whole row.
    """

    code: str
    table: str
    row: str
    event: str
    field: str = ""


Book = dict[tuple[str, str], Row]


def canonical(value: object) -> bytes:
    """Write a JSON value in exactly one way.

    Parameters
    ----------
    value : object
        Anything JSON knows, without floats that are not numbers.

    Returns
    -------
    bytes
        UTF-8, keys sorted, no white space.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def fold(changes: Iterable[RowChange]) -> tuple[Book, list[Break]]:
    """Merge change-sets into the rows they tell of.

    Parameters
    ----------
    changes : iterable of RowChange
        All changes, each row's in the order of its versions.

    Returns
    -------
    tuple of dict and list
        Rows by (table, row id), and the places where a change does not follow from those before.
    """
    book: Book = {}
    breaks: list[Break] = []
    last: dict[tuple[str, str], int] = {}
    for change in changes:
        key = (change.table, change.row)
        row = book.get(key)
        if change.version != last.get(key, 0) + 1:
            breaks.append(Break("version_gap", change.table, change.row, change.event))
        last[key] = change.version
        breaks.extend(_misfits(row, change))
        if change.after is None:
            book.pop(key, None)
        else:
            book[key] = _merged(row, change, change.after)
    return book, breaks


def _misfits(row: Row | None, change: RowChange) -> list[Break]:
    """List what the change says of the time before that the row does not say."""
    if change.before is None:
        code = "made_twice" if row else ""
        return [Break(code, change.table, change.row, change.event)] if code else []
    if row is None:
        return [Break("not_there", change.table, change.row, change.event)]
    return [
        Break("before_differs", change.table, change.row, change.event, name)
        for name, value in change.before.items()
        if row.fields.get(name) != value
    ]


def _merged(row: Row | None, change: RowChange, after: Fields) -> Row:
    """Lay the fields of a change over the row."""
    fields = {**row.fields, **after} if row else dict(after)
    touched = dict.fromkeys(["", *after], change.event)
    return Row(change.version, fields, {**row.events, **touched} if row else touched)


def undone(fields: Fields, later: Iterable[RowChange]) -> Fields | None:
    """Take changes back from a row, the newest first.

    Parameters
    ----------
    fields : Mapping
        The row as it stands after the changes.
    later : iterable of RowChange
        Changes of this row, newest first.

    Returns
    -------
    Mapping or None
        The row as it stood before them; None when it did not exist.
    """
    result: Fields | None = dict(fields)
    for change in later:
        result = None if change.before is None else {**(result or {}), **change.before}
    return result
