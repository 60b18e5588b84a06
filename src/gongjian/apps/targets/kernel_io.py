"""The seam: versions of targets to kernel values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.kernel.indicators.raising import Bar

if TYPE_CHECKING:
    from gongjian.apps.targets.models import TargetVersion


def bar_of(version: TargetVersion) -> Bar:
    """Give how high a version lies."""
    return Bar(version.op, version.floor, version.due)
