"""What happened to an item, in plain words: per field, before and after, as far as the reader sees it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.fields import ids_in, said
from gongjian.apps.campaigns.models import Battle
from gongjian.apps.campaigns.naming import names_of
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.ledger.queries import history
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 30
ALL = 1000
BLANK = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """What one change did to one thing, by its stable name."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One event in the life of an item, for an ordinary person."""

    at: dt.datetime
    at_text: str
    who: str
    action: str
    reason: str
    changes: tuple[Difference, ...]


def moment(at: dt.datetime) -> str:
    """Give an instant as it is printed; cheaper than a template filter, for long lists."""
    return f"{localtime(at):%Y-%m-%d %H:%M}"


class Told(NamedTuple):
    """One change with what of its event is told."""

    row: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    event_id: UUID
    at: dt.datetime
    actor_id: UUID
    on_behalf_of_id: UUID | None
    action: str
    reason: str


_COLUMNS = (
    "row", "before", "after", "event_id", "event__at", "event__actor_id",
    "event__on_behalf_of_id", "event__action", "event__reason",
)  # fmt: skip


@dataclass(slots=True)
class Past:
    """What the history of an item is told with: its playbook, the reader's fields, what hangs on it."""

    item: Item
    playbook: Playbook
    fields: tuple[FieldDef, ...]
    # row id → what it is and how it is called, for duties, links, listings and files
    tied: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    tables: dict[UUID, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def rows(
        self, until: dt.datetime | None = None, limit: int = SHOWN
    ) -> tuple[list[HistoryRow], bool]:
        """Give the newest events, and whether there are more: a fixed number of queries."""
        pairs = [(self.item._meta.label_lower, self.item.pk)]
        pairs += [(self.tables[pk], pk) for pk in self.tied]
        found = _until(history(pairs), until).select_related(None)
        changes = [Told(*c) for c in found.values_list(*_COLUMNS)[: limit + 1]]
        by_event: dict[UUID, list[Told]] = defaultdict(list)
        for change in changes[:limit]:
            by_event[change.event_id].append(change)
        self._name(changes)
        people = _people(changes)
        told = [self._told(group, people) for group in by_event.values()]
        return [row for row in told if row is not None], len(changes) > limit

    def _told(self, changes: list[Told], people: Mapping[UUID, Person]) -> HistoryRow | None:
        event = changes[0]
        found = [d for c in reversed(changes) for d in self._differences(c)]
        if not found and all(self._is_nothing(c) for c in changes):
            return None
        return HistoryRow(
            at=event.at,
            at_text=moment(event.at),
            who=who(event, people),
            action=action_word(event.action),
            reason=event.reason,
            changes=tuple(found),
        )

    def _is_nothing(self, change: Told) -> bool:
        """Tell whether a change shows this reader nothing: of fields kept to others, or elsewhere."""
        if change.row in self.tied:
            return True
        return change.before is not None and set(change.after or ()) == {"fields"}

    def _differences(self, change: Told) -> Iterable[Difference]:
        if change.row in self.tied:
            yield from self._tied(change)
        elif change.before is not None and change.after is not None:
            yield from self._core(change.before, change.after)
            if "fields" in change.after:
                yield from self._own(change.before["fields"], change.after["fields"])

    def _tied(self, change: Told) -> Iterable[Difference]:
        noun, text = self.tied[change.row]
        before, after = change.before, change.after
        if "item_id" in (before or {}) and "item_id" in (after or {}):
            is_mine = str(self.item.pk) == (after or {})["item_id"]
            yield Difference("", noun, *((BLANK, text) if is_mine else (text, BLANK)))
        elif before is None and not (after or {}).get("item_id", True):
            return  # made for no item, attached later
        elif before is None:
            yield Difference("", noun, BLANK, text)
        elif after is None or after.get("is_removed"):
            yield Difference("", noun, text, BLANK)
        elif "number" in after:
            yield Difference("", noun, before["number"] or BLANK, after["number"] or BLANK)
        elif after and "order" not in after and "item_id" not in after:
            yield Difference("", noun, text, text)

    def _core(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
        for name, now in after.items():
            if word := _CORE.get(name):
                was = before.get(name)
                yield Difference(name, _(word), self._word(name, was), self._word(name, now))

    def _own(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
        for one in self.fields:
            was, now = before.get(one.key), after.get(one.key)
            if was != now:
                words = [said(one, v, lang(), self.names) or BLANK for v in (was, now)]
                yield Difference(f"f.{one.key}", one.label.of(lang()), words[0], words[1])

    def _word(self, name: str, value: Any) -> str:
        if value in (None, ""):
            return BLANK
        if name == "progress":
            return f"{value / 100:g}%"
        if name == "state":
            return state_word(self.playbook, self.item.register.key, str(value))
        return self.names.get(str(value), str(value))

    def _name(self, changes: Iterable[Told]) -> None:
        """Look up what the changes name by id, as far as it is not known from the page itself."""
        ids: dict[FieldType, set[UUID]] = defaultdict(set)
        battles: set[str] = set()
        mine = [c for c in changes if c.row == self.item.pk and c.before is not None]
        for side in (s for c in mine for s in (c.before, c.after) if s):
            for kind, found in ids_in(self.fields, side.get("fields") or {}).items():
                ids[kind] |= {pk for pk in found if str(pk) not in self.names}
            if side.get("org_id") and side["org_id"] not in self.names:
                ids[FieldType.ORG].add(UUID(side["org_id"]))
            battles |= {side["battle_id"]} if side.get("battle_id") else set()
        self.names |= names_of(ids, lang())
        if battles:
            rows = Battle.objects.filter(pk__in=battles)
            self.names |= {str(b.pk): b.label(lang()) for b in rows}


def _until(changes: Any, until: dt.datetime | None) -> Any:
    return changes.filter(event__at__lt=until) if until else changes


def _people(events: Iterable[Told]) -> dict[UUID, Person]:
    ids = {pk for e in events for pk in (e.actor_id, e.on_behalf_of_id) if pk}
    return Person.objects.in_bulk(ids) if ids else {}


def who(event: Told, people: Mapping[UUID, Person]) -> str:
    """Name who acted, and for whom where it was for somebody else."""
    actor = people.get(event.actor_id)
    name = actor.label(lang()) if actor else _("System")
    other = people.get(event.on_behalf_of_id) if event.on_behalf_of_id else None
    if other is None:
        return name
    return _("%(name)s, for %(other)s") % {"name": name, "other": other.label(lang())}


def state_word(playbook: Playbook, register: str, state: str) -> str:
    """Give the word of a state; of one that no playbook knows any more, its key."""
    try:
        return playbook.state_of(register, state).label.of(lang())
    except KeyError:
        return state


_CORE = {
    "title": noop("Title"),
    "battle_id": noop("Battle"),
    "org_id": noop("Accountable org"),
    "start_on": noop("Start"),
    "due": noop("Deadline"),
    "state": noop("State"),
    "progress": noop("Progress"),
    "issued_on": noop("Issued on"),
    "closed_on": noop("Closed on"),
}
_ACTIONS = {
    "drafting.confirm": noop("Created from the paper"),
    "campaigns.add_item": noop("Added"),
    "campaigns.add_items": noop("Added"),
    "campaigns.edit_item": noop("Edited"),
    "campaigns.issue": noop("Issued"),
    "campaigns.add_duty": noop("Duty given"),
    "campaigns.remove_duty": noop("Duty taken back"),
    "campaigns.link": noop("Linked"),
    "campaigns.unlink": noop("Link removed"),
    "campaigns.list_item": noop("Listed"),
    "campaigns.edit_listing": noop("Listing changed"),
    "campaigns.unlist": noop("Taken off a register"),
    "campaigns.attach_file": noop("File added"),
    "campaigns.remove_file": noop("File removed"),
    "campaigns.erase": noop("Personal fields destroyed"),
    "loop.ask_extension": noop("More time asked for"),
    "loop.grant_extension": noop("More time granted"),
    "loop.refuse_extension": noop("More time refused"),
    "loop.record_revisit": noop("Looked at again"),
    "loop.raise_obstacle": noop("Raised as an obstacle"),
    "loop.ask_decision": noop("Decision asked for"),
    "loop.decide": noop("Decided"),
    "grid.write": noop("Written in a table"),
    "loop.report": noop("Reported"),
    "loop.close_out": noop("Closed out"),
    "loop.reopen": noop("Reopened"),
    "loop.step": noop("Step taken"),
    "targets.attach": noop("Target attached"),
    "targets.detach": noop("Target detached"),
    "campaigns.copy": noop("Copied from a former campaign"),
    "campaigns.end_task_force": noop("Task force ended"),
    "campaigns.hand_over": noop("Handed over"),
    "campaigns.merge_orgs": noop("Org merged"),
    "campaigns.move_duties": noop("Duties moved"),
    "campaigns.rewrite_rows": noop("Carried over to another playbook"),
    "loop.accept": noop("Completed by a return"),
    "loop.issue_part": noop("Issued"),
    "loop.join": noop("Parts joined"),
    "loop.launch": noop("Issued at the launch"),
    "loop.name_lead": noop("Lead org named"),
    "ledger.undo": noop("Undone"),
}


def core_words() -> dict[str, str]:
    """Give the words of the columns that every register has."""
    return {name: _(word) for name, word in _CORE.items()}


def action_word(action: str) -> str:
    """Give the word for an action."""
    word = _ACTIONS.get(action)
    return _(word) if word else _("Changed")
