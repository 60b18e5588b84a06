"""Changes to campaigns and everything they track; each is one event."""

from gongjian.apps.campaigns.actions.items import (
    add_items,
    edit_item,
    found,
    found_campaign,
    import_items,
    issue,
    issue_items,
    set_standing,
)
from gongjian.apps.campaigns.actions.orgs import (
    end_task_force,
    found_task_force,
    hand_over,
    merge_orgs,
    move_duties,
    release,
    second,
)

__all__ = [
    "add_items",
    "edit_item",
    "end_task_force",
    "found",
    "found_campaign",
    "found_task_force",
    "hand_over",
    "import_items",
    "issue",
    "issue_items",
    "merge_orgs",
    "move_duties",
    "release",
    "second",
    "set_standing",
]
