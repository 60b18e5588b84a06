"""Items as plain JSON for a program: codes in the place of ids, and only the fields that its person sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from gongjian.apps.accounts.models import Org, Person
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.fields import ids_in, visible_fields
from gongjian.apps.campaigns.models import Battle, Item, Register
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.campaigns.queries import roles_by_item, visible
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import computed, is_blank

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook


class Told(Protocol):
    """Anything with the columns of an item: a model, or a light row of a list."""

    pk: Any
    register_id: Any
    battle_id: Any
    org_id: Any
    parent_id: Any
    fields: Any


def facts_of(rows: QuerySet[Item], size: int) -> list[Facts]:
    """Fetch the facts of some items: one query."""
    return [Facts(*row) for row in rows.values_list(*Facts._fields)[:size]]


@dataclass
class Teller:
    """Makes JSON of items of one campaign for one reader; names are looked up once a page."""

    seen: Scope
    campaign: Campaign
    playbook: Playbook
    rows: Sequence[Any]  # `Told`, and what `roles_by_item` asks of an item
    orgs: dict[UUID, tuple[str, str]] = field(default_factory=dict)  # id → code, short name
    battles: dict[UUID, str] = field(default_factory=dict)
    registers: dict[UUID, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)  # id → name to sign in with
    parents: dict[UUID, str] = field(default_factory=dict)  # id → code, where the reader sees it

    def told(self) -> list[dict[str, Any]]:
        """Give the rows: five queries at most, however many there are."""
        shown = self._fields
        self._look_up(shown)
        return [self._told(row, shown[row.pk]) for row in self.rows]

    @cached_property
    def _fields(self) -> dict[UUID, tuple[FieldDef, ...]]:
        """The fields that the reader sees on each row; personal ones are for pages only."""
        held = roles_by_item(self.seen, self.rows)
        by_roles: dict[tuple[str, frozenset[str]], tuple[FieldDef, ...]] = {}
        found = {}
        for row in self.rows:
            key = (self._key(row), held[row.pk])
            if key not in by_roles:
                seen = visible_fields(self.playbook.register(key[0]), key[1])
                by_roles[key] = tuple(f for f in seen if not f.personal)
            found[row.pk] = by_roles[key]
        return found

    def _key(self, row: Told) -> str:
        if row.register_id not in self.registers:
            rows = Register.objects.filter(campaign=self.campaign)
            self.registers.update(rows.values_list("pk", "key"))
        return self.registers[row.register_id]

    def _look_up(self, shown: Mapping[UUID, tuple[FieldDef, ...]]) -> None:
        orgs = {r.org_id for r in self.rows if r.org_id}
        people: set[UUID] = set()
        for row in self.rows:
            named = ids_in((f for f in shown[row.pk] if f.type in _NAMED), row.fields)
            orgs |= named.get(FieldType.ORG, set())
            people |= named.get(FieldType.PERSON, set())
        if missing := orgs - set(self.orgs):
            rows = Org.objects.filter(pk__in=missing).values_list("pk", "code", "short_name")
            self.orgs.update({pk: (code, name) for pk, code, name in rows})
        if {r.battle_id for r in self.rows if r.battle_id} - set(self.battles):
            here = Battle.objects.filter(campaign=self.campaign)
            self.battles.update(here.values_list("pk", "name"))
        if people:
            found = Person.objects.filter(pk__in=people).values_list("pk", "username")
            self.people.update({str(pk): name for pk, name in found})
        if parents := {r.parent_id for r in self.rows if r.parent_id}:
            above = Item.objects.filter(visible(self.seen, self.campaign.pk), pk__in=parents)
            self.parents.update(above.values_list("pk", "code"))

    def _told(self, row: Any, fields: tuple[FieldDef, ...]) -> dict[str, Any]:
        code, name = self.orgs.get(row.org_id, (None, None)) if row.org_id else (None, None)
        return {
            "code": row.code,
            "id": str(row.pk),
            "version": row.version,
            "campaign": self.campaign.code,
            "register_key": self._key(row),
            "title": row.title,
            "battle": str(row.battle_id) if row.battle_id else None,
            "battle_name": self.battles.get(row.battle_id) if row.battle_id else None,
            "org": code,
            "org_name": name,
            "parent": self.parents.get(row.parent_id) if row.parent_id else None,
            "depth": row.depth,
            "start_on": iso(row.start_on),
            "due": iso(row.due),
            "state": row.state,
            "progress": row.progress,
            "light": row.light,
            "due_state": row.due_state,
            "closed_on": iso(row.closed_on),
            "fields": {
                f.key: self.value(f, row.fields.get(f.key)) for f in fields if not f.compute
            },
        }

    def sums(self, row: Any, below: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Give the fields of one row that are worked out from others."""
        register = self.playbook.register(self._key(row))
        found = computed(register, row.fields, below)
        return {f.key: found.get(f.key) for f in self._fields[row.pk] if f.compute}

    def wants_below(self, row: Any) -> bool:
        """Tell whether a sum over the items below is among the fields of a row."""
        return any(f.compute and f.compute.over == "children" for f in self._fields[row.pk])

    def value(self, one: FieldDef, value: Any) -> Any:
        """Give a value as it may be sent back: orgs by code, people by the name they sign in with."""
        return _value(one, value, self.orgs, self.people)


_NAMED = frozenset({FieldType.ORG, FieldType.PERSON})


def iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _value(
    one: FieldDef,
    value: Any,
    orgs: Mapping[UUID, tuple[str, str]],
    people: Mapping[str, str],
) -> Any:
    if is_blank(value) or is_sealed(value):
        return None
    if one.type not in _NAMED:
        return value
    parts = value if isinstance(value, list) else [value]
    if one.type is FieldType.PERSON:
        said = [people.get(str(part), str(part)) for part in parts]
    else:
        said = [orgs.get(UUID(str(part)), (str(part), ""))[0] for part in parts]
    return said if isinstance(value, list) else said[0]


def sendable(fields: Sequence[FieldDef], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as they may be sent back: one query for each kind of row that they name."""
    ids = ids_in((f for f in fields if f.type in _NAMED), values)
    orgs, people = {}, {}
    if wanted := ids.get(FieldType.ORG):
        found = Org.objects.filter(pk__in=wanted)
        orgs = {o.pk: (o.code, o.short_name) for o in found}
    if wanted := ids.get(FieldType.PERSON):
        people = {str(p.pk): p.username for p in Person.objects.filter(pk__in=wanted)}
    return {f.key: _value(f, values[f.key], orgs, people) for f in fields if f.key in values}
