"""The reach of orgs, derived from the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Org, OrgReach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gongjian.apps.ledger.book import Touched


def project_orgs(touched: Sequence[Touched]) -> None:
    """Rebuild the reach where the tree itself changed: an org came, went, or has another parent."""
    if any(t.before is None or t.after is None or "parent_id" in t.after for t in touched):
        rebuild_reach()


def rebuild_reach() -> None:
    """Work the reach out from the tree again; called whenever an org was added or moved."""
    parents = dict(Org.objects.values_list("pk", "parent_id"))
    rows = []
    for org in parents:
        above: UUID | None = org
        while above is not None:
            rows.append(OrgReach(ancestor_id=above, descendant_id=org))
            above = parents[above]
    OrgReach.objects.all().delete()
    OrgReach.objects.bulk_create(rows, batch_size=1000)
