"""What an accepted return does to its item: owners, deadline, fields, target, parts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Max

from gongjian.apps.campaigns.actions import add_items
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop.answers import JOINED, NOTE, PART, group_of
from gongjian.apps.targets.actions import copied
from gongjian.apps.targets.models import Target, TargetVersion
from gongjian.kernel.model.playbook import CORE_NEEDS
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Book
    from gongjian.apps.loop.models import Return
    from gongjian.kernel.model.playbook import Playbook

MAX_DEPTH = 5
_NOT_ITS_FIELDS = CORE_NEEDS | {NOTE, PART, JOINED}


@dataclass
class Made:
    """Rows that come out of accepted returns."""

    items: list[Item] = field(default_factory=list)
    responsibilities: list[Responsibility] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    versions: list[TargetVersion] = field(default_factory=list)


@dataclass
class _Around:
    """What is there already, for all items at once."""

    campaign: Campaign
    playbook: Playbook
    day: dt.date
    next_order: int
    answering: dict[UUID, list[Responsibility]]
    versions: dict[UUID, TargetVersion]  # the newest base line by item


def take_over(book: Book, campaign: Campaign, playbook: Playbook, rows: Sequence[Return]) -> Made:
    """Write what returns say; one statement for each item that changes, the rest in bulk."""
    around = _around(
        campaign, playbook, [r.item_id for r in rows], clock.day_of(book.at, campaign.zone)
    )
    made = Made()
    for row in rows:
        changes = _changes(row, around, made)
        _target(row, around, made)
        made.items += _parts(row, changes, around, made)
        if changes:
            book.update(row.item, **changes)
    if made.items:
        add_items(book, campaign, made.items, ())
    book.insert(*made.responsibilities)
    book.insert(*made.targets)
    book.insert(*made.versions)
    return made


def _around(campaign: Campaign, playbook: Playbook, items: list[UUID], day: dt.date) -> _Around:
    answering: dict[UUID, list[Responsibility]] = defaultdict(list)
    for row in Responsibility.objects.filter(item__in=items, until=None):
        answering[row.item_id].append(row)
    versions: dict[UUID, TargetVersion] = {}
    numbers: dict[UUID, int] = {}
    rows = TargetVersion.objects.filter(target__item__in=items).select_related("target")
    for version in rows.order_by("target__order", "n"):
        item = version.target.item_id
        if item is None:
            continue
        numbers[version.target_id] = version.n
        first = versions.get(item)
        if version.raised_by_id is None and (first is None or first.target_id == version.target_id):
            versions[item] = version
    for version in versions.values():
        version.n = numbers[version.target_id]
    last = Target.objects.filter(campaign=campaign).aggregate(last=Max("order"))["last"]
    return _Around(campaign, playbook, day, 0 if last is None else last + 1, answering, versions)


def _changes(row: Return, around: _Around, made: Made) -> dict[str, Any]:
    """Give what changes of the item itself; who answers is added beside it."""
    item, content = row.item, row.content
    changes: dict[str, Any] = {}
    if "due" in content:
        changes["due"] = dt.date.fromisoformat(content["due"])
    fields = {k: v for k, v in content.items() if k not in _NOT_ITS_FIELDS}
    if fields:
        changes["fields"] = {**item.fields, **fields}
    for role in ("lead", "owner"):
        made.responsibilities += _answering(item, role, content.get(role, ()), around)
    if "lead" in content:
        changes["org_id"] = UUID(content["lead"][0])
    elif item.org_id is None:
        first = next((o for o in content.get("owner", ()) if group_of(o) is None), None)
        changes |= {"org_id": UUID(first)} if first else {}
    return changes


def _answering(item: Item, role: str, refs: Sequence[str], around: _Around) -> list[Responsibility]:
    there = [r for r in around.answering[item.pk] if r.role == role]
    known = {r.group_id or r.org_id for r in there}
    made: list[Responsibility] = []
    for ref in refs:
        group = group_of(ref)
        org = None if group else UUID(ref)
        if (group or org) not in known:
            row = Responsibility(
                campaign=around.campaign,
                item=item,
                role=role,
                org_id=org,
                group_id=group,
                order=len(there) + len(made),
            )
            made.append(row)
    return made


def _target(row: Return, around: _Around, made: Made) -> None:
    aim, rule = row.content.get("target"), row.content.get("counting_rule") or ""
    there = around.versions.get(row.item_id)
    if aim is None and there is not None and rule:
        reason = row.round.name[:300]
        since = max(around.day, there.since)
        made.versions.append(
            copied(there, n=there.n + 1, counting_rule=rule, reason=reason, since=since)
        )
    if aim is None:
        return
    target = Target(
        campaign=around.campaign,
        battle_id=row.item.battle_id,
        item=row.item,
        order=around.next_order,
        subject=aim["subject"],
    )
    around.next_order += 1
    made.targets.append(target)
    made.versions.append(_version(target, aim, rule, row, around))


def _version(
    target: Target, aim: dict[str, Any], rule: str, row: Return, around: _Around
) -> TargetVersion:
    """A rank is better when it is smaller; everything else that is counted, when it is larger."""
    ops = {"rank": "<=", "date": "<=", "yesno": "=="}
    due = row.content.get("due")
    value = aim["value"]
    text = f"{aim['subject']} {value or ''} {aim['unit'] or ''}".strip()
    return TargetVersion(
        target=target,
        n=1,
        kind=aim["kind"],
        op=ops.get(aim["kind"], ">="),
        floor=None if value is None else Decimal(value),
        unit=aim["unit"] or "",
        due=dt.date.fromisoformat(due) if due else row.item.due,
        strength="plain",
        counting_rule=rule,
        text=text[:300],
        since=around.day,
    )


def _parts(row: Return, changes: dict[str, Any], around: _Around, made: Made) -> list[Item]:
    """Make an item of each line of the org's own plan (细化方案), below the item."""
    above, parts = row.item, []
    if row.lines and above.depth >= MAX_DEPTH:
        raise ActionError("return.too_deep", item=above.code)
    workflow = around.playbook.workflow_of(above.register.key)
    for line in row.lines:
        ref = line["org"]
        org = UUID(ref) if ref else row.org_id
        part = Item(
            campaign=around.campaign,
            register=above.register,
            battle_id=above.battle_id,
            parent=above,
            title=line["title"],
            org_id=org,
            start_on=above.start_on,
            due=dt.date.fromisoformat(line["due"])
            if line["due"]
            else changes.get("due", above.due),
            state=workflow.initial,
        )
        parts.append(part)
        made.responsibilities.append(
            Responsibility(campaign=around.campaign, item=part, role="owner", org_id=org)
        )
    return parts
