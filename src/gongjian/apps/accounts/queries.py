"""Reads of the organisation: the tree, one org, and orgs as they were called on a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q
from django.http import Http404

from gongjian.apps.accounts.models import (
    Grant,
    Org,
    OrgGroup,
    OrgGroupMember,
    OrgReach,
    Person,
    Post,
    PostHolding,
    Role,
    Token,
)
from gongjian.apps.ledger.models import Change, Event
from gongjian.apps.ledger.queries import rows_back
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope

TREE_CAP = 500
FOUND_CAP = 100


class OrgUnclear(Exception):  # noqa: N818  # a state of what was typed, told as such
    """A printed name that is no org's, or more than one's."""

    def __init__(self, code: str, given: str) -> None:
        super().__init__(code)
        self.code, self.given = code, given


def on_day(day: dt.date, prefix: str = "") -> Q:
    """Filter rows with `since` and `until` by those that hold on a day."""
    since, until = f"{prefix}since", f"{prefix}until"
    begun = Q(**{f"{since}__isnull": True}) | Q(**{f"{since}__lte": day})
    return begun & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": day}))


def living(day: dt.date) -> QuerySet[Org]:
    """Give the orgs that have not ended before a day."""
    return Org.objects.filter(Q(until__isnull=True) | Q(until__gte=day))


def require_seen(seen: Scope) -> None:
    """Let colleagues in: a stranger learns nothing, the public and accounts for one item no names."""
    if not seen.grants:
        raise Http404
    if not any(g.item_id is None and g.role != Role.PUBLIC for g in seen.grants):
        raise PermissionDenied


def require_office(seen: Scope) -> None:
    """Let the office in: a stranger learns nothing, a colleague that it is not theirs."""
    require_seen(seen)
    if not seen.is_office():
        raise PermissionDenied


def get_org_for(seen: Scope, code: str, *, may: str | None = None) -> Org:
    """Fetch an org; only the office may change one."""
    require_seen(seen)
    org: Org | None = Org.objects.select_related("parent", "successor").filter(code=code).first()
    if org is None:
        raise Http404
    if may is not None:
        require_office(seen)
    return org


def get_post_for(seen: Scope, pk: UUID) -> Post:
    """Fetch a post in order to change it."""
    require_office(seen)
    post: Post | None = Post.objects.select_related("org").filter(pk=pk).first()
    if post is None:
        raise Http404
    _require_all(seen, _unended(clock.today()).filter(post=post))
    return post


def _unended(day: dt.date) -> QuerySet[Grant]:
    """Give the grants that count on a day or later."""
    return Grant.objects.filter(Q(until__isnull=True) | Q(until__gte=day))


def _require_all(seen: Scope, grants: QuerySet[Grant]) -> None:
    """Let in whoever runs every campaign that grants reach into."""
    mine = offices_of(seen)
    if None not in mine and not set(grants.values_list("campaign_id", flat=True)) <= mine:
        raise PermissionDenied


def offices_of(seen: Scope) -> frozenset[UUID | None]:
    """Give the campaigns that somebody runs, None for all: nobody gives or takes what they do not hold."""
    held = {g.campaign_id for g in seen.grants if g.role == Role.OFFICE and g.is_wide}
    return frozenset({None}) if None in held else frozenset(held)


def get_person_for(seen: Scope, pk: UUID) -> Person:
    """Fetch a person in order to let them go: somebody whose roles lie in campaigns that one runs."""
    require_office(seen)
    person: Person | None = Person.objects.filter(pk=pk, is_active=True).first()
    if person is None:
        raise Http404
    day = clock.today()
    over = Q(post__holdings__until__isnull=True) | Q(post__holdings__until__gte=day)
    held = Q(post__holdings__person=person) & over
    _require_all(seen, _unended(day).filter(Q(person=person) | held))
    return person


def may_take_back(seen: Scope, event: Event) -> bool:
    """Tell whether somebody may undo an event that belongs to no campaign.

    Only who did it may, and only while they run every campaign that it gave or took rights in.
    """
    mine = offices_of(seen)
    if event.actor_id != seen.person_id or not mine:
        return False
    return None in mine or _campaigns_of(event) <= mine


def _campaigns_of(event: Event) -> set[UUID | None]:
    """Give the campaigns, None for all, in which an event gave or took rights: grants and posts held."""
    changes = list(
        Change.objects.filter(event=event, table__in=["accounts.grant", "accounts.postholding"])
    )
    said = [(c, {**(c.before or {}), **(c.after or {})}) for c in changes]
    gone = {fields["campaign_id"] for _c, fields in said if "campaign_id" in fields}
    posts = {fields["post_id"] for _c, fields in said if fields.get("post_id")}
    rows = [c.row for c in changes]
    posts |= set(PostHolding.objects.filter(pk__in=rows).values_list("post_id", flat=True))
    there = Grant.objects.filter(Q(pk__in=rows) | Q(post__in=posts))
    found: set[UUID | None] = set(there.values_list("campaign_id", flat=True))
    return found | {UUID(given) if given else None for given in gone}


def get_membership_for(seen: Scope, pk: UUID) -> OrgGroupMember:
    """Fetch an org's place in a group in order to end it."""
    require_office(seen)
    rows = OrgGroupMember.objects.select_related("org", "group")
    member: OrgGroupMember | None = rows.filter(pk=pk).first()
    if member is None:
        raise Http404
    return member


def org_called(given: str, day: dt.date) -> Org:
    """Find the living org of a code, a full or short name or an alias; raises OrgUnclear.

    An org that was merged gives the one it went into.
    """
    sought = given.strip().casefold()
    rows: list[Org] = list(Org.objects.all())
    exact = [o for o in rows if o.code.casefold() == sought]
    named = exact or [o for o in rows if sought in _names(o)]
    alive = {o.pk: o for o in named if _lives(o, day)}
    by_pk = {o.pk: o for o in rows}
    for org in named:
        heir = _heir(org, by_pk)
        if not alive and heir is not None and _lives(heir, day):
            return heir
    if len(alive) != 1:
        raise OrgUnclear("org.ambiguous" if alive else "org.unknown", given)
    (org,) = alive.values()
    return org


def _names(org: Org) -> set[str]:
    return {n.casefold() for n in (org.name, org.short_name, org.name_en, *org.aliases) if n}


def _lives(org: Org, day: dt.date) -> bool:
    return org.until is None or org.until >= day


def _heir(org: Org, by_pk: dict[UUID, Org]) -> Org | None:
    """Give the org that an ended one went into, however often that one was merged since."""
    seen: set[UUID] = set()
    at: Org | None = org
    while at is not None and at.successor_id is not None and at.pk not in seen:
        seen.add(at.pk)
        at = by_pk.get(at.successor_id)
    return at if at is not org else None


def orgs_as_of(orgs: Iterable[Org], until: dt.datetime) -> dict[UUID, Org]:
    """Give orgs as they were called at an instant: one query, whatever their number.

    One that was added later keeps its first name: what was dated back may name it.
    """
    rows = list({o.pk: o for o in orgs}.values())
    later = Change.objects.filter(
        table=Org._meta.label_lower,
        row__in=[o.pk for o in rows],
        event__at__gte=until,
        before__isnull=False,
    )
    return {o.pk: o for o in rows_back(rows, later)}


@dataclass(frozen=True, slots=True)
class OrgNode:
    """One org of the tree, with what is below it and who is in it."""

    org: Org
    depth: int
    groups: tuple[str, ...]
    principal: str
    n_below: int
    n_posts: int
    n_people: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A part of the tree: an org, those right below it, and the way up."""

    nodes: tuple[OrgNode, ...]
    path: tuple[Org, ...]
    n: int  # of all orgs that live
    n_shown: int
    n_here: int  # that would be shown, were the list not cut


def tree(day: dt.date, under: Org | None, language: str) -> Tree:
    """Give an org, or the roots, and those right below: a fixed number of queries."""
    alive = living(day)
    tops = [under] if under else list(alive.filter(parent=None)[:TREE_CAP])
    below = alive.filter(parent__in=tops).order_by("parent", "order", "code")
    kids = list(below[:TREE_CAP])
    rows: list[tuple[Org, int]] = []
    for top in tops:
        rows.append((top, 0))
        rows += [(o, 1) for o in kids if o.parent_id == top.pk]
    path = () if under is None else tuple(_path(under))
    n_here = len(tops) + (below.count() if len(kids) == TREE_CAP else len(kids))
    return Tree(tuple(_nodes(rows, day, language)), path, alive.count(), len(rows), n_here)


def _path(org: Org) -> list[Org]:
    above = OrgReach.objects.filter(descendant=org).exclude(ancestor=org).values("ancestor")
    found = {o.pk: o for o in Org.objects.filter(pk__in=above)}
    path: list[Org] = []
    at = org.parent_id
    while at is not None and at in found:
        path.insert(0, found[at])
        at = found[at].parent_id
    return path


def search(day: dt.date, words: str, language: str) -> Tree:
    """Give the orgs one of whose names or codes holds what is sought; those that ended come too."""
    sought = words.strip().casefold()
    columns = ("pk", "code", "name", "short_name", "name_en", "aliases")
    # Aliases are kept as JSON, which the database cannot search alike on both: names are looked at here.
    hits = [
        pk
        for pk, *names, aliases in Org.objects.values_list(*columns)
        if any(sought in n.casefold() for n in (*names, *aliases))
    ]
    rows = list(Org.objects.filter(pk__in=hits[:FOUND_CAP]))
    nodes = _nodes([(o, 0) for o in rows], day, language)
    return Tree(tuple(nodes), (), living(day).count(), len(rows), len(hits))


def _nodes(rows: list[tuple[Org, int]], day: dt.date, language: str) -> list[OrgNode]:
    ids = [o.pk for o, _d in rows]
    groups: dict[UUID, list[str]] = defaultdict(list)
    members = OrgGroupMember.objects.filter(on_day(day), org__in=ids).select_related("group")
    for member in members.order_by("group__order"):
        groups[member.org_id].append(group_label(member.group, language))
    below = Counter(dict(
        living(day).filter(parent__in=ids).order_by().values_list("parent").annotate(n=Count("pk"))
    ))  # fmt: skip
    posts = Post.objects.filter(Q(until__isnull=True) | Q(until__gte=day), org__in=ids)
    n_posts = Counter(posts.values_list("org", flat=True))
    heads = _principals(ids, day, language)
    people = _people_of(ids, day)
    return [
        OrgNode(
            org,
            depth,
            tuple(groups[org.pk]),
            heads.get(org.pk, ""),
            below[org.pk],
            n_posts[org.pk],
            len(people.get(org.pk, ())),
        )
        for org, depth in rows
    ]


def _principals(ids: list[UUID], day: dt.date, language: str) -> dict[UUID, str]:
    rows = PostHolding.objects.filter(
        on_day(day), post__org__in=ids, post__is_principal=True
    ).select_related("post", "person")
    found: dict[UUID, str] = {}
    for row in rows:
        found.setdefault(row.post.org_id, row.person.label(language))
    return found


def _people_of(ids: list[UUID], day: dt.date) -> dict[UUID, set[UUID]]:
    """Give the active people of orgs: those in a post of one, and those with a role in it."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    held = PostHolding.objects.filter(on_day(day), post__org__in=ids, person__is_active=True)
    for org, person in held.values_list("post__org", "person"):
        found[org].add(person)
    grants = Grant.objects.filter(on_day(day), org__in=ids, person__is_active=True, item_id=None)
    for org, person in grants.values_list("org", "person"):
        found[org].add(person)
    return found


def group_label(group: OrgGroup, language: str) -> str:
    """Give the name of a group in a language."""
    return group.name_en if language.startswith("en") and group.name_en else group.name


def called(row: object, language: str) -> str:
    """Give the name of an org, a group, a post or a person in a language; nothing for nobody."""
    if row is None:
        return ""
    if isinstance(row, OrgGroup):
        return group_label(row, language)
    name = getattr(row, "label", None)
    return str(name(language)) if callable(name) else str(row)


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post of an org, who holds it now and who held it before."""

    post: Post
    is_abolished: bool
    holders: tuple[PostHolding, ...]
    former: tuple[PostHolding, ...]


def posts_of(org: Org, day: dt.date) -> list[PostRow]:
    """Give the posts of an org with those who hold and held them: two queries."""
    posts = list(Post.objects.filter(org=org).order_by("until", "-is_principal", "order", "title"))
    held: dict[UUID, list[PostHolding]] = defaultdict(list)
    rows = PostHolding.objects.filter(post__org=org).select_related("person")
    for row in rows.order_by("-since", "-pk"):
        held[row.post_id].append(row)
    made = []
    for post in posts:
        over = post.until is not None and post.until < day
        now = tuple(h for h in held[post.pk] if h.until is None or h.until >= day)
        former = tuple(h for h in held[post.pk] if h not in now)
        made.append(PostRow(post, over, now, former))
    return sorted(made, key=lambda r: r.is_abolished)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person of an org, with the posts they hold and the roles they have in it."""

    person: Person
    posts: tuple[str, ...]
    roles: tuple[str, ...]
    can_sign_in: bool


def people_of(org: Org, day: dt.date, language: str) -> list[PersonRow]:
    """Give the people of an org: two queries."""
    posts: dict[UUID, list[str]] = defaultdict(list)
    roles: dict[UUID, list[str]] = defaultdict(list)
    people: dict[UUID, Person] = {}
    held = PostHolding.objects.filter(on_day(day), post__org=org).select_related("person", "post")
    for holding in held:
        people[holding.person_id] = holding.person
        posts[holding.person_id].append(holding.post.label(language))
    grants = Grant.objects.filter(on_day(day), org=org, item_id=None, person__isnull=False)
    for grant in grants.select_related("person"):
        if grant.person is not None:
            people[grant.person.pk] = grant.person
            roles[grant.person.pk].append(str(grant.get_role_display()))
    return [
        PersonRow(p, tuple(posts[pk]), tuple(dict.fromkeys(roles[pk])), _signs_in(p))
        for pk, p in sorted(people.items(), key=lambda pair: pair[1].username)
    ]


def _signs_in(person: Person) -> bool:
    return person.is_active and (person.is_demo or person.has_usable_password())


def memberships_of(org: Org) -> list[OrgGroupMember]:
    """Give an org's places in groups, those that ended too: one query."""
    rows = OrgGroupMember.objects.filter(org=org).select_related("group")
    return list(rows.order_by("group__order", "group", F("since").asc(nulls_first=True)))


def history_of(org: Org) -> QuerySet[Change]:
    """Give what happened to an org, its posts, groups and holders, the newest first: one query."""
    mine = {
        "accounts.org": [org.pk],
        "accounts.post": Post.objects.filter(org=org).values("pk"),
        "accounts.postholding": PostHolding.objects.filter(post__org=org).values("pk"),
        "accounts.orggroupmember": OrgGroupMember.objects.filter(org=org).values("pk"),
    }
    chosen = Q()
    for table, rows in mine.items():
        chosen |= Q(table=table, row__in=rows)
    rows = Change.objects.filter(chosen).select_related("event")
    return rows.order_by("-event__at", "-event_id", "-n")


def undoable(day: dt.date) -> Event | None:
    """Give the latest import of the organisation, where it was made since yesterday: one query."""
    since = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(), dt.UTC)
    rows = Event.objects.filter(
        action__in=["accounts.import_organisation", "ledger.undo"], at__gte=since
    )
    last = rows.order_by("-at").first()
    return last if last is not None and last.action == "accounts.import_organisation" else None


def tokens_of(seen: Scope) -> list[Token]:
    """Give one's own tokens, the newest first."""
    return list(Token.objects.filter(person=seen.person_id).order_by("-pk")[:200])


def get_token_for(seen: Scope, pk: UUID) -> Token:
    """Fetch one of one's own tokens; those of others are not there."""
    token: Token | None = Token.objects.filter(pk=pk, person=seen.person_id).first()
    if token is None:
        raise Http404
    return token
