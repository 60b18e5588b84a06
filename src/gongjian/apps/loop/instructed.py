"""What I last instructed: decisions and instructions of a leading official, and what became of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from gongjian.apps.accounts.models import Person, Post, PostHolding, Role
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.kernel_io import playbooks_of
from gongjian.apps.campaigns.models import OVER, Item, PlaybookVersion, Responsibility
from gongjian.apps.campaigns.queries import campaigns, visible
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.queries.decisions import DECISIONS, INSTRUCTIONS
from gongjian.apps.loop.words import lang
from gongjian.apps.loop.work import last_reports
from gongjian.kernel.playbook.values import is_blank
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.models import Report
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Given:
    """One decision or instruction: what was said, by whom, and what came back."""

    code: str
    title: str
    campaign: str
    register: str
    by: str
    on: str
    said: str
    org: str
    due: dt.date | None
    over: int  # days
    state: str
    is_waiting: bool  # not decided yet
    is_over: bool
    reply: str
    report: Report | None
    reporter: str

    @property
    def is_answered(self) -> bool:
        """Tell whether anything came back."""
        return self.is_over or bool(self.reply) or self.report is not None


@dataclass(frozen=True, slots=True)
class Instructed:
    """What waits for a decision, what is not answered yet, and what is."""

    waiting: list[Given]
    open: list[Given]
    answered: list[Given]
    is_cut: bool


def instructed_by(seen: Scope) -> Instructed:
    """Give what a person, or the leaders they act for, decided and instructed: a fixed number of queries."""
    there = {c.pk: c for c in campaigns(seen)}
    rows = Item.objects.filter(_given(seen, list(there)))
    rows = rows.select_related("register", "org").order_by("-issued_on", "-code")
    found = list(rows[: SHOWN + 1])
    versions = PlaybookVersion.objects.filter(campaign__in=there, in_force=True)
    books = playbooks_of(list(versions))
    last = last_reports([i.pk for i in found])
    people = Person.objects.in_bulk({r.by for r in last.values() if r.by})
    given = [
        _row(i, there[i.campaign_id], books[i.campaign_id], (last.get(i.pk), people))
        for i in found[:SHOWN]
    ]
    return Instructed(
        waiting=[g for g in given if g.is_waiting],
        open=[g for g in given if not g.is_waiting and not g.is_answered],
        answered=[g for g in given if not g.is_waiting and g.is_answered],
        is_cut=len(found) > SHOWN,
    )


def _given(seen: Scope, there: Sequence[UUID]) -> Q:
    """Filter items by those that a person gave; a secretary sees those of the leaders of the campaign."""
    held = PostHolding.objects.filter(on_day(clock.today()), person=seen.person_id)
    posts = list(Post.objects.filter(pk__in=held.values("post")))
    names = {p.title for p in posts} | set(
        Person.objects.filter(pk=seen.person_id).values_list("name", flat=True)
    )
    led = Responsibility.objects.filter(item=OuterRef("pk"), role="leader", post__isnull=False)
    mine = Exists(led.filter(post__in=[p.pk for p in posts]))
    named = Q(register__key=INSTRUCTIONS, fields__instructed_by__in=sorted(names))
    q = Q(pk__in=[])
    for campaign in there:
        here = Q(campaign=campaign, register__key__in=[DECISIONS, INSTRUCTIONS])
        own = Q(mine) | named if names else Q(mine)
        if Role.SECRETARY in seen.wide_roles(campaign):
            own |= Q(Exists(led)) | Q(register__key=INSTRUCTIONS)
        q |= here & own & visible(seen, campaign)
    return q


def _row(
    item: Item,
    campaign: Campaign,
    playbook: Playbook,
    answer: tuple[Report | None, dict[UUID, Person]],
) -> Given:
    report, people = answer
    fields, is_over = item.fields, item.category in OVER
    is_decision = item.register.key == DECISIONS
    left = (item.due - today_of(campaign)).days if item.due and not is_over else 0
    who = people.get(report.by) if report and report.by else None
    return Given(
        code=item.code,
        title=item.title,
        campaign=campaign.label(lang()),
        register=playbook.register(item.register.key).label.of(lang()),
        by=str(fields.get("decided_by" if is_decision else "instructed_by") or ""),
        on=str(fields.get("decided_on") or item.issued_on or ""),
        said=str(fields.get("decision" if is_decision else "text") or ""),
        org=item.org.label(lang()) if item.org else "",
        due=item.due,
        over=max(-left, 0),
        state=playbook.state_of(item.register.key, item.state).label.of(lang()),
        is_waiting=is_decision and not is_over and is_blank(fields.get("decided_on")),
        is_over=is_over,
        reply=str(fields.get("reply") or ""),
        report=report,
        reporter=who.label(lang()) if who else "",
    )
