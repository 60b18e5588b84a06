"""Changes to campaigns and everything they track; each is one event."""

from gongjian.apps.campaigns.actions.duties import add_duty, remove_duty
from gongjian.apps.campaigns.actions.files import attach_file, remove_file
from gongjian.apps.campaigns.actions.items import (
    add_item,
    add_items,
    edit_item,
    found,
    found_campaign,
    import_items,
    issue,
    issue_items,
    set_standing,
)
from gongjian.apps.campaigns.actions.links import (
    edit_listing,
    link_items,
    list_item,
    unlink,
    unlist,
)
from gongjian.apps.campaigns.actions.personal import erase, look_up, reveal
from gongjian.apps.campaigns.actions.rosters import freeze_roster

__all__ = [
    "add_duty",
    "add_item",
    "add_items",
    "attach_file",
    "edit_item",
    "edit_listing",
    "erase",
    "found",
    "found_campaign",
    "freeze_roster",
    "import_items",
    "issue",
    "issue_items",
    "link_items",
    "list_item",
    "look_up",
    "remove_duty",
    "remove_file",
    "reveal",
    "set_standing",
    "unlink",
    "unlist",
]
