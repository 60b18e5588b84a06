"""A round of returns (分解补全): sent out, chased, filled in, sent back, accepted, joined, closed."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from gongjian.apps.accounts.models import AccessClass, OrgGroupMember
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError, Book, Moved, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.actions.accepting import take_over
from gongjian.apps.loop.actions.burden import weigh
from gongjian.apps.loop.answers import JOINED, PART, Answers, Names, Reader, answerable, typed_of
from gongjian.apps.loop.models import Return, Round
from gongjian.apps.loop.queries.launch import Waiting, waiting
from gongjian.apps.loop.queries.returns import IN, OUTSTANDING, Duty
from gongjian.apps.notices.actions import settle, tell
from gongjian.apps.notices.models import Notice
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import is_blank
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.kernel.model.playbook import RegisterDef

S = Return.State
_CODES = ("round.asked", "round.chased", "round.duty_chased", "return.sent_back")
# What members of a group may be asked besides their part: figures are summed, texts put together.
_SHARED = frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.MONEY})


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What the office decides when it opens a round."""

    name: str
    due: dt.date
    note: str = ""
    only_lacking: bool = False  # ask only for items that lack something
    reason: str = ""  # why orgs are asked for more than the cap


@dataclass(frozen=True, slots=True)
class Filled:
    """A return with what was read for it."""

    row: Return
    answers: Answers


@dataclass(frozen=True, slots=True)
class Joined:
    """What the org that joins a group's parts makes of them."""

    text: str
    values: dict[str, Any]  # field → value for the item
    parts: Mapping[
        UUID, int
    ]  # the parts that were seen, each with its version: only these are joined
    without: bool = False  # joined although parts are missing


@action("loop.open_round")
def open_round(book: Book, campaign: Campaign, plan: RoundPlan) -> dict[str, Any]:
    """Send out what is blank: a return per item to the org that answers, one per member of a group."""
    if not plan.name.strip():
        raise ActionError("round.name_missing")
    today = today_of(campaign)
    if plan.due < today:
        raise ActionError("round.due_past", due=plan.due, today=today)
    book.campaign_id = campaign.pk
    row = Round(
        campaign=campaign,
        name=plan.name.strip()[:120],
        due=plan.due,
        note=plan.note.strip(),
        opened_at=book.at,
    )
    sent = _returns(row, waiting(campaign), only_lacking=plan.only_lacking)
    if not sent.returns:
        raise ActionError("round.nobody_to_ask", n=len(sent.unsent))
    n_over = weigh(book, campaign, _fields(sent.returns), plan.reason)
    book.insert(row)
    book.insert(*sent.returns)
    n_orgs = _tell(book, row, "round.asked", sent.returns)
    return {
        "round": str(row.pk),
        "returns": len(sent.returns),
        "orgs": n_orgs,
        "unsent": sent.unsent,
        "already": sent.already,
        "over": n_over,
        "reason": plan.reason.strip()[:300] if n_over else "",
    }


def blanks(campaign: Campaign, plan: RoundPlan) -> Counter[UUID]:
    """Give how many fields a round would ask of each org; nothing is sent."""
    row = Round(campaign=campaign, name=plan.name, due=plan.due)
    return _fields(_returns(row, waiting(campaign), only_lacking=plan.only_lacking).returns)


def _fields(returns: Iterable[Return]) -> Counter[UUID]:
    n: Counter[UUID] = Counter()
    for one in returns:
        n[one.org_id] += len(one.asked)
    return n


@dataclass
class _Sent:
    returns: list[Return]
    unsent: list[str]  # codes of items that name nobody to ask
    already: int = 0  # returns that an open round asks for as well


def _returns(row: Round, here: Waiting, *, only_lacking: bool) -> _Sent:
    open_before = Return.objects.filter(campaign=row.campaign, round__state=Round.State.OPEN)
    asked = set(open_before.exclude(state=S.ACCEPTED).values_list("item", "org", "kind"))
    members = _members(here, today_of(row.campaign))
    lacks = {c.key: c.lacks for c in here.check.items}
    sent = _Sent([], [])
    for item in here.tops:
        if only_lacking and not lacks[str(item.pk)]:
            continue
        made = list(_of_item(row, item, lacks[str(item.pk)], here, members))
        fresh = [r for r in made if (r.item_id, r.org_id, r.kind) not in asked]
        sent.returns += fresh
        sent.already += len(made) - len(fresh)
        if not made:
            sent.unsent.append(item.code)
    return sent


def _members(here: Waiting, day: dt.date) -> dict[UUID, list[UUID]]:
    """Give the members of the groups that answer for something, as they are on a day."""
    groups = {r.group_id for rows in here.answering.values() for r in rows if r.group_id}
    rows = OrgGroupMember.objects.filter(group__in=groups)
    rows = rows.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for group, org in rows.order_by("org__order", "org__code").values_list("group", "org"):
        found[group].append(org)
    return found


def _of_item(
    row: Round,
    item: Item,
    lacks: tuple[str, ...],
    here: Waiting,
    members: dict[UUID, list[UUID]],
) -> Iterable[Return]:
    shared = {"campaign": row.campaign, "round": row, "item": item}
    if item.org_id is not None:
        yield Return(**shared, org_id=item.org_id, kind=Return.Kind.BLANKS, asked=list(lacks))
    groups = [r.group_id for r in here.answering.get(item.pk, ()) if r.group_id]
    parts = [PART, *_summable(here.definition(item), lacks)]
    for org in dict.fromkeys(o for g in groups for o in members.get(g, ())):
        if org != item.org_id:
            yield Return(**shared, org_id=org, kind=Return.Kind.MEMBER, asked=parts)


def _summable(register: RegisterDef, lacks: Iterable[str]) -> list[str]:
    own = {f.key: f for f in register.fields if f.type in _SHARED and not f.several}
    return [n for n in lacks if n in own and answerable(register, n)]


def _tell(book: Book, row: Round, code: str, returns: Iterable[Return]) -> int:
    """One row of an inbox for each org and access class, however many returns; gives how many orgs.

    Each class is counted by itself: who sees open items is not told how many others there are.
    """
    n = Counter((r.org_id, r.item.access_class) for r in returns)
    path = f"{reverse('loop:returns')}?round={row.pk}"
    facts = {"round": row.name}
    tell(
        book,
        [
            Notice(
                org_id=org,
                access_class=closeness,
                code=code,
                facts={**facts, "n": k},
                path=path,
                about=row.pk,
                due=row.due,
            )
            for (org, closeness), k in n.items()
        ],
    )
    return len({org for org, _closeness in n})


@action("loop.fill")
def fill(book: Book, filled: Sequence[Filled], via: str) -> dict[str, Any]:
    """Take returns in, all or none: by page, by workbook, or entered for an org (代录)."""
    by = None if book.act.by == SYSTEM else book.act.by
    is_behalf = book.act.on_behalf_of is not None and via == Return.Via.PAGE
    how = Return.Via.ON_BEHALF if is_behalf else via
    for one in filled:
        row, answers = one.row, one.answers
        _refuse_fill(row, answers)
        book.campaign_id = row.campaign_id
        kept = {k: v for k, v in row.content.items() if k == JOINED}
        book.update(
            row,
            content={**answers.content, **kept},
            lines=answers.lines,
            state=S.RETURNED,
            via=how,
            returned_by=by,
            returned_at=book.at,
            reads=("review_note",),
        )
    _settle(book, [f.row for f in filled])
    return {"returns": [str(f.row.pk) for f in filled]}


def _refuse_fill(row: Return, answers: Answers) -> None:
    _refuse_closed(row.round)
    if row.state == S.ACCEPTED:
        raise ActionError("return.accepted", item=row.item.code)
    for error in answers.faults.values():
        raise ActionError(error.code, **error.facts)
    if not answers.content and not answers.lines:
        raise ActionError("return.empty", item=row.item.code)


def _refuse_closed(row: Round) -> None:
    if row.state == Round.State.CLOSED:
        raise ActionError("round.closed", round=row.name)


def _settle(book: Book, rows: Sequence[Return]) -> None:
    """Chasing stops the moment the answer is there."""
    day = clock.day_of(book.at, rows[0].campaign.zone)
    told: set[tuple[UUID, UUID, str | None]] = {(r.pk, r.org_id, None) for r in rows}
    told |= {(_duty_id(r.round_id, r.item_id), r.org_id, None) for r in rows}
    for round_id in {r.round_id for r in rows}:
        orgs = {r.org_id for r in rows if r.round_id == round_id}
        left = Return.objects.filter(round=round_id, org__in=orgs, state__in=OUTSTANDING)
        waiting_still = set(left.values_list("org", "item__access_class"))
        every = {(org, closeness) for org in orgs for closeness in AccessClass.values}
        told |= {(round_id, *pair) for pair in every - waiting_still}
    settle(book, _CODES, told, day)


def _duty_id(round_id: UUID, item_id: UUID) -> UUID:
    """Name one duty of one round, for the notices about it."""
    return UUID(int=round_id.int ^ item_id.int)


@action("loop.chase")
def chase(book: Book, row: Round) -> dict[str, Any]:
    """Remind every org that has not given everything back, in one press: one notice each (催报)."""
    _refuse_closed(row)
    found = Return.objects.filter(round=row, state__in=OUTSTANDING).select_related("item")
    late = _count_up(book, found)
    n = _tell(book, row, "round.chased", late)
    return {"orgs": n, "returns": len(late)}


@action("loop.chase_duty")
def chase_duty(book: Book, duty: Duty) -> dict[str, Any]:
    """Remind the members of a group whose part of one item is missing."""
    _refuse_closed(duty.round)
    here = Return.objects.filter(round=duty.round, item=duty.item, kind=Return.Kind.MEMBER)
    late = _count_up(book, here.filter(state__in=OUTSTANDING))
    book.campaign_id = duty.round.campaign_id
    facts = {"item": duty.item.code, "title": duty.item.title}
    notices = [
        Notice(
            org_id=r.org_id,
            access_class=duty.item.access_class,
            code="round.duty_chased",
            facts=facts,
            path=reverse("loop:return", args=[r.pk]),
            about=_duty_id(duty.round.pk, duty.item.pk),
            due=duty.round.due,
        )
        for r in late
    ]
    return {"orgs": tell(book, notices), "returns": len(late)}


def _count_up(book: Book, found: Iterable[Return]) -> list[Return]:
    late = list(found)
    if not late:
        raise ActionError("round.nobody_late")
    book.campaign_id = late[0].campaign_id
    for n in sorted({r.n_chased for r in late}):
        book.update_many([r for r in late if r.n_chased == n], n_chased=n + 1)
    return late


@action("loop.send_back")
def send_back(book: Book, row: Return, note: str) -> dict[str, Any]:
    """Send a return back with what is to be corrected; what it holds stays."""
    _refuse_closed(row.round)
    if row.state != S.RETURNED:
        raise ActionError("return.not_in", item=row.item.code)
    if not note.strip():
        raise ActionError("return.note_missing")
    book.campaign_id = row.campaign_id
    book.update(row, state=S.SENT_BACK, review_note=note.strip()[:300], reads=("content", "lines"))
    facts = {"item": row.item.code, "title": row.item.title}
    path = reverse("loop:return", args=[row.pk])
    notice = Notice(
        org_id=row.org_id, code="return.sent_back", facts=facts, path=path, about=row.pk
    )
    notice.due, notice.access_class = row.round.due, row.item.access_class
    tell(book, [notice])
    return {"return": str(row.pk)}


@action("loop.accept")
def accept(book: Book, rows: Sequence[Return]) -> dict[str, Any]:
    """Take over what returns say: items, who answers, targets and parts, all or none.

    What was answered anew since the rows were fetched is not taken over unseen: `Moved`.
    """
    _refuse_moved(book, rows)
    campaign = rows[0].campaign
    playbook, names = playbook_in_force(campaign), Names()
    book.campaign_id = campaign.pk
    for row in rows:
        if row.state != S.RETURNED or row.kind != Return.Kind.BLANKS:
            raise ActionError("return.not_in", item=row.item.code)
        # Read again: an org may have been merged, or the campaign shortened, since it was typed.
        register = playbook.register(row.item.register.key)
        read = Reader(playbook, names, row.item).read(row.asked, typed_of(row, register, names))
        if read.faults:
            raise ActionError("return.no_longer_fits", item=row.item.code)
    made = take_over(book, campaign, playbook, rows)
    book.update_many(rows, state=S.ACCEPTED, review_note="")
    return {"returns": len(rows), "items": len(made.items), "targets": len(made.targets)}


def _refuse_moved(book: Book, rows: Sequence[Return]) -> None:
    now = {r.pk: r.version for r in book.lock(rows)}
    for row in rows:
        if now.get(row.pk) != row.version:
            raise Moved("return.moved", item=row.item.code)


@action("loop.join")
def join(book: Book, duty: Duty, joined: Joined) -> dict[str, Any]:
    """Join the parts of a group into one (汇总): onto the item, and kept with the lead's return.

    Only parts that were seen as they are now are joined; one that came in later stays as it is.
    """
    _refuse_closed(duty.round)
    now = {p.pk: p for p in book.lock(duty.parts)}
    taken = {pk: p for pk, p in now.items() if p.state in IN and joined.parts.get(pk) == p.version}
    out = [p for p in duty.parts if p.pk not in taken]
    if not joined.without:
        _refuse_without(out, now)
    if not joined.text.strip() and not joined.values:
        raise ActionError("join.empty")
    book.campaign_id = duty.round.campaign_id
    _onto_item(book, duty.item, joined)
    if duty.lead is not None:
        kept = {
            "text": joined.text.strip(),
            "values": joined.values,
            "members": [str(p.org_id) for p in duty.parts if p.pk in taken],
            "missing": [str(p.org_id) for p in out],
            "by": str(book.act.by),
            "at": book.at.isoformat(),
        }
        book.update(duty.lead, content={**duty.lead.content, JOINED: kept})
    fresh = [p for p in taken.values() if p.state == S.RETURNED]
    book.update_many(fresh, state=S.ACCEPTED, review_note="")
    names = [p.org.short_name for p in out]
    return {"item": duty.item.code, "joined": len(taken), "missing": names}


def _refuse_without(out: Sequence[Return], now: Mapping[UUID, Return]) -> None:
    """Nobody is left out unasked: neither who is missing nor who came in since."""
    missing = [p.org.short_name for p in out if now[p.pk].state in OUTSTANDING]
    if missing:
        raise ActionError("join.missing", n=len(missing), orgs=missing)
    if out:
        raise ActionError("join.late", orgs=[p.org.short_name for p in out])


def _onto_item(book: Book, item: Item, joined: Joined) -> None:
    register = playbook_in_force(item.campaign).register(item.register.key)
    unknown = [k for k in joined.values if not answerable(register, k)]
    if unknown:
        raise ActionError("item.not_editable", fields=unknown)
    values = {k: v for k, v in joined.values.items() if not is_blank(v)}
    if values:
        book.update(item, fields={**item.fields, **values})


@action("loop.close_round")
def close_round(book: Book, row: Round) -> dict[str, Any]:
    """Close a round: nothing comes in any more, and nobody is reminded of it."""
    _refuse_closed(row)
    book.campaign_id = row.campaign_id
    book.update(row, state=Round.State.CLOSED)
    day = clock.day_of(book.at, row.campaign.zone)
    late = Return.objects.filter(round=row, state__in=OUTSTANDING)
    told = {(about, r.org_id, None) for r in late for about in _abouts(r)}
    if told:
        settle(book, _CODES, told, day)
    return {"round": str(row.pk), "missing": late.count()}


def _abouts(row: Return) -> tuple[UUID, ...]:
    return (row.round_id, row.pk, _duty_id(row.round_id, row.item_id))
