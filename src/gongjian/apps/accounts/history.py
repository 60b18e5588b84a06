"""What happened to an org, in plain words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org, OrgGroup, Person, Post, PostHolding
from gongjian.apps.accounts.queries import group_label, history_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gongjian.apps.ledger.models import Change, Event

SHOWN = 200  # changes; the oldest beyond these are left out, and the page says so


@dataclass(frozen=True, slots=True)
class Entry:
    """One event that touched an org."""

    at: dt.datetime
    who: str
    what: str
    reason: str
    lines: tuple[str, ...]


def org_history(org: Org, language: str) -> list[Entry]:
    """Give the events of an org, the newest first: a fixed number of queries."""
    changes = list(history_of(org)[:SHOWN])
    say = _Words(changes, language)
    by_event: dict[UUID, list[Change]] = {}
    for change in changes:
        by_event.setdefault(change.event_id, []).append(change)
    return [say.entry(found) for found in by_event.values()]


def action_word(event: Event) -> str:
    """Give the word for an action of the organisation."""
    words = {
        "accounts.add_orgs": _("Org added"),
        "accounts.add_groups": _("Group set up"),
        "accounts.add_posts": _("Post added"),
        "accounts.add_post": _("Post added"),
        "accounts.abolish_post": _("Post abolished"),
        "accounts.add_person": _("Person added"),
        "accounts.appoint": _("Appointed"),
        "accounts.import_organisation": _("Imported from a workbook"),
        "accounts.rename_org": _("Renamed"),
        "accounts.move_org": _("Moved in the tree"),
        "accounts.join_group": _("Joined a group"),
        "accounts.leave_group": _("Left a group"),
        "campaigns.merge_orgs": _("Merged"),
        "campaigns.found_task_force": _("Task force set up"),
        "campaigns.end_task_force": _("Task force ended"),
        "campaigns.move_duties": _("Duties moved"),
        "drafting.confirm": _("Created from the paper"),
        "ledger.undo": _("Undone"),
    }
    return words.get(event.action, event.action)


class _Words:
    """The names behind the ids of some changes, fetched once."""

    def __init__(self, changes: Iterable[Change], language: str) -> None:
        rows = list(changes)
        self.language = language
        named: dict[str, set[str]] = {}
        for change in rows:
            for side in (change.before, change.after):
                for name, value in (side or {}).items():
                    if name.endswith("_id") and value:
                        named.setdefault(name, set()).add(value)
        held = [c.row for c in rows if c.table == "accounts.postholding"]
        posts = [c.row for c in rows if c.table == "accounts.post"]
        self.holdings = PostHolding.objects.in_bulk(held)
        wanted = {h.post_id for h in self.holdings.values()} | {
            UUID(i) for i in named.get("post_id", ())
        }
        self.posts = Post.objects.in_bulk([*posts, *wanted])
        ids = (
            named.get("org_id", set())
            | named.get("parent_id", set())
            | named.get("successor_id", set())
        )
        self.orgs = Org.objects.in_bulk([UUID(i) for i in ids])
        self.groups = {g.pk: g for g in OrgGroup.objects.all()}
        actors = {c.event.actor_id for c in rows}
        people = {UUID(i) for i in named.get("person_id", ())}
        people |= {h.person_id for h in self.holdings.values()}
        self.people = Person.objects.in_bulk(actors | people)

    def entry(self, changes: list[Change]) -> Entry:
        """Put one event in words."""
        event = changes[0].event
        actor = self.people.get(event.actor_id)
        lines = [line for c in reversed(changes) for line in self.lines(c)]
        return Entry(
            event.at,
            actor.label(self.language) if actor else _("System"),
            action_word(event),
            event.reason,
            tuple(lines),
        )

    def lines(self, change: Change) -> list[str]:
        """Put what a change did to one row in words."""
        tell = {
            "accounts.org": self._org,
            "accounts.post": self._post,
            "accounts.postholding": self._holding,
            "accounts.orggroupmember": self._member,
        }
        return tell[change.table](change)

    def _org(self, change: Change) -> list[str]:
        if change.before is None or change.after is None:
            return []
        words = {
            "name": _("Full name"),
            "short_name": _("Short name"),
            "name_en": _("English name"),
            "aliases": _("Aliases"),
            "code": _("Code"),
            "parent_id": _("Under"),
            "until": _("Last day"),
            "successor_id": _("Went into"),
        }
        return [
            f"{words[n]}: {self._value(n, change.before.get(n))} → {self._value(n, v)}"
            for n, v in change.after.items()
            if n in words
        ]

    def _post(self, change: Change) -> list[str]:
        post = self.posts.get(change.row)
        title = post.label(self.language) if post else "–"
        if change.before is None:
            return [_("Post added: %(post)s") % {"post": title}]
        if change.after is None:
            return [_("Post removed: %(post)s") % {"post": title}]
        words = {
            "portfolio": _("Portfolio"),
            "until": _("Last day"),
            "org_id": _("Org"),
            "is_principal": _("Principal of the org"),
        }
        return [
            f"{title} · {words[n]}: {self._value(n, change.before.get(n))} → {self._value(n, v)}"
            for n, v in change.after.items()
            if n in words
        ]

    def _holding(self, change: Change) -> list[str]:
        said = {**(change.before or {}), **(change.after or {})}
        row = self.holdings.get(change.row)
        post_id = row.post_id if row else UUID(said["post_id"]) if "post_id" in said else None
        person_id = (
            row.person_id if row else UUID(said["person_id"]) if "person_id" in said else None
        )
        facts = {
            "person": self._called(self.people.get(person_id) if person_id else None),
            "post": self._called(self.posts.get(post_id) if post_id else None),
        }
        if change.before is None:
            since = said.get("since") or "–"
            return [
                _("%(person)s takes the post %(post)s from %(since)s") % {**facts, "since": since}
            ]
        until = (change.after or {}).get("until") or "–"
        line = _("%(person)s leaves the post %(post)s, last day %(until)s") % {
            **facts,
            "until": until,
        }
        note = (change.after or {}).get("note")
        return [line, _("Handed over: %(note)s") % {"note": note}] if note else [line]

    def _member(self, change: Change) -> list[str]:
        said = {**(change.before or {}), **(change.after or {})}
        if change.before is None:
            group = self.groups.get(UUID(said["group_id"]))
            name = group_label(group, self.language) if group else "–"
            return [_("Compared in the group %(group)s") % {"group": name}]
        until = said.get("until")
        return [_("Last day in the group: %(until)s") % {"until": until}] if until else []

    def _called(self, row: Person | Post | None) -> str:
        return row.label(self.language) if row else "–"

    def _value(self, name: str, value: Any) -> str:
        if name.endswith("_id") and value:
            org = self.orgs.get(UUID(value))
            return org.label(self.language) if org else "–"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return "、".join(map(str, value)) or "–"
        return str(value) if value not in (None, "") else "–"
