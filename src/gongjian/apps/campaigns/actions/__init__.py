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

__all__ = [
    "add_items",
    "edit_item",
    "found",
    "found_campaign",
    "import_items",
    "issue",
    "issue_items",
    "set_standing",
]
