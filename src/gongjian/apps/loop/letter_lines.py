"""The lines of a letter: goals, items, and what has moved between two editions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.loop.words import lang
from gongjian.apps.targets.models import TargetVersion
from gongjian.apps.targets.pages import number, value_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.apps.loop.mandate_content import Content, Difference, Differences


_STRENGTHS = {
    "ensure": noop("ensure"),
    "strive": noop("strive"),
    "basic": noop("basically"),
    "keep": noop("keep"),
}


_ROLES = {
    "leader": noop("Leading official"),
    "lead": noop("Lead org"),
    "owner": noop("Responsible org"),
    "support": noop("Supporting org"),
    "overseer": noop("Overseeing org"),
    "contact": noop("Contact"),
}


_FIELDS = {
    "subject": noop("Measured"),
    "op": noop("Direction"),
    "floor": noop("Floor"),
    "upper": noop("Upper bound"),
    "stretch": noop("Stretch"),
    "unit": noop("Unit"),
    "due": noop("Due"),
    "strength": noop("Promise"),
    "rule": noop("Counting rule"),
    "own": noop("Own line"),
    "title": noop("Item"),
    "role": noop("Role"),
    "org_id": noop("Responsible org"),
}


def both(names: Mapping[str, str]) -> str:
    """Give a name that is kept in both languages in the reader's."""
    return names.get("en") or names["zh"] if lang().startswith("en") else names["zh"]


# The letter


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal as the letter has it."""

    subject: str
    value: str
    stretch: str
    due: str
    strength: str
    rule: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as the letter has it."""

    code: str
    title: str
    due: str
    org: str
    role: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One edition as it reads."""

    heading: str
    number: str
    edition: str
    to: str  # who accepts: the post, or the org
    battle: str
    opening: str
    note: str
    goals: tuple[GoalLine, ...]
    items: tuple[ItemLine, ...]
    n_further: int
    issuer: str


def letter_of(content: Content, *, shown: frozenset[str] = frozenset()) -> Letter:
    """Give a letter out of what an edition holds; items of codes that are shown are linked."""
    to, campaign = content["to"], content["campaign"]
    is_battle = to["kind"] == "battle"
    heading = content["heading"] or _("Mandate of the %(campaign)s") % {"campaign": both(campaign)}
    said = {"code": campaign["code"], "serial": content["serial"]}
    return Letter(
        heading=heading,
        number=_("%(code)s, mandate no. %(serial)s") % said,
        edition=_("edition %(n)s") % {"n": content["n"]} if content["n"] > 1 else "",
        to=both(to["post"]) if is_battle else both(to),
        battle=both(to) if is_battle else "",
        opening=content["opening"],
        note=content["note"],
        goals=tuple(goal_line(g) for g in content["goals"]),
        items=tuple(_item_line(i, shown) for i in content["items"]),
        n_further=content["n_items"] - len(content["items"]),
        issuer=campaign["issuer"],
    )


def goal_line(goal: Mapping[str, Any]) -> GoalLine:
    """Give a goal as it is printed."""
    unit, own = goal["unit"], goal.get("own")
    return GoalLine(
        subject=goal["subject"],
        value=_value(goal),
        stretch=_amount(goal["stretch"], unit),
        due=goal["due"] or "",
        strength=_word(_STRENGTHS, goal["strength"]),
        rule=goal["rule"],
        own=_amount(own["floor"], unit) if own else "",
    )


def _value(goal: Mapping[str, Any]) -> str:
    floor, upper = (Decimal(v) if v else None for v in (goal["floor"], goal["upper"]))
    row = TargetVersion(op=goal["op"], floor=floor, upper=upper, unit=goal["unit"])
    return value_words(row)


def _word(words: Mapping[str, str], key: str) -> str:
    """Give the word for a key; nothing for one that has none."""
    word = words.get(key, "")
    return _(word) if word else ""


def _amount(given: str | None, unit: str) -> str:
    return f"{number(Decimal(given))} {unit}".strip() if given else ""


def _item_line(item: Mapping[str, Any], shown: frozenset[str]) -> ItemLine:
    return ItemLine(
        code=item["code"],
        title=item["title"],
        due=item["due"] or "",
        org=both(item["org"]),
        role=_word(_ROLES, item["role"]),
        href=reverse("cockpit:item", args=[item["code"]]) if item["code"] in shown else "",
    )


# What has changed


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of a comparison: what it is, and what was and is."""

    kind: str
    kind_word: str
    label: str
    changes: tuple[tuple[str, str, str], ...] = ()  # (field, was, now)


_KINDS = {
    "added": noop("Added"),
    "removed": noop("Removed"),
    "changed": noop("Changed"),
}


def moved_lines(found: Differences) -> list[Moved]:
    """Give what differs between two editions, line by line."""
    lines = []
    if found.leader:
        was, now = found.leader
        change = (_("Leading official"), both(was["post"]), both(now["post"]))
        lines.append(Moved("changed", _("Changed"), both(now), (change,)))
    lines += [_moved(d, d.row["subject"], _goal_word) for d in found.goals]
    return lines + [_moved(d, f"{d.row['code']} {d.row['title']}", _item_word) for d in found.items]


def _moved(one: Difference, label: str, word: Any) -> Moved:
    changes = []
    for name in one.fields if one.was is not None else ():
        was, now = word(one.was, name), word(one.row, name)
        if was != now:
            changes.append((_(_FIELDS[name]), was or "–", now or "–"))
    return Moved(one.kind, _(_KINDS[one.kind]), label, tuple(changes))


def _goal_word(goal: Mapping[str, Any], name: str) -> str:
    if name in {"floor", "op", "upper"}:
        return _value(goal)
    line = goal_line(goal)
    words = {"stretch": line.stretch, "strength": line.strength, "own": line.own, "due": line.due}
    return words.get(name, str(goal.get(name) or ""))


def _item_word(item: Mapping[str, Any], name: str) -> str:
    if name == "org_id":
        return both(item["org"])
    if name == "role":
        return _word(_ROLES, item["role"])
    return str(item.get(name) or "")
