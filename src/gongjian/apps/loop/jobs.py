"""What the loop does by itself as days pass."""

from __future__ import annotations

import datetime as dt

from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.jobs import timers
from gongjian.apps.ledger.book import Act
from gongjian.apps.loop.actions import remind
from gongjian.kernel.calendar.days import is_working_day
from gongjian.lib import clock

HOUR = 8  # of the campaign's clock, on working days


def remind_due(now: dt.datetime) -> int:
    """Remind in every campaign whose day has begun; gives how many orgs' items were told of."""
    n = 0
    for campaign in Campaign.objects.filter(is_example=False):
        day = clock.day_of(now, campaign.zone)
        begins = clock.start_of(day, campaign.zone) + dt.timedelta(hours=HOUR)
        if now < begins or not is_working_day(day):
            continue
        if timers.take(f"remind {day}", str(campaign.pk), now):
            act = Act(request_id=f"remind-{campaign.pk}-{day}")
            n += remind(act, campaign, day).result["n"]
    return n
