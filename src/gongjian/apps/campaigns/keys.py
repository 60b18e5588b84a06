"""Keys of playbook fields: what may be sorted or filtered, typed, derived from `Item.fields`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import computed, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import RegisterDef

_SCALE = 10_000  # numbers keep four places as integers, so that both databases sort them alike
_LARGEST = 2**63 - 1  # what such an integer holds; a number beyond it sorts as the largest does


def keys_of(register: RegisterDef, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the key columns of an item's fields, only of those the playbook marks.

    A field with several values is sorted and found by its first one. A computed field has a key where
    it follows from the row itself.
    """
    marked = [f for f in register.fields if (f.sortable or f.filterable) and not f.personal]
    if any(f.compute for f in marked):
        fields = {**fields, **computed(register, fields)}
    for field in marked:
        value = fields.get(field.key)
        if isinstance(value, list):
            value = value[0] if value else None
        if is_blank(value) or (field.compute and field.compute.over == "children"):
            continue
        try:
            typed = _typed(field, value)
        except (ValueError, ArithmeticError):
            continue  # an adoption has not rewritten this row yet: it holds a value of another type
        yield {"field": field.key, **typed}


def _typed(field: FieldDef, value: Any) -> dict[str, Any]:
    if field.type in {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED}:
        return {"num": scaled(value)}
    if field.type is FieldType.DATE:
        return {"day": dt.date.fromisoformat(value)}
    if field.type in {FieldType.ORG, FieldType.PERSON, FieldType.FILE}:
        return {"ref": UUID(value)}
    if field.type is FieldType.CHOICE:
        return {"txt": str(value)}
    return {"txt": sort_key(str(value))}


def scaled(value: Any) -> int:
    """Give a number as its key holds it: in ten-thousandths, within what 64 bits hold."""
    return max(-_LARGEST, min(_LARGEST, int(Decimal(str(value)) * _SCALE)))


@lru_cache(maxsize=4096)
def sort_key(text: str) -> str:
    """Give a key by which Chinese text sorts by its reading, on any database."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  # 0.2 s on first use

    return " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))[:200]
