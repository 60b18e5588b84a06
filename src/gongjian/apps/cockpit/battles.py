"""The page of one battle: who leads it, how far it is, what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.models import TaskForce
from gongjian.apps.cockpit.items import item_row
from gongjian.apps.cockpit.queries import Asked, lang, meter, target_row
from gongjian.apps.targets.queries import aims_in

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from gongjian.apps.campaigns.models import Battle, Item
    from gongjian.apps.cockpit.pages import ItemRow


@dataclass(frozen=True, slots=True)
class TreeRow:
    """An item of a battle, with those right below it."""

    row: ItemRow
    below: tuple[ItemRow, ...]


def battle_context(asked: Asked, battle: Battle, after: str) -> dict[str, Any]:
    """Give everything that the page of a battle shows: a fixed number of queries."""
    nested = list(asked.campaign.battles.filter(parent=battle).select_related("leader"))
    ids = [battle.pk, *(b.pk for b in nested)]
    day = asked.day if asked.is_past else None
    moved = campaigns.leaders_on(asked.campaign, asked.day)
    leaders = {b.pk: campaigns.leader_of(b, moved, lang()) for b in (battle, *nested)}
    rows, further, is_cut = _tree(asked, ids, after)
    sums = campaigns.sums_of(asked.seen, asked.campaign, ids, day)
    return {
        "battle": battle,
        "name": battle.label(lang()),
        "leader": leaders[battle.pk],
        "lead_org": battle.lead_org.label(lang()) if battle.lead_org else "",
        "parent": battle.parent,
        "parent_name": battle.parent.label(lang()) if battle.parent else "",
        "nested": [
            (b.label(lang()), leaders[b.pk], _href(asked, b, "")) for b in nested
        ],
        "meter": meter(asked, sums, battle=battle.pk),
        "targets": [target_row(a) for a in aims_in(battle, asked.day)],
        "forces": task_forces(battle, asked.day),
        "rows": rows,
        "is_cut": is_cut,
        "is_further": bool(after),
        "next": _href(asked, battle, further) if further else "",
        "back": _href(asked, battle, ""),
    }  # fmt: skip


def task_forces(battle: Battle, day: dt.date) -> list[TaskForce]:
    """Give the task forces of a battle on a day, with the number of their members then."""
    now = Q(since__lte=day) & (Q(until=None) | Q(until__gte=day))
    then = Q(members__since__lte=day) & (Q(members__until=None) | Q(members__until__gte=day))
    rows = battle.task_forces.filter(now).annotate(n_members=Count("members", filter=then))
    return list(rows.select_related("head", "org"))


def _tree(asked: Asked, ids: list[UUID], after: str) -> tuple[list[TreeRow], str, bool]:
    """Give one page of root items with those right below: two queries."""
    if asked.is_past:
        return _tree_as_of(asked, ids, after)
    found, further = campaigns.roots(asked.seen, asked.campaign, ids, after)
    below, is_cut = campaigns.children_of(asked.seen, asked.campaign, found)
    return [_row(asked, i, below.get(i.pk, [])) for i in found], further, is_cut


def _tree_as_of(asked: Asked, ids: list[UUID], after: str) -> tuple[list[TreeRow], str, bool]:
    found = campaigns.all_as_of(asked.seen, asked.campaign, asked.day)
    found.sort(key=lambda i: i.code)
    below: dict[UUID | None, list[Item]] = {}
    for item in found:
        below.setdefault(item.parent_id, []).append(item)
    roots = [i for i in below.get(None, []) if i.battle_id in ids and i.code > after]
    size = campaigns.PAGE
    rows = [_row(asked, i, below.get(i.pk, [])) for i in roots[:size]]
    return rows, roots[size - 1].code if len(roots) > size else "", False


def _row(asked: Asked, item: Item, below: list[Item]) -> TreeRow:

    return TreeRow(
        item_row(asked, item, with_battle=False),
        tuple(item_row(asked, i, with_battle=False) for i in below),
    )


def _href(asked: Asked, battle: Battle, after: str) -> str:
    page = reverse("cockpit:battle", args=[asked.campaign.code, battle.pk])
    given = [f"day={asked.day}"] if asked.is_past else []
    given += [f"after={after}"] if after else []
    return f"{page}?{'&'.join(given)}" if given else page
