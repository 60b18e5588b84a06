"""What a plan of typed rows does to the book: one event, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.actions import add_items, laid_in
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Responsibility
from gongjian.apps.campaigns.personal import keep_keys, keys_of_cases, personal_keys
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.grid import reading
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.loop.actions import Recorded, record_reports
from gongjian.kernel.playbook.values import is_blank
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign, Item, Register
    from gongjian.apps.grid.writing import Wish, WritePlan
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 200  # codes that an event names
_ACCOUNTABLE = ("lead", "owner")  # the first lead, else the first owner


@action("grid.write")
def write(book: Book, register: Register, plan: WritePlan) -> dict[str, Any]:
    """Write what a plan says: new items with their codes, changed ones where nobody else was faster.

    1. What others hold of the items is settled: duties, then the accountable org that follows from them.
    2. Reports that cells make up are recorded; state and progress follow from them.
    3. Changed items are written together, new ones after them, each in a fixed number of statements.
    """
    if not plan.is_sound:
        raise ActionError("write.not_sound", n=len(plan.faults) + len(plan.conflicts))
    campaign = register.campaign
    book.campaign_id = campaign.pk
    playbook = playbook_in_force(campaign)
    wishes = [*plan.made, *plan.changed]
    _settle_duties(book, campaign, plan.changed)
    made = _duties_of_new(campaign, plan.made)
    reported = record_reports(book, playbook, [_recorded(w) for w in wishes if _says(w)])
    for wish in wishes:
        if wish.item.pk in reported:
            wish.changes |= reported[wish.item.pk][1]
    _write_changed(book, playbook, register, plan.changed)
    _add_new(book, campaign, plan.made, made)
    book.insert(*(report for report, _facts in reported.values()))
    codes = [w.item.code for w in wishes]
    return {"made": len(plan.made), "changed": len(plan.changed), "items": codes[:SHOWN]}


def _says(wish: Wish) -> bool:
    return bool(any(wish.words.values()) or wish.share is not None)


def _recorded(wish: Wish) -> Recorded:
    return Recorded(wish.item, wish.words, wish.share, wish.roles, is_new=wish.is_new)


def _write_changed(
    book: Book, playbook: Playbook, register: Register, wishes: Sequence[Wish]
) -> None:
    definition = playbook.register(register.key)
    personal = personal_keys(definition)
    closed = [w.item.pk for w in wishes if personal & {*w.fields}]
    keys = keys_of_cases(closed) if closed else {}
    made, changes = [], {}
    for wish in wishes:
        facts = dict(wish.changes)
        if wish.fields:
            facts["fields"], key = laid_in(
                definition, wish.item, wish.fields, keys.get(wish.item.pk)
            )
            made += [key] if key else []
        if (
            facts or wish.duties
        ):  # who answers is no column of the item, but the next one should see it
            changes[wish.item] = facts
    keep_keys(made)
    if len(changes) == 1:
        [(item, facts)] = changes.items()
        book.update(item, **facts)
    elif changes:
        book.update_each(changes)


def _add_new(
    book: Book,
    campaign: Campaign,
    wishes: Sequence[Wish],
    duties: Sequence[Responsibility],
) -> None:
    for wish in wishes:
        wish.item.fields = {k: v for k, v in wish.fields.items() if not is_blank(v)}
        for name, value in wish.changes.items():
            setattr(wish.item, name, value)
    if wishes:
        add_items(book, campaign, [w.item for w in wishes], duties)


def _duties_of_new(campaign: Campaign, wishes: Iterable[Wish]) -> list[Responsibility]:
    """Give the duties of new items, and set the org that is accountable by them."""
    made = []
    for wish in wishes:
        for role, wanted in wish.duties.items():
            made += [_duty(campaign, wish.item, role, n, h) for n, h in enumerate(wanted)]
        held = [h.org for role in _ACCOUNTABLE for h in wish.duties.get(role, ()) if h.org]
        wish.item.org_id = held[0] if held else None
    return made


def _duty(
    campaign: Campaign, item: Item, role: str, order: int, holder: reading.Holder
) -> Responsibility:
    return Responsibility(
        campaign=campaign,
        item=item,
        role=role,
        order=order,
        org_id=holder.org,
        post_id=holder.post,
        group_id=holder.group,
        printed=holder.printed[:120],
    )


def _settle_duties(book: Book, campaign: Campaign, wishes: Sequence[Wish]) -> None:
    """Give duties as cells name them: kept where they stay, else taken back or added."""
    turned = [w for w in wishes if w.duties]
    if not turned:
        return
    day = clock.day_of(book.at, campaign.zone)
    there: dict[tuple[UUID, str], list[Responsibility]] = defaultdict(list)
    rows = Responsibility.objects.filter(item__in=[w.item.pk for w in turned]).order_by("order")
    for row in rows:
        if in_force(row, day):
            there[row.item_id, row.role].append(row)
    turn = _Turn()
    for wish in turned:
        for role, wanted in wish.duties.items():
            _turn(turn, wish.item, role, wanted, there[wish.item.pk, role])
        org = _accountable(wish, there)
        if org != wish.item.org_id:
            wish.changes["org_id"] = org
    book.delete_many(turn.gone)
    if turn.moved:
        book.update_each(turn.moved)
    book.insert(*turn.made)


@dataclass
class _Turn:
    """What happens to duties: taken back, added, put in another order."""

    gone: list[Responsibility] = field(default_factory=list)
    made: list[Responsibility] = field(default_factory=list)
    moved: dict[Responsibility, dict[str, Any]] = field(default_factory=dict)


def _turn(
    turn: _Turn,
    item: Item,
    role: str,
    wanted: Sequence[reading.Holder],
    there: Sequence[Responsibility],
) -> None:
    had = {reading.held(r).key: r for r in there}
    kept = {h.key for h in wanted}
    turn.gone += [r for key, r in had.items() if key not in kept]
    for n, holder in enumerate(wanted):
        row = had.get(holder.key)
        if row is None:
            turn.made.append(_duty(item.campaign, item, role, n, holder))
        elif row.order != n:
            turn.moved[row] = {"order": n}


def _accountable(wish: Wish, there: dict[tuple[UUID, str], list[Responsibility]]) -> UUID | None:
    for role in _ACCOUNTABLE:
        rows = [reading.held(r) for r in there[wish.item.pk, role]]
        for holder in wish.duties.get(role, rows):
            if holder.org is not None:
                return holder.org
    return None
