"""The rally (誓师大会) as the hall sees it: who takes a mandate, its goals in figures, who undertakes what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.letter_lines import GoalLine, goal_line
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries import material
from gongjian.apps.loop.queries.material import goals_of
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.queries.material import Addressee

FIGURES = 3  # goals of one card that are read from three metres
OVERALL = 3  # goals of the campaign itself, in its head
SPOKEN = 6  # commitments that fit beneath
S = Mandate.State


@dataclass(frozen=True, slots=True)
class RallyCard:
    """One battle in the hall."""

    name: str
    post: str
    goals: tuple[GoalLine, ...]
    n_goals: int
    n_items: int | None
    state: str  # "none", "issued", "objected" or "accepted"
    at: str = ""
    marks: tuple[str, ...] = ()

    @property
    def n_more(self) -> int:
        """Give how many goals are not on the card."""
        return self.n_goals - len(self.goals)


def rally_context(campaign: Campaign) -> dict[str, Any]:
    """Give the whole screen: a fixed number of queries."""
    today = today_of(campaign)
    led = [t for t in material.led_battles(campaign, today) if t.battle and not t.battle.parent_id]
    led.sort(key=_protocol)
    live: dict[UUID | None, Mandate] = {}
    live |= {m.battle_id: m for m in material.live_mandates(campaign) if m.battle_id}
    goals = goals_of(campaign, led, today)
    overall = [goal_line(g) for g in goals[""]]
    cards = [_card(campaign, to, live, goals[to.key]) for to in led]
    said = queries.commitments(campaign)
    return {
        "cards": cards,
        "overall": overall[:OVERALL],
        "n_accepted": sum(c.state == S.ACCEPTED for c in cards),
        "spoken": [(c.org.label(lang()), c.speaker, c.text) for c in said[:SPOKEN]],
        "n_further": max(len(said) - SPOKEN, 0),
        "today": today,
    }


def _protocol(to: Addressee) -> tuple[bool, int, int]:
    """Order by the rank of posts; where those say nothing, by the order of the battles."""
    order = to.battle.order if to.battle else 0
    return to.post is None, to.post.order if to.post else 0, order


def _card(
    campaign: Campaign,
    to: Addressee,
    live: dict[UUID | None, Mandate],
    goals: list[dict[str, Any]],
) -> RallyCard:
    row = live.get(to.battle.pk if to.battle else None)
    shown = row.content["goals"] if row else goals
    post = row.post if row else to.post
    title = post.label(lang()) if post else to.battle.leader_title if to.battle else ""
    return RallyCard(
        name=to.battle.label(lang()) if to.battle else "",
        post=title,
        goals=tuple(goal_line(g) for g in shown[:FIGURES]),
        n_goals=len(shown),
        n_items=row.content["n_items"] if row else None,
        state=row.state if row else "none",
        at=_time(row, campaign) if row else "",
        marks=_marks(row) if row else (),
    )


def _time(row: Mandate, campaign: Campaign) -> str:
    if row.accepted_at is None:
        return ""
    if row.via == Mandate.Via.PAPER:
        day: dt.date | None = row.accepted_on
        return f"{day:%m-%d}" if day else ""
    return f"{localtime(row.accepted_at, ZoneInfo(campaign.zone)):%m-%d %H:%M}"


def _marks(row: Mandate) -> tuple[str, ...]:
    marks = []
    if row.is_acting:
        marks.append(_("acting for the official"))
    if row.via == Mandate.Via.RALLY:
        marks.append(_("entered on behalf"))
    if row.via == Mandate.Via.PAPER:
        marks.append(_("on paper"))
    return tuple(marks)
