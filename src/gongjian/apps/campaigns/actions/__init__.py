"""Changes to campaigns and everything they track; each is one event."""

from gongjian.apps.campaigns.actions.founding import (
    Taken,
    copy_campaign,
    create_campaign,
    let_in,
)
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
from gongjian.apps.campaigns.actions.playbooks import adopt, carry, undo_adoption

__all__ = [
    "Taken",
    "add_items",
    "adopt",
    "carry",
    "copy_campaign",
    "create_campaign",
    "edit_item",
    "found",
    "found_campaign",
    "import_items",
    "issue",
    "issue_items",
    "let_in",
    "set_standing",
    "undo_adoption",
]
