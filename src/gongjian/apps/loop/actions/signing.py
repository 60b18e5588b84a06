"""Mandates accepted, on screen, on paper or in the hall, and objected to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.loop.actions.mandate_parts import S, both, live, settle
from gongjian.apps.loop.actions.steps import day_of_act, person_of
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries.material import (
    is_unaltered,
)
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice
from gongjian.apps.papers.models import StoredFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.papers.files import Kept


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
        accepted_on=day_of_act(book, row.campaign),
        device=signature.device[:60],
        is_acting=signature.is_acting,
    )


def _open(book: Book, row: Mandate) -> Mandate:
    """Look at a mandate as it is now, and keep it so: what cannot be accepted any more is refused."""
    (now,) = live(book, [row])
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
        "accepted_by": person_of(book),
        "accepted_at": book.at,
    }


def _accept(book: Book, now: Mandate, **facts: Any) -> dict[str, Any]:
    book.campaign_id = now.campaign_id
    book.update(now, **_accepted(book, now), **facts)
    settle(book, [now])
    return {"mandate": str(now.pk)}


@action("loop.accept_mandate_on_paper")
def accept_mandate_on_paper(book: Book, row: Mandate, paper: SignedPaper) -> dict[str, Any]:
    """Enter that a mandate was signed on paper, with the scan; also later, for one accepted in the hall."""
    (now,) = live(book, [row])
    is_later = now.state == S.ACCEPTED and now.via == Mandate.Via.RALLY and now.file_id is None
    now = now if is_later else _open(book, row)
    day = day_of_act(book, row.campaign)
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
    held = live(book, rows)
    for now in held:
        _refuse_settled(now)
    facts = {
        "via": Mandate.Via.RALLY,
        "accepted_on": day_of_act(book, rows[0].campaign),
        "note": note.strip()[:300],
    }
    book.campaign_id = rows[0].campaign_id
    book.update_each({now: _accepted(book, now) | facts for now in held})
    settle(book, held)
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
        objected_by=person_of(book),
        objected_at=book.at,
    )
    settle(book, [now])
    if now.issued_by is not None:
        tell(book, [_objected(now)])
    return {"mandate": str(now.pk)}


def _objected(row: Mandate) -> Notice:
    return Notice(
        person_id=row.issued_by,
        code="mandate.objected",
        why="sent",
        facts={"to": both(row)},
        path=reverse("loop:mandate", args=[row.pk]),
        about=row.pk,
    )
