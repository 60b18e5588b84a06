"""Printed names matched to the org tree: full name, short name, alias, group; new ones proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Org, OrgGroup, Post

if TYPE_CHECKING:
    from uuid import UUID

_LEVELS = ("省", "市", "区", "县")
_EVERY = ("各有关", "各相关", "各", "相关", "有关", "责任")


class Orgs:
    """The org tree by every name an org goes by; what it lacks is proposed as a new org."""

    def __init__(self) -> None:
        self.by_name: dict[str, Org] = {}
        rows = {o.pk: o for o in Org.objects.all()}
        # One that was merged is found by its old names, as the one it went into.
        for org in sorted(rows.values(), key=lambda o: o.successor_id is not None):
            for name in (org.name, org.short_name, *org.aliases):
                self.by_name.setdefault(_bare(name), _today(org, rows))
        self.groups: dict[str, UUID] = {g.name: g.pk for g in OrgGroup.objects.all()}
        self.posts = {p.title: p for p in Post.objects.all()}
        self.root = Org.objects.filter(parent=None).first()
        self.proposed: list[Org] = []

    def org(self, printed: str) -> Org:
        """Give the org of a printed name; an unknown one is proposed."""
        if found := self.by_name.get(_bare(printed)):
            return found
        new = Org(
            parent=self.root,
            code=f"new-{len(self.proposed) + len(self.by_name) + 1}",
            name=printed[:120],
            short_name=printed[:60],
            order=9000 + len(self.proposed),
        )
        self.proposed.append(new)
        self.by_name[_bare(printed)] = new
        return new

    def group(self, printed: str) -> UUID | None:
        """Give the group that a phrase such as 各镇街 names, if it is one."""
        for word in _EVERY:
            if printed.startswith(word) and printed.removeprefix(word) in self.groups:
                return self.groups[printed.removeprefix(word)]
        return None

    def post(self, printed: str) -> Post | None:
        """Give the post of a printed title, if there is one."""
        return self.posts.get(printed.strip())


def _today(org: Org, rows: dict[UUID, Org]) -> Org:
    """Give the org that one has become; mergers go one way, so this ends."""
    while org.successor_id is not None:
        org = rows[org.successor_id]
    return org


def _bare(name: str) -> str:
    """区发改局 and 发改局 are one org inside one tree."""
    stripped = name.strip()
    return stripped[1:] if len(stripped) > 2 and stripped[0] in _LEVELS else stripped
