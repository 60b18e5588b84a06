"""What a workbook of the organisation would change: new, changed, unchanged, and what is wrong.

Nothing is written here; `actions.import_organisation` writes what the plan holds, all or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from gongjian.apps.accounts.access import WIDE_ROLES
from gongjian.apps.accounts.models import (
    Grant,
    Org,
    OrgGroup,
    OrgGroupMember,
    Person,
    Post,
    PostHolding,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gongjian.apps.accounts.sheets import (
        Fault,
        GroupLine,
        OrgLine,
        PersonLine,
        Place,
        PostLine,
        Sheets,
    )
    from gongjian.apps.ledger.models import Ledgered

_DAY = dt.timedelta(days=1)
_PROPOSED = "new-"  # codes that drafting gave to orgs of which only the printed name was known
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one thing: an org, a group, a post or a person."""

    kind: str
    status: str  # "new", "changed" or "unchanged"
    label: str
    sheet: str
    row: int
    changes: tuple[tuple[str, str, str], ...] = ()  # field, before, after


@dataclass
class Plan:
    """What an import would do."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    made: list[Ledgered] = field(default_factory=list)  # a row stands after those it refers to
    changed: list[tuple[Ledgered, dict[str, Any]]] = field(default_factory=list)

    @property
    def n(self) -> Counter[tuple[str, str]]:
        """Give how many there are by kind and status."""
        return Counter((line.kind, line.status) for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return not self.made and not self.changed

    @property
    def digest(self) -> str:
        """Give a digest of what is planned, so that what was shown is what is done."""
        said = [(x.kind, x.status, x.label, x.changes) for x in self.lines]
        return sha256(repr(said).encode()).hexdigest()[:16]


def plan_import(sheets: Sheets, day: dt.date, campaigns: Sequence[UUID | None] = (None,)) -> Plan:
    """Compare sheets with what is there.

    Roles are given in the campaigns named, None for all: nobody gives what they do not hold. A fixed
    number of queries for each 500 people of the workbook.
    """
    work = _Work(sheets, day, tuple(campaigns))
    work.orgs()
    work.groups()
    work.posts()
    work.people()
    plan = work.plan
    order = {name: n for n, name in enumerate(sheets.read)}
    plan.faults = sorted(sheets.faults, key=lambda f: (order.get(f.sheet, -1), f.row, f.column))
    plan.skipped = sheets.skipped
    if plan.faults:
        plan.made, plan.changed = [], []
    return plan


class _Work:
    """The state of one comparison: what is there, and what the sheets make of it."""

    def __init__(self, sheets: Sheets, day: dt.date, campaigns: tuple[UUID | None, ...]) -> None:
        self.sheets, self.day, self.campaigns = sheets, day, campaigns
        self.plan = Plan()
        there = list(Org.objects.select_related("successor"))
        self.living: dict[UUID, Org] = {o.pk: o for o in there if o.until is None or o.until >= day}
        self.ended = {name: o for o in there if o.pk not in self.living for name in _names(o)}
        self.by_code = {o.code: o for o in there}
        self.root = next((o for o in there if o.parent_id is None), None)
        self.index: dict[str, set[UUID]] = defaultdict(set)
        self.all_posts: dict[tuple[UUID, str], Post] = {}
        self.foreign: set[UUID] = set()

    def fault(self, place: Place, key: str, code: str, **facts: object) -> None:
        self.sheets.fault(place, key, code, **facts)

    def note(
        self, kind: str, label: str, place: Place, row: Ledgered, changes: dict[str, Any] | None
    ) -> None:
        """Note a line; changes None for a new row, else what of an old one differs."""
        if changes is None:
            self.plan.made.append(row)
            self.plan.lines.append(Line(kind, "new", label, place.sheet, place.row))
            return
        differing = {n: v for n, v in changes.items() if getattr(row, n) != v}
        said = tuple((n, self._said(getattr(row, n)), self._said(v)) for n, v in differing.items())
        status = "changed" if differing else "unchanged"
        self.plan.lines.append(Line(kind, status, label, place.sheet, place.row, said))
        if differing:
            self.plan.changed.append((row, differing))

    def _said(self, value: object) -> str:
        if isinstance(value, UUID):
            org = self.living.get(value)
            return (org.short_name or org.name) if org else ""
        if isinstance(value, list):
            return "、".join(map(str, value))
        return "" if value is None else str(value)

    def find(self, place: Place, key: str, given: str, code: str) -> Org | None:
        """Find the org of a printed name or code; a fault where there is none, or more than one."""
        found = self.index.get(given.strip().casefold(), set())
        if len(found) == 1:
            org: Org = self.living[next(iter(found))]
            return org
        ended = self.ended.get(given.strip().casefold())
        if found:
            self.fault(place, key, "org.ambiguous", given=given)
        elif ended:
            self.fault(place, key, "org.ended", given=given, until=ended.until,
                       successor=ended.successor.short_name if ended.successor else "–")  # fmt: skip
        else:
            self.fault(place, key, code, given=given)
        return None

    # Orgs

    def orgs(self) -> None:
        by_name: dict[str, list[Org]] = defaultdict(list)
        for org in self.living.values():
            by_name[org.name.casefold()].append(org)
        matched = list(self._matched(by_name))
        news = [org for _line, org, is_new in matched if is_new]
        self.living |= {o.pk: o for o in news}
        names = {org.pk: _line_names(line, org) for line, org, _new in matched}
        for org in self.living.values():
            for name in names.get(org.pk, set()) | _names(org):
                self.index[name].add(org.pk)
        parents = {o.pk: o.parent_id for o in self.living.values()}
        wanted = {org.pk: self._parent(line, org, is_new) for line, org, is_new in matched}
        parents.update(wanted)
        self._refuse_loops(matched, parents)
        depth = {pk: len(list(_above(pk, parents))) for pk in parents}
        for line, org, is_new in sorted(matched, key=lambda m: depth[m[1].pk]):
            self._org_line(line, org, is_new, wanted[org.pk])

    def _matched(self, by_name: dict[str, list[Org]]) -> Iterator[tuple[OrgLine, Org, bool]]:
        """Give each line with its org, the one that is there or a new one; duplicates are faults."""
        seen: dict[str, int] = {}
        number = _numbers({*self.by_code, *(x.code for x in self.sheets.orgs)})
        for order, line in enumerate(self.sheets.orgs):
            keys = {"code": line.code.casefold(), "name": line.name.casefold()}
            twice = next((k for k, v in keys.items() if v and f"{k}:{v}" in seen), None)
            if twice:
                self.fault(line.place, twice, "org.duplicate", given=getattr(line, twice),
                           row=seen[f"{twice}:{keys[twice]}"])  # fmt: skip
                continue
            seen |= {f"{k}:{v}": line.place.row for k, v in keys.items() if v}
            same = by_name.get(keys["name"], [])
            org = self.by_code.get(line.code) if line.code else next(iter(same), None)
            if org is None and same and same[0].code.startswith(_PROPOSED):
                org = same[0]
            if org is None and same:
                self.fault(
                    line.place, "name", "org.name_taken", given=line.name, other=same[0].code
                )
            elif org is None and keys["name"] in self.ended:
                self.find(line.place, "name", line.name, "org.unknown")
            elif org is not None and org.pk not in self.living:
                self.find(line.place, "code", org.name, "org.unknown")
            elif org is not None:
                yield line, org, False
            else:
                code = line.code or next(number)
                yield line, Org(code=code, name=line.name, order=order + 1), True

    def _parent(self, line: OrgLine, org: Org, is_new: bool) -> UUID | None:
        if line.parent:
            found = self.find(line.place, "parent", line.parent, "org.parent_unknown")
            return found.pk if found else None
        if not is_new:
            return org.parent_id
        return self.root.pk if self.root else None

    def _refuse_loops(
        self, matched: list[tuple[OrgLine, Org, bool]], parents: dict[UUID, UUID | None]
    ) -> None:
        lines = {org.pk: line for line, org, _new in matched}
        for pk, line in lines.items():
            path = list(_above(pk, parents))
            if path[-1] == pk and len(path) > 1:
                names = [lines[x].name if x in lines else self.living[x].name for x in path]
                self.fault(line.place, "parent", "org.loop", path=" › ".join(names))

    def _org_line(self, line: OrgLine, org: Org, is_new: bool, parent: UUID | None) -> None:
        wanted: dict[str, Any] = {"name": line.name, "parent_id": parent}
        if line.code:
            wanted["code"] = line.code
        if line.short_name or is_new:
            wanted["short_name"] = line.short_name or line.name[:60]
        if line.name_en:
            wanted["name_en"] = line.name_en
        former = [] if is_new else former_names(org, {line.name, wanted.get("short_name", "")})
        aliases = list(dict.fromkeys([*org.aliases, *line.aliases, *former]))
        if aliases != org.aliases:
            wanted["aliases"] = aliases
        label = line.short_name or line.name
        if is_new:
            for name, value in wanted.items():
                setattr(org, name, value)
            self.note("org", label, line.place, org, None)
            return
        self.note("org", label, line.place, org, wanted)

    # Groups

    def groups(self) -> None:
        self.by_group = {g.name: g for g in OrgGroup.objects.all()}
        rows = OrgGroupMember.objects.select_related("group")
        # Of several stays in a group the last one counts.
        stays = sorted(rows, key=lambda m: (m.since or dt.date.min, m.pk))
        self.members = {(m.group_id, m.org_id): m for m in stays}
        sides: dict[UUID, list[OrgGroup]] = {}
        for line in self.sheets.groups:
            group = self._group(line.group, line.place, line.group_en)
            for org in self._group_orgs(line):
                sides.setdefault(org.pk, []).append(group)
                self._join(group, org, line.place)
        for org_line in self.sheets.orgs:
            found = self.index.get(org_line.name.casefold(), set())
            if org_line.groups is None or len(found) != 1:
                continue
            org = self.living[next(iter(found))]
            named = [self._group(name, org_line.place) for name in org_line.groups]
            for group in named:
                self._join(group, org, org_line.place)
            self._leave(org, {g.pk for g in [*named, *sides.get(org.pk, [])]}, org_line.place)

    def _group_orgs(self, line: GroupLine) -> Iterator[Org]:
        for name in line.members:
            found = self.find(line.place, "members", name, "org.unknown")
            if found:
                yield found

    def _group(self, name: str, place: Place, english: str = "") -> OrgGroup:
        group = self.by_group.get(name)
        if group is None:
            taken = {g.key for g in self.by_group.values()}
            key = next(k for n in range(1, len(taken) + 2) if (k := f"g{n}") not in taken)
            group = OrgGroup(key=key, name=name, name_en=english, order=len(taken))
            self.by_group[name] = group
            self.note("group", name, place, group, None)
        return group

    def _join(self, group: OrgGroup, org: Org, place: Place) -> None:
        member = self.members.get((group.pk, org.pk))
        label = f"{group.name} · {org.short_name or org.name}"
        if member is None:
            member = OrgGroupMember(group=group, org=org)
            self.members[group.pk, org.pk] = member
            self.note("member", label, place, member, None)
        elif member.until is None or member.until >= self.day:
            return
        elif member.since == self.day:  # left and joined again on one day
            self.note("member", label, place, member, {"until": None})
        else:
            again = OrgGroupMember(group=group, org=org, since=self.day)
            self.members[group.pk, org.pk] = again
            self.note("member", label, place, again, None)

    def _leave(self, org: Org, named: set[UUID], place: Place) -> None:
        """Take an org out of the groups that its line no longer names."""
        for (group, member_org), member in self.members.items():
            if member_org == org.pk and group not in named and member.until is None:
                label = f"{member.group.name} · {org.short_name}"
                self.note("member", label, place, member, {"until": self.day - _DAY})

    # Posts

    def posts(self) -> None:
        self.all_posts = {(p.org_id, p.title): p for p in Post.objects.all()}
        seen: dict[tuple[UUID, str], int] = {}
        for n, line in enumerate(self.sheets.posts):
            org = self.find(line.place, "org", line.org, "org.unknown")
            if org is None:
                continue
            if first := seen.get((org.pk, line.title)):
                self.fault(line.place, "title", "post.duplicate", given=line.title,
                           org=org.short_name, row=first)  # fmt: skip
                continue
            seen[org.pk, line.title] = line.place.row
            self._post_line(line, org, n)

    def _post_line(self, line: PostLine, org: Org, order: int) -> None:
        said = {
            "portfolio": line.portfolio,
            "is_principal": line.is_principal,
            "title_en": line.title_en,
        }
        wanted: dict[str, Any] = {n: v for n, v in said.items() if v is not None}
        label = f"{org.short_name or org.name} {line.title}"
        post = self.all_posts.get((org.pk, line.title))
        if post is None:
            post = Post(org=org, title=line.title, order=order, **wanted)
            self.all_posts[org.pk, line.title] = post
            self.note("post", label, line.place, post, None)
            return
        if post.until is not None and post.until < self.day:
            wanted["until"] = None  # the sheet has it again
        self.note("post", label, line.place, post, wanted)

    # People

    def people(self) -> None:
        lines = self.sheets.people
        names = {line.username for line in lines}
        there = {p.username: p for p in _in_chunks(Person, "username", names)}
        ids = [p.pk for p in there.values()]
        held = {(h.post_id, h.person_id) for h in _in_chunks(PostHolding, "person", ids)
                if _runs(h, self.day)}  # fmt: skip
        grants = {(g.person_id, g.role, g.org_id, g.campaign_id)
                  for g in _in_chunks(Grant, "person", ids, Q(item_id=None)) if _runs(g, self.day)}  # fmt: skip
        if None not in self.campaigns:
            self.foreign = self._posts_of_others()
        first: dict[str, PersonLine] = {}
        for line in lines:
            org = self.find(line.place, "org", line.org, "person.org_unknown")
            other = first.setdefault(line.username, line)
            person = there.get(line.username)
            if org is None or self._is_somebody_else(line, other, person):
                continue
            if person is None:
                person = there[line.username] = _new_person(line)
                self.note("person", line.name, line.place, person, None)
            elif other is line:
                wanted = {"phone": line.phone} if line.phone else {}
                self.note("person", line.name, line.place, person, wanted)
            self._parts(line, org, person, held, grants)

    def _is_somebody_else(self, line: PersonLine, other: PersonLine, person: Person | None) -> bool:
        """Refuse a login that another line, or another person, has; one person may have two lines."""
        if other.name != line.name:
            self.fault(line.place, "username", "person.login_twice", given=line.username,
                       row=other.place.row)  # fmt: skip
            return True
        if person is not None and person.name != line.name:
            self.fault(line.place, "username", "person.login_taken", given=line.username,
                       name=person.name)  # fmt: skip
            return True
        return False

    def _parts(
        self,
        line: PersonLine,
        org: Org,
        person: Person,
        held: set[tuple[UUID, UUID]],
        grants: set[tuple[UUID | None, str, UUID | None, UUID | None]],
    ) -> None:
        """Plan the post that a person holds and the role they have."""
        post = self._post_of(line, org)
        if post is not None and (post.pk, person.pk) not in held and post.pk in self.foreign:
            self.fault(line.place, "title", "post.other_campaign", given=line.title)
        elif post is not None and (post.pk, person.pk) not in held:
            held.add((post.pk, person.pk))
            holding = PostHolding(post=post, person=person)
            label = f"{line.name} · {org.short_name or org.name} {post.title}"
            self.note("holding", label, line.place, holding, None)
        at = None if line.role in WIDE_ROLES else org
        for campaign in self.campaigns if line.role else ():
            key = (person.pk, line.role, at.pk if at else None, campaign)
            if key not in grants:
                grants.add(key)
                grant = Grant(person=person, role=line.role, org=at, campaign_id=campaign)
                self.note("grant", f"{line.name} · {line.role}", line.place, grant, None)

    def _posts_of_others(self) -> set[UUID]:
        """Give the posts with rights in campaigns other than those that roles are given in."""
        rows = Grant.objects.filter(Q(until=None) | Q(until__gte=self.day), post__isnull=False)
        held = rows.values_list("post_id", "campaign_id")
        return {post for post, campaign in held if post and campaign not in self.campaigns}

    def _post_of(self, line: PersonLine, org: Org) -> Post | None:
        if not line.title:
            return None
        post = self.all_posts.get((org.pk, line.title))
        if post is not None and (post.until is None or post.until >= self.day):
            return post
        if self.sheets.has_posts:
            elsewhere = [o for o, title in self.all_posts if title == line.title and o != org.pk]
            code = "person.post_elsewhere" if elsewhere else "person.post_unknown"
            orgs = "、".join(self.living[o].short_name for o in elsewhere[:3] if o in self.living)
            self.fault(line.place, "title", code, given=line.title, org=org.short_name, orgs=orgs)
            return None
        new = Post(org=org, title=line.title, order=len(self.all_posts))
        self.all_posts[org.pk, line.title] = new
        self.note("post", f"{org.short_name or org.name} {line.title}", line.place, new, None)
        return new


def former_names(org: Org, kept: set[str]) -> list[str]:
    """Give the names an org loses by being renamed: papers go on naming it so."""
    return [n for n in (org.name, org.short_name) if n not in kept]


def _names(org: Org) -> set[str]:
    named = (org.code, org.name, org.short_name, *org.aliases)
    return {n.strip().casefold() for n in named if n.strip()}


def _line_names(line: OrgLine, org: Org) -> set[str]:
    named = (line.code or org.code, line.name, line.short_name, *line.aliases)
    return {n.strip().casefold() for n in named if n.strip()}


def _new_person(line: PersonLine) -> Person:
    """Make a person whom nobody can sign in as until a password is set."""
    unusable = make_password(None)
    return Person(username=line.username, name=line.name, phone=line.phone, password=unusable)


def _numbers(taken: Iterable[str]) -> Iterator[str]:
    """Give codes for orgs that come without one."""
    n = 0
    while True:
        n += 1
        if (code := f"o{n:04d}") not in taken:
            yield code


def _above(pk: UUID, parents: dict[UUID, UUID | None]) -> Iterator[UUID]:
    """Walk up from an org, itself first; in a loop it ends with the org that comes twice."""
    seen: set[UUID] = set()
    at: UUID | None = pk
    while at is not None:
        yield at
        if at in seen:
            return
        seen.add(at)
        at = parents.get(at)


def _in_chunks(model: Any, column: str, values: Iterable[Any], also: Q | None = None) -> list[Any]:
    found: list[Any] = []
    chosen = list(values)
    for first in range(0, len(chosen), CHUNK):
        rows = model.objects.filter(also or Q(), **{f"{column}__in": chosen[first : first + CHUNK]})
        found += rows
    return found


def _runs(row: Any, day: dt.date) -> bool:
    return row.until is None or row.until >= day
