"""The seam: rows to kernel values and back."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from gongjian.apps.campaigns.models import PlaybookVersion
from gongjian.apps.ledger.models import Change
from gongjian.kernel.indicators.lights import LightFacts
from gongjian.lib import clock
from gongjian.playbooks.load import load_text

if TYPE_CHECKING:
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.model.workflow import StateCategory


@lru_cache(maxsize=64)
def _by_digest(_digest: str, text: str, state_map: str) -> Playbook:
    return replace(load_text(text), state_map=json.loads(state_map))


def playbook_of(row: PlaybookVersion) -> Playbook:
    """Give the playbook of a version; kept in memory, for its text never changes."""
    return _by_digest(row.digest, row.text, json.dumps(row.state_map, sort_keys=True))


def version_in_force(campaign_id: UUID) -> PlaybookVersion:
    """Give the version that a campaign runs by, the campaign with it: one query."""
    rows = PlaybookVersion.objects.select_related("campaign")
    found: PlaybookVersion = rows.get(campaign=campaign_id, in_force=True)
    return found


def playbook_in_force(campaign: Campaign) -> Playbook:
    """Give the playbook that a campaign runs by: one query."""
    return playbook_of(PlaybookVersion.objects.get(campaign=campaign, in_force=True))


def playbook_on(campaign: Campaign, day: dt.date) -> Playbook:
    """Give the playbook that a campaign ran by when a day ended: one query.

    A campaign that was founded after it had begun ran by its first playbook from the beginning.
    """
    until = clock.start_of(day + dt.timedelta(days=1), campaign.zone)
    table = PlaybookVersion._meta.label_lower
    made = Change.objects.filter(table=table, row=OuterRef("pk"), version=1)
    rows = PlaybookVersion.objects.filter(campaign=campaign)
    rows = rows.annotate(since=Subquery(made.values("event__at")[:1]))
    return playbook_of(rows.filter(Q(n=1) | Q(since__lt=until)).order_by("-n")[0])


def category_of(playbook: Playbook, register_key: str, state: str) -> StateCategory:
    """Give the category of an item's state."""
    return playbook.state_of(register_key, state).category


def light_facts(item: Item, category: StateCategory) -> LightFacts:
    """Give what an item's light is judged by."""
    start = item.start_on
    if item.issued_on is not None:
        # A start that was dated back does not put an item behind before anybody was told of it.
        start = max(start or item.issued_on, item.issued_on)
    return LightFacts(
        start_on=start if item.due is None or start is None else min(start, item.due),
        due=item.due,
        progress=item.progress,
        category=category,
        closed_on=item.closed_on,
    )


def playbooks_of(rows: list[PlaybookVersion]) -> dict[UUID, Playbook]:
    """Give the playbook in force by campaign."""
    return {row.campaign_id: playbook_of(row) for row in rows}
