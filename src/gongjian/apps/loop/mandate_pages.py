"""The lists of mandates: who has one, who would get one, what is issued again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.campaigns.queries import leaders_on
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.letter_lines import Moved, moved_lines
from gongjian.apps.loop.letters import S, Signed, receiver, signed_of, state_word
from gongjian.apps.loop.mandate_content import differences, substance_of
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries import material
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.mandate_content import Content
    from gongjian.apps.loop.queries.material import Addressee, Material


SHOWS = ("all", "waiting", "accepted", "objected", "changed", "none")


_SHOWS = {
    "all": noop("All"),
    "waiting": noop("To be accepted"),
    "accepted": noop("Accepted and signed"),
    "objected": noop("Objected to"),
    "changed": noop("Goals have moved"),
    "none": noop("Without a mandate"),
}


# The list


@dataclass(frozen=True, slots=True)
class MandateRow:
    """One receiver of a campaign, with the newest edition or without one."""

    name: str
    post: str
    is_battle: bool
    pk: UUID | None = None
    number: str = ""
    issued_on: dt.date | None = None
    accept_by: dt.date | None = None
    state: str = "none"
    state_word: str = ""
    is_late: bool = False
    signed: Signed | None = None
    is_changed: bool = False
    has_scan: bool = False
    lacks_scan: bool = False
    n_chased: int = 0
    objection: str = ""

    def is_in(self, show: str) -> bool:
        """Tell whether a filter shows it."""
        if show == "changed":
            return self.is_changed
        if show == "waiting":
            return self.state == S.ISSUED
        return show in {"all", self.state}


def list_context(seen: Scope, campaign: Campaign, show: str) -> dict[str, Any]:
    """Give who has a mandate and how far it is: a fixed number of queries."""
    today = today_of(campaign)
    mine = queries.mandates(seen, campaign).filter(state__in=material.LIVE)
    found = mine.select_related("battle", "org", "post").defer("content").order_by("serial")
    live = list(found)
    moved = material.moved_since(campaign, live, today)
    rows = [_row(m, campaign, today, moved or set()) for m in live]
    if queries.may_look(seen, campaign.pk):
        rows += _without(campaign, live, today)
    rows.sort(key=lambda r: not r.is_battle)
    counts = Counter(key for key in SHOWS for r in rows if r.is_in(key))
    return {
        "rows": [r for r in rows if r.is_in(show)],
        "n": sum(r.pk is not None for r in rows),
        "n_accepted": counts["accepted"],
        "n_waiting": counts["waiting"],
        "n_objected": counts["objected"],
        "n_changed": counts["changed"],
        "n_late": sum(r.is_late for r in rows),
        "is_compared": moved is not None,
        "shows": [(k, _(_SHOWS[k]), counts[k], k == show) for k in SHOWS],
        "show": show,
        "today": today,
    }


def _row(row: Mandate, campaign: Campaign, today: dt.date, moved: set[UUID]) -> MandateRow:
    row.campaign = campaign
    name, post = receiver(row)
    number_word = f"{row.serial}" if row.n == 1 else f"{row.serial}-{row.n}"
    return MandateRow(
        name=name,
        post=post,
        is_battle=row.battle_id is not None,
        pk=row.pk,
        number=number_word,
        issued_on=row.issued_on,
        accept_by=row.accept_by,
        state=row.state,
        state_word=state_word(row, today),
        is_late=row.state == S.ISSUED and row.accept_by < today,
        signed=signed_of(row),
        is_changed=row.pk in moved,
        has_scan=row.file_id is not None,
        lacks_scan=row.via == Mandate.Via.RALLY and row.file_id is None,
        n_chased=row.n_chased,
        objection=row.objection if row.state == S.OBJECTED else "",
    )


def _without(campaign: Campaign, live: Iterable[Mandate], today: dt.date) -> list[MandateRow]:
    held = {m.battle_id for m in live}
    return [
        MandateRow(
            name=to.battle.label(lang()),
            post=to.post.label(lang()) if to.post else to.battle.leader_title,
            is_battle=True,
            state_word=_("Without a mandate") if to.post else _("Nobody leads it"),
        )
        for to in material.led_battles(campaign, today)
        if to.battle is not None and to.battle.pk not in held and to.battle.parent_id is None
    ]


# What is about to be issued


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One letter that would go out, or why it cannot."""

    key: str
    name: str
    post: str
    n_goals: int
    n_items: int
    n_undated: int
    lacks: tuple[str, ...]
    is_sound: bool


def preview_rows(
    known: Material, tos: Sequence[Addressee], contents: Sequence[Content], seats: set[str]
) -> list[PreviewRow]:
    """Give what each receiver would get, and what it lacks."""
    return [_preview(known, to, content, seats) for to, content in zip(tos, contents, strict=True)]


def _preview(known: Material, to: Addressee, content: Content, seats: set[str]) -> PreviewRow:
    n_goals, n_items = len(content["goals"]), content["n_items"]
    n_undated = sum(i["due"] is None for i in content["items"])
    lacks = []
    if to.battle is not None and to.post is None:
        lacks.append(_("nobody leads it"))
    if not n_goals:
        lacks.append(_("no goal"))
    if not n_items:
        lacks.append(_("no item"))
    if n_undated:
        lacks.append(_("%(n)s items without a date") % {"n": n_undated})
    if to.post is not None and to.key not in seats:
        lacks.append(_("nobody holds the post: accept on paper"))
    if to.org is not None and to.key not in seats:
        lacks.append(_("no principal signs in: accept on paper"))
    if closer := sum(known.n_closer(to).values()):
        lacks.append(_("%(n)s closer items stay out") % {"n": closer})
    has_leader = to.battle is None or to.post is not None
    return PreviewRow(
        key=to.key,
        name=(to.battle.label(lang()) if to.battle else to.org.label(lang()) if to.org else ""),
        post=to.post.label(lang()) if to.post else "",
        n_goals=n_goals,
        n_items=n_items,
        n_undated=n_undated,
        lacks=tuple(lacks),
        is_sound=has_leader and bool(n_goals or n_items),
    )


@dataclass(frozen=True, slots=True)
class AgainRow:
    """One mandate that may be issued again, with what has changed."""

    row: Mandate
    name: str
    post: str
    moved: list[Moved]
    objection: str
    is_led: bool
    substance: str  # of what it would say today


def again_rows(campaign: Campaign, rows: Sequence[Mandate]) -> list[AgainRow]:
    """Compare mandates with what they would say today: a fixed number of queries."""
    today = today_of(campaign)
    leaders = leaders_on(campaign, today)
    tos = {r.pk: material.addressee_of(r, leaders) for r in rows}
    known = material.material(campaign, tos.values(), today)
    made = []
    for row in rows:
        to = tos[row.pk]
        is_led = to.battle is None or to.post is not None
        now = known.content(to, material.NO_WORDS)
        moved = moved_lines(differences(row.content, now)) if is_led else []
        name, post = receiver(row)
        made.append(AgainRow(row, name, post, moved, row.objection, is_led, substance_of(now)))
    return made
