"""The page of one battle: who leads it, how far it is, what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.models import TaskForce
from gongjian.apps.cockpit.items import brief_rows
from gongjian.apps.cockpit.queries import Asked, lang, meter, target_row
from gongjian.apps.targets.queries import aims_in, seen_aims

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from gongjian.apps.campaigns.models import Battle
    from gongjian.apps.campaigns.queries import Brief


def battle_context(asked: Asked, battle: Battle, after: str) -> dict[str, Any]:
    """Give everything that the page of a battle shows: a fixed number of queries."""
    nested = list(asked.campaign.battles.filter(parent=battle).select_related("leader"))
    ids = [battle.pk, *(b.pk for b in nested)]
    day = asked.day if asked.is_past else None
    moved = campaigns.leaders_on(asked.campaign, asked.day)
    leaders = {b.pk: campaigns.leader_of(b, moved, lang()) for b in (battle, *nested)}
    rows, further, is_cut = _tree(asked, ids, after)
    aims = aims_in(battle, asked.day)
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
        "targets": [target_row(a) for a in seen_aims(asked.seen, asked.campaign.pk, aims)],
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


def _tree(asked: Asked, ids: list[UUID], after: str) -> tuple[list[dict[str, Any]], str, bool]:
    """Give one page of root items, each followed by those right below it: four queries."""
    if asked.is_past:
        found, below, further = _as_of(asked, ids, after)
        is_cut = False
    else:
        found, further = campaigns.roots(asked.seen, asked.campaign, ids, after)
        below, is_cut = campaigns.children_of(asked.seen, asked.campaign, found)
    shown = [(b, is_below) for root in found for b, is_below in _branch(root, below)]
    return _rows(asked, shown), further, is_cut


def _branch(root: Brief, below: Mapping[UUID | None, list[Brief]]) -> Iterator[tuple[Brief, bool]]:
    yield root, False
    for one in below.get(root.pk, ()):
        yield one, True


def _as_of(
    asked: Asked, ids: list[UUID], after: str
) -> tuple[list[Brief], Mapping[UUID | None, list[Brief]], str]:
    found = campaigns.all_as_of(asked.seen, asked.campaign, asked.day)
    below: dict[UUID | None, list[Brief]] = {}
    roots = []
    for item in sorted(found, key=lambda i: i.code):
        brief = campaigns.brief_of(item)
        below.setdefault(item.parent_id, []).append(brief)
        if item.parent_id is None and item.battle_id in ids and item.code > after:
            roots.append(brief)
    size = campaigns.PAGE
    return roots[:size], below, roots[size - 1].code if len(roots) > size else ""


def _rows(asked: Asked, shown: list[tuple[Brief, bool]]) -> list[dict[str, Any]]:
    orgs = Org.objects.filter(pk__in={b.org_id for b, _is in shown if b.org_id})
    named = {str(o.pk): o.label(lang()) for o in orgs}
    keys = dict(asked.campaign.registers.values_list("pk", "key"))
    rows = brief_rows(asked, [b for b, _is in shown], keys, named)
    for row, (_brief, is_below) in zip(rows, shown, strict=True):
        row["is_below"] = is_below
    return rows


def _href(asked: Asked, battle: Battle, after: str) -> str:
    page = reverse("cockpit:battle", args=[asked.campaign.code, battle.pk])
    given = [f"day={asked.day}"] if asked.is_past else []
    given += [f"after={after}"] if after else []
    return f"{page}?{'&'.join(given)}" if given else page
