"""The reach of orgs, derived from the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Org, OrgReach

if TYPE_CHECKING:
    from uuid import UUID


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
