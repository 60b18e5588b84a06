"""Reads of the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.loop.models import Report

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from gongjian.apps.campaigns.models import Item


def reports(item: Item, until: dt.datetime | None = None) -> QuerySet[Report]:
    """Give the reports on an item, the newest first."""
    rows = Report.objects.filter(item=item)
    return rows.filter(at__lt=until) if until else rows
