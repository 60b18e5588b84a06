"""The seam: rows to kernel values and back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gongjian.kernel.indicators.lights import LightFacts
from gongjian.playbooks.load import load_text

if TYPE_CHECKING:
    from uuid import UUID

    from gongjian.apps.campaigns.models import Item, PlaybookVersion
    from gongjian.kernel.model.playbook import Playbook, StateCategory


@lru_cache(maxsize=64)
def _by_digest(_digest: str, text: str) -> Playbook:
    return load_text(text)


def playbook_of(row: PlaybookVersion) -> Playbook:
    """Give the playbook of a version; kept in memory, for its text never changes."""
    return _by_digest(row.digest, row.text)


def category_of(playbook: Playbook, register_key: str, state: str) -> StateCategory:
    """Give the category of an item's state."""
    workflow = playbook.workflow(playbook.register(register_key).workflow)
    return next(s.category for s in workflow.states if s.key == state)


def light_facts(item: Item, category: StateCategory) -> LightFacts:
    """Give what an item's light is judged by."""
    return LightFacts(
        start_on=item.start_on,
        due=item.due,
        progress=item.progress,
        category=category,
        closed_on=item.closed_on,
    )


def playbooks_of(rows: list[PlaybookVersion]) -> dict[UUID, Playbook]:
    """Give the playbook in force by campaign."""
    return {row.campaign_id: playbook_of(row) for row in rows}
