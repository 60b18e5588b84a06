"""Personal fields of items: kept as ciphertext under a key of the case, read only by an action that tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.models import CaseKey
from gongjian.lib import vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.playbook import RegisterDef

SEALED = "sealed"  # {"sealed": "…"} stands in `Item.fields` in the place of a text


def is_sealed(value: object) -> bool:
    """Tell whether a value is ciphertext."""
    return isinstance(value, dict) and SEALED in value


def personal_keys(register: RegisterDef) -> frozenset[str]:
    """Give the keys of the personal fields of a register."""
    return frozenset(f.key for f in register.fields if f.personal)


def sealed_fields(
    register: RegisterDef, item_id: UUID, fields: Mapping[str, Any], key: bytes | None = None
) -> tuple[dict[str, Any], CaseKey | None]:
    """Give fields with the personal ones as ciphertext, and the case key that was made for them.

    The key is new unless one is given; it is written by the action, after its item.
    """
    personal = {k: v for k, v in fields.items() if k in personal_keys(register) and v}
    clear = {k: str(v) for k, v in personal.items() if not is_sealed(v)}
    if not clear:
        return dict(fields), None
    made = None
    if key is None:
        key, wrapped = vault.new_key(str(item_id))
        made = CaseKey(item_id=item_id, wrapped=wrapped)
    sealed = {k: {SEALED: vault.seal(key, v, f"{item_id}:{k}")} for k, v in clear.items()}
    return {**fields, **sealed}, made


def keep_keys(made: Iterable[CaseKey]) -> None:
    """Write new case keys; part of the action that made the rows they belong to."""
    CaseKey.objects.bulk_create(list(made), batch_size=500)


def destroy_key(item_id: UUID) -> bool:
    """Destroy the key of a case; tells whether there was one. Nothing brings its fields back."""
    gone, _ = CaseKey.objects.filter(item=item_id).delete()
    return bool(gone)


def keys_of_cases(items: Iterable[UUID]) -> dict[UUID, bytes]:
    """Give the case keys of items, unwrapped: one query. Those that were destroyed are not there."""
    rows = CaseKey.objects.filter(item__in=list(items))
    return {row.item_id: vault.unwrap(bytes(row.wrapped), str(row.item_id)) for row in rows}


def opened(item_id: UUID, field: str, value: object, key: bytes | None) -> str | None:
    """Give a personal value in clear; None where the key was destroyed."""
    if not isinstance(value, dict) or key is None:
        return None
    try:
        return vault.unseal(key, str(value[SEALED]), f"{item_id}:{field}")
    except vault.Unreadable:
        return None


def marks(register: RegisterDef, item: Item, key: bytes | None) -> Iterable[tuple[str, str]]:
    """Give field and mark of each personal value that may be looked up by equality."""
    for field in register.fields:
        value = item.fields.get(field.key)
        if field.personal and field.filterable and is_sealed(value):
            text = opened(item.pk, field.key, value, key)
            if text is not None:
                yield field.key, vault.mark(text, field.key)
