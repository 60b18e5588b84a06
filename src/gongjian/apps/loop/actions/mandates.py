"""Mandates (任务书): issued, accepted, objected to, withdrawn, issued again when goals have moved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse

from gongjian.apps.campaigns.queries import leaders_on
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.loop.actions.mandate_parts import S, both, live, settle
from gongjian.apps.loop.actions.steps import day_of_act, person_of
from gongjian.apps.loop.mandate_content import digest_of, substance_of
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries.mandates import tellable
from gongjian.apps.loop.queries.material import (
    LIVE,
    Addressee,
    Words,
    addressee_of,
    material,
)
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.mandate_content import Content
    from gongjian.apps.loop.queries.material import Material


HOUR = dt.timedelta(hours=1)


CAP = 2_000  # letters of one event


@dataclass(frozen=True, slots=True)
class MandatePlan:
    """What the office issues: to whom, with which words, to be accepted by when."""

    to: Sequence[Addressee]
    accept_by: dt.date
    heading: str = ""
    opening: str = ""
    agreed: str = ""  # `preview_digest` of what was looked at; empty: whatever it is now


@dataclass(frozen=True, slots=True)
class Renewal:
    """What the office issues again: which mandates, and what it says about it."""

    rows: Sequence[Mandate]
    accept_by: dt.date
    note: str = ""  # what changed and why; the answer to an objection
    agreed: str = ""


def preview_digest(contents: Iterable[Content]) -> str:
    """Give a digest of what several letters are about, to be told whether it moved before they go."""
    return joined_digest(substance_of(c) for c in contents)


def joined_digest(substances: Iterable[str]) -> str:
    """Give one digest of what several letters are about, whatever their order."""
    return digest_of({"letters": sorted(substances)})


@action("loop.issue_mandates")
def issue_mandates(book: Book, campaign: Campaign, plan: MandatePlan) -> dict[str, Any]:
    """Issue mandates: one letter for each receiver, frozen as it stands, and one notice."""
    day = day_of_act(book, campaign)
    _refuse_plan(plan.to, plan.accept_by, day)
    _refuse_twice(campaign, plan.to)
    known = material(campaign, plan.to, day)
    words = Words(plan.accept_by, plan.heading.strip()[:160], plan.opening.strip()[:2000])
    _refuse_moved(plan.agreed, (known.content(to, words) for to in plan.to))
    book.campaign_id = campaign.pk
    first = _next_serial(campaign)
    rows = [
        _letter(book, known, to, replace(words, serial=first + k)) for k, to in enumerate(plan.to)
    ]
    book.insert(*rows)
    _tell(book, campaign, rows, "mandate.asked")
    return {"mandates": [str(r.pk) for r in rows]}


def _refuse_plan(to: Sequence[object], accept_by: dt.date, day: dt.date) -> None:
    if not to:
        raise ActionError("mandate.nobody")
    if len(to) > CAP:
        raise ActionError("mandate.too_many", n=len(to), limit=CAP)
    if accept_by < day:
        raise ActionError("mandate.due_past", due=accept_by, today=day)


def _refuse_twice(campaign: Campaign, to: Iterable[Addressee]) -> None:
    live = Mandate.objects.filter(campaign=campaign, state__in=LIVE)
    held = {(m.battle_id, m.org_id) for m in live.only("battle", "org")}
    named = [(t.battle.pk if t.battle else None, t.org.pk if t.org else None, t) for t in to]
    twice = Counter((b, o) for b, o, _t in named)
    for battle, org, one in named:
        if battle is not None and one.post is None:
            raise ActionError("mandate.no_leader", name=_name(one))
        if (battle, org) in held or twice[battle, org] > 1:
            raise ActionError("mandate.already", name=_name(one))


def _name(to: Addressee) -> str:
    return to.battle.name if to.battle else to.org.short_name if to.org else ""


def _refuse_moved(agreed: str, contents: Iterable[Content]) -> None:
    made = list(contents)
    for content in made:
        if not content["goals"] and not content["items"]:
            raise ActionError("mandate.empty", name=content["to"]["zh"])
    if agreed and agreed != preview_digest(made):
        raise ActionError("mandate.moved")


def _next_serial(campaign: Campaign) -> int:
    last = Mandate.objects.filter(campaign=campaign).aggregate(n=Max("serial"))["n"]
    return int(last or 0) + 1


def _letter(
    book: Book, known: Material, to: Addressee, words: Words, former: Mandate | None = None
) -> Mandate:
    content = known.content(to, words)
    return Mandate(
        campaign=known.campaign,
        battle=to.battle,
        post=to.post,
        org=to.org,
        serial=words.serial,
        n=words.n,
        former=former,
        content=content,
        digest=digest_of(content),
        substance=substance_of(content),
        closer=known.n_closer(to),
        accept_by=words.accept_by,
        issued_by=person_of(book),
        issued_at=book.at,
        issued_on=day_of_act(book, known.campaign),
    )


def _tell(book: Book, campaign: Campaign, rows: Iterable[Mandate], code: str) -> None:
    """Tell orgs as such, and of a leading official's letter everybody who can accept it."""
    notices = []
    letters = list(rows)
    people = tellable(letters, campaign, clock.today())
    for row in letters:
        facts = {"title": row.content["heading"] or campaign.name, "to": both(row)}
        whom: list[dict[str, Any]] = [{"org_id": row.org_id}]
        if row.org_id is None:
            whom = [{"person_id": pk} for pk in sorted(people[row.pk])]
        notices += [
            Notice(
                **one,
                code=code,
                facts=facts,
                path=reverse("loop:mandate", args=[row.pk]),
                about=row.pk,
                due=row.accept_by,
            )
            for one in whom
        ]
    if notices:
        tell(book, notices)


@action("loop.reissue_mandates")
def reissue_mandates(book: Book, campaign: Campaign, plan: Renewal) -> dict[str, Any]:
    """Issue another edition of mandates: the former stays readable, the receiver accepts again.

    One of which nothing has changed is refused, unless an objection or a note gives the reason.
    """
    day = day_of_act(book, campaign)
    _refuse_plan(plan.rows, plan.accept_by, day)
    held = live(book, plan.rows)
    leaders = leaders_on(campaign, day)
    tos = {row.pk: addressee_of(row, leaders) for row in held}
    known = material(campaign, tos.values(), day)
    words = {row.pk: _words_again(row, plan) for row in held}
    _refuse_moved(plan.agreed, (known.content(tos[r.pk], words[r.pk]) for r in held))
    for row in held:
        _refuse_same(known, row, tos[row.pk], plan.note)
    book.campaign_id = campaign.pk
    book.update_many(held, state=S.SUPERSEDED, ended_at=book.at)
    settle(book, held)
    made = [_letter(book, known, tos[r.pk], words[r.pk], former=r) for r in held]
    book.insert(*made)
    _tell(book, campaign, made, "mandate.asked")
    return {"mandates": [str(r.pk) for r in made]}


def _words_again(row: Mandate, plan: Renewal) -> Words:
    return Words(
        plan.accept_by,
        row.content["heading"],
        row.content["opening"],
        plan.note.strip()[:1000],
        row.serial,
        row.n + 1,
    )


def _refuse_same(known: Material, row: Mandate, to: Addressee, note: str) -> None:
    if to.battle is not None and to.post is None:
        raise ActionError("mandate.no_leader", name=_name(to))
    is_same = known.substance(to) == row.substance
    if is_same and not note.strip():
        code = "mandate.answer_missing" if row.state == S.OBJECTED else "mandate.nothing_changed"
        raise ActionError(code, name=_name(to))


@action("loop.withdraw_mandate")
def withdraw_mandate(book: Book, row: Mandate) -> dict[str, Any]:
    """Withdraw a mandate, with the reason: it stays readable, and nobody accepts it any more."""
    reason = book.act.reason.strip()
    if not reason:
        raise ActionError("mandate.why_withdrawn")
    (now,) = live(book, [row])
    book.campaign_id = now.campaign_id
    book.update(now, state=S.WITHDRAWN, ended_reason=reason[:300], ended_at=book.at)
    settle(book, [now])
    return {"mandate": str(now.pk)}


@action("loop.chase_mandates")
def chase_mandates(book: Book, campaign: Campaign) -> dict[str, Any]:
    """Remind everybody who has not accepted, in one press; not twice within the hour (催报)."""
    rows = Mandate.objects.filter(campaign=campaign, state=S.ISSUED)
    missing = list(rows.select_related("post", "campaign").order_by("serial"))
    if not missing:
        raise ActionError("round.nobody_late")
    late = [m for m in missing if m.chased_at is None or m.chased_at <= book.at - HOUR]
    if not late:
        raise ActionError("inquiry.chased_lately", n=len(missing))
    book.campaign_id = campaign.pk
    settle(book, late)
    book.update_each({m: {"n_chased": m.n_chased + 1, "chased_at": book.at} for m in late})
    _tell(book, campaign, late, "mandate.chased")
    return {"mandates": len(late), "lately": len(missing) - len(late)}
