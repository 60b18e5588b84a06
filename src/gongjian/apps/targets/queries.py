"""Reads of targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.ledger.queries import tied_as_of
from gongjian.apps.targets.models import Target, TargetVersion

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from gongjian.apps.campaigns.models import Battle, Campaign, Item


@dataclass(frozen=True, slots=True)
class Aim:
    """A target with the version that is in force on a day."""

    target: Target
    version: TargetVersion


def aims(campaign: Campaign, day: dt.date) -> list[Aim]:
    """Give the targets of a campaign as they were in force on a day: two queries.

    The first version counts from the campaign's start, however late the paper was read.
    """
    targets = Target.objects.filter(campaign=campaign).select_related("battle")
    versions = TargetVersion.objects.filter(target__campaign=campaign)
    return _aims(list(targets), versions, day)


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
    versions: dict[object, TargetVersion] = {}
    for v in found.order_by("n"):
        if v.n == 1 or v.since <= day:
            versions[v.target_id] = v
    return [Aim(t, versions[t.pk]) for t in targets if t.pk in versions]
