"""Changes to orgs, posts, people and grants."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from gongjian.apps.accounts.intake import former_names
from gongjian.apps.accounts.models import (
    Grant,
    Org,
    OrgGroup,
    OrgGroupMember,
    OrgReach,
    Person,
    Post,
    PostHolding,
    Token,
)
from gongjian.apps.accounts.secrets import HINT, SCOPES, digest_of
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.intake import Plan

_DAY = dt.timedelta(days=1)
MAY_BACK_DATE = frozenset({"import", "simulation"})
LIFE, LONGEST_LIFE = dt.timedelta(days=90), dt.timedelta(days=366)  # of a token


def running(day: dt.date) -> Q:
    """Filter memberships, holdings and grants by those that still run on a day, or begin later."""
    return Q(until__isnull=True) | Q(until__gte=day)


def reorganised_on(book: Book) -> dt.date:
    """Give the day from which a re-organisation counts: the day it is entered.

    Only an import or a simulation may date it back, for papers of before must go on reading as before.
    """
    day = clock.day_of(book.at)
    if day < clock.today() and book.act.origin not in MAY_BACK_DATE:
        raise ActionError("org.back_dated", day=day)
    return day


@action("accounts.add_orgs")
def add_orgs(book: Book, orgs: Sequence[Org]) -> dict[str, Any]:
    """Add orgs; a parent stands before its children, or is there already."""
    _refuse_cycles(orgs)
    book.insert(*orgs)
    return {"orgs": [str(o.pk) for o in orgs]}


def _refuse_cycles(orgs: Sequence[Org]) -> None:
    seen = {o.pk for o in orgs}
    for org in orgs:
        if org.parent_id in seen and org.parent_id not in {o.pk for o in orgs[: orgs.index(org)]}:
            raise ActionError("org.parent_after_child", org=org.code)


@action("accounts.add_groups")
def add_groups(book: Book, groups: Mapping[OrgGroup, Sequence[Org]]) -> dict[str, Any]:
    """Add comparison groups with their members."""
    book.insert(*groups)
    members = [OrgGroupMember(group=g, org=o) for g, orgs in groups.items() for o in orgs]
    book.insert(*members)
    return {"groups": [str(g.pk) for g in groups]}


@action("accounts.add_posts")
def add_posts(book: Book, posts: Sequence[Post]) -> dict[str, Any]:
    """Add posts."""
    book.insert(*posts)
    return {"posts": [str(p.pk) for p in posts]}


@action("accounts.add_person")
def add_person(
    book: Book, person: Person, *, password: str | None = None, post: Post | None = None
) -> dict[str, Any]:
    """Add a person, in a post if one is named; without a password nobody can sign in as them."""
    person.password = make_password(password)
    book.insert(person)
    if post is not None:
        book.insert(PostHolding(post=post, person=person, since=None))
    return {"person": str(person.pk)}


@action("accounts.grant")
def grant(book: Book, held: Grant) -> dict[str, Any]:
    """Give a role to a person or to whoever holds a post."""
    book.campaign_id = held.campaign_id
    book.insert(held)
    return {"grant": str(held.pk)}


@action("accounts.withdraw")
def withdraw(book: Book, held: Grant, *, last_day: dt.date) -> dict[str, Any]:
    """End a grant after a day."""
    book.campaign_id = held.campaign_id
    book.update(held, until=last_day)
    return {"grant": str(held.pk)}


@action("accounts.import_organisation")
def import_organisation(book: Book, plan: Plan) -> dict[str, Any]:
    """Write what a workbook of the organisation changes: everything, or nothing."""
    if plan.faults:
        raise ActionError("organisation.faults", n=len(plan.faults))
    if plan.is_empty:
        raise ActionError("organisation.nothing_new")
    book.insert(*plan.made)
    for row, changes in plan.changed:
        book.update(row, **changes)
    return {status: sum(n for (_k, s), n in plan.n.items() if s == status) for status in _COUNTED}


_COUNTED = ("new", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class Names:
    """How an org is called."""

    name: str
    short_name: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()


@action("accounts.rename_org")
def rename_org(book: Book, org: Org, names: Names) -> dict[str, Any]:
    """Give an org other names; a name it loses stays as an alias, for papers go on naming it so."""
    reorganised_on(book)
    _refuse_ended(org, clock.day_of(book.at))
    living = Org.objects.filter(running(clock.day_of(book.at))).exclude(pk=org.pk)
    wanted = {names.name, names.short_name}
    used = living.filter(Q(name__in=wanted) | Q(short_name__in=wanted)).first()
    if used is not None:
        given = next(n for n in (names.name, names.short_name) if n in {used.name, used.short_name})
        raise ActionError("org.name_used", given=given)
    former = former_names(org, {names.name, names.short_name})
    aliases = list(dict.fromkeys([*names.aliases, *former]))
    changes = {
        "name": names.name,
        "short_name": names.short_name,
        "name_en": names.name_en,
        "aliases": [a for a in aliases if a not in {names.name, names.short_name}],
    }
    differing = {n: v for n, v in changes.items() if getattr(org, n) != v}
    if differing:
        book.update(org, **differing)
    return {"org": org.code}


@action("accounts.move_org")
def move_org(book: Book, org: Org, parent: Org) -> dict[str, Any]:
    """Put an org, with all below it, under another one."""
    day = reorganised_on(book)
    _refuse_ended(org, day)
    _refuse_ended(parent, day)
    if OrgReach.objects.filter(ancestor=org, descendant=parent).exists():
        raise ActionError("org.under_itself", org=org.short_name, parent=parent.short_name)
    book.update(org, parent=parent)
    return {"org": org.code}


def _refuse_ended(org: Org, day: dt.date) -> None:
    if org.until is not None and org.until < day:
        after = org.successor.short_name if org.successor else "–"
        raise ActionError("org.ended", given=org.short_name, until=org.until, successor=after)


@action("accounts.add_post")
def add_post(book: Book, post: Post) -> dict[str, Any]:
    """Add one post to an org; one that was abolished is there again."""
    _refuse_ended(post.org, clock.day_of(book.at))
    there = Post.objects.filter(org=post.org, title=post.title).first()
    if there is None:
        book.insert(post)
        return {"post": str(post.pk)}
    if there.until is None:
        raise ActionError("post.there_already", given=post.title, org=post.org.short_name)
    book.update(there, until=None, portfolio=post.portfolio, is_principal=post.is_principal)
    return {"post": str(there.pk)}


@action("accounts.abolish_post")
def abolish_post(book: Book, post: Post, *, last_day: dt.date) -> dict[str, Any]:
    """End a post after a day, with whoever holds it and what it was granted."""
    end_post(book, post, last_day)
    return {"post": str(post.pk)}


def end_post(book: Book, post: Post, last_day: dt.date) -> None:
    """End a post with its holdings and grants; part of a merger as well."""
    book.update(post, until=last_day)
    after = Q(until__isnull=True) | Q(until__gt=last_day)
    for holding in PostHolding.objects.filter(after, post=post):
        book.update(holding, until=last_day)
    for held in Grant.objects.filter(after, post=post):
        book.update(held, until=last_day)


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who takes a post from which day, from whom, and what is handed over."""

    person: Person
    since: dt.date
    leaving: PostHolding | None = None  # None: in addition to whoever holds it
    note: str = ""


@action("accounts.appoint")
def appoint(book: Book, post: Post, wanted: Appointment) -> dict[str, Any]:
    """Let a person hold a post from a day on; whoever leaves it writes what is handed over."""
    if post.until is not None and post.until < wanted.since:
        raise ActionError("post.abolished", post=post.title, until=post.until)
    holding = PostHolding.objects.filter(post=post)
    if holding.filter(running(wanted.since), person=wanted.person).exists():
        raise ActionError("post.held_already", post=post.title, person=wanted.person.name)
    if wanted.leaving is not None:
        _let_go(book, wanted.leaving, wanted.since, wanted.note)
    book.insert(PostHolding(post=post, person=wanted.person, since=wanted.since))
    return {"post": str(post.pk), "person": str(wanted.person.pk)}


def _let_go(book: Book, leaving: PostHolding, since: dt.date, note: str) -> None:
    if leaving.since is not None and since <= leaving.since:
        raise ActionError("post.before_holder", since=leaving.since)
    if not note.strip():
        raise ActionError("post.note_missing")
    book.update(leaving, until=since - _DAY, note=note.strip())


@action("accounts.retire")
def retire(book: Book, person: Person, *, last_day: dt.date) -> dict[str, Any]:
    """Let a person go: posts and roles end after a day, and nobody signs in as them any more.

    What is handed over is the act's reason; it stays with the posts that were held.
    """
    if person.pk == book.act.by:
        raise ActionError("person.yourself")
    if last_day > clock.day_of(book.at):
        raise ActionError("person.leaves_later", day=last_day)
    note = book.act.reason.strip()
    if not note:
        raise ActionError("post.note_missing")
    after = Q(until__isnull=True) | Q(until__gt=last_day)
    for holding in PostHolding.objects.filter(after, person=person):
        book.update(holding, until=last_day, note=note)
    for held in Grant.objects.filter(after, person=person):
        book.update(held, until=last_day)
    book.update(person, is_active=False)
    return {"person": person.username}


@action("accounts.join_group")
def join_group(book: Book, org: Org, group: OrgGroup, *, since: dt.date) -> dict[str, Any]:
    """Let an org be compared in a group from a day on."""
    _refuse_ended(org, clock.day_of(book.at))
    if OrgGroupMember.objects.filter(running(since), org=org, group=group).exists():
        raise ActionError("group.member_already", org=org.short_name, group=group.name)
    enter(book, org, group.pk, since)
    return {"org": org.code}


def enter(book: Book, org: Org, group_id: UUID, since: dt.date) -> None:
    """Let an org be in a group from a day on, a stay of its own; part of a merger as well.

    A stay that began that day and was ended at once is gone on with.
    """
    same = OrgGroupMember.objects.filter(org=org, group_id=group_id, since=since).first()
    if same is None:
        book.insert(OrgGroupMember(group_id=group_id, org=org, since=since))
    else:
        book.update(same, until=None)


@action("accounts.leave_group")
def leave_group(book: Book, member: OrgGroupMember, *, last_day: dt.date) -> dict[str, Any]:
    """Take an org out of a group after a day."""
    if member.since is not None and last_day < member.since:
        raise ActionError("group.before_joining", since=member.since)
    book.update(member, until=last_day)
    return {"org": str(member.org_id)}


@action("accounts.set_password")
def set_password(book: Book, person: Person, password: str) -> dict[str, Any]:
    """Set a password; that it was set stands in the book, the password nowhere in it."""
    person.keep_password(password)
    return {"person": str(person.pk)}


@action("accounts.let_in")
def let_in(book: Book, held: Grant) -> dict[str, Any]:
    """Let an account in to one item and what lies below it; a person who is new cannot sign in yet."""
    book.campaign_id = held.campaign_id
    person = held.person
    if person is None or held.item_id is None:
        raise ActionError("grant.no_item")
    day = clock.day_of(book.at)
    if held.until is not None and held.until < day:
        raise ActionError("grant.ends_before", until=held.until, day=day)
    if Person.objects.filter(username=person.username).exclude(pk=person.pk).exists():
        raise ActionError("person.login_used", given=person.username)
    same = Grant.objects.filter(running(day), person=person.pk, item_id=held.item_id)
    if same.exists():
        raise ActionError("grant.held_already", person=person.name)
    if not Person.objects.filter(pk=person.pk).exists():
        person.password = make_password(None)
        book.insert(person)
    book.insert(held)
    return {"grant": str(held.pk), "person": person.username}


@action("accounts.add_user")
def add_user(book: Book, held: Grant, *, password: str) -> dict[str, Any]:
    """Add a person who can sign in, with one role."""
    person = held.person
    if person is None or Person.objects.filter(username=person.username).exists():
        given = person.username if person else ""
        raise ActionError("person.login_used", given=given)
    book.campaign_id = held.campaign_id
    person.password = make_password(password)
    book.insert(person, held)
    return {"person": str(person.pk)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to be made; without a last day it lives for ninety."""

    name: str
    scopes: tuple[str, ...]
    expires_on: dt.date | None = None
    campaign_id: UUID | None = None


@action("accounts.make_token")
def make_token(book: Book, person: Person, wanted: Wanted, secret: str) -> dict[str, Any]:
    """Make a token for a person; the secret stands nowhere in the book."""
    today = clock.day_of(book.at)
    name, last = wanted.name.strip(), wanted.expires_on or today + LIFE
    if not name:
        raise ActionError("token.name_missing")
    if unknown := sorted(set(wanted.scopes) - set(SCOPES)):
        raise ActionError("token.scope_unknown", given=unknown[0], allowed=list(SCOPES))
    if not wanted.scopes:
        raise ActionError("token.scopes_missing")
    if not today <= last <= today + LONGEST_LIFE:
        raise ActionError("token.life", given=last, first=today, last=today + LONGEST_LIFE)
    row = Token(
        person=person,
        name=name[:80],
        hint=secret[:HINT],
        scopes=[s for s in SCOPES if s in wanted.scopes],
        campaign_id=wanted.campaign_id,
        expires_on=last,
        digest=digest_of(secret),
    )
    book.insert(row)
    return {"token": str(row.pk), "hint": row.hint, "expires_on": last.isoformat()}


@action("accounts.revoke_token")
def revoke_token(book: Book, token: Token) -> dict[str, Any]:
    """Revoke a token: nothing is done by it any more."""
    if token.revoked_at is not None:
        raise ActionError("token.revoked_already", name=token.name)
    book.update(token, revoked_at=book.at)
    return {"token": str(token.pk)}
