"""A one-time question (一次性摸底): asked of many orgs, answered, chased, closed or withdrawn."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from gongjian.apps.accounts.models import AccessClass
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError, Book, Moved, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.actions.burden import weigh
from gongjian.apps.loop.models import Answer, Inquiry, Return
from gongjian.apps.loop.queries.inquiries import outstanding
from gongjian.apps.loop.queries.known import known_things
from gongjian.apps.loop.things import MOST, Kind
from gongjian.apps.notices.actions import settle, tell
from gongjian.apps.notices.models import Notice
from gongjian.kernel.playbook.meanings import bare
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.apps.loop.queries.known import Known
    from gongjian.apps.loop.things import Read, Thing

S = Answer.State
_CODES = ("inquiry.asked", "inquiry.chased")
HOUR = dt.timedelta(hours=1)
CHOICES = 20
ORG_CAP = 9_000  # each org is two rows of one event


@dataclass(frozen=True, slots=True)
class InquiryPlan:
    """What the office asks, of whom, by when."""

    title: str
    things: Sequence[Thing]
    due: dt.date
    orgs: Sequence[Org]
    whom: str = ""  # how the orgs were named
    note: str = ""
    item: Item | None = None
    reason: str = ""  # why it is asked although the book knows, or the orgs are asked too much


@dataclass(frozen=True, slots=True)
class Given:
    """An answer with what was read for it; nothing read says that there is no such thing."""

    row: Answer
    read: Read | None
    note: str = ""  # beside a nil return


@action("loop.ask")
def ask(book: Book, campaign: Campaign, plan: InquiryPlan) -> dict[str, Any]:
    """Ask: one question, an answer to be given by each org, one notice each.

    What the book holds already is not asked for again without a reason, nor is an org asked for more
    than the cap in one week.
    """
    _refuse_plan(plan, today_of(campaign))
    known = known_things(campaign, plan.things)
    if known and not plan.reason.strip():
        raise ActionError("inquiry.known", things=_labels(plan.things, known))
    n_over = weigh(book, campaign, {o.pk: len(plan.things) for o in plan.orgs}, plan.reason)
    book.campaign_id = campaign.pk
    row = Inquiry(
        campaign=campaign,
        title=plan.title.strip()[:160],
        note=plan.note.strip(),
        things=[t.wire() for t in plan.things],
        due=plan.due,
        whom=plan.whom[:200],
        item=plan.item,
        access_class=plan.item.access_class if plan.item else AccessClass.OPEN,
        known=[k.wire() for k in known],
        reason=plan.reason.strip()[:300] if known or n_over else "",
        asked_by=_person(book),
        asked_at=book.at,
    )
    answers = [Answer(campaign=campaign, inquiry=row, org=org) for org in plan.orgs]
    book.insert(row)
    book.insert(*answers)
    _tell(book, row, "inquiry.asked", answers)
    return {"inquiry": str(row.pk), "orgs": len(answers), "over": n_over}


def _labels(things: Iterable[Thing], known: Iterable[Known]) -> list[str]:
    held = {k.thing for k in known}
    return [t.label for t in things if t.key in held]


def _person(book: Book) -> UUID | None:
    return None if book.act.by == SYSTEM else book.act.by


def _refuse_plan(plan: InquiryPlan, today: dt.date) -> None:
    if not plan.title.strip():
        raise ActionError("inquiry.title_missing")
    if plan.due < today:
        raise ActionError("inquiry.due_past", due=plan.due, today=today)
    if not plan.orgs:
        raise ActionError("inquiry.nobody_to_ask")
    if len(plan.orgs) > ORG_CAP:
        raise ActionError("inquiry.too_many_orgs", n=len(plan.orgs), limit=ORG_CAP)
    _refuse_things(plan.things)


def _refuse_things(things: Sequence[Thing]) -> None:
    if not things:
        raise ActionError("inquiry.nothing_asked")
    if len(things) > MOST:
        raise ActionError("inquiry.too_much", n=len(things), limit=MOST)
    if any(not t.label.strip() for t in things):
        raise ActionError("inquiry.label_missing")
    twice = [w for w, n in Counter(bare(t.label) for t in things).items() if n > 1]
    if twice:
        raise ActionError("inquiry.asked_twice", things=twice)
    for thing in things:
        if thing.kind == Kind.CHOICE and not 2 <= len(thing.choices) <= CHOICES:
            raise ActionError("inquiry.choices_missing", thing=thing.label, limit=CHOICES)


def _tell(book: Book, row: Inquiry, code: str, answers: Iterable[Answer]) -> int:
    facts = {"title": row.title}
    notices = [
        Notice(
            org_id=one.org_id,
            access_class=row.access_class,
            code=code,
            facts=facts,
            path=reverse("loop:inquiry_answer", args=[one.pk]),
            about=row.pk,
            due=row.due,
        )
        for one in answers
    ]
    return tell(book, notices)


@action("loop.answer")
def answer(book: Book, given: Sequence[Given], via: str) -> dict[str, Any]:
    """Take answers in, all or none: by page, by workbook, or entered for an org (代录).

    An answer may be changed while the question is open.
    """
    inquiry = given[0].row.inquiry
    _refuse_ended(book, inquiry)
    book.campaign_id = inquiry.campaign_id
    is_behalf = book.act.on_behalf_of is not None and via == Return.Via.PAGE
    by = {
        "via": Return.Via.ON_BEHALF if is_behalf else via,
        "answered_by": _person(book),
        "answered_at": book.at,
        "answered_on": _day(book, inquiry.campaign),
    }
    for one in given:
        _refuse_given(one, inquiry)
        book.update(one.row, **_facts(one), **by, reads=("content", "state"))
    told = {(inquiry.pk, g.row.org_id, None) for g in given}
    settle(book, _CODES, told, clock.day_of(book.at, inquiry.campaign.zone))
    return {"inquiry": str(inquiry.pk), "answers": [str(g.row.pk) for g in given]}


def _facts(one: Given) -> dict[str, Any]:
    if one.read is None:
        return {"state": S.NONE, "content": {}, "note": one.note.strip()[:500]}
    return {"state": S.ANSWERED, "content": one.read.content, "note": one.read.note}


def _day(book: Book, campaign: Campaign) -> dt.date:
    """Give the day by the campaign's clock; one of an example stands still."""
    return clock.day_of(book.act.at, campaign.zone) if book.act.at else today_of(campaign)


def _refuse_given(one: Given, inquiry: Inquiry) -> None:
    if one.row.inquiry_id != inquiry.pk:
        raise ActionError("inquiry.other")
    if one.read is None:
        return
    for error in one.read.faults.values():
        raise ActionError(error.code, **error.facts)


def _refuse_ended(book: Book, row: Inquiry) -> None:
    """Look at the question as it is now, and keep it so until the action ends."""
    held = book.lock([row])
    if not held:
        raise Moved("row.moved", row=str(row.pk))
    if held[0].state == Inquiry.State.CLOSED:
        raise ActionError("inquiry.closed", title=row.title)
    if held[0].state == Inquiry.State.WITHDRAWN:
        raise ActionError("inquiry.withdrawn", title=row.title)


@action("loop.chase_inquiry")
def chase_inquiry(book: Book, row: Inquiry) -> dict[str, Any]:
    """Remind every org that has not answered, in one press: one notice each (催报).

    An org that was reminded within the hour is not reminded again.
    """
    _refuse_ended(book, row)
    missing = outstanding(row)
    if not missing:
        raise ActionError("round.nobody_late")
    late = [a for a in missing if a.chased_at is None or a.chased_at <= book.at - HOUR]
    if not late:
        raise ActionError("inquiry.chased_lately", n=len(missing))
    book.campaign_id = row.campaign_id
    book.update_each({a: {"n_chased": a.n_chased + 1, "chased_at": book.at} for a in late})
    _tell(book, row, "inquiry.chased", late)
    return {"orgs": len(late), "lately": len(missing) - len(late)}


@action("loop.close_inquiry")
def close_inquiry(book: Book, row: Inquiry) -> dict[str, Any]:
    """Close a question: nothing comes in any more, and nobody is reminded of it."""
    return _end(book, row, Inquiry.State.CLOSED)


@action("loop.withdraw_inquiry")
def withdraw_inquiry(book: Book, row: Inquiry) -> dict[str, Any]:
    """Withdraw a question that should not have been asked: it goes from every list of an org."""
    if not book.act.reason.strip():
        raise ActionError("inquiry.why_withdrawn")
    return _end(book, row, Inquiry.State.WITHDRAWN)


def _end(book: Book, row: Inquiry, state: str) -> dict[str, Any]:
    _refuse_ended(book, row)
    book.campaign_id = row.campaign_id
    book.update(row, state=state)
    missing = outstanding(row)
    told = {(row.pk, a.org_id, None) for a in missing}
    if told:
        settle(book, _CODES, told, clock.day_of(book.at, row.campaign.zone))
    return {"inquiry": str(row.pk), "missing": len(missing)}
