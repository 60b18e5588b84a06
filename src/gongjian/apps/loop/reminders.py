"""Reminders that go out by themselves: by the rungs of the playbook's ladder, each once, until the answer comes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.jobs import timers
from gongjian.apps.ledger.book import Act, action
from gongjian.apps.loop.models import Turn
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice
from gongjian.kernel.calendar.days import is_working_day
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.ledger.book import Book
    from gongjian.kernel.model.playbook import LadderStep, Playbook

HOUR = 8  # of the campaign's clock, on working days
CAP = 5_000  # in one event
LATELY = 7  # days after a rung's day in which it is still told, after a stop
SOON, LATE = "step.due_soon", "step.late"
_OURS = "contact"  # turns of orgs; an office sees its own on its page


def remind_due(now: dt.datetime) -> int:
    """Remind in every campaign whose day has begun; gives how many orgs' items were told of."""
    n = 0
    for campaign in Campaign.objects.filter(is_example=False):
        day = clock.day_of(now, campaign.zone)
        begins = clock.start_of(day, campaign.zone) + dt.timedelta(hours=HOUR)
        if now < begins or not is_working_day(day):
            continue
        slot = f"{campaign.pk.hex}-{day}"[:40]
        if timers.take("remind", slot, now):
            act = Act(request_id=f"remind-{campaign.pk}-{day}")
            n += remind(act, campaign, day).result["n"]
    return n


@action("loop.remind")
def remind(book: Book, campaign: Campaign, day: dt.date) -> dict[str, Any]:
    """Tell orgs what is due soon or late, by the highest rung that is reached and was not told yet."""
    book.campaign_id = campaign.pk
    rungs = _rungs(playbook_in_force(campaign))
    if not rungs:
        return {"n": 0}
    first = day - dt.timedelta(days=rungs[-1].after_days + LATELY)
    last = day - dt.timedelta(days=rungs[0].after_days)
    rows = Turn.objects.filter(
        campaign=campaign, org__isnull=False, until__range=(first, last), roles__contains=_OURS
    )
    found = list(rows.select_related("item").order_by("until", "pk")[:CAP])
    told = _told([t.pk for t in found])
    notices = [
        _notice(one, rung, day)
        for one in found
        if (rung := _reached(rungs, one, day))
        and (one.pk, rung.key, one.since.isoformat()) not in told
    ]
    return {"n": tell(book, notices) if notices else 0}


def _rungs(playbook: Playbook) -> Sequence[LadderStep]:
    """Give the rungs that go out by themselves: those to contacts. The others an office issues."""
    ladder = playbook.ladders[0].steps if playbook.ladders else ()
    return sorted((r for r in ladder if r.to == _OURS), key=lambda rung: rung.after_days)


def _reached(rungs: Sequence[LadderStep], one: Turn, day: dt.date) -> LadderStep | None:
    """Give the highest rung whose day has come, lately: what was late long before sends no storm."""
    over = (day - one.until).days if one.until else None
    reached = [r for r in rungs if over is not None and r.after_days <= over]
    is_lately = over is not None and bool(reached) and over - reached[-1].after_days <= LATELY
    return reached[-1] if is_lately else None


def _told(items: list[Any]) -> set[tuple[Any, str, str]]:
    rows = Notice.objects.filter(about__in=items, code__in=(SOON, LATE))
    return {
        (about, f.get("rung"), f.get("since")) for about, f in rows.values_list("about", "facts")
    }


def _notice(one: Turn, rung: LadderStep, day: dt.date) -> Notice:
    is_late = one.until is not None and one.until < day
    return Notice(
        org_id=one.org_id,
        access_class=one.item.access_class,
        code=LATE if is_late else SOON,
        facts={
            "item": one.item.code,
            "due": one.until.isoformat() if one.until else "",
            "rung": rung.key,
            "word": {"zh": rung.word.zh, "en": rung.word.en},
            "since": one.since.isoformat(),
        },
        path=f"/i/{one.item.code}/",
        about=one.pk,
        due=one.until,
    )
