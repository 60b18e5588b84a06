"""Reads of targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.targets.models import Target, TargetVersion

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.apps.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Aim:
    """A target with the version that is in force on a day."""

    target: Target
    version: TargetVersion


def aims(campaign: Campaign, day: dt.date) -> list[Aim]:
    """Give the targets of a campaign as they were in force on a day: two queries.

    The first version counts from the campaign's start, however late the paper was read.
    """
    versions: dict[object, TargetVersion] = {}
    for v in TargetVersion.objects.filter(target__campaign=campaign).order_by("n"):
        if v.n == 1 or v.since <= day:
            versions[v.target_id] = v
    targets = Target.objects.filter(campaign=campaign).select_related("battle")
    return [Aim(t, versions[t.pk]) for t in targets if t.pk in versions]
