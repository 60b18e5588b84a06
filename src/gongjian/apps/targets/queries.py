"""Reads of targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongjian.apps.accounts.models import AccessClass
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import in_sight, visible
from gongjian.apps.ledger.queries import tied_as_of
from gongjian.apps.targets.kernel_io import bar_of
from gongjian.apps.targets.models import Target, TargetVersion
from gongjian.kernel.indicators.raising import is_higher

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Battle, Campaign

_SPEAKERS = frozenset({"contact", "principal"})


@dataclass(frozen=True, slots=True)
class Aim:
    """A target with the version that is in force on a day: the base line, and what an org set itself."""

    target: Target
    version: TargetVersion
    raised: TargetVersion | None = None  # 自我加压: higher than the base line


def aims(campaign: Campaign, day: dt.date) -> list[Aim]:
    """Give the targets of a campaign as they were in force on a day: two queries.

    The first version counts from the campaign's start, however late the paper was read.
    """
    targets = Target.objects.filter(campaign=campaign).select_related("battle")
    versions = TargetVersion.objects.filter(target__campaign=campaign)
    return _aims(list(targets), versions, day)


def aim_of(target: Target, versions: Iterable[TargetVersion]) -> Aim:
    """Give base line and raised line out of the versions of a target, the oldest first."""
    base = raised = None
    for v in versions:
        if v.raised_by_id is None:
            base = v
        else:
            raised = v
    if base is None:
        raise ValueError(f"target {target.pk} has no base line")
    if raised is not None and not is_higher(bar_of(base), bar_of(raised)):
        raised = None  # withdrawn, or the base line has caught up with it
    return Aim(target, base, raised)


def get_target_for(seen: Scope, pk: UUID, *, may: str | None = None) -> Target:
    """Fetch a target: 404 for whoever does not see its campaign, 403 for one without the right."""
    rows = Target.objects.select_related("campaign", "battle", "item__org")
    target: Target | None = rows.filter(pk=pk).first()
    if target is None or not (_in_sight(seen, target) or raises(seen, target)):
        raise Http404
    if may == "raise" and not raises(seen, target):
        raise PermissionDenied
    return target


def _in_sight(seen: Scope, target: Target) -> bool:
    """A target of the campaign is everybody's in it; one of an item is as close as the item."""
    if not seen.may_see(target.campaign_id):
        return False
    return target.item is None or in_sight(seen, target.item)


def seen_aims(seen: Scope, campaign_id: UUID, found: Iterable[Aim]) -> list[Aim]:
    """Leave out the targets of items that a person may not see: one query, none for who sees all."""
    rows = list(found)
    ids = {a.target.item_id for a in rows if a.target.item_id is not None}
    if not ids or seen.access_classes(campaign_id) >= set(AccessClass.values):
        return rows
    there = Item.objects.filter(visible(seen, campaign_id), pk__in=ids)
    ids = set(there.values_list("pk", flat=True))
    return [a for a in rows if a.target.item_id is None or a.target.item_id in ids]


def raises(seen: Scope, target: Target) -> str:
    """Tell how a person may raise a target: ``org`` for its own one, ``office`` for another, or not."""
    item = target.item
    if item is None or item.org_id is None or not seen.may_see(target.campaign_id):
        return ""
    held = seen.classes_for(target.campaign_id, item.org_id, _SPEAKERS)
    if held and item.access_class in {AccessClass.OPEN, *held}:
        return "org"
    return "office" if seen.is_office(target.campaign_id) else ""


def aims_of(item: Item, day: dt.date, until: dt.datetime | None = None) -> list[Aim]:
    """Give the targets that an item works for, as on a day: one query, two where there are any."""
    targets = list(Target.objects.filter(item=item).select_related("battle"))
    if until is not None:
        targets = tied_as_of(Target, targets, "item_id", item.pk, until)
    return aims_among(targets, day)


def aims_in(battle: Battle, day: dt.date) -> list[Aim]:
    """Give the targets of a battle, as on a day."""
    return aims_among(list(Target.objects.filter(battle=battle)), day)


def aims_among(targets: Iterable[Target], day: dt.date) -> list[Aim]:
    """Give some targets as they were in force on a day: one query, if there are any."""
    rows = list(targets)
    if not rows:
        return []
    return _aims(rows, TargetVersion.objects.filter(target__in=rows), day)


def _aims(targets: list[Target], found: QuerySet[TargetVersion], day: dt.date) -> list[Aim]:
    versions: dict[UUID, list[TargetVersion]] = {}
    for v in found.select_related("raised_by").order_by("n"):
        if v.n == 1 or v.since <= day:
            versions.setdefault(v.target_id, []).append(v)
    return [aim_of(t, versions[t.pk]) for t in targets if t.pk in versions]
