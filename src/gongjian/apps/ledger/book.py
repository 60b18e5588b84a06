"""The one way rows are written: an action opens the book, changes rows, and one event tells of it.

How an action runs
------------------
1. The same request seen before returns the first outcome; nothing is done again.
2. One transaction is opened (IMMEDIATE on SQLite); the gate opens for it.
3. The action decides, by the kernel, and changes rows through `Book`; every update is conditional
   on the version that the caller saw.
4. The event, its changes and its place in the sealer's queue are written in three statements.
5. Projectors bring derived rows (keys, lights, tallies) up to date from the same changes.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import DecimalField, F, Field, Model

from gongjian.apps.ledger import gate
from gongjian.apps.ledger.models import SYSTEM, Change, Event, Ledgered, Unsealed
from gongjian.kernel.errors import KernelError
from gongjian.lib import clock
from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

P = ParamSpec("P")
R = TypeVar("R", bound=Ledgered)
ROW_CAP = 100_000  # changes of one event: 20,000 items with their duties, decision 0016
BATCH = 500  # rows a statement
FEW = 20  # values a column
_SENT = "_sent"  # in an outcome: the digest of the request


class ActionError(KernelError):
    """An action that cannot be done as asked; the edge makes a sentence of code and facts."""


class Moved(ActionError):  # noqa: N818  # a state of the row, told as such
    """Somebody else changed the row in between, and the changes touch each other."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, by which request, for whom, why and as of when."""

    request_id: str
    by: UUID = SYSTEM
    on_behalf_of: UUID | None = None
    reason: str = ""
    at: dt.datetime | None = None  # only an import or a simulation may back-date
    origin: str = ""
    digest: str = ""  # of what was sent, where a repeat must be the same to the letter


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action left behind; the same for every repeat of its request."""

    event_id: UUID
    result: dict[str, Any]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """One row that an action changed, for the projectors."""

    row: Ledgered
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    version: int  # of the row after this change; the row itself may have gone on since


Projector = "Callable[[Sequence[Touched]], None]"
_projectors: dict[type[Ledgered], list[Callable[[Sequence[Touched]], None]]] = defaultdict(list)


def project(model: type[Ledgered], projector: Callable[[Sequence[Touched]], None]) -> None:
    """Register what brings derived rows up to date when rows of a model change."""
    if projector not in _projectors[model]:
        _projectors[model].append(projector)


def wire(row: Ledgered) -> dict[str, Any]:
    """Give a row's facts as JSON values by wire name."""
    return {f.attname: wire_value(f, getattr(row, f.attname)) for f in row.fact_columns()}


def wire_value(column: Field[Any, Any], given: Any) -> Any:
    """Give one value as JSON has it, the same before it is stored and after it is fetched.

    Decimals have the places of their column, instants are in UTC, ids and dates are strings.
    """
    value = column.to_python(given)
    if value is None or isinstance(value, (bool, int, str, dict, list)):
        return value
    if isinstance(value, Decimal) and isinstance(column, DecimalField):
        return str(value.quantize(Decimal(1).scaleb(-column.decimal_places)))
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@dataclass
class Book:
    """The open book of one action."""

    act: Act
    action: str
    campaign_id: UUID | None = None
    at: dt.datetime = field(default_factory=clock.now)
    event_id: UUID = field(default_factory=new_id)
    _touched: list[Touched] = field(default_factory=list)

    def insert(self, *rows: Ledgered) -> None:
        """Add rows; rows of one model go in one statement."""
        by_model: dict[type[Ledgered], list[Ledgered]] = defaultdict(list)
        for row in rows:
            by_model[type(row)].append(row)
        for model, group in by_model.items():
            model._default_manager.bulk_create(group, batch_size=BATCH)
        self._touched.extend(Touched(row, None, wire(row), row.version) for row in rows)

    def update(self, row: R, *, reads: Iterable[str] = (), **fields: Any) -> R:
        """Change fields of one row, on the condition that nobody else did.

        If the changes in between touch nothing that this action read or writes, it goes on from
        the newer row; else `Moved` names whose change it was.
        """
        before = wire(row)
        if not self._swap(row, fields):
            newer = self._not_in_the_way(row, {*fields, *reads}, fields)
            fields = _laid_over(newer, row, fields)
            before = wire(newer)
            row.version = newer.version
            if not self._swap(row, fields):
                raise Moved("row.moved", row=str(row.pk))
            for column in row.fact_columns():
                setattr(row, column.attname, getattr(newer, column.attname))
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
        self._touch(row, before)
        return row

    def update_many(self, rows: Sequence[R], **fields: Any) -> None:
        """Give many rows of one model the same facts; see `update_each`."""
        self.update_each(dict.fromkeys(rows, fields))

    def update_each(self, changes: Mapping[R, Mapping[str, Any]]) -> None:
        """Change fields of many rows of one model: a fixed number of statements for each 500.

        Rows that nobody changed since they were fetched go together; the others one by one, as
        `update` does it.
        """
        rows = list(changes)
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            even = self._unmoved(batch)
            self._write_together({row: changes[row] for row in batch if row.pk in even})
            for row in batch:
                if row.pk not in even:
                    self.update(row, **changes[row])

    def _unmoved(self, rows: Sequence[R]) -> set[UUID]:
        """Give which rows are as they were fetched, and keep them so until the action ends."""
        there = type(rows[0])._default_manager.filter(pk__in=[r.pk for r in rows]).order_by("pk")
        there = there.select_for_update() if _locks() else there
        now = dict(there.values_list("pk", "version"))
        return {row.pk for row in rows if now.get(row.pk) == row.version}

    def _write_together(self, changes: Mapping[R, Mapping[str, Any]]) -> None:
        if not changes:
            return
        befores = {row: wire(row) for row in changes}
        for row, fields in changes.items():
            for name, value in fields.items():
                setattr(row, name, value)
            row.version += 1
        for name in sorted({name for fields in changes.values() for name in fields}):
            _write_column([row for row in changes if name in changes[row]], name)
        table = type(next(iter(changes)))._default_manager
        table.filter(pk__in=[r.pk for r in changes]).update(version=F("version") + 1)
        for row, before in befores.items():
            self._touch(row, before)

    def _touch(self, row: Ledgered, before: dict[str, Any]) -> None:
        after = wire(row)
        changed = [name for name, value in after.items() if before[name] != value]
        then, since = {n: before[n] for n in changed}, {n: after[n] for n in changed}
        self._touched.append(Touched(row, then, since, row.version))

    def locked(self, rows: QuerySet[R]) -> list[R]:
        """Fetch rows and keep everybody else from changing them until the action ends."""
        return list(rows.select_for_update(of=("self",)) if _locks() else rows)

    def delete(self, row: Ledgered) -> None:
        """Remove a row, on the condition that nobody else changed it."""
        same = type(row)._default_manager.filter(pk=row.pk, version=row.version)
        current = (same.select_for_update() if _locks() else same).first()
        if current is None:
            raise Moved("row.moved", row=str(row.pk))
        before = wire(current)
        same.delete()
        current.version += 1
        self._touched.append(Touched(current, before, None, current.version))

    def delete_many(self, rows: Sequence[Ledgered]) -> None:
        """Remove rows of one model, each on the condition that nobody else changed it."""
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            if stale := {r.pk for r in batch} - self._unmoved(batch):
                raise Moved("row.moved", row=str(min(stale)))
            befores = [wire(row) for row in batch]
            type(batch[0])._default_manager.filter(pk__in=[r.pk for r in batch]).delete()
            for row, before in zip(batch, befores, strict=True):
                self._touched.append(Touched(row, before, None, row.version + 1))

    def lock(self, rows: Iterable[R]) -> list[R]:
        """Lock rows that a guard depends on, in the order of their ids (PostgreSQL)."""
        models = {type(row) for row in rows}
        ids = sorted(row.pk for row in rows)
        held: list[R] = []
        for model in models:
            found = model._default_manager.filter(pk__in=ids).order_by("pk")
            held.extend(found.select_for_update() if _locks() else found)
        return held

    def _swap(self, row: Ledgered, fields: dict[str, Any]) -> bool:
        same = type(row)._default_manager.filter(pk=row.pk, version=row.version)
        return bool(same.update(version=row.version + 1, **fields))

    def _not_in_the_way(self, row: R, names: set[str], fields: Mapping[str, Any]) -> R:
        """Fetch the newer row, if what happened to it since has nothing to do with this action.

        A column that holds a mapping is looked at key by key.
        """
        since = Change.objects.filter(
            table=row._meta.label_lower, row=row.pk, version__gt=row.version
        ).select_related("event")
        columns = {f.name: f.attname for f in row._meta.concrete_fields}
        attnames = {columns.get(n, n) for n in names}
        for change in since:
            clash = attnames & {*(change.before or {"": 0}), *(change.after or {"": 0})}
            clash = {
                n for n in clash if not _apart(change, n, getattr(row, n, None), fields.get(n))
            }
            if clash or change.after is None:
                raise Moved(
                    "row.moved",
                    row=str(row.pk),
                    fields=sorted(clash),
                    by=str(change.event.actor_id),
                    at=change.event.at.isoformat(),
                )
        newer: R | None = type(row)._default_manager.filter(pk=row.pk).first()
        if newer is None:
            raise Moved("row.moved", row=str(row.pk))
        return newer

    def close(self, result: dict[str, Any]) -> Outcome:
        """Append the event and its changes, and bring derived rows up to date."""
        if len(self._touched) > ROW_CAP:
            raise ActionError("action.too_many_rows", n=len(self._touched), limit=ROW_CAP)
        event = Event(
            id=self.event_id,
            campaign_id=self.campaign_id,
            actor_id=self.act.by,
            on_behalf_of_id=self.act.on_behalf_of,
            action=self.action,
            request_id=self.act.request_id,
            reason=self.act.reason,
            origin=self.act.origin,
            outcome={**result, _SENT: self.act.digest} if self.act.digest else result,
            at=self.at,
            recorded_at=clock.now(),
        )
        event.save(force_insert=True)
        Change.objects.bulk_create(
            [
                Change(
                    event=event,
                    n=n,
                    table=t.row._meta.label_lower,
                    row=t.row.pk,
                    version=t.version,
                    before=t.before,
                    after=t.after,
                )
                for n, t in enumerate(self._touched)
            ],
            batch_size=BATCH,
        )
        Unsealed.objects.create(event=event)
        self._project()
        return Outcome(event.id, result)

    def _project(self) -> None:
        by_model: dict[type[Model], list[Touched]] = defaultdict(list)
        for touched in self._touched:
            by_model[type(touched.row)].append(touched)
        for model, projectors in _projectors.items():
            if by_model[model]:
                for projector in projectors:
                    projector(by_model[model])


def _write_column(rows: Sequence[Ledgered], name: str) -> None:
    """Write one column of a batch of rows of one model: a statement for each value where there are few.

    A case for every row costs far more than the rows do.
    """
    table = type(rows[0])._default_manager
    by_value: dict[str, list[Ledgered]] = defaultdict(list)
    for row in rows:
        value = getattr(row, name)
        by_value[repr(getattr(value, "pk", value))].append(row)
    if len(by_value) > FEW:
        table.bulk_update(rows, [name], batch_size=BATCH)
        return
    for alike in by_value.values():
        some = table.filter(pk__in=[row.pk for row in alike])
        some.update(**{name: getattr(alike[0], name)})


def _apart(change: Change, name: str, was: object, wanted: object) -> bool:
    """Tell whether a change and what is wanted touch different keys of a mapping."""
    before, after = (change.before or {}).get(name), (change.after or {}).get(name)
    if not all(isinstance(v, dict) for v in (before, after, was, wanted)):
        return False
    return not _differing(before, after) & _differing(was, wanted)


def _differing(one: Any, other: Any) -> set[str]:
    return {k for k in {**one, **other} if one.get(k) != other.get(k)}


def _laid_over(newer: Ledgered, row: Ledgered, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is wanted of a row on top of what others have written into its mappings since."""
    merged = dict(fields)
    for name, wanted in fields.items():
        was, now = getattr(row, name, None), getattr(newer, name, None)
        if isinstance(wanted, dict) and isinstance(was, dict) and isinstance(now, dict):
            mine = _differing(was, wanted)
            kept = {k: v for k, v in now.items() if k not in mine}
            merged[name] = {**kept, **{k: wanted[k] for k in mine if k in wanted}}
    return merged


def action(
    name: str,
) -> Callable[
    [Callable[Concatenate[Book, P], dict[str, Any]]], Callable[Concatenate[Act, P], Outcome]
]:
    """Make an action of a function that changes rows through the book it is given."""

    def decorate(
        body: Callable[Concatenate[Book, P], dict[str, Any]],
    ) -> Callable[Concatenate[Act, P], Outcome]:
        ACTIONS.add(name)

        @functools.wraps(body)
        def run(act: Act, /, *args: P.args, **kwargs: P.kwargs) -> Outcome:
            if first := first_outcome(act):
                return first
            try:
                with transaction.atomic(), gate.opened():
                    book = Book(act, name, at=act.at or clock.now())
                    return book.close(body(book, *args, **kwargs))
            except IntegrityError:
                # The same request came twice at the same moment, and the other one was first.
                if first := first_outcome(act):
                    return first
                raise

        return run

    return decorate


ACTIONS: set[str] = set()


def was_done(act: Act) -> bool:
    """Tell whether a request was carried out already: its repeat returns the first outcome."""
    return first_outcome(act) is not None


def first_outcome(act: Act) -> Outcome | None:
    """Give what a request left behind if it came before; refused where it said something else then.

    The digest of what was sent stands in the event's outcome: it is sealed with it, and the unique
    request id lets no second one in beside it.
    """
    event = Event.objects.filter(actor_id=act.by, request_id=act.request_id).first()
    if event is None:
        return None
    result = dict(event.outcome)
    if act.digest and result.pop(_SENT, "") != act.digest:
        raise ActionError("idempotency.other_body", key=act.request_id)
    result.pop(_SENT, None)
    return Outcome(event.id, result, repeated=True)


def _locks() -> bool:
    return bool(connection.features.has_select_for_update)
