"""What is asked of a register: filters, order, search; read from an address, the same everywhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongjian.apps.campaigns.keys import scaled, sort_key
from gongjian.apps.campaigns.naming import by_name
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import FieldError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gongjian.kernel.model.fields import FieldDef

CORE_SORTS = ("code", "title", "due", "start_on", "progress", "state", "light")
NONE = "none"  # asks for rows that have nothing there
OPS = {"": "exact", ".from": "gte", ".to": "lte"}
RANGES = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED, FieldType.DATE})
_CORE_RANGES = ("due", "start_on", "progress")
_MANY = 50  # values of one condition
_COLUMN = {FieldType.DATE: "day", FieldType.ORG: "ref", FieldType.PERSON: "ref"}


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """One condition on a playbook field; `value` is typed as its key is."""

    field: FieldDef
    op: str  # "exact", "gte" or "lte"
    value: Any
    said: str

    @property
    def name(self) -> str:
        """Give the name under which it stands in an address."""
        return f"f.{self.field.key}" + {"exact": "", "gte": ".from", "lte": ".to"}[self.op]


@dataclass(frozen=True, slots=True)
class CoreFilter:
    """One condition on a column that every register has."""

    column: str  # "due", "start_on" or "progress"
    op: str
    value: Any
    said: str

    @property
    def name(self) -> str:
        """Give the name under which it stands in an address."""
        return self.column + {"exact": "", "gte": ".from", "lte": ".to"}[self.op]


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rows of a register are asked for, in which order.

    `battle`, `org`, `state` and `light` hold any number of values, each of which will do; None among
    battles and orgs stands for rows without one.
    """

    q: str = ""
    battle: tuple[UUID | None, ...] = ()
    org: tuple[UUID | None, ...] = ()
    state: tuple[str, ...] = ()
    light: tuple[str, ...] = ()
    parent: UUID | None = None
    core: tuple[CoreFilter, ...] = ()
    fields: tuple[FieldFilter, ...] = ()
    sort: str = "code"
    sort_field: FieldDef | None = None
    is_down: bool = False
    faults: tuple[KernelError, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        told = (self.q, self.battle, self.org, self.state, self.light, self.core, self.fields)
        return any(told) or self.parent is not None

    @property
    def is_search(self) -> bool:
        """Tell whether words are all that is asked for."""
        told = (self.battle, self.org, self.state, self.light, self.core, self.fields)
        return bool(self.q) and not any(told) and self.parent is None and self.sort_field is None

    @property
    def is_counted(self) -> bool:
        """Tell whether the tallies know how many rows there are: by battle, org and one measure."""
        free = self.q or self.core or self.fields or self.parent is not None
        return not free and not (self.state and self.light)


def ask_of(given: Mapping[str, str], askable: Sequence[FieldDef]) -> Ask:
    """Read what is asked for from an address; fields that may not be asked for are not there at all."""
    faults: list[KernelError] = []
    core = tuple(_core_conditions(given, faults))
    fields = tuple(_field_conditions(given, askable, faults))
    orgs: tuple[UUID | None, ...] = ()
    try:
        orgs = _orgs(given.get("org", ""))
    except FieldError as error:
        faults.append(error)
    sort = given.get("sort", "")
    bare = sort.removeprefix("-")
    sorted_by = next((f for f in askable if f.sortable and f"f.{f.key}" == bare), None)
    is_known = sorted_by is not None or bare in CORE_SORTS
    return Ask(
        q=given.get("q", "").strip()[:100],
        battle=tuple(_ids(given.get("battle", ""))),
        org=orgs,
        state=_words(given.get("state", ""), 32),
        light=_words(given.get("light", ""), 16),
        parent=as_uuid(given.get("parent", "")),
        core=core,
        fields=fields,
        sort=bare if is_known else "code",
        sort_field=sorted_by,
        is_down=sort.startswith("-") and is_known,
        faults=tuple(faults),
    )


def _core_conditions(given: Mapping[str, str], faults: list[KernelError]) -> Iterator[CoreFilter]:
    for column in _CORE_RANGES:
        for suffix, op in OPS.items():
            text = given.get(f"{column}{suffix}", "").strip()
            if not text:
                continue
            try:
                yield CoreFilter(column, op, _core_value(column, text), text)
            except (ValueError, FieldError):
                code = "field.not_a_number" if column == "progress" else "field.not_a_date"
                faults.append(FieldError(code, field=column, given=text, unit="%"))


def _core_value(column: str, text: str) -> Any:
    if column == "progress":
        return round(float(text.rstrip("%\uff05")) * 100)
    if text == NONE:
        return None
    return dt.date.fromisoformat(text)


def _field_conditions(
    given: Mapping[str, str], askable: Sequence[FieldDef], faults: list[KernelError]
) -> Iterator[FieldFilter]:
    for one in askable:
        for suffix, op in field_ops(one):
            text = given.get(f"f.{one.key}{suffix}", "").strip()
            if not text or not one.filterable:
                continue
            try:
                yield FieldFilter(one, op, _typed(one, text), text)
            except FieldError as error:
                faults.append(error)


def field_ops(field: FieldDef) -> tuple[tuple[str, str], ...]:
    """Give the ways in which a field is asked for: a suffix of its name, and what it means."""
    if field.type in RANGES:
        return (".from", "gte"), (".to", "lte")
    return (("", "exact"),)


def _words(text: str, size: int) -> tuple[str, ...]:
    return tuple(w.strip()[:size] for w in text.split(",") if w.strip())[:_MANY]


def _ids(text: str) -> Iterator[UUID | None]:
    for word in _words(text, 40):
        if word == NONE:
            yield None
        elif (pk := as_uuid(word)) is not None:
            yield pk


def _orgs(text: str) -> tuple[UUID | None, ...]:
    """Give the orgs that are asked for, by their ids or by their names."""
    words = _words(text, 120)
    names = {w for w in words if w != NONE and as_uuid(w) is None}
    rows = by_name(FieldType.ORG, names) if names else {}
    for name in sorted(names):
        if len(rows[name]) != 1:
            code = "field.several_so_named" if rows[name] else "field.no_such_org"
            raise FieldError(code, given=name)
    return tuple(rows[w][0].pk if w in names else as_uuid(w) for w in words)


def _typed(field: FieldDef, text: str) -> Any:
    """Give a typed text as the field's key has it."""
    if field.type is FieldType.COMPUTED:
        field = replace(field, type=FieldType.NUMBER, compute=None)
    if field.type in {FieldType.ORG, FieldType.PERSON}:
        if (pk := as_uuid(text)) is not None:
            return pk
        rows = by_name(field.type, {text})[text]
        if len(rows) != 1:
            code = "field.several_so_named" if rows else f"field.no_such_{field.type.value}"
            raise FieldError(code, field=field.key, given=text)
        return rows[0].pk
    value = parse(replace(field, several=False), text)
    return key_value(field, value)


def key_value(field: FieldDef, value: Any) -> Any:
    """Give a field's value as its typed key holds it."""
    if field.type in {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED}:
        return scaled(value)
    if field.type is FieldType.DATE:
        return dt.date.fromisoformat(value)
    if field.type in {FieldType.ORG, FieldType.PERSON}:
        return UUID(str(value))
    return str(value) if field.type is FieldType.CHOICE else sort_key(str(value))


def key_column(field: FieldDef) -> str:
    """Give the column of `ItemKey` in which a field's key stands."""
    if field.type in {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED}:
        return "num"
    return _COLUMN.get(field.type, "txt")


def as_uuid(text: str) -> UUID | None:
    """Read an id; None for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
