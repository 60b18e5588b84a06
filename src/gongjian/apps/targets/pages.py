"""Targets as they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gongjian.apps.targets.models import TargetVersion
from gongjian.apps.targets.queries import aim_of

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from gongjian.apps.targets.models import Target

_SIGNS = {"<=": "≤", ">=": "≥"}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a target."""

    n: int
    value: str
    due: dt.date | None
    since: dt.date
    who: str  # the org that set it itself; empty for the base line
    reason: str
    is_in_force: bool


def value_words(version: TargetVersion) -> str:
    """Give the value of a version with its sign and its unit."""
    if version.floor is None:
        return _("done")
    said = f"{_SIGNS.get(version.op, '')} {number(version.floor)}".strip()
    if version.upper is not None:
        said = f"{said}–{number(version.upper)}"
    return f"{said} {version.unit}".strip()


def number(value: Decimal) -> str:
    """Give a number as people write it."""
    return f"{value.normalize():,f}"


def target_context(target: Target, language: str) -> dict[str, Any]:
    """Give everything that the page of a target shows: one query."""
    rows = TargetVersion.objects.filter(target=target).select_related("raised_by")
    versions = list(rows.order_by("n"))
    aim = aim_of(target, versions)
    base = aim.version
    return {
        "target": target,
        "campaign_name": target.campaign.label(language),
        "battle": target.battle.label(language) if target.battle else "",
        "org": target.item.org.label(language) if target.item and target.item.org else "",
        "base": base,
        "base_value": value_words(base),
        "stretch": f"{number(base.stretch)} {base.unit}".strip() if base.stretch else "",
        "baseline": f"{number(base.baseline)} {base.unit}".strip() if base.baseline else "",
        "raised": aim.raised,
        "raised_value": value_words(aim.raised) if aim.raised else "",
        "raised_org": aim.raised.raised_by.label(language)
        if aim.raised and aim.raised.raised_by
        else "",
        "versions": [
            VersionRow(
                v.n,
                value_words(v),
                v.due,
                v.since,
                v.raised_by.label(language) if v.raised_by else "",
                v.reason,
                v in (base, aim.raised),
            )
            for v in reversed(versions)
        ],
    }
