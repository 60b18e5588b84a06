"""Which events may be taken back, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongjian.apps.accounts.queries import may_take_back
from gongjian.apps.campaigns.fields import editable_fields, may_fill
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import (
    get_item_for,
    rights,
    roles,
    roles_by_item,
    visible,
)
from gongjian.apps.ledger.models import Change
from gongjian.apps.ledger.queries import event

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.models import Event

# What one press takes back. Reports, launches and disclosures are answered, not undone.
UNDOABLE = frozenset({
    "accounts.import_organisation",
    "campaigns.add_duty",
    "campaigns.add_item",
    "campaigns.add_items",
    "campaigns.attach_file",
    "campaigns.edit_item",
    "campaigns.edit_listing",
    "campaigns.link",
    "campaigns.list_item",
    "campaigns.move_duties",
    "campaigns.remove_duty",
    "campaigns.remove_file",
    "campaigns.unlink",
    "campaigns.unlist",
    "grid.drop_view",
    "grid.save_view",
    "grid.share_view",
    "grid.write",
    "ledger.undo",
    "loop.change_commitment",
    "loop.record_commitment",
    "loop.remove_commitment",
    "loop.waive",
    "loop.withdraw_waivers",
    "targets.attach",
    "targets.detach",
})  # fmt: skip


# What a single right towards the item takes back; everything else is the office's.
_BY_RIGHT = {
    "campaigns.add_duty": {"edit"},
    "campaigns.add_item": {"edit"},
    "campaigns.link": {"edit"},
    "campaigns.remove_duty": {"edit"},
    "campaigns.remove_file": {"edit", "report"},
    "campaigns.unlink": {"edit"},
    "targets.attach": {"edit"},
    "targets.detach": {"edit"},
}  # fmt: skip

# What is somebody's own: whoever did it takes it back, nobody else.
_OWN = frozenset({"grid.drop_view", "grid.save_view", "grid.share_view"})


def get_event_for(seen: Scope, pk: UUID) -> Event:
    """Fetch an event to be undone: by who did it and may still do it, or by the office of its campaign."""
    found = event(pk)
    if found is None or not seen.grants:
        raise Http404
    if found.campaign_id is not None and not seen.may_see(found.campaign_id):
        raise Http404
    if found.action not in UNDOABLE or not _may_undo(seen, found):
        raise PermissionDenied
    return found


def _may_undo(seen: Scope, found: Event) -> bool:
    if found.campaign_id is None:
        return may_take_back(seen, found)
    if step_of(found).action in _OWN:
        return found.actor_id == seen.person_id
    if seen.is_office(found.campaign_id):
        return True
    return found.actor_id == seen.person_id and _may_today(seen, found)


def _may_today(seen: Scope, found: Event) -> bool:
    """Tell whether who did something to an item may do it today as well."""
    step = step_of(found)
    if step.action == "grid.write":
        return _may_write_back(seen, step)
    code = step.outcome.get("item") or step.outcome.get("source")
    if not code or step.action not in {*_BY_RIGHT, "campaigns.edit_item"}:
        return False
    item = get_item_for(seen, str(code))
    may = rights(seen, item)
    if "edit" in may:
        return True
    columns, fields = _touched(found, item)
    if step.action == "campaigns.edit_item":
        register = playbook_in_force(item.campaign).register(item.register.key)
        own = {f.key for f in editable_fields(register, roles(seen, item))}
        return columns <= {"fields"} and fields <= own
    return bool(may & _BY_RIGHT[step.action]) and all(_may_fill(seen, item, k) for k in fields)


def _may_write_back(seen: Scope, step: Event) -> bool:
    """Tell whether who wrote cells may write each of them today: fields only, on rows they still see."""
    changes = Change.objects.filter(event=step)
    if changes.exclude(table=Item._meta.label_lower).exists():
        return False
    rows = Item.objects.filter(pk__in=changes.values("row"), campaign=step.campaign_id)
    items = list(rows.filter(visible(seen, rows[0].campaign_id)) if rows else [])
    held = roles_by_item(seen, items)
    return len(items) == rows.count() and all(_is_own(step, i, held[i.pk]) for i in items)


def _is_own(step: Event, item: Item, held: frozenset[str]) -> bool:
    register = playbook_in_force(item.campaign).register(item.register.key)
    columns, fields = _touched(step, item)
    own = {f.key for f in editable_fields(register, held)}
    return columns <= {"fields"} and fields <= own


def step_of(found: Event) -> Event:
    """Give the step that an event took back, or that event itself."""
    seen: set[str] = set()
    while found.action == "ledger.undo" and (pk := str(found.outcome["undone"])) not in seen:
        seen.add(pk)
        before = event(UUID(pk))
        if before is None:
            break
        found = before
    return found


def _touched(found: Event, item: Item) -> tuple[set[str], set[str]]:
    """Give the columns, and the playbook fields, of an item that an event changed."""
    columns: set[str] = set()
    fields: set[str] = set()
    for change in Change.objects.filter(event=found, table=item._meta.label_lower, row=item.pk):
        before, after = change.before or {}, change.after or {}
        columns |= {*before, *after}
        old, new = before.get("fields") or {}, after.get("fields") or {}
        fields |= {k for k in {**old, **new} if old.get(k) != new.get(k)}
    return columns, fields


def _may_fill(seen: Scope, item: Item, key: str) -> bool:
    register = playbook_in_force(item.campaign).register(item.register.key)
    return may_fill(register, roles(seen, item), key)
