"""What lies on the desks of the demonstration on its last day: something to check, to decide, to look at again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.demo.acts import act
from gongjian.apps.loop.actions import (
    Plea,
    ask_extension,
    draw_revisits,
    take_step,
)

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Person

CONTACT, HEAD, OFFICE = frozenset({"contact"}), frozenset({"principal"}), frozenset({"office"})


def lay_out(campaign: Campaign, people: dict[str, Person], day: dt.date) -> None:
    """Ask for a close-out and for more time, carry one over, suspend one, draw three second looks."""
    rows = Item.objects.filter(campaign=campaign).select_related("campaign", "register")
    ready = rows.filter(state="in_hand", progress__gte=5000, due__gt=day).order_by("-code")[:4]
    contact, office = people["contact"], people["office"]
    for n, item in enumerate(ready):
        slot = f"{item.code}-desk"
        if n == 0:
            take_step(act(slot, day, contact, 10), item, "request_close", roles=HEAD)
        elif n == 1:
            later = item.due + dt.timedelta(days=15) if item.due else day
            plea = Plea(later, "主体已完成，设备到货延迟。")
            asked = act(slot, day, contact, 10, reason="设备供货推迟两周（模拟）")
            ask_extension(asked, item, plea, roles=CONTACT)
        elif n == 2:  # the third of four
            held = act(slot, day, office, 11, reason="台风停工（模拟）")
            take_step(held, item, "suspend", roles=OFFICE)
        else:
            kept = act(slot, day, office, 11, reason="涉诉未结，继续挂账（模拟）")
            take_step(kept, item, "carry_over", roles=OFFICE)
    closed = list(rows.filter(category="closed").order_by("code")[:3])
    if closed:
        drawn = act(f"{campaign.code}-looks", day, office, 15)
        draw_revisits(drawn, campaign, closed, day + dt.timedelta(days=5), seed=f"{campaign.code}")
