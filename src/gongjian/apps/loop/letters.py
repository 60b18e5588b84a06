"""The letter as it reads: who it is for, who signed, its editions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import AccessClass, Person
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import leaders_on, visible
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.commitment_pages import commitment_rows
from gongjian.apps.loop.letter_lines import letter_of, moved_lines
from gongjian.apps.loop.mandate_content import differences
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries import material
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign


S = Mandate.State


_STATES = {
    S.ISSUED: noop("To be accepted"),
    S.OBJECTED: noop("Objected to"),
    S.ACCEPTED: noop("Accepted and signed"),
    S.WITHDRAWN: noop("Withdrawn"),
    S.SUPERSEDED: noop("Replaced"),
}


_VIA = {
    "screen": noop("on screen"),
    "paper": noop("on paper"),
    "rally": noop("at the rally, entered by the office"),
}


_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


_PROGRAMS = (
    ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Lark", "Lark"), ("Edg/", "Edge"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """Shorten a user agent to what a reader knows: the program and the system."""
    program = next((word for mark, word in _PROGRAMS if mark in agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    return " · ".join(w for w in (program, system) if w) or agent[:40]


def stamp(at: dt.datetime | None, campaign: Campaign) -> str:
    """Give an instant by the campaign's clock, to the minute."""
    return f"{localtime(at, ZoneInfo(campaign.zone)):%Y-%m-%d %H:%M}" if at else ""


# Whether, when and how it was accepted


@dataclass(frozen=True, slots=True)
class Signed:
    """How a mandate was accepted."""

    who: str
    at: str
    how: str
    marks: tuple[str, ...]  # 代, 代录
    device: str
    note: str


def signed_of(row: Mandate) -> Signed | None:
    """Give how a mandate was accepted; None where it was not."""
    if row.accepted_at is None:
        return None
    is_paper = row.via == Mandate.Via.PAPER
    day = row.accepted_on.isoformat() if row.accepted_on else ""
    marks: tuple[str, ...] = ()
    if row.is_acting:
        marks = (_("acting for the leading official"),)
    if row.via == Mandate.Via.RALLY:
        marks = (_("entered on behalf"),)
    return Signed(
        who=row.signed_name,
        at=day if is_paper else stamp(row.accepted_at, row.campaign),
        how=_(_VIA[row.via]),
        marks=marks,
        device=row.device,
        note=row.note,
    )


def receiver(row: Mandate) -> tuple[str, str]:
    """Give who receives a mandate: the battle or the org, and the post that leads it."""
    if row.battle is not None:
        return row.battle.label(lang()), row.post.label(lang()) if row.post else ""
    return row.org.label(lang()) if row.org else "", ""


def state_word(row: Mandate, today: dt.date) -> str:
    """Give the word for the state of a mandate on a day."""
    if row.state == S.ISSUED and row.accept_by < today:
        return _("Overdue")
    return _(_STATES[S(row.state)])


def letter_context(seen: Scope, row: Mandate) -> dict[str, Any]:
    """Give everything that the page of one mandate shows: a fixed number of queries."""
    campaign, today = row.campaign, today_of(row.campaign)
    editions = _editions(row)
    people = _people(editions)
    newest = editions[0]
    how = queries.receives(seen, row)
    told = {
        "mandate": row,
        "letter": letter_of(row.content, shown=_seen_codes(seen, row)),
        "signed": signed_of(row),
        "state_word": state_word(row, today),
        "is_late": row.state == S.ISSUED and row.accept_by < today,
        "is_unaltered": material.is_unaltered(row),
        "how": how,
        "may_accept": bool(how) and row.state in material.WAITING,
        "may_object": bool(how) and row.state == S.ISSUED,
        "may_run": seen.is_office(campaign.pk),
        "newer": newest if newest.pk != row.pk and newest.state != S.WITHDRAWN else None,
        "editions": [_edition(r, people, today) for r in editions],
        "moved": moved_lines(differences(row.former.content, row.content)) if row.former else [],
        "closer": closer_count(seen, row),
        "today": today,
    }
    return told | _since(row, today) | _promises(seen, row)


def _editions(row: Mandate) -> list[Mandate]:
    rows = Mandate.objects.filter(campaign=row.campaign_id, serial=row.serial).defer("content")
    found = list(rows.order_by("-n"))
    for one in found:
        one.campaign = row.campaign
    return found


def _people(rows: Iterable[Mandate]) -> dict[UUID, Person]:
    ids = {pk for r in rows for pk in (r.issued_by, r.accepted_by, r.objected_by) if pk}
    found: dict[UUID, Person] = Person.objects.in_bulk(ids)
    return found


def _edition(row: Mandate, people: Mapping[UUID, Person], today: dt.date) -> dict[str, Any]:
    """Give what happened to one edition, the oldest first."""

    def who(pk: UUID | None) -> str:
        found = people.get(pk) if pk else None
        return found.label(lang()) if found else _("the system")

    steps = [(stamp(row.issued_at, row.campaign), _("mandate issued"), who(row.issued_by), "")]
    if row.chased_at:
        said = _("reminded %(n)s times") % {"n": row.n_chased}
        steps.append((stamp(row.chased_at, row.campaign), said, "", ""))
    if row.objected_at:
        told = (_("objection"), who(row.objected_by), row.objection)
        steps.append((stamp(row.objected_at, row.campaign), *told))
    if signed := signed_of(row):
        words = [_("accepted"), signed.how, *signed.marks]
        steps.append(
            (signed.at, " · ".join(words), signed.who or who(row.accepted_by), signed.note)
        )
    if row.ended_at and row.state == S.WITHDRAWN:
        steps.append((stamp(row.ended_at, row.campaign), _("withdrawn"), "", row.ended_reason))
    if row.ended_at and row.state == S.SUPERSEDED:
        steps.append((stamp(row.ended_at, row.campaign), _("replaced by the next edition"), "", ""))
    return {"pk": row.pk, "n": row.n, "state_word": state_word(row, today), "steps": steps}


def _seen_codes(seen: Scope, row: Mandate) -> frozenset[str]:
    """Give the codes of the letter's items that the reader may open: one query."""
    codes = [i["code"] for i in row.content["items"]]
    here = Item.objects.filter(visible(seen, row.campaign_id), campaign=row.campaign_id)
    return frozenset(here.filter(code__in=codes).values_list("code", flat=True))


def closer_count(seen: Scope, row: Mandate) -> int:
    """Count what the letter leaves out, for whoever holds the class of it; 0 for the others."""
    held = set(seen.access_classes(row.campaign_id))
    if row.org_id is not None:
        held |= seen.classes_for(row.campaign_id, row.org_id, frozenset({"principal", "contact"}))
    return sum(n for name, n in row.closer.items() if name in held - {AccessClass.OPEN})


def _since(row: Mandate, today: dt.date) -> dict[str, Any]:
    """Give what the letter would say otherwise today."""
    if row.state not in material.LIVE:
        return {"since": []}
    to = material.addressee_of(row, leaders_on(row.campaign, today))
    if to.battle is not None and to.post is None:
        return {"since": [], "is_leaderless": True}
    now = material.material(row.campaign, [to], today).content(to, material.NO_WORDS)
    return {"since": moved_lines(differences(row.content, now))}


def _promises(seen: Scope, row: Mandate) -> dict[str, Any]:
    if row.org is None:
        return {"commitments": []}
    return {"commitments": commitment_rows(seen, queries.commitments(row.campaign, row.org))}
