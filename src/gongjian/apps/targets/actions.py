"""Changes to targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.targets.models import Target, TargetVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.campaigns.models import Item


def add_targets(book: Book, targets: Sequence[Target], versions: Sequence[TargetVersion]) -> None:
    """Add targets with their first versions; part of the action that confirms a draft."""
    book.insert(*targets)
    book.insert(*versions)


@action("targets.revise")
def revise(book: Book, target: Target, version: TargetVersion) -> dict[str, Any]:
    """Give a target a new version, with a reason."""
    if not version.reason.strip():
        raise ActionError("target.reason_missing")
    last = TargetVersion.objects.filter(target=target).order_by("-n").first()
    if last is not None and version.since < last.since:
        raise ActionError("target.since_before_last", since=last.since)
    version.target, version.n = target, last.n + 1 if last else 1
    book.campaign_id = target.campaign_id
    book.update(target)
    book.insert(version)
    return {"target": str(target.pk), "n": version.n}


@action("targets.attach")
def attach(book: Book, target: Target, item: Item) -> dict[str, Any]:
    """Let an item work for a target of its campaign."""
    if target.campaign_id != item.campaign_id:
        raise ActionError("target.other_campaign")
    book.campaign_id = target.campaign_id
    book.update(target, item=item)
    return {"target": str(target.pk), "item": item.code}


@action("targets.detach")
def detach(book: Book, target: Target) -> dict[str, Any]:
    """Part a target from the item that works for it."""
    book.campaign_id = target.campaign_id
    book.update(target, item=None)
    return {"target": str(target.pk)}
