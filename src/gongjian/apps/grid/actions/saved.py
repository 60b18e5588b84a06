"""Changes to views that people keep of a register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.grid.models import SavedView
from gongjian.apps.ledger.book import ActionError, Book, action

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_LIMIT = 80
VIEWS_CAP = 100  # of one person in one register
PARTS_CAP = 60  # of what a view asks for
PART_LIMIT = 1_000


@action("grid.save_view")
def save_view(book: Book, view: SavedView, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a view: a new one, or one that is there with another name, query, columns or face."""
    if unknown := set(facts) - {"name", "face", "query", "columns", "is_shared"}:
        raise ValueError(f"no facts of a view: {sorted(unknown)}")
    changed = dict(facts)
    if "name" in changed:
        changed["name"] = _free_name(view, changed["name"])
    _refuse_large(changed.get("query", {}))
    book.campaign_id = view.campaign_id
    if not view._state.adding:
        book.update(view, **changed)
        return {"view": str(view.pk), "name": view.name}
    if (
        SavedView.objects.filter(register=view.register_id, owner=view.owner_id).count()
        >= VIEWS_CAP
    ):
        raise ActionError("view.too_many", limit=VIEWS_CAP)
    for name, value in changed.items():
        setattr(view, name, value)
    book.insert(view)
    return {"view": str(view.pk), "name": view.name}


@action("grid.share_view")
def share_view(book: Book, view: SavedView, *, is_shared: bool) -> dict[str, Any]:
    """Make a view ours, for whoever sees the register, or mine again."""
    book.campaign_id = view.campaign_id
    book.update(view, is_shared=is_shared)
    return {"view": str(view.pk), "name": view.name, "is_shared": is_shared}


@action("grid.drop_view")
def drop_view(book: Book, view: SavedView) -> dict[str, Any]:
    """Remove a view; the rows that it showed stay as they are."""
    book.campaign_id = view.campaign_id
    book.delete(view)
    return {"view": str(view.pk), "name": view.name}


def _free_name(view: SavedView, given: str) -> str:
    name = " ".join(given.split())
    if not name:
        raise ActionError("view.name_missing")
    if len(name) > NAME_LIMIT:
        raise ActionError("view.name_too_long", n=len(name), limit=NAME_LIMIT)
    alike = SavedView.objects.filter(register=view.register_id, owner=view.owner_id, name=name)
    if alike.exclude(pk=view.pk).exists():
        raise ActionError("view.name_taken", name=name)
    return name


def _refuse_large(query: Mapping[str, str]) -> None:
    if len(query) > PARTS_CAP or any(len(v) > PART_LIMIT for v in query.values()):
        raise ActionError("view.too_large", limit=PARTS_CAP)
