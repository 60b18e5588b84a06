"""Orgs, posts, groups and people by what a program sends for them: codes, ids, keys and user names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from gongjian.apps.accounts.models import Org, OrgGroup, Person, Post
from gongjian.lib import clock
from gongjian.lib.contract import Unfit

if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")


def org_coded(code: str, at: str) -> Org:
    """Find an org by its code; `at` says where it was named."""
    found: Org | None = Org.objects.filter(code=code).first()
    return _there(found, at, "no org has this code")


def living_org(code: str, at: str) -> Org:
    """Find an org that has not ended."""
    org = org_coded(code, at)
    if org.until is not None and org.until < clock.today():
        raise Unfit(at, "this org has ended")
    return org


def post_of(pk: UUID | str, at: str) -> Post:
    """Find a post by its id."""
    try:
        wanted = UUID(str(pk))
    except ValueError:
        raise Unfit(at, "no id of a post") from None
    rows = Post.objects.select_related("org")
    found: Post | None = rows.filter(pk=wanted, until=None).first()
    return _there(found, at, "no post has this id")


def person_named(username: str, at: str) -> Person:
    """Find a person by the name they sign in with."""
    found: Person | None = Person.objects.filter(username=username, is_active=True).first()
    return _there(found, at, "nobody signs in by this name")


def holder_of(given: str, at: str) -> Org | Post:
    """Find who holds a duty: an org by its code, a post by `post:ID`."""
    if given.startswith("post:"):
        return post_of(given.removeprefix("post:"), at)
    return living_org(given, at)


def group_keyed(key: str, at: str) -> OrgGroup:
    """Find a comparison group by its key."""
    found: OrgGroup | None = OrgGroup.objects.filter(key=key).first()
    return _there(found, at, "no group has this key")


def _there(found: T | None, at: str, why: str) -> T:
    if found is None:
        raise Unfit(at, why)
    return found
