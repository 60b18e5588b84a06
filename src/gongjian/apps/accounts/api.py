"""Orgs, posts, groups and people, and one's own tokens, for programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from gongjian.apps.accounts import actions, queries
from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Org, OrgGroup, Person, Post, PostHolding
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.accounts.secrets import new_secret
from gongjian.kernel.errors import KernelError
from gongjian.lib import clock
from gongjian.lib.contract import (
    PAGE,
    After,
    Body,
    Day,
    Id,
    Limit,
    Unfit,
    answer,
    cursor,
    place_of,
    version_held,
)

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Token
    from gongjian.apps.ledger.book import Outcome

router = Router(tags=["Organisation"])
Reason = Annotated[str, Field(min_length=1, max_length=300)]


class OrgLine(Schema):
    """An org in a list."""

    code: str
    version: int
    name: str
    short_name: str
    name_en: str
    parent: Annotated[str | None, Field(description="code of the org above it")]
    since: dt.date | None
    until: Annotated[dt.date | None, Field(description="last day, once it was merged or ended")]


class OrgsOut(Schema):
    """One page of orgs."""

    orgs: list[OrgLine]
    after: str | None


class HolderOut(Schema):
    """Who holds a post."""

    id: Annotated[str, Field(description="of the holding: what `leaving` names")]
    person: Annotated[str, Field(description="user name")]
    name: str
    since: dt.date | None
    until: dt.date | None


class PostOut(Schema):
    """A post of an org."""

    id: str
    version: int
    title: str
    title_en: str
    portfolio: str
    is_principal: bool
    until: dt.date | None
    holders: list[HolderOut]


class PlaceOut(Schema):
    """An org's place in a comparison group, for a time."""

    id: str
    group: Annotated[str, Field(description="key of the group")]
    since: dt.date | None
    until: dt.date | None


class PersonOut(Schema):
    """A person of an org."""

    id: str
    username: str
    name: str
    posts: list[str]


class OrgOut(OrgLine):
    """An org with its posts, groups and people."""

    aliases: list[str]
    successor: str | None
    posts: list[PostOut]
    groups: list[PlaceOut]
    people: list[PersonOut]


class GroupOut(Schema):
    """A comparison group."""

    key: str
    name: str
    name_en: str


class GroupsOut(Schema):
    """The comparison groups, in their order."""

    groups: list[GroupOut]


class OrgPatch(Body):
    """How an org is called: only what is named changes; a name it loses stays as an alias."""

    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    short_name: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    name_en: Annotated[str, Field(max_length=120)] | None = None
    aliases: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=60)] | None = (
        None
    )


class PostIn(Body):
    """A new post of an org."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    portfolio: Annotated[str, Field(max_length=300)] = ""
    is_principal: bool = False


class LastDayIn(Body):
    """After which day something ends."""

    last_day: Day


class AppointIn(Body):
    """Who takes a post, from whom, from which day, and what is handed over."""

    person: Annotated[str, Field(max_length=60, description="user name")]
    since: Day
    leaving: Annotated[Id | None, Field(description="id of the holding that ends")] = None
    note: Annotated[str, Field(max_length=2000)] = ""


class RetireIn(LastDayIn):
    """After which day a person leaves, and what is handed over."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]


class JoinIn(Body):
    """Which comparison group an org joins, from which day."""

    group: Annotated[str, Field(max_length=32, description="key of the group")]
    since: Day


class TokenOut(Schema):
    """A token, without its secret."""

    id: str
    name: str
    hint: Annotated[str, Field(description="how its secret begins")]
    scopes: list[str]
    campaign: Annotated[str | None, Field(description="id of the only campaign it reaches")]
    expires_on: dt.date
    last_used_on: dt.date | None
    revoked_at: dt.datetime | None


class TokensOut(Schema):
    """Your tokens, the newest first."""

    tokens: list[TokenOut]


class TokenIn(Body):
    """A new token."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=10)]
    expires_on: Annotated[Day | None, Field(description="last day; 90 days without it")] = None
    campaign: Annotated[Id | None, Field(description="id of the only campaign it shall reach")] = (
        None
    )


@router.get("orgs", **reads(OrgsOut))
def list_orgs(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100, description="part of a name or a code")] = "",
    under: Annotated[str | None, Query(max_length=32, description="code of the org above")] = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Any:
    """Give one page of the orgs; those that ended are told by their last day."""
    queries.require_seen(seen_by(request))
    rows = Org.objects.select_related("parent").order_by("code")
    if q:
        names = ("code", "name", "short_name", "name_en")
        has = Q()
        for name in names:
            has |= Q(**{f"{name}__icontains": q})
        rows = rows.filter(has)
    if under is not None:
        rows = rows.filter(parent__code=under)
    place = place_of(after)
    found = list((rows.filter(code__gt=place[0]) if place else rows)[: limit + 1])
    is_last = len(found) <= limit
    return answer({
        "orgs": [_line(o) for o in found[:limit]],
        "after": None if is_last else cursor(found[limit - 1].code),
    })  # fmt: skip


def _line(org: Org) -> dict[str, Any]:
    return {
        "code": org.code,
        "version": org.version,
        "name": org.name,
        "short_name": org.short_name,
        "name_en": org.name_en,
        "parent": org.parent.code if org.parent else None,
        "since": _iso(org.since),
        "until": _iso(org.until),
    }


def _iso(at: dt.date | dt.datetime | None) -> str | None:
    return at.isoformat() if at else None


@router.get("orgs/{code}", **reads(OrgOut, is_tagged=True))
def read_org(request: HttpRequest, code: str) -> Any:
    """Give one org with its posts, groups and people."""
    org = queries.get_org_for(seen_by(request), code)
    day = clock.today()
    people = queries.people_of(org, day, "zh")
    body = {
        **_line(org),
        "aliases": org.aliases,
        "successor": org.successor.code if org.successor else None,
        "posts": [_post(row) for row in queries.posts_of(org, day)],
        "groups": [
            {
                "id": str(m.pk),
                "group": m.group.key,
                "since": _iso(m.since),
                "until": _iso(m.until),
            }
            for m in queries.memberships_of(org)
        ],
        "people": [
            {
                "id": str(p.person.pk),
                "username": p.person.username,
                "name": p.person.name,
                "posts": list(p.posts),
            }
            for p in people
        ],
    }
    return answer(body, version=org.version, request=request)


def _post(row: queries.PostRow) -> dict[str, Any]:
    post = row.post
    return {
        "id": str(post.pk),
        "version": post.version,
        "title": post.title,
        "title_en": post.title_en,
        "portfolio": post.portfolio,
        "is_principal": post.is_principal,
        "until": _iso(post.until),
        "holders": [
            {
                "id": str(h.pk),
                "person": h.person.username,
                "name": h.person.name,
                "since": _iso(h.since),
                "until": _iso(h.until),
            }
            for h in row.holders
        ],
    }


@router.get("groups", **reads(GroupsOut))
def list_groups(request: HttpRequest) -> Any:
    """Give the comparison groups."""
    queries.require_seen(seen_by(request))
    return {"groups": list(OrgGroup.objects.all())}


@router.patch("orgs/{code}", **writes("orgs:write", "accounts.rename_org", is_conditional=True))
@once
def patch_org(request: HttpRequest, code: str, body: OrgPatch) -> Outcome:
    """Give an org other names; only what is named changes."""
    org = queries.get_org_for(seen_by(request), code, may="edit")
    version = version_held(request)
    if version is not None:
        org.version = min(version, org.version)
    said = body.model_dump(exclude_unset=True)
    if nulled := [n for n in ("name", "short_name") if n in said and said[n] is None]:
        raise Unfit(f"body.{nulled[0]}", "must not be empty")
    names = actions.Names(
        name=said.get("name", org.name),
        short_name=said.get("short_name", org.short_name),
        name_en=said.get("name_en", org.name_en) or "",
        aliases=tuple(said.get("aliases", org.aliases) or ()),
    )
    return actions.rename_org(act_of(request), org, names)


@router.post("orgs/{code}/posts", **writes("orgs:write", "accounts.add_post"))
@once
def add_post(request: HttpRequest, code: str, body: PostIn) -> Outcome:
    """Add a post to an org; one that was abolished is there again."""
    org = queries.get_org_for(seen_by(request), code, may="edit")
    return actions.add_post(act_of(request), Post(org=org, **body.model_dump()))


@router.post("posts/{uuid:pk}/abolish", **writes("orgs:write", "accounts.abolish_post"))
@once
def abolish_post(request: HttpRequest, pk: UUID, body: LastDayIn) -> Outcome:
    """End a post after a day, with whoever holds it and what it was granted."""
    post = queries.get_post_for(seen_by(request), pk)
    return actions.abolish_post(act_of(request), post, last_day=body.last_day)


@router.post("posts/{uuid:pk}/appoint", **writes("orgs:write", "accounts.appoint"))
@once
def appoint(request: HttpRequest, pk: UUID, body: AppointIn) -> Outcome:
    """Let a person hold a post from a day on, in somebody's place or in addition."""
    post = queries.get_post_for(seen_by(request), pk)
    person = Person.objects.filter(username=body.person, is_active=True).first()
    if person is None:
        raise KernelError("person.unknown", given=body.person)
    leaving = None
    if body.leaving is not None:
        rows = PostHolding.objects.filter(post=post).select_related("person")
        leaving = rows.filter(pk=body.leaving).first()
        if leaving is None:
            raise Unfit("body.leaving", "nobody holds this post by this id")
    wanted = actions.Appointment(person, body.since, leaving, body.note)
    return actions.appoint(act_of(request), post, wanted)


@router.post("people/{uuid:pk}/retire", **writes("orgs:write", "accounts.retire"))
@once
def retire(request: HttpRequest, pk: UUID, body: RetireIn) -> Outcome:
    """Let a person go: posts and roles end, and nobody signs in as them any more."""
    person = queries.get_person_for(seen_by(request), pk)
    return actions.retire(act_of(request, body.note), person, last_day=body.last_day)


@router.post("orgs/{code}/groups", **writes("orgs:write", "accounts.join_group"))
@once
def join_group(request: HttpRequest, code: str, body: JoinIn) -> Outcome:
    """Let an org be compared in a group from a day on."""
    org = queries.get_org_for(seen_by(request), code, may="edit")
    group = OrgGroup.objects.filter(key=body.group).first()
    if group is None:
        raise Unfit("body.group", "no group has this key")
    return actions.join_group(act_of(request), org, group, since=body.since)


@router.post("memberships/{uuid:pk}/leave", **writes("orgs:write", "accounts.leave_group"))
@once
def leave_group(request: HttpRequest, pk: UUID, body: LastDayIn) -> Outcome:
    """Take an org out of a comparison group after a day."""
    member = queries.get_membership_for(seen_by(request), pk)
    return actions.leave_group(act_of(request), member, last_day=body.last_day)


@router.get("tokens", **reads(TokensOut), tags=["Tokens"])
def list_tokens(request: HttpRequest) -> Any:
    """Give your tokens."""
    return answer({"tokens": [_token(t) for t in queries.tokens_of(seen_by(request))]})


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": str(token.pk),
        "name": token.name,
        "hint": token.hint,
        "scopes": token.scopes,
        "campaign": str(token.campaign_id) if token.campaign_id else None,
        "expires_on": _iso(token.expires_on),
        "last_used_on": _iso(token.last_used_on),
        "revoked_at": _iso(token.revoked_at),
    }


@router.post("tokens", **writes("", "accounts.make_token", by_person=True), tags=["Tokens"])
@once
def make_token(request: HttpRequest, body: TokenIn) -> Outcome:
    """Make a token; its secret is told this once and kept nowhere. Only a person does this."""
    seen = seen_by(request)
    if body.campaign is not None and not seen.may_see(body.campaign):
        raise Unfit("body.campaign", "no such campaign, or not for you")
    secret = new_secret()
    wanted = actions.Wanted(body.name, tuple(body.scopes), body.expires_on, body.campaign)
    person = Person.objects.get(pk=seen.person_id)
    made = actions.make_token(act_of(request), person, wanted, secret)
    return made if made.repeated else replace(made, result={**made.result, "secret": secret})


@router.delete(
    "tokens/{uuid:pk}", **writes("", "accounts.revoke_token", by_person=True), tags=["Tokens"]
)
@once
def revoke_token(request: HttpRequest, pk: UUID) -> Outcome:
    """Revoke one of your tokens: from now on nothing is done by it."""
    return actions.revoke_token(act_of(request), queries.get_token_for(seen_by(request), pk))
