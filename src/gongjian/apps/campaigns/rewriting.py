"""What an adoption, or its undoing, makes of stored rows: decided here, written by the action.

How rows are rewritten
----------------------
1. Rows that need it are walked in the order of their ids, items first, then listings, a chunk an event.
2. A state that has disappeared becomes the one that the version's map names; a value is carried over to
   the field's new type, unless somebody has written it since the adoption.
3. An undoing gives back exactly what the adoption rewrote where nobody has changed it since; anything
   else keeps its newer value, carried back, and is told by name.
4. Each chunk has a request id made of adoption and slot, and says where the next one begins: whoever
   takes a broken-off job up again goes on there, and no row is done twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from gongjian.apps.campaigns.kernel_io import playbook_of
from gongjian.apps.campaigns.models import Adoption, Item, Listing
from gongjian.apps.ledger.models import Change, Event
from gongjian.kernel.playbook.carry import Watch, converted
from gongjian.kernel.playbook.values import FieldError, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    Row = Item | Listing
    Watches = Mapping[str, tuple[Watch, ...]]

CHUNK = 2000
NAMED = 500  # so many rows are told by name
_STAGES: tuple[type[Item] | type[Listing], ...] = (Item, Listing)
_TABLES = tuple(table._meta.label_lower for table in _STAGES)


@dataclass
class Done:
    """What became of a chunk of rows; lists hold codes of items."""

    changes: dict[Row, dict[str, Any]] = field(default_factory=dict)
    restored: int = 0
    kept: list[str] = field(default_factory=list)  # rewritten once, changed by somebody since
    left: list[str] = field(
        default_factory=list
    )  # a value that the field cannot hold stayed as it was

    def told(self) -> dict[str, Any]:
        """Give it as the outcome of an action."""
        return {
            "n": len(self.changes),
            "restored": self.restored,
            "kept": len(self.kept),
            "kept_names": self.kept[:NAMED],
            "left": self.left[:NAMED],
        }


def request_of(adoption: Adoption, slot: int | str) -> str:
    """Give the request id of a chunk."""
    return f"adopt-{adoption.pk}-{slot}"


def events_of(adoption: Adoption) -> QuerySet[Event]:
    """Give the events in which an adoption rewrote rows."""
    begins = request_of(adoption, "")
    rows = Event.objects.filter(campaign_id=adoption.campaign_id, request_id__startswith=begins)
    return rows.filter(action="campaigns.rewrite_rows").order_by("recorded_at", "pk")


class Rewriting:
    """One adoption with what deciding over its rows needs."""

    def __init__(self, adoption: Adoption) -> None:
        self.adoption = adoption
        self.state_map: Mapping[str, Mapping[str, str]] = adoption.adopted.state_map
        self.undone = adoption.undoes
        if self.undone is None:
            old, new = playbook_of(adoption.former), playbook_of(adoption.adopted)
            self.watches: Watches = converted(old, new)
        else:
            old = playbook_of(self.undone.former)
            self.watches = _back(converted(old, playbook_of(self.undone.adopted)))

    def rows(self, stage: int) -> QuerySet[Any]:
        """Give the rows of a stage that may need rewriting, in the order of their ids."""
        table = _STAGES[stage]
        rows = table._default_manager.filter(campaign=self.adoption.campaign_id)
        wanted = Q(pk__in=())
        if table is Item:
            for register, states in self.state_map.items():
                wanted |= Q(register__key=register, state__in=list(states))
        for register, watches in self.watches.items():
            keys = [w.key for w in watches]
            wanted |= Q(register__key=register, fields__has_any_keys=keys)
        if self.undone is not None:
            touched = Change.objects.filter(event__in=events_of(self.undone))
            wanted |= Q(pk__in=touched.filter(table=table._meta.label_lower).values("row"))
        return rows.filter(wanted).order_by("pk")

    def decide(self, rows: list[Row]) -> Done:
        """Decide over a chunk of rows: two queries where values are carried over, else none or one."""
        done = Done()
        written = _written_since(self.adoption, rows) if self.watches else {}
        was = _rewritten(self.undone, rows) if self.undone else {}
        later = _changed_later(rows, was)
        registers = dict(self.adoption.campaign.registers.values_list("pk", "key"))
        for row in rows:
            one = _OneRow(self, row, registers[row.register_id], done)
            if row.pk in was:
                one.give_back(was[row.pk], later.get(row.pk, set()))
            one.carry(skipped=one.given_back | written.get(row.pk, set()))
            one.close()
        return done


class _OneRow:
    """One row while it is decided over."""

    def __init__(self, work: Rewriting, row: Row, register: str, done: Done) -> None:
        self.row, self.done = row, done
        self.watches = work.watches.get(register, ())
        self.state_map = work.state_map.get(register, {})
        self.state = row.state if isinstance(row, Item) else ""
        self.fields = dict(row.fields)
        self.given_back: set[str] = set()

    def carry(self, *, skipped: set[str]) -> None:
        """Map the state and carry the values over, but those that are as they shall be."""
        self.state = self.state_map.get(self.state, self.state)
        for watch in self.watches:
            if watch.key not in skipped:
                self._carry_value(watch)

    def give_back(self, was: Change, later: set[str]) -> None:
        """Give back what the adoption rewrote; what was changed since keeps its newer value."""
        before, names = was.before or {}, _names_rewritten(was)
        if "state" in names - later:
            self.state = before["state"]
        self.given_back = names - later
        for name in self.given_back - {"state"}:
            self._set(name, before["fields"].get(name))
        if later & names:
            self.done.kept.append(_code(self.row))
        else:
            self.done.restored += 1

    def close(self) -> None:
        """Note what of the row must be written."""
        changes: dict[str, Any] = {}
        if isinstance(self.row, Item) and self.state != self.row.state:
            changes["state"] = self.state
        if self.fields != self.row.fields:
            changes["fields"] = self.fields
        if changes:
            self.done.changes[self.row] = changes

    def _carry_value(self, watch: Watch) -> None:
        value = self.fields.get(watch.key)
        if is_blank(value):
            return
        try:
            self._set(watch.key, watch.carried(value))
        except FieldError:
            self.done.left.append(_code(self.row))

    def _set(self, key: str, value: Any) -> None:
        if value is None:
            self.fields.pop(key, None)
        else:
            self.fields[key] = value


def restored_values(undone: Adoption, rows: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """Tell which values of some rows an undoing gives back exactly, by row and field."""
    ids = list(rows)
    found: list[Row] = [*Item.objects.filter(pk__in=ids), *Listing.objects.filter(pk__in=ids)]
    was = _rewritten(undone, found)
    later = _changed_later(found, was)
    return {
        (pk, name)
        for pk, change in was.items()
        for name in _names_rewritten(change) - later.get(pk, set()) - {"state"}
    }


def _names_rewritten(change: Change) -> set[str]:
    """Name what a change did to a row: `state`, and keys of fields."""
    before, after = change.before or {}, change.after or {}
    names = _differing(before.get("fields"), after.get("fields"))
    return names | {"state"} if "state" in after else names


def _back(watches: Watches) -> dict[str, tuple[Watch, ...]]:
    """Turn watches round: the former field is the one to come."""
    return {
        register: tuple(replace(w, before=w.after, after=w.before) for w in found)
        for register, found in watches.items()
    }


def _changes(rows: Iterable[Row]) -> QuerySet[Change]:
    return Change.objects.filter(table__in=_TABLES, row__in=[row.pk for row in rows])


def _rewritten(undone: Adoption, rows: Iterable[Row]) -> dict[UUID, Change]:
    """Give what an adoption did to each of some rows: one query."""
    changes = _changes(rows).filter(event__in=events_of(undone))
    return {change.row: change for change in changes}


def _changed_later(rows: Iterable[Row], was: Mapping[UUID, Change]) -> dict[UUID, set[str]]:
    """Name what was changed of each row after an adoption rewrote it."""
    moved = [r for r in rows if r.pk in was and r.version != was[r.pk].version]
    if not moved:
        return {}
    return _named(c for c in _changes(moved) if c.version > was[c.row].version)


def _written_since(adoption: Adoption, rows: Iterable[Row]) -> dict[UUID, set[str]]:
    """Name what was changed of each row since an adoption, by anybody but the adoption itself."""
    made = Change.objects.filter(table=adoption._meta.label_lower, row=adoption.pk, version=1)
    since = made.values("event__recorded_at")[:1]
    changes = _changes(rows).filter(event__recorded_at__gte=since)
    return _named(changes.exclude(event__in=events_of(adoption)))


def _named(changes: Iterable[Change]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for change in changes:
        found[change.row] |= _names_rewritten(change)
    return found


def _differing(before: Any, after: Any) -> set[str]:
    one, other = before or {}, after or {}
    return {k for k in {**one, **other} if one.get(k) != other.get(k)}


def _code(row: Row) -> str:
    return row.code if isinstance(row, Item) else row.item.code
