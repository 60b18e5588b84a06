"""The turn of the day: tallies of the day that ended are stored, lights move for the new one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.campaigns.standing import tick
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = dt.timedelta(days=1)


def tick_due() -> int:
    """Bring every running campaign to its today, day by day, after any stop; examples stand still."""
    n = 0
    for campaign in Campaign.objects.filter(is_example=False):
        for day in _days(campaign, clock.today(campaign.zone)):
            if campaign.lit_on is not None:
                tally.close_day(campaign.pk, campaign.lit_on, tally.sums(campaign.pk, Q()))
            tick(campaign, day)
            n += 1
    return n


def _days(campaign: Campaign, today: dt.date) -> Iterator[dt.date]:
    day = campaign.lit_on + _DAY if campaign.lit_on else min(max(campaign.start_on, today), today)
    while day <= today:
        yield day
        day += _DAY
