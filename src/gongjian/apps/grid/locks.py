"""Which cells of a row a person may not type in, although its column is open on other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.campaigns.fields import editable_fields
from gongjian.apps.campaigns.queries import rights_of, roles_by_item
from gongjian.apps.grid.columns import REPORTED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.registers import Ledger, Row
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column


def locks(
    asked: Asked, ledger: Ledger, columns: Sequence[Column], rows: Sequence[Row]
) -> dict[UUID, list[str]]:
    """Give the closed cells of rows by item: two queries at most, none for the office and for readers.

    Rows that are only listed here are closed as a whole: they are written in at home.
    """
    open_ones = [c.source for c in columns if c.is_editable]
    found = {r.item.pk: open_ones for r in rows if r.listing is not None}
    if not open_ones or asked.seen.is_office(asked.campaign.pk):
        return found
    held = roles_by_item(asked.seen, [r.item for r in rows])
    known: dict[frozenset[str], list[str]] = {}
    for row in rows:
        roles = held[row.item.pk]
        if roles not in known:
            known[roles] = [s for s in open_ones if not _may_type(ledger, s, roles)]
        if row.listing is None and known[roles]:
            found[row.item.pk] = known[roles]
    return found


def _may_type(ledger: Ledger, source: str, roles: frozenset[str]) -> bool:
    if source.startswith("field:"):
        return source[6:] in {f.key for f in editable_fields(ledger.definition, roles)}
    if source in REPORTED or source == "report":
        return "report" in rights_of(roles)
    return "edit" in rights_of(roles)
