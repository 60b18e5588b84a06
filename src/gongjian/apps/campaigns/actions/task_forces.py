"""Task forces (专班): set up, joined, left, ended; each an org for the time it lasts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.accounts.actions import running
from gongjian.apps.accounts.models import (
    Grant,
    Org,
    OrgGroup,
    OrgGroupMember,
    Person,
    Post,
    Role,
)
from gongjian.apps.campaigns.actions.orgs import OPEN, hand_parts, open_parts
from gongjian.apps.campaigns.models import (
    Battle,
    Campaign,
    Item,
    TaskForce,
    TaskForceMember,
)
from gongjian.apps.ledger.book import ActionError, Book, action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

# The group that task forces stand in; made with the first of them where it is not there.
TASK_FORCES = {"key": "taskforces", "name": "专班", "name_en": "Task forces"}


@dataclass(frozen=True, slots=True)
class Seconded:
    """Who is seconded to a task force, from where, for what; without days, as long as it lasts."""

    person: Person
    home_org: Org
    team: str = ""
    duty: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """A task force to be set up."""

    name: str
    since: dt.date
    until: dt.date | None = None
    battle: Battle | None = None
    head: Post | None = None
    rhythm: str = ""
    members: tuple[Seconded, ...] = ()


@action("campaigns.found_task_force")
def found_task_force(book: Book, campaign: Campaign, wanted: Setup) -> dict[str, Any]:
    """Set a task force up: an org of its own for the time, its members let in as its contacts."""
    book.campaign_id = campaign.pk
    if wanted.until is not None and wanted.until < wanted.since:
        raise ActionError("taskforce.dates_reversed", start=wanted.since, end=wanted.until)
    if Org.objects.filter(running(wanted.since), name=wanted.name).exists():
        raise ActionError("org.name_used", given=wanted.name)
    root = Org.objects.filter(running(wanted.since), parent=None).order_by("pk").first()
    org = Org(
        parent=root,
        code=_free_code(campaign),
        name=wanted.name,
        short_name=wanted.name[:60],
        order=8000,
        since=wanted.since,
        until=wanted.until,
    )
    force = TaskForce(
        campaign=campaign,
        battle=wanted.battle,
        org=org,
        name=wanted.name,
        head=wanted.head,
        rhythm=wanted.rhythm,
        since=wanted.since,
        until=wanted.until,
    )
    group = OrgGroup.objects.filter(key=TASK_FORCES["key"]).first()
    if group is None:
        group = OrgGroup(order=OrgGroup.objects.count(), **TASK_FORCES)
        book.insert(group)
    book.insert(org, OrgGroupMember(group=group, org=org, since=wanted.since), force)
    for seconded in wanted.members:
        _second(book, force, seconded)
    return {"task_force": str(force.pk), "org": org.code}


def _free_code(campaign: Campaign) -> str:
    taken = set(Org.objects.filter(code__startswith="tf-").values_list("code", flat=True))
    n = 1
    while f"tf-{campaign.code}-{n}".lower()[:32] in taken:
        n += 1
    return f"tf-{campaign.code}-{n}".lower()[:32]


def _second(book: Book, force: TaskForce, who: Seconded) -> TaskForceMember:
    since = max(who.since or force.since, force.since)
    until = min(d for d in (who.until, force.until, dt.date.max) if d is not None)
    if until < since:
        raise ActionError("taskforce.dates_reversed", start=since, end=until)
    term = {"since": since, "until": None if until == dt.date.max else until}
    member = TaskForceMember(
        campaign_id=force.campaign_id,
        task_force=force,
        person=who.person,
        home_org=who.home_org,
        team=who.team,
        duty=who.duty,
        **term,
    )
    held = Grant(
        person=who.person,
        role=Role.CONTACT,
        campaign_id=force.campaign_id,
        org=force.org,
        **term,
    )
    book.insert(member, held)
    return member


@action("campaigns.second")
def second(book: Book, force: TaskForce, who: Seconded) -> dict[str, Any]:
    """Second one more person to a task force."""
    book.campaign_id = force.campaign_id
    since = who.since or force.since
    _refuse_over(force, since)
    there = TaskForceMember.objects.filter(running(since), task_force=force, person=who.person)
    if there.exists():
        raise ActionError("taskforce.member_already", person=who.person.name)
    member = _second(book, force, who)
    return {"member": str(member.pk)}


@action("campaigns.release")
def release(book: Book, member: TaskForceMember, *, last_day: dt.date) -> dict[str, Any]:
    """Send a member home after a day; what they could do for the task force ends with it."""
    book.campaign_id = member.campaign_id
    if last_day < member.since:
        raise ActionError("taskforce.before_start", since=member.since)
    book.update(member, until=last_day)
    _end_grants(book, member.task_force, last_day, [member.person_id])
    return {"member": str(member.pk)}


@action("campaigns.end_task_force")
def end_task_force(
    book: Book, force: TaskForce, *, last_day: dt.date, heir: Org | None
) -> dict[str, Any]:
    """End a task force after a day; its open items go to another org in the same step."""
    book.campaign_id = force.campaign_id
    _refuse_over(force, last_day)
    if last_day < force.since:
        raise ActionError("taskforce.before_start", since=force.since)
    items = list(Item.objects.filter(OPEN, org=force.org).select_related("campaign"))
    parts = [r for r in open_parts(force.org) if r.until is None or r.until > last_day]
    if (items or parts) and (heir is None or heir.pk == force.org_id):
        n = len({i.pk for i in items} | {r.item_id for r in parts})
        raise ActionError("taskforce.open_items", n=n, name=force.name)
    if heir is not None:
        if heir.until is not None and heir.until < last_day:
            raise ActionError("org.ended", given=heir.short_name, until=heir.until, successor="–")
        book.update_many(items, org=heir) if items else None
        hand_parts(book, parts, heir)
    _close(book, force, last_day, heir)
    return {"task_force": str(force.pk), "items": len(items)}


def _close(book: Book, force: TaskForce, last_day: dt.date, heir: Org | None) -> None:
    book.update(force, until=last_day)
    book.update(force.org, until=last_day, successor=heir)
    for place in OrgGroupMember.objects.filter(running(last_day), org=force.org):
        book.update(place, until=last_day)
    members = list(TaskForceMember.objects.filter(running(last_day), task_force=force))
    for member in members:
        book.update(member, until=last_day)
    _end_grants(book, force, last_day, None)


def _end_grants(
    book: Book, force: TaskForce, last_day: dt.date, people: Sequence[UUID] | None
) -> None:
    rows = Grant.objects.filter(running(last_day), org=force.org, item_id=None)
    if people is not None:
        rows = rows.filter(person__in=people)
    for held in rows:
        book.update(held, until=last_day)


def _refuse_over(force: TaskForce, day: dt.date) -> None:
    if force.org.successor_id is not None or (force.until is not None and force.until < day):
        raise ActionError("taskforce.over", name=force.name, until=force.until)
