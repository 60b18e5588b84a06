"""Which playbook fields a person sees, changes and may read in clear, by the roles held towards a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongjian.apps.campaigns.personal import is_sealed
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import is_blank, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import RegisterDef

MASK = "●●●●"  # the same for every value: not even its length is told
NAMED = frozenset({FieldType.ORG, FieldType.PERSON, FieldType.FILE})
_OFFICE = frozenset({"office"})
_ORG = frozenset({"principal", "contact"})


def visible_fields(register: RegisterDef, roles: frozenset[str]) -> tuple[FieldDef, ...]:
    """Give the fields that these roles see; what a playbook keeps to some roles, the office sees too."""
    return tuple(f for f in register.fields if not f.see or roles & {*f.see, *_OFFICE})


def editable_fields(register: RegisterDef, roles: frozenset[str]) -> tuple[FieldDef, ...]:
    """Give the fields that these roles change by typing; files come by upload, sums by themselves."""
    return tuple(
        f
        for f in visible_fields(register, roles)
        if f.compute is None and f.type is not FieldType.FILE and roles & {*f.edit, *_OFFICE}
    )


def may_fill(register: RegisterDef, held: frozenset[str], key: str) -> bool:
    """A field that the playbook keeps to some roles is filled with a file by these and the office."""
    return any(
        f.key == key and (not f.edit or held & {*f.edit, *_OFFICE})
        for f in visible_fields(register, held)
    )


def askable_fields(register: RegisterDef, wide: frozenset[str]) -> tuple[FieldDef, ...]:
    """Give the fields that a list may be filtered or sorted by: those seen on each of its rows.

    `wide` are the roles held over the whole campaign. Personal fields are never among them.
    """
    return tuple(
        f for f in visible_fields(register, wide) if not f.personal and (f.filterable or f.sortable)
    )


def clear_fields(
    register: RegisterDef, item: Item, roles: frozenset[str], seen: Scope
) -> tuple[FieldDef, ...]:
    """Give the personal fields of an item that a person may read in clear.

    The office may, and the roles that the playbook names; where it names none, the accountable org's
    principal and contact, if they were let in to the register's access class.
    """
    personal = tuple(f for f in register.fields if f.personal)
    if roles & _OFFICE or not personal:
        return personal
    own = _ORG & roles and item.access_class in seen.classes_for(
        item.campaign_id, item.org_id, _ORG
    )
    return tuple(f for f in personal if (roles & set(f.see) if f.see else own))


def lookup_fields(
    register: RegisterDef, campaign_id: UUID, access_class: str, seen: Scope
) -> tuple[FieldDef, ...]:
    """Give the personal fields that a person may look up by equality in a register.

    Through an org it finds only the items that this org answers for.
    """
    wide = seen.wide_roles(campaign_id)
    own = any(
        g.access_class == access_class and g.org_id and g.item_id is None
        for g in seen.grants
        if g.role in _ORG and g.counts_in(campaign_id)
    )
    return tuple(
        f
        for f in register.fields
        if f.personal and f.filterable
        and (wide & {*f.see, *_OFFICE} or (own and not f.see))
    )  # fmt: skip


def ids_in(fields: Iterable[FieldDef], values: Mapping[str, Any]) -> dict[FieldType, set[UUID]]:
    """Give the ids of orgs, persons and files that fields name, by kind."""
    found: dict[FieldType, set[UUID]] = {}
    for field in fields:
        value = values.get(field.key)
        if field.type in NAMED and not is_blank(value):
            parts = value if isinstance(value, list) else [value]
            found.setdefault(field.type, set()).update(UUID(str(p)) for p in parts)
    return found


def said(field: FieldDef, value: Any, language: str, names: Mapping[str, str]) -> str:
    """Give a value as a page prints it; a personal one only as a mask."""
    if field.personal or is_sealed(value):
        return "" if is_blank(value) else MASK
    return shown(field, value, language, names)
