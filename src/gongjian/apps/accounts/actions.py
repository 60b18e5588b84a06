"""Changes to orgs, posts, people and grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password

from gongjian.apps.accounts.models import (
    Grant,
    Org,
    OrgGroup,
    OrgGroupMember,
    Person,
    Post,
    PostHolding,
)
from gongjian.apps.ledger.book import ActionError, Book, action

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence


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
