"""Reading the book: an item's history, rows as they stood on a day."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q

from gongjian.apps.ledger.book import wire
from gongjian.apps.ledger.models import Change, Event, Ledgered
from gongjian.kernel.ledger.fold import RowChange, undone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from typing import TypeVar
    from uuid import UUID

    from django.db.models import QuerySet

    R = TypeVar("R", bound=Ledgered)


def history(rows: Iterable[tuple[str, UUID]]) -> QuerySet[Change]:
    """Give the changes of some rows, newest first, events joined."""
    tables, ids = zip(*rows, strict=True)
    return (
        Change.objects.filter(table__in=set(tables), row__in=ids)
        .select_related("event")
        .order_by("-event__at", "-event_id", "-n")
    )


def event(pk: UUID) -> Event | None:
    """Give one event."""
    return Event.objects.filter(pk=pk).first()


def rows_as_of(model: type[R], rows: Sequence[R], campaign_id: UUID, until: dt.datetime) -> list[R]:
    """Give rows of a campaign as they stood at an instant: one query, whatever their number.

    Events of no campaign count as well: a merger of orgs touches items of several.
    """
    here = Q(event__campaign_id=campaign_id) | Q(event__campaign_id=None)
    later = Change.objects.filter(here, table=model._meta.label_lower, event__at__gte=until)
    return rows_back(rows, later)


def rows_back(rows: Sequence[R], later: QuerySet[Change]) -> list[R]:
    """Give rows with later changes taken back; those made later are gone, removed ones stay out.

    Computed columns are not in the book: whoever wants them judges the rows for their day.
    """
    columns = ("event_id", "table", "row", "version", "before", "after")
    taken: dict[UUID, list[RowChange]] = defaultdict(list)
    for event, table, row, version, before, after in later.order_by("row", "-version").values_list(
        *columns
    ):
        taken[row].append(RowChange(str(event), table, str(row), version, before, after))
    back = []
    for row in rows:
        changes = taken.get(row.pk)
        if changes is None:
            back.append(row)
            continue
        fields = undone(wire(row), changes)
        if fields is not None:
            back.append(type(row).load(dict(fields), row.pk, changes[-1].version - 1))
    return back


def row_at(row: R, version: int) -> R | None:
    """Give a row as it stood in an earlier version: one query. None where it was not there yet."""
    if version >= row.version:
        return row
    later = Change.objects.filter(table=row._meta.label_lower, row=row.pk, version__gt=version)
    back = rows_back([row], later)
    return back[0] if back else None


def tied_as_of(
    model: type[R], present: Sequence[R], column: str, pk: UUID, until: dt.datetime
) -> list[R]:
    """Give the rows that named another row in a column at an instant: three queries.

    Those removed or turned elsewhere since are found by what their changes say of the time before.
    """
    later = Change.objects.filter(table=model._meta.label_lower, event__at__gte=until)
    parted = later.filter(**{f"before__{column}": str(pk)}).order_by("version")
    rows = {row.pk: row for row in present}
    gone = {c.row: c for c in parted if c.row not in rows}
    for row in model._default_manager.filter(pk__in=gone):
        rows[row.pk] = row
    for key, change in gone.items():
        if key not in rows and change.after is None and change.before is not None:
            rows[key] = model.load(change.before, key, change.version)
    back = rows_back(list(rows.values()), later.filter(row__in=list(rows)))
    return [row for row in back if getattr(row, column) == pk]
