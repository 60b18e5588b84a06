"""What lists know of items: plain tuples, fetched without a model of each row."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Item


class Facts(NamedTuple):
    """What a list knows of an item: its columns under their names, without a model of each row."""

    campaign_id: UUID
    register_id: UUID
    pk: UUID
    code: str
    version: int
    title: str
    org_id: UUID | None
    battle_id: UUID | None
    parent_id: UUID | None
    root_id: UUID | None
    depth: int
    start_on: dt.date | None
    due: dt.date | None
    state: str
    progress: int
    light: str
    due_state: str
    closed_on: dt.date | None
    fields: dict[str, Any]
    access_class: str
    org__short_name: str | None
    org__name_en: str | None
    battle__name: str | None
    battle__name_en: str | None

    @staticmethod
    def of(item: Item) -> Facts:
        """Give the facts of an item that was fetched as a model, its org and battle joined."""
        return Facts(*(_value(item, name.split("__")) for name in Facts._fields))


def _value(item: Item, path: list[str]) -> Any:
    value: Any = item
    for name in path:
        value = None if value is None else getattr(value, name)
    return value


@lru_cache(maxsize=64)
def shape(names: tuple[str, ...]) -> Any:
    """Give a tuple type that has some of the names of `Facts`: what an export does not print, it does not fetch."""
    return (
        Facts if names == Facts._fields else namedtuple("Some", names)
    )  # made of its caller's names
