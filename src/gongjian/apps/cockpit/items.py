"""Lists of items, ready to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.campaigns.kernel_io import category_of, light_facts
from gongjian.apps.campaigns.queries import ItemFilter
from gongjian.apps.cockpit.pages import ItemRow
from gongjian.apps.cockpit.queries import Asked, lang
from gongjian.kernel.indicators.lights import standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.campaigns.queries import Brief


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
        light=asked.plain_light(item.light),
        due_state=item.due_state,
        href=reverse("cockpit:item", args=[item.code]) + day,
        days_left=(item.due - asked.day).days if item.due else None,
    )


def brief_rows(
    asked: Asked, found: Iterable[Brief], keys: Mapping[UUID, str], orgs: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Give rows ready to print, as plain dicts: a template reads those quickest.

    `keys` are the keys of registers by id, `orgs` the names of orgs by id as text.
    """
    before = reverse("cockpit:item", args=["-"]).removesuffix("-/")
    after = f"/?day={asked.day}" if asked.is_past else "/"
    words: dict[tuple[str, str], str] = {}
    rows = []
    for brief in found:
        key = (keys[brief.register_id], brief.state)
        if key not in words:
            words[key] = asked.playbook.state_of(*key).label.of(lang())
        light = asked.plain_light(brief.light)
        rows.append({
            "code": brief.code,
            "href": f"{before}{quote(brief.code)}{after}",
            "title": brief.title,
            "org": orgs.get(str(brief.org_id), "–"),
            "due": brief.due.isoformat() if brief.due else "–",
            "is_late": brief.due_state == "late",
            "state": words[key],
            "progress": brief.progress // 100,
            "light": light.code,
            "word": light.word,
            "shape": light.shape,
        })  # fmt: skip
    return rows


_WHY = {
    "closed": noop("It is closed out."),
    "no_due": noop("No deadline is set yet."),
    "not_issued": noop("It is not issued yet: no clock runs."),
    "overdue": noop("The deadline passed %(days)s days ago."),
    "due_soon": noop("%(days)s days are left until the deadline."),
    "due_later": noop("%(days)s days are left until the deadline."),
    "on_line": noop("It should stand at %(planned)s %% and stands at %(progress)s %%."),
    "behind": noop(
        "It should stand at %(planned)s %% and stands at %(progress)s %%: %(behind)s points behind."
    ),
}


def why(asked: Asked, item: Item) -> str:
    """Say why an item has its light on the day asked for, in words and figures."""
    register = item.register.key
    category = category_of(asked.playbook, register, item.state)
    found = standing(asked.playbook.rules_of(register), light_facts(item, category), asked.day)
    facts = dict(found.numbers)
    for name in ("planned", "progress", "behind"):
        if name in facts:
            facts[name] = round(facts[name] / 100)
    word = _WHY.get(found.reason)
    pattern = _(word) if word else ""
    return pattern % facts if pattern and (facts or "%" not in pattern) else ""


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
