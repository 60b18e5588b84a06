"""Changes to targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.targets.kernel_io import bar_of
from gongjian.apps.targets.models import Target, TargetVersion
from gongjian.apps.targets.queries import Aim, aim_of
from gongjian.kernel.indicators.raising import Bar, is_higher
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from decimal import Decimal

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Item


@dataclass(frozen=True, slots=True)
class Raise:
    """What an org sets itself; None leaves what the base line says."""

    value: Decimal | None = None
    due: dt.date | None = None


def add_targets(book: Book, targets: Sequence[Target], versions: Sequence[TargetVersion]) -> None:
    """Add targets with their first versions; part of the action that confirms a draft."""
    book.insert(*targets)
    book.insert(*versions)


@action("targets.revise")
def revise(book: Book, target: Target, version: TargetVersion) -> dict[str, Any]:
    """Give a target a new version, with a reason."""
    if not version.reason.strip():
        raise ActionError("target.reason_missing")
    return add_version(book, target, version)


def add_version(book: Book, target: Target, version: TargetVersion) -> dict[str, Any]:
    """Number a version and add it; it never starts before the one it follows."""
    last = TargetVersion.objects.filter(target=target).order_by("-n").first()
    if last is not None and version.since < last.since:
        raise ActionError("target.since_before_last", since=last.since)
    version.target, version.n = target, last.n + 1 if last else 1
    book.campaign_id = target.campaign_id
    book.update(target)
    book.insert(version)
    return {"target": str(target.pk), "n": version.n}


def copied(version: TargetVersion, **changes: Any) -> TargetVersion:
    """Give a version that says what another says, but for some of it."""
    kept = {f.attname: getattr(version, f.attname) for f in version.fact_columns()}
    return TargetVersion(**{**kept, **changes})


@action("targets.raise_own")
def raise_own(book: Book, target: Target, asked: Raise, org: Org) -> dict[str, Any]:
    """Set an org's own target above the base line, which stays (自我加压)."""
    base = _aim(target).version
    if not book.act.reason.strip():
        raise ActionError("target.reason_missing")
    value = base.floor if asked.value is None else asked.value
    due = asked.due or base.due
    if not is_higher(bar_of(base), Bar(base.op, value, due)):
        raise ActionError("target.not_above_base", base=base.text)
    version = copied(
        base,
        floor=value,
        due=due,
        stretch=None,
        raised_by_id=org.pk,
        reason=book.act.reason.strip()[:300],
        since=clock.day_of(book.at, target.campaign.zone),
    )
    return add_version(book, target, version)


@action("targets.withdraw_raise")
def withdraw_raise(book: Book, target: Target) -> dict[str, Any]:
    """Take back what an org set itself: the base line alone counts again."""
    aim = _aim(target)
    if aim.raised is None:
        raise ActionError("target.nothing_raised")
    if not book.act.reason.strip():
        raise ActionError("target.reason_missing")
    version = copied(
        aim.version,
        raised_by_id=aim.raised.raised_by_id,
        reason=book.act.reason.strip()[:300],
        since=clock.day_of(book.at, target.campaign.zone),
    )
    return add_version(book, target, version)


def _aim(target: Target) -> Aim:
    return aim_of(target, TargetVersion.objects.filter(target=target).order_by("n"))


@action("targets.attach")
def attach(book: Book, target: Target, item: Item) -> dict[str, Any]:
    """Let an item work for a target of its campaign."""
    if target.campaign_id != item.campaign_id:
        raise ActionError("target.other_campaign")
    if target.item is not None and target.item_id != item.pk:
        raise ActionError("target.works_already", item=target.item.code)
    book.campaign_id = target.campaign_id
    book.update(target, item=item)
    return {"target": str(target.pk), "item": item.code}


@action("targets.detach")
def detach(book: Book, target: Target) -> dict[str, Any]:
    """Part a target from the item that works for it."""
    book.campaign_id = target.campaign_id
    code = target.item.code if target.item else ""
    book.update(target, item=None)
    return {"target": str(target.pk), "item": code}
