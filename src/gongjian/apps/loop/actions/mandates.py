"""Mandates (任务书): issued, accepted, objected to, withdrawn, issued again when goals have moved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse

from gongjian.apps.campaigns.queries import leaders_on
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError, Book, Moved, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.mandate_content import digest_of, substance_of
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries.mandates import (
    LIVE,
    Addressee,
    Words,
    addressee_of,
    is_unaltered,
    material,
    tellable,
)
from gongjian.apps.notices.actions import settle_about, tell
from gongjian.apps.notices.models import Notice
from gongjian.apps.papers.models import StoredFile
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.mandate_content import Content
    from gongjian.apps.loop.queries.mandates import Material
    from gongjian.apps.papers.files import Kept

S = Mandate.State
HOUR = dt.timedelta(hours=1)
CAP = 2_000  # letters of one event
TOLD = ("mandate.asked", "mandate.chased", "mandate.objected")


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


@dataclass(frozen=True, slots=True)
class Signature:
    """How a mandate is accepted on screen."""

    name: str
    digest: str  # of what was read
    device: str = ""
    is_acting: bool = False  # 代: a secretary for the leading official


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A mandate that was signed on paper: by whom, when, and the scan."""

    name: str
    day: dt.date
    kept: Kept
    file_name: str
    note: str = ""


def preview_digest(contents: Iterable[Content]) -> str:
    """Give a digest of what several letters are about, to be told whether it moved before they go."""
    return joined_digest(substance_of(c) for c in contents)


def joined_digest(substances: Iterable[str]) -> str:
    """Give one digest of what several letters are about, whatever their order."""
    return digest_of({"letters": sorted(substances)})


@action("loop.issue_mandates")
def issue_mandates(book: Book, campaign: Campaign, plan: MandatePlan) -> dict[str, Any]:
    """Issue mandates: one letter for each receiver, frozen as it stands, and one notice."""
    day = _day(book, campaign)
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


def _day(book: Book, campaign: Campaign) -> dt.date:
    """Give the day by the campaign's clock; one of an example stands still."""
    return clock.day_of(book.act.at, campaign.zone) if book.act.at else today_of(campaign)


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
        issued_by=_person(book),
        issued_at=book.at,
        issued_on=_day(book, known.campaign),
    )


def _person(book: Book) -> UUID | None:
    return None if book.act.by == SYSTEM else book.act.by


def _tell(book: Book, campaign: Campaign, rows: Iterable[Mandate], code: str) -> None:
    """Tell orgs as such, and of a leading official's letter everybody who can accept it."""
    notices = []
    letters = list(rows)
    people = tellable(letters, campaign, clock.today())
    for row in letters:
        facts = {"title": row.content["heading"] or campaign.name, "to": _both(row)}
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


def _both(row: Mandate) -> dict[str, str]:
    to = row.content["to"]
    return {"zh": to["zh"], "en": to.get("en") or to["zh"]}


def _settle(book: Book, rows: Iterable[Mandate]) -> None:
    """Nobody is told of these any more; the notices are done, and what is not sent yet is dropped."""
    settle_about(book, TOLD, [r.pk for r in rows], clock.day_of(book.at))


@action("loop.reissue_mandates")
def reissue_mandates(book: Book, campaign: Campaign, plan: Renewal) -> dict[str, Any]:
    """Issue another edition of mandates: the former stays readable, the receiver accepts again.

    One of which nothing has changed is refused, unless an objection or a note gives the reason.
    """
    day = _day(book, campaign)
    _refuse_plan(plan.rows, plan.accept_by, day)
    held = _live(book, plan.rows)
    leaders = leaders_on(campaign, day)
    tos = {row.pk: addressee_of(row, leaders) for row in held}
    known = material(campaign, tos.values(), day)
    words = {row.pk: _words_again(row, plan) for row in held}
    _refuse_moved(plan.agreed, (known.content(tos[r.pk], words[r.pk]) for r in held))
    for row in held:
        _refuse_same(known, row, tos[row.pk], plan.note)
    book.campaign_id = campaign.pk
    book.update_many(held, state=S.SUPERSEDED, ended_at=book.at)
    _settle(book, held)
    made = [_letter(book, known, tos[r.pk], words[r.pk], former=r) for r in held]
    book.insert(*made)
    _tell(book, campaign, made, "mandate.asked")
    return {"mandates": [str(r.pk) for r in made]}


def _live(book: Book, rows: Sequence[Mandate]) -> list[Mandate]:
    """Look at mandates as they are now, and keep them so: superseded or withdrawn ones are refused."""
    names = {r.pk: r for r in rows}
    held = book.lock(rows)
    if len(held) != len(names):
        raise Moved("row.moved", row=str(rows[0].pk))
    for now in held:
        asked = names[now.pk]
        now.campaign, now.battle, now.org, now.post = (
            asked.campaign, asked.battle, asked.org, asked.post,
        )  # fmt: skip
        _refuse_ended(now)
    return sorted(held, key=lambda r: (r.serial, r.n))


def _refuse_ended(row: Mandate) -> None:
    if row.state == S.WITHDRAWN:
        raise ActionError("mandate.withdrawn", reason=row.ended_reason)
    if row.state == S.SUPERSEDED:
        raise ActionError("mandate.superseded", n=row.n)


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


@action("loop.accept_mandate")
def accept_mandate(book: Book, row: Mandate, signature: Signature) -> dict[str, Any]:
    """Accept and sign a mandate on screen: what is signed is the digest of what was read."""
    now = _open(book, row)
    if signature.digest != now.digest:
        raise ActionError("mandate.other_edition")
    name = signature.name.strip()
    if not name:
        raise ActionError("mandate.name_missing")
    return _accept(
        book,
        now,
        via=Mandate.Via.SCREEN,
        signed_name=name[:60],
        accepted_on=_day(book, row.campaign),
        device=signature.device[:60],
        is_acting=signature.is_acting,
    )


def _open(book: Book, row: Mandate) -> Mandate:
    """Look at a mandate as it is now, and keep it so: what cannot be accepted any more is refused."""
    (now,) = _live(book, [row])
    _refuse_settled(now)
    return now


def _refuse_settled(now: Mandate) -> None:
    if now.state == S.ACCEPTED:
        at = now.accepted_on.isoformat() if now.accepted_on else ""
        raise ActionError("mandate.accepted_already", who=now.signed_name or "–", at=at)
    if not is_unaltered(now):
        raise ActionError("mandate.altered")


def _accepted(book: Book, now: Mandate) -> dict[str, Any]:
    return {
        "state": S.ACCEPTED,
        "signed_digest": now.digest,
        "accepted_by": _person(book),
        "accepted_at": book.at,
    }


def _accept(book: Book, now: Mandate, **facts: Any) -> dict[str, Any]:
    book.campaign_id = now.campaign_id
    book.update(now, **_accepted(book, now), **facts)
    _settle(book, [now])
    return {"mandate": str(now.pk)}


@action("loop.accept_mandate_on_paper")
def accept_mandate_on_paper(book: Book, row: Mandate, paper: SignedPaper) -> dict[str, Any]:
    """Enter that a mandate was signed on paper, with the scan; also later, for one accepted in the hall."""
    (now,) = _live(book, [row])
    is_later = now.state == S.ACCEPTED and now.via == Mandate.Via.RALLY and now.file_id is None
    now = now if is_later else _open(book, row)
    day = _day(book, row.campaign)
    if not paper.name.strip():
        raise ActionError("mandate.name_missing")
    if not now.issued_on <= paper.day <= day:
        raise ActionError("mandate.day_wrong", day=paper.day, issued=now.issued_on, today=day)
    stored = _stored(book, paper.kept)
    return _accept(
        book,
        now,
        via=Mandate.Via.PAPER,
        signed_name=paper.name.strip()[:60],
        accepted_on=paper.day,
        file=stored,
        file_name=paper.file_name[:200],
        note=(paper.note.strip() or now.note)[:300],
    )


def _stored(book: Book, kept: Kept) -> StoredFile:
    stored = StoredFile.objects.filter(sha256=kept.sha256).first()
    if stored is None:
        stored = StoredFile(
            sha256=kept.sha256, size=kept.size, media_type=kept.media_type, scan=kept.scan
        )
        book.insert(stored)
    return stored


@action("loop.accept_mandates_at_rally")
def accept_mandates_at_rally(book: Book, rows: Sequence[Mandate], note: str) -> dict[str, Any]:
    """Enter for leading officials and orgs that they took their mandates in the hall (代录)."""
    if not rows:
        raise ActionError("mandate.nobody")
    held = _live(book, rows)
    for now in held:
        _refuse_settled(now)
    facts = {
        "via": Mandate.Via.RALLY,
        "accepted_on": _day(book, rows[0].campaign),
        "note": note.strip()[:300],
    }
    book.campaign_id = rows[0].campaign_id
    book.update_each({now: _accepted(book, now) | facts for now in held})
    _settle(book, held)
    return {"mandates": [str(r.pk) for r in rows]}


@action("loop.object_to_mandate")
def object_to_mandate(book: Book, row: Mandate, text: str) -> dict[str, Any]:
    """Object to a mandate: it is not declined; the office answers by another edition."""
    now = _open(book, row)
    if now.state == S.OBJECTED:
        raise ActionError("mandate.objected_already", text=now.objection)
    if not text.strip():
        raise ActionError("mandate.objection_missing")
    book.campaign_id = now.campaign_id
    book.update(
        now,
        state=S.OBJECTED,
        objection=text.strip()[:1000],
        objected_by=_person(book),
        objected_at=book.at,
    )
    _settle(book, [now])
    if now.issued_by is not None:
        tell(book, [_objected(now)])
    return {"mandate": str(now.pk)}


def _objected(row: Mandate) -> Notice:
    return Notice(
        person_id=row.issued_by,
        code="mandate.objected",
        why="sent",
        facts={"to": _both(row)},
        path=reverse("loop:mandate", args=[row.pk]),
        about=row.pk,
    )


@action("loop.withdraw_mandate")
def withdraw_mandate(book: Book, row: Mandate) -> dict[str, Any]:
    """Withdraw a mandate, with the reason: it stays readable, and nobody accepts it any more."""
    reason = book.act.reason.strip()
    if not reason:
        raise ActionError("mandate.why_withdrawn")
    (now,) = _live(book, [row])
    book.campaign_id = now.campaign_id
    book.update(now, state=S.WITHDRAWN, ended_reason=reason[:300], ended_at=book.at)
    _settle(book, [now])
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
    _settle(book, late)
    book.update_each({m: {"n_chased": m.n_chased + 1, "chased_at": book.at} for m in late})
    _tell(book, campaign, late, "mandate.chased")
    return {"mandates": len(late), "lately": len(missing) - len(late)}
