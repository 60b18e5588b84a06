"""Launch check and launch (部署前体检, 部署): waivers by name, the agenda, items issued."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from gongjian.apps.campaigns.actions import issue
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.ledger.book import Act, ActionError, Book, Outcome, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.models import Waiver
from gongjian.apps.loop.queries.launch import ALL_ITEMS, BATTLES, Waiting, waiting
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Campaign

CHUNK = 15_000  # items issued in one event; beside them stand notices, and the campaign itself
NAMED = 20  # codes named in a refusal
_Told = tuple[UUID | None, str]  # an org, and the access class of what it is told


@dataclass(frozen=True, slots=True)
class Agenda:
    """How the launch is held: the day, the venues, what is on it and who speaks to it."""

    day: dt.date
    main: str = ""
    branches: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()  # what, who

    def as_json(self) -> dict[str, Any]:
        """Give it as the campaign keeps it."""
        lines = [{"what": what, "who": who} for what, who in self.lines]
        return {
            "day": self.day.isoformat(),
            "main": self.main,
            "branches": list(self.branches),
            "lines": lines,
        }


@action("loop.count_by")
def count_by(book: Book, campaign: Campaign, what: str, basis: str) -> dict[str, Any]:
    """Say which register counts for a number that the paper announces."""
    known = {ALL_ITEMS, BATTLES, *campaign.registers.values_list("key", flat=True)}
    if basis not in known or what not in {a["what"] for a in campaign.announced}:
        raise ActionError("launch.no_such_count", what=what)
    told = [{**a, "counts": basis} if a["what"] == what else a for a in campaign.announced]
    book.campaign_id = campaign.pk
    book.update(campaign, announced=told)
    return {"what": what, "counts": basis}


@action("loop.name_lead")
def name_lead(book: Book, campaign: Campaign, items: Sequence[Item], org: Org) -> dict[str, Any]:
    """Name the lead org of many items at once."""
    if not items:
        raise ActionError("launch.nothing_chosen")
    book.campaign_id = campaign.pk
    led = Responsibility.objects.filter(item__in=items, role="lead", until=None)
    before = set(led.values_list("item", flat=True))
    fresh = [i for i in items if i.pk not in before]
    rows = [Responsibility(campaign=campaign, item=i, role="lead", org=org) for i in fresh]
    book.insert(*rows)
    book.update_many(fresh, org=org)
    return {"items": len(fresh), "led_already": len(items) - len(fresh)}


@action("loop.waive")
def waive(
    book: Book, campaign: Campaign, needs: Mapping[UUID | None, Sequence[str]]
) -> dict[str, Any]:
    """Answer by name for what items lack, or for a count that differs (under None)."""
    reason = book.act.reason.strip()
    if not reason:
        raise ActionError("launch.reason_missing")
    held = {(w.item_id, w.need) for w in Waiver.objects.filter(campaign=campaign)}
    wanted = [(item, need) for item, given in needs.items() for need in given]
    fresh = [w for w in dict.fromkeys(wanted) if w not in held]
    if not fresh:
        raise ActionError("launch.nothing_chosen")
    by = None if book.act.by == SYSTEM else book.act.by
    book.campaign_id = campaign.pk
    book.insert(
        *[
            Waiver(
                campaign=campaign, item_id=item, need=need, reason=reason[:300], by=by, at=book.at
            )
            for item, need in fresh
        ]
    )
    return {"waivers": len(fresh), "items": len({item for item, _need in fresh if item})}


@action("loop.withdraw_waivers")
def withdraw_waivers(book: Book, campaign: Campaign, waivers: Sequence[Waiver]) -> dict[str, Any]:
    """Take waivers back: what they let pass is asked for again."""
    if not waivers:
        raise ActionError("launch.nothing_chosen")
    book.campaign_id = campaign.pk
    for row in waivers:
        book.delete(row)
    return {"waivers": len(waivers)}


def launch_all(
    act: Act, campaign: Campaign, agenda: Agenda | None, *, chunk: int = CHUNK
) -> Outcome:
    """Launch, however many items there are: above one event's worth in parts with ids of their own.

    The campaign is published with the last part; after a stop in between, launching again goes on.
    """
    issued, n = 0, 0
    while len(waiting(campaign).items) > chunk:
        part = replace(act, request_id=f"{act.request_id[:56]}-{n}")
        issued += issue_part(part, campaign, agenda, chunk).result["issued"]
        n += 1
    last = launch(act, campaign, agenda)
    return replace(last, result={**last.result, "issued": issued + last.result["issued"]})


@action("loop.issue_part")
def issue_part(book: Book, campaign: Campaign, agenda: Agenda | None, chunk: int) -> dict[str, Any]:
    """Put a part of very many items in force, before the launch that publishes the campaign.

    The deepest go first: a part that stood alone would be asked for what the item above it has.
    """
    here = waiting(campaign)
    _refuse(here, agenda)
    book.campaign_id = campaign.pk
    deepest = sorted(here.items, key=lambda i: -i.depth)[:chunk]
    issue(book, campaign, deepest)
    return {"issued": len(deepest)}


@action("loop.launch")
def launch(book: Book, campaign: Campaign, agenda: Agenda | None) -> dict[str, Any]:
    """Publish the campaign and put its items in force; later the items that came since.

    Refused while an item lacks something that nobody answers for, or an announced count differs.
    Clocks run from the day of the act, however early an item starts.
    """
    here = waiting(campaign)
    _refuse(here, agenda)
    day = clock.day_of(book.at, campaign.zone)
    book.campaign_id = campaign.pk
    is_first = campaign.published_on is None
    told = Counter((i.org_id, i.access_class) for i in here.items)
    if is_first and agenda is not None:
        told += _issued_by_org(campaign)
        book.update(campaign, published_on=day, agenda=agenda.as_json())
    issue(book, campaign, here.items)
    n_orgs = _tell(book, campaign, told)
    return {"issued": len(here.items), "orgs": n_orgs, "day": day.isoformat()}


def _issued_by_org(campaign: Campaign) -> Counter[_Told]:
    """Count what was put in force before the campaign was published: parts of a launch of very many."""
    rows = Item.objects.filter(campaign=campaign, issued_on__isnull=False).order_by()
    counted = rows.values_list("org", "access_class").annotate(n=Count("pk"))
    return Counter({(org, closeness): n for org, closeness, n in counted})


def _refuse(here: Waiting, agenda: Agenda | None) -> None:
    check = here.check
    if here.campaign.published_on is None and agenda is None:
        raise ActionError("launch.agenda_missing")
    if here.campaign.published_on is not None and not here.items:
        raise ActionError("launch.nothing_waits")
    if check.lacking:
        codes = {str(i.pk): i.code for i in here.items}
        named = [codes[i.key] for i in check.lacking]
        more = "…" if len(named) > NAMED else ""
        raise ActionError(
            "launch.incomplete",
            n=check.n_complete,
            all=check.n,
            items=[*named[:NAMED], *([more] if more else [])],
        )
    if check.differing:
        told = [f"{c.what} {c.n} / {c.found}" for c in check.differing]
        raise ActionError("launch.counts_differ", counts=told)


def _tell(book: Book, campaign: Campaign, n: Counter[_Told]) -> int:
    """One row of an inbox for each org that answers for something, and each access class."""
    path = f"{reverse('cockpit:items', args=[campaign.code])}?own=1"
    facts = {"campaign": campaign.name}
    tell(
        book,
        [
            Notice(
                org_id=org,
                access_class=closeness,
                code="launch.issued",
                facts={**facts, "n": k},
                path=path,
                about=campaign.pk,
            )
            for (org, closeness), k in n.items()
            if org is not None
        ],
    )
    return len({org for org, _closeness in n if org is not None})
