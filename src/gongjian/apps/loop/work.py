"""My work: what is expected of me, in order of time left; what waits for me to check; what I gave out and heard nothing of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery

from gongjian.apps.accounts.models import OrgReach, Role
from gongjian.apps.campaigns.kernel_io import playbooks_of
from gongjian.apps.campaigns.models import Campaign, Item, PlaybookVersion
from gongjian.apps.campaigns.queries import campaigns, roles_by_item, visible
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.models import Report, Revisit
from gongjian.apps.loop.queries.looks import org_name
from gongjian.apps.loop.words import lang
from gongjian.kernel.model.workflow import StateCategory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 100  # of each list; a list that is cut says so
OWN = (Role.CONTACT, Role.PRINCIPAL)
CHECKING = (Role.OFFICE, Role.INSPECTOR, Role.LEADER, Role.SECRETARY)


@dataclass(frozen=True, slots=True)
class Task:
    """One item that waits for the reader: what it is, how long there is, what can be done from here."""

    item: Item
    org: str
    campaign: str
    register: str
    state: str
    limit: str
    since: dt.date
    until: dt.date | None
    left: int | None
    can_acknowledge: bool
    can_report: bool
    last: Report | None

    @property
    def over(self) -> int:
        """Give by how many days it is over."""
        return max(-(self.left or 0), 0)


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that waits for one person."""

    mine: list[Task]
    to_check: list[Task]
    unheard: list[Task]
    looks: list[Revisit]
    is_cut: bool

    @property
    def n_to_acknowledge(self) -> int:
        """Count what one press acknowledges."""
        return sum(t.can_acknowledge for t in self.mine)


def work_of(seen: Scope) -> Work:
    """Give what waits for a person over all campaigns: a fixed number of queries."""
    there = {c.pk: c for c in campaigns(seen)}
    versions = PlaybookVersion.objects.filter(campaign__in=there, in_force=True)
    desk = _Desk(seen, there, playbooks_of(list(versions)))
    mine, is_cut = desk.tasks(desk.own())
    to_check, is_more = desk.tasks(desk.checking())
    unheard, _cut = desk.tasks(desk.unheard())
    return Work(mine, to_check, unheard, desk.looks(), is_cut or is_more)


@dataclass(frozen=True)
class _Desk:
    seen: Scope
    there: dict[UUID, Campaign]
    playbooks: dict[UUID, Playbook]

    def own(self) -> Q:
        """Filter by what is expected of the person's orgs."""
        q = Q(pk__in=[])
        for role in OWN:
            for campaign, orgs in self._orgs(role).items():
                reached = OrgReach.objects.filter(ancestor__in=orgs).values("descendant")
                awaited = Q(turn__roles__contains=role, turn__org__in=reached)
                q |= awaited & visible(self.seen, campaign) & Q(campaign=campaign)
        return q

    def checking(self) -> Q:
        """Filter by what waits for the person's role over a campaign."""
        q = Q(pk__in=[])
        for campaign in self.there:
            held = self.seen.wide_roles(campaign) & set(CHECKING)
            awaited = Q(pk__in=[])
            for role in sorted(held):
                awaited |= Q(turn__roles__contains=role)
            if held:
                q |= awaited & visible(self.seen, campaign) & Q(campaign=campaign)
        return q

    def unheard(self) -> Q:
        """Filter, for an office, by what was given out and not acknowledged or answered in time."""
        q = Q(pk__in=[])
        for pk, campaign in self.there.items():
            if self.seen.is_office(pk):
                q |= Q(campaign=pk, category=StateCategory.OPEN, turn__due__lt=today_of(campaign))
        return q

    def looks(self) -> list[Revisit]:
        """Give the second looks that are due within a week, for those who take them."""
        q = Q(pk__in=[])
        for pk, campaign in self.there.items():
            if self.seen.wide_roles(pk) & {Role.OFFICE, Role.INSPECTOR}:
                soon = today_of(campaign) + dt.timedelta(days=7)
                seen = Item.objects.filter(visible(self.seen, pk), campaign=pk)
                q |= Q(campaign=pk, due__lte=soon, item__in=seen)
        rows = Revisit.objects.filter(q, state=Revisit.State.DUE).select_related("item", "campaign")
        return list(rows.order_by("due", "pk")[:SHOWN])

    def tasks(self, wanted: Q) -> tuple[list[Task], bool]:
        """Give items in order of time left, and whether there are more."""
        rows = Item.objects.filter(wanted).select_related("turn", "register", "campaign", "org")
        found = list(rows.order_by(F("turn__until").asc(nulls_last=True), "code")[: SHOWN + 1])
        shown = found[:SHOWN]
        held = roles_by_item(self.seen, shown)
        last = last_reports([i.pk for i in shown])
        return [self._task(i, held[i.pk], last.get(i.pk)) for i in shown], len(found) > SHOWN

    def _task(self, item: Item, roles: frozenset[str], last: Report | None) -> Task:
        playbook, campaign = self.playbooks[item.campaign_id], self.there[item.campaign_id]
        workflow = playbook.workflow_of(item.register.key)
        now = playbook.state_of(item.register.key, item.state)
        limits = {one.key: one.label for one in playbook.limits}
        open_to = {
            t.key for t in workflow.transitions if now.key in t.sources and roles & {*t.roles}
        }
        until = item.turn.until
        return Task(
            item=item,
            org=org_name(item),
            campaign=campaign.label(lang()),
            register=playbook.register(item.register.key).label.of(lang()),
            state=now.label.of(lang()),
            limit=limits[item.turn.limit].of(lang()) if item.turn.limit in limits else "",
            since=item.turn.since,
            until=until,
            left=(until - today_of(campaign)).days if until else None,
            can_acknowledge="acknowledge" in open_to,
            can_report="report" in open_to,
            last=last,
        )

    def _orgs(self, role: str) -> dict[UUID, set[UUID]]:
        found: dict[UUID, set[UUID]] = defaultdict(set)
        for grant in self.seen.grants:
            if grant.role == role and grant.org_id and not grant.item_id:
                for pk in self.there if grant.campaign_id is None else (grant.campaign_id,):
                    found[pk].add(grant.org_id)
        return found


def last_reports(items: Sequence[UUID] | Iterable[UUID]) -> dict[UUID, Report]:
    """Give the last report of each item that has one: one query."""
    ids = list(items)
    if not ids:
        return {}
    newest = Report.objects.filter(item=OuterRef("pk")).order_by("-at").values("pk")[:1]
    of = Item.objects.filter(pk__in=ids).order_by().annotate(last=Subquery(newest)).values("last")
    return {r.item_id: r for r in Report.objects.filter(pk__in=of)}
