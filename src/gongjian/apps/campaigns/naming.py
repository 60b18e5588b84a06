"""Names of orgs, persons and files by id, and back from what people type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from gongjian.apps.accounts.models import Org, Person, Post
from gongjian.apps.campaigns.models import ItemFile
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import FieldError, is_blank, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from gongjian.kernel.model.fields import FieldDef

_NAMES = {
    FieldType.ORG: ("name", "short_name", "code", "name_en"),
    FieldType.PERSON: ("name", "username", "name_en"),
}


def names_of(ids: Mapping[FieldType, Iterable[UUID]], language: str) -> dict[str, str]:
    """Give names by id: one query for each kind that is asked for."""
    names: dict[str, str] = {}
    if orgs := ids.get(FieldType.ORG):
        names |= {str(o.pk): o.label(language) for o in Org.objects.filter(pk__in=orgs)}
    if people := ids.get(FieldType.PERSON):
        names |= {str(p.pk): p.label(language) for p in Person.objects.filter(pk__in=people)}
    if files := ids.get(FieldType.FILE):
        found = ItemFile.objects.filter(pk__in=files, is_removed=False)
        names |= {str(pk): name for pk, name in found.values_list("pk", "name")}
    return names


@dataclass(slots=True)
class Typed:
    """What was typed into the fields of a row: values as rows keep them, and faults by field."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, KernelError] = field(default_factory=dict)


def read(fields: Iterable[FieldDef], given: Mapping[str, str], year: int | None = None) -> Typed:
    """Read what was typed; orgs and persons are looked up, one query for each of the two kinds."""
    typed = Typed()
    asked: dict[FieldType, list[FieldDef]] = {}
    for one in fields:
        if one.key not in given:
            continue
        try:
            typed.values[one.key] = parse(one, given[one.key], year=year)
        except FieldError as error:
            typed.faults[one.key] = error
            continue
        if one.type in _NAMES and not is_blank(typed.values[one.key]):
            asked.setdefault(one.type, []).append(one)
    for kind, named in asked.items():
        _look_up(kind, named, typed)
    return typed


def _look_up(kind: FieldType, fields: list[FieldDef], typed: Typed) -> None:
    said = {f.key: _parts(typed.values[f.key]) for f in fields}
    found = by_name(kind, {name for parts in said.values() for name in parts})
    for one in fields:
        ids = []
        for name in said[one.key]:
            rows = found.get(name, [])
            if len(rows) != 1:
                code = "field.several_so_named" if rows else f"field.no_such_{kind.value}"
                typed.faults[one.key] = FieldError(code, field=one.key, given=name)
                break
            ids.append(str(rows[0].pk))
        typed.values[one.key] = ids if one.several else ids[0] if ids else None


def _parts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def by_name(kind: FieldType, names: set[str]) -> dict[str, list[Any]]:
    """Find orgs or persons by any of their names; an org by an alias as well."""
    columns = _NAMES[kind]
    q = Q()
    for column in columns:
        q |= Q(**{f"{column}__in": names})
    rows: list[Any] = list(
        Org.objects.filter(q) if kind is FieldType.ORG else Person.objects.filter(q, is_active=True)
    )
    found = {n: [r for r in rows if n in {getattr(r, c) for c in columns}] for n in names}
    if kind is FieldType.ORG and (rest := {n for n, got in found.items() if not got}):
        # Aliases are lists: no path common to both databases searches them by an index.
        for org in Org.objects.exclude(aliases=[]):
            for name in rest.intersection(org.aliases):
                found[name].append(org)
    return found


def holder_named(name: str) -> Org | Post:
    """Find the org or the post that a duty is given to, by its name or title."""
    orgs = by_name(FieldType.ORG, {name})[name]
    found: list[Org | Post] = [*orgs] or list(
        Post.objects.filter(Q(title=name) | Q(title_en=name), until=None)[:2]
    )
    if len(found) != 1:
        code = "field.several_so_named" if found else "field.no_such_org"
        raise FieldError(code, given=name)
    return found[0]
