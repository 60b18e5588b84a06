"""Changes to campaigns and everything they track; each is one event."""

from gongjian.apps.campaigns.actions.duties import (
    add_duty,
    remove_duty,
)
from gongjian.apps.campaigns.actions.files import (
    attach_file,
    keep_file,
    remove_file,
)
from gongjian.apps.campaigns.actions.founding import (
    Taken,
    copy_campaign,
    create_campaign,
    let_in,
)
from gongjian.apps.campaigns.actions.items import (
    add_item,
    add_items,
    edit_item,
    found,
    found_campaign,
    import_items,
    issue,
    issue_items,
    laid_in,
    set_standing,
)
from gongjian.apps.campaigns.actions.links import (
    edit_listing,
    link_items,
    list_item,
    unlink,
    unlist,
)
from gongjian.apps.campaigns.actions.orgs import (
    hand_over,
    merge_orgs,
    move_duties,
)
from gongjian.apps.campaigns.actions.personal import (
    erase,
    look_up,
    reveal,
)
from gongjian.apps.campaigns.actions.playbooks import (
    adopt,
    carry,
    undo_adoption,
)
from gongjian.apps.campaigns.actions.rosters import (
    freeze_roster,
)
from gongjian.apps.campaigns.actions.task_forces import (
    end_task_force,
    found_task_force,
    release,
    second,
)

__all__ = [
    "Taken",
    "add_duty",
    "add_item",
    "add_items",
    "adopt",
    "attach_file",
    "carry",
    "copy_campaign",
    "create_campaign",
    "edit_item",
    "edit_listing",
    "end_task_force",
    "erase",
    "found",
    "found_campaign",
    "found_task_force",
    "freeze_roster",
    "hand_over",
    "import_items",
    "issue",
    "issue_items",
    "keep_file",
    "laid_in",
    "let_in",
    "link_items",
    "list_item",
    "look_up",
    "merge_orgs",
    "move_duties",
    "release",
    "remove_duty",
    "remove_file",
    "reveal",
    "second",
    "set_standing",
    "undo_adoption",
    "unlink",
    "unlist",
]
