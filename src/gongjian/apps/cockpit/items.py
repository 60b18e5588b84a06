"""Lists of items and the page of one item, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Person
from gongjian.apps.accounts.queries import orgs_as_of
from gongjian.apps.campaigns.kernel_io import category_of, light_facts
from gongjian.apps.campaigns.queries import ItemFilter, parts_in, rights
from gongjian.apps.cockpit.pages import ItemRow
from gongjian.apps.cockpit.queries import Asked, lang
from gongjian.apps.ledger.queries import history
from gongjian.apps.loop.queries import reports
from gongjian.kernel.indicators.lights import standing

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.ledger.models import Change


def item_row(asked: Asked, item: Item) -> ItemRow:
    """Give one row of a list."""
    day = f"?day={asked.day}" if asked.is_past else ""
    return ItemRow(
        code=item.code,
        title=item.title,
        battle=item.battle.label(lang()) if item.battle else "",
        org=item.org.label(lang()) if item.org else "",
        due=item.due,
        state=asked.playbook.state_of(item.register.key, item.state).label.of(lang()),
        progress_pct=item.progress // 100,
        light=asked.light(item.light),
        due_state=item.due_state,
        href=reverse("cockpit:item", args=[item.code]) + day,
        days_left=(item.due - asked.day).days if item.due else None,
    )


def why(asked: Asked, item: Item) -> str:
    """Say why an item has its light on the day asked for, in words and figures."""
    register = item.register.key
    category = category_of(asked.playbook, register, item.state)
    found = standing(asked.playbook.rules_of(register), light_facts(item, category), asked.day)
    facts = dict(found.numbers)
    for name in ("planned", "progress", "behind"):
        if name in facts:
            facts[name] = round(facts[name] / 100)
    sentences = {
        "closed": _("It is closed out."),
        "no_due": _("No deadline is set yet."),
        "overdue": _("The deadline passed %(days)s days ago."),
        "due_soon": _("%(days)s days are left until the deadline."),
        "due_later": _("%(days)s days are left until the deadline."),
        "on_line": _("It should stand at %(planned)s %% and stands at %(progress)s %%."),
        "behind": _(
            "It should stand at %(planned)s %% and stands at %(progress)s %%: %(behind)s points behind."
        ),
    }
    pattern = sentences.get(found.reason, "")
    return pattern % facts if pattern and (facts or "%" not in pattern) else ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of an item, for an ordinary person."""

    at: dt.datetime
    who: str
    action: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]


def history_rows(item: Item, until: dt.datetime | None) -> list[HistoryRow]:
    """Give what happened to an item, the newest first: two queries."""
    changes = list(history([(item._meta.label_lower, item.pk)])[:200])
    people = Person.objects.in_bulk({c.event.actor_id for c in changes})
    rows = []
    for change in changes:
        if until and change.event.at >= until:
            continue
        actor = people.get(change.event.actor_id)
        rows.append(
            HistoryRow(
                change.event.at,
                actor.label(lang()) if actor else _("System"),
                action_word(change.event.action),
                change.event.reason,
                tuple(_differences(item, change)),
            )
        )
    return rows


def action_word(action: str) -> str:
    """Give the word for an action."""
    return {
        "drafting.confirm": _("Created from the paper"),
        "campaigns.add_items": _("Added"),
        "campaigns.edit_item": _("Edited"),
        "loop.report": _("Reported"),
        "loop.close_out": _("Closed out"),
        "loop.reopen": _("Reopened"),
        "campaigns.merge_orgs": _("Org merged"),
        "campaigns.move_duties": _("Duties moved"),
        "campaigns.hand_over": _("Handed over"),
        "campaigns.end_task_force": _("Task force ended"),
        "ledger.undo": _("Undone"),
    }.get(action, action)


def _differences(item: Item, change: Change) -> list[tuple[str, str, str]]:
    if change.before is None or change.after is None:
        return []
    words = {
        "title": _("Title"),
        "due": _("Deadline"),
        "start_on": _("Start"),
        "state": _("State"),
        "progress": _("Progress"),
        "closed_on": _("Closed on"),
        "fields": _("Fields"),
    }
    return [
        (words[name], _value(name, change.before.get(name)), _value(name, value))
        for name, value in change.after.items()
        if name in words
    ]


def _value(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if name == "progress":
        return f"{value / 100:g}%"
    if name == "state":
        return {"assigned": _("Assigned"), "in_hand": _("In hand"), "closed": _("Closed")}.get(
            value, str(value)
        )
    return str(value)


def clause_parts(item: Item) -> list[tuple[str, bool]]:
    """Give the sentence of the paper an item came from, cut where the marked words begin and end."""
    spans = item.clause.get("text") if item.paper else None
    if not spans or item.paper is None:
        return []
    start, end = spans[0][0], spans[-1][1]
    text = item.paper.text
    before = max(text.rfind("\n", 0, start), text.rfind("。", 0, start)) + 1
    stops = [p for p in (text.find("\n", end), text.find("。", end)) if p >= 0]
    after = min(stops) + 1 if stops else len(text)
    return [
        (text[before:start], False),
        (text[start:end], True),
        (text[end:after].rstrip("\n"), False),
    ]


def item_context(asked: Asked, item: Item, until: dt.datetime | None) -> dict[str, Any]:
    """Give everything that the page of one item shows."""
    who = list(parts_in(item, asked.day))
    names = orgs_as_of([r.org for r in who if r.org], asked.until) if asked.is_past else {}
    roles = {
        "leader": _("Leading official"),
        "lead": _("Lead org"),
        "owner": _("Responsible org"),
        "support": _("Supporting org"),
        "overseer": _("Overseeing org"),
        "contact": _("Contact"),
    }
    by_role: dict[str, list[str]] = {}
    for r in who:
        org = names.get(r.org.pk, r.org) if r.org else None
        named = org.label(lang()) if org else r.post.label(lang()) if r.post else r.printed
        by_role.setdefault(roles[r.role], []).append(named)
    may = rights(asked.seen, item) if not asked.is_past else frozenset()
    sources = asked.seen.may_see_sources(item.campaign_id)
    return {
        "item": item,
        "row": item_row(asked, item),
        "why": why(asked, item),
        "responsibilities": by_role,
        "reports": list(reports(item, until)[:50]),
        "history": history_rows(item, until) if sources else [],
        "clause": clause_parts(item) if sources else [],
        "may": may,
        "is_closed": item.due_state == "closed",
    }


def filter_of(query: dict[str, str]) -> ItemFilter:
    """Read a filter from an address; what does not parse is left out."""
    return ItemFilter(
        battle=_uuid(query.get("battle")),
        org=_uuid(query.get("org")),
        group=_uuid(query.get("group")),
        register=query.get("register") or None,
        state=query.get("state") or None,
        light=query.get("light") or None,
        due_state=query.get("due") or None,
        own=query.get("own") == "1",
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
