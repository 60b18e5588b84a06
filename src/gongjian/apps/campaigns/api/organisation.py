"""What an organisation means in campaigns: moves, mergers, single-item accounts, hand-over, task forces."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.api import LastDayIn
from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Grant, Person, Role
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.accounts.queries import get_org_for, require_office
from gongjian.apps.campaigns import actions, queries
from gongjian.apps.campaigns.actions.orgs import Merger, Move, Reshuffle
from gongjian.apps.campaigns.actions.task_forces import Seconded, Setup
from gongjian.apps.campaigns.coded import living_org, org_coded, person_named, post_of
from gongjian.apps.campaigns.leadership import duty_sheet
from gongjian.apps.campaigns.models import OVER, Item, TaskForce, TaskForceMember
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.lib import clock
from gongjian.lib.contract import Body, Code, Day, Id, Line, Unfit

if TYPE_CHECKING:
    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome

router = Router(tags=["Organisation"])
Note = Annotated[str, Field(min_length=1, max_length=2000)]
Reason = Annotated[str, Field(min_length=1, max_length=300)]


class MoveIn(Body):
    """The org under which another one is put."""

    parent: Code


class MergeIn(Body):
    """The org that another one goes into, and the posts that go with it; the others end."""

    into: Code
    posts: list[Id] = []
    reason: Reason


class LetInIn(Body):
    """An account that reaches one item and what lies below it."""

    username: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(max_length=60, description="of an account that is new")] = ""
    item: Code
    until: Day | None = None


class HandOverIn(Body):
    """Open items that go to another org, with what is handed over."""

    items: Annotated[list[Code], Field(min_length=1, max_length=5000, description="codes")]
    to: Code
    note: Note


class LeaderDuty(Schema):
    """One duty of a leader: a battle, or an item led singly."""

    kind: str
    battle: Annotated[str | None, Field(description="id")]
    item: Annotated[str | None, Field(description="code")]
    label: str
    post: Annotated[str | None, Field(description="id of the post that leads it")]
    printed: str


class PostLine(Schema):
    """A post that may lead."""

    id: str
    title: str
    org: str
    portfolio: str


class LeadersOut(Schema):
    """Every leader's duties on a day, and the posts that they may go to."""

    day: dt.date
    duties: list[LeaderDuty]
    posts: list[PostLine]
    n_items: Annotated[int, Field(description="led singly; more than are told where it was cut")]


class LeaderMove(Body):
    """One duty that goes to another post; without one it is vacant for the time."""

    battle: Id | None = None
    item: Code | None = None
    former: Annotated[Id | None, Field(description="of an item: the post whose duty ends")] = None
    to: Id | None = None


class LeadersIn(Body):
    """A change in the division of work among leaders, from one day on."""

    since: Day
    moves: Annotated[list[LeaderMove], Field(max_length=1000)] = []
    portfolios: Annotated[dict[Id, Line], Field(description="id of a post → its portfolio")] = {}
    reason: Reason


class MemberOut(Schema):
    """Who is seconded to a task force."""

    id: str
    person: str
    home_org: str
    team: str
    duty: str
    since: dt.date
    until: dt.date | None


class TaskForceOut(Schema):
    """A task force."""

    id: str
    version: int
    name: str
    org: Annotated[str, Field(description="code of the org that its items name")]
    battle: str | None
    head: Annotated[str | None, Field(description="id of a post")]
    rhythm: str
    since: dt.date
    until: dt.date | None
    members: list[MemberOut]


class TaskForcesOut(Schema):
    """The task forces of a campaign."""

    task_forces: list[TaskForceOut]


class MemberIn(Body):
    """Who is seconded, from where, for what; without days, as long as the task force lasts."""

    person: Annotated[str, Field(max_length=60, description="user name")]
    home_org: Code
    team: Annotated[str, Field(max_length=60)] = ""
    duty: Annotated[str, Field(max_length=120)] = ""
    since: Day | None = None
    until: Day | None = None


class TaskForceIn(Body):
    """A task force to be set up."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    since: Day
    until: Day | None = None
    battle: Id | None = None
    head: Id | None = None
    rhythm: Annotated[str, Field(max_length=120)] = ""
    members: Annotated[list[MemberIn], Field(max_length=50)] = []


class EndIn(LastDayIn):
    """After which day a task force ends, and who takes over what is open."""

    heir: Code | None = None


@router.post("orgs/{code}/move", **writes("orgs:write", "accounts.move_org"))
@once
def move_org(request: HttpRequest, code: str, body: MoveIn) -> Outcome:
    """Put an org, with all below it, under another one: those above it see what it works on."""
    seen = seen_by(request)
    found = get_org_for(seen, code, may="edit")
    queries.require_offices(seen, found)
    return accounts.move_org(act_of(request), found, org_coded(body.parent, "body.parent"))


@router.post("orgs/{code}/merge", **writes("orgs:write", "campaigns.merge_orgs"))
@once
def merge_org(request: HttpRequest, code: str, body: MergeIn) -> Outcome:
    """Merge an org into another one from this day on; what was closed stays with the old one."""
    seen = seen_by(request)
    source = get_org_for(seen, code, may="edit")
    target = org_coded(body.into, "body.into")
    queries.require_offices(seen, source)
    queries.require_offices(seen, target)
    mine = set(source.posts.values_list("pk", flat=True))
    if unknown := set(body.posts) - mine:
        raise Unfit("body.posts", f"{unknown.pop()} is no post of this org")
    merger = Merger(source, target, frozenset(body.posts))
    return actions.merge_orgs(act_of(request, body.reason), merger)


@router.post("orgs/{code}/accounts", **writes("orgs:write", "accounts.let_in"))
@once
def let_in(request: HttpRequest, code: str, body: LetInIn) -> Outcome:
    """Give an account of this org one item, and nothing else."""
    seen = seen_by(request)
    found = get_org_for(seen, code, may="edit")
    try:
        item = queries.get_item_for(seen, body.item, may="edit")
    except Http404:
        raise ActionError("item.unknown", given=body.item) from None
    person = Person.objects.filter(username=body.username).first()
    if person is None and not body.name:
        raise ActionError("person.name_missing", given=body.username)
    held = Grant(
        person=person or Person(username=body.username, name=body.name),
        role=Role.CONTACT,
        campaign_id=item.campaign_id,
        item_id=item.pk,
        org=found,
        since=clock.today(),
        until=body.until,
    )
    return accounts.let_in(act_of(request), held)


@router.post("grants/{uuid:pk}/withdraw", **writes("orgs:write", "accounts.withdraw"))
@once
def withdraw_grant(request: HttpRequest, pk: UUID) -> Outcome:
    """End a single-item account: from today on it reaches nothing."""
    seen = seen_by(request)
    require_office(seen)
    held: Grant | None = Grant.objects.filter(pk=pk, item_id__isnull=False).first()
    if held is None:
        raise Http404
    if not seen.is_office(held.campaign_id):
        raise PermissionDenied
    last_day = clock.today() - dt.timedelta(days=1)
    return accounts.withdraw(act_of(request), held, last_day=last_day)


def _campaign_for(seen: Scope, code: str, *, may: str = "") -> Campaign:
    """Fetch a campaign for its organisation: not for one org's accounts, nor the public."""
    campaign = queries.get_campaign_for(seen, code)
    if not seen.is_wide(campaign.pk) or not seen.may_see_sources(campaign.pk):
        raise PermissionDenied
    if may == "edit" and not seen.is_office(campaign.pk):
        raise PermissionDenied
    return campaign


@router.post("campaigns/{code}/hand-over", **writes("orgs:write", "campaigns.hand_over"))
@once
def hand_over(request: HttpRequest, code: str, body: HandOverIn) -> Outcome:
    """Give open items to another org."""
    seen = seen_by(request)
    campaign = _campaign_for(seen, code, may="edit")
    rows = Item.objects.filter(queries.visible(seen, campaign.pk), campaign=campaign)
    rows = rows.filter(code__in=body.items).exclude(category__in=OVER).select_related("campaign")
    items = list(rows.order_by("code"))
    if missing := sorted(set(body.items) - {i.code for i in items}):
        raise Unfit("body.items", f"no open item of this campaign: {missing[0]}")
    to = org_coded(body.to, "body.to")
    return actions.hand_over(act_of(request, body.note), campaign, items, to)


@router.get("campaigns/{code}/leaders", **reads(LeadersOut))
def list_leaders(request: HttpRequest, code: str, day: Day | None = None) -> Any:
    """Give who leads what on a day."""
    seen = seen_by(request)
    campaign = _campaign_for(seen, code)
    found = duty_sheet(seen, campaign, day or today_of(campaign), "zh")
    return {
        "day": found.day,
        "n_items": found.n_items,
        "duties": [
            {
                "kind": d.kind,
                "battle": str(d.battle.pk) if d.battle else None,
                "item": d.code or None,
                "label": d.label,
                "post": str(d.post.pk) if d.post else None,
                "printed": d.printed,
            }
            for d in found.duties
        ],
        "posts": [
            {"id": str(p.pk), "title": p.title, "org": p.org.code, "portfolio": p.portfolio}
            for p in found.posts
        ],
    }


@router.post("campaigns/{code}/leaders", **writes("orgs:write", "campaigns.move_duties"))
@once
def move_leaders(request: HttpRequest, code: str, body: LeadersIn) -> Outcome:
    """Move any number of leaders' duties on one day; earlier days go on being led as they were."""
    seen = seen_by(request)
    campaign = _campaign_for(seen, code, may="edit")
    moves = tuple(_move(seen, campaign, n, m) for n, m in enumerate(body.moves))
    portfolios = {post_of(pk, "body.portfolios"): text for pk, text in body.portfolios.items()}
    wanted = Reshuffle(body.since, moves, portfolios)
    return actions.move_duties(act_of(request, body.reason), campaign, wanted)


def _move(seen: Scope, campaign: Campaign, n: int, move: LeaderMove) -> Move:
    at = f"body.moves.{n}"
    to = post_of(move.to, f"{at}.to") if move.to else None
    if (move.battle is None) == (move.item is None):
        raise Unfit(at, "names a battle or an item")
    if move.battle is not None:
        battle = campaign.battles.filter(pk=move.battle).first()
        if battle is None:
            raise Unfit(f"{at}.battle", "no battle of this campaign")
        return Move(to, battle=battle)
    rows = Item.objects.filter(queries.visible(seen, campaign.pk), campaign=campaign)
    item = rows.filter(code=move.item).first()
    if item is None:
        raise Unfit(f"{at}.item", "no item of this campaign")
    former = post_of(move.former, f"{at}.former") if move.former else None
    return Move(to, item=item, former=former)


@router.get("campaigns/{code}/task-forces", **reads(TaskForcesOut))
def list_task_forces(request: HttpRequest, code: str) -> Any:
    """Give the task forces of a campaign with their members."""
    campaign = _campaign_for(seen_by(request), code)
    rows = TaskForce.objects.filter(campaign=campaign).select_related("org").order_by("name")
    forces = list(rows)
    members: dict[UUID, list[dict[str, Any]]] = {f.pk: [] for f in forces}
    found = TaskForceMember.objects.filter(task_force__in=forces)
    for m in found.select_related("person", "home_org").order_by("team", "since", "pk"):
        members[m.task_force_id].append({
            "id": str(m.pk),
            "person": m.person.username,
            "home_org": m.home_org.code,
            "team": m.team,
            "duty": m.duty,
            "since": m.since,
            "until": m.until,
        })  # fmt: skip
    return {
        "task_forces": [
            {
                "id": str(f.pk),
                "version": f.version,
                "name": f.name,
                "org": f.org.code,
                "battle": str(f.battle_id) if f.battle_id else None,
                "head": str(f.head_id) if f.head_id else None,
                "rhythm": f.rhythm,
                "since": f.since,
                "until": f.until,
                "members": members[f.pk],
            }
            for f in forces
        ]
    }


@router.post("campaigns/{code}/task-forces", **writes("orgs:write", "campaigns.found_task_force"))
@once
def found_task_force(request: HttpRequest, code: str, body: TaskForceIn) -> Outcome:
    """Set a task force up: an org of its own for the time, its members let in."""
    campaign = _campaign_for(seen_by(request), code, may="edit")
    battle = campaign.battles.filter(pk=body.battle).first() if body.battle else None
    if body.battle and battle is None:
        raise Unfit("body.battle", "no battle of this campaign")
    wanted = Setup(
        name=body.name,
        since=body.since,
        until=body.until,
        battle=battle,
        head=post_of(body.head, "body.head") if body.head else None,
        rhythm=body.rhythm,
        members=tuple(_seconded(m, f"body.members.{n}") for n, m in enumerate(body.members)),
    )
    return actions.found_task_force(act_of(request), campaign, wanted)


def _seconded(given: MemberIn, at: str) -> Seconded:
    return Seconded(
        person_named(given.person, f"{at}.person"),
        org_coded(given.home_org, f"{at}.home_org"),
        given.team,
        given.duty,
        given.since,
        given.until,
    )


def _force_for(seen: Scope, pk: UUID) -> TaskForce:
    """Fetch a task force in order to change it."""
    rows = TaskForce.objects.select_related("campaign", "org")
    force: TaskForce | None = rows.filter(pk=pk).first()
    if force is None or not queries.campaigns(seen).filter(pk=force.campaign_id).exists():
        raise Http404
    if not seen.is_office(force.campaign_id):
        raise PermissionDenied
    return force


@router.post("task-forces/{uuid:pk}/members", **writes("orgs:write", "campaigns.second"))
@once
def add_member(request: HttpRequest, pk: UUID, body: MemberIn) -> Outcome:
    """Second one more person to a task force."""
    force = _force_for(seen_by(request), pk)
    who = _seconded(body, "body")
    return actions.second(act_of(request), force, who)


@router.post("task-forces/{uuid:pk}/end", **writes("orgs:write", "campaigns.end_task_force"))
@once
def end_task_force(request: HttpRequest, pk: UUID, body: EndIn) -> Outcome:
    """End a task force after a day; its open items go to another org in the same step."""
    force = _force_for(seen_by(request), pk)
    heir = living_org(body.heir, "body.heir") if body.heir else None
    return actions.end_task_force(act_of(request), force, last_day=body.last_day, heir=heir)


@router.post("members/{uuid:pk}/release", **writes("orgs:write", "campaigns.release"))
@once
def release_member(request: HttpRequest, pk: UUID, body: LastDayIn) -> Outcome:
    """Send a member of a task force home after a day."""
    row = TaskForceMember.objects.select_related("task_force__org").filter(pk=pk).first()
    if row is None:
        raise Http404
    _force_for(seen_by(request), row.task_force_id)
    return actions.release(act_of(request), row, last_day=body.last_day)
