"""The shapes of an obstacle and of a decision request as pages send them; names become orgs and posts."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from uuid import UUID

from gongjian.apps.accounts.models import Org, Post
from gongjian.apps.campaigns.naming import by_name
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop.actions import Choice, Question, Stuck
from gongjian.apps.loop.actions.decisions import MOST
from gongjian.apps.loop.forms.extensions import day_in
from gongjian.kernel.model.fields import FieldType
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.models import Item

_NAMES = re.compile(r"[、,，;；\n]+")


def stuck_of(sent: Mapping[str, str]) -> Stuck:
    """Read what holds an item up; raises ActionError where a name or a day is not understood."""
    names = [n.strip() for n in _NAMES.split(sent.get("support", "")) if n.strip()]
    owner = sent.get("owner", "").strip()
    found = by_name(FieldType.ORG, {owner, *names})
    return Stuck(
        what=sent.get("what", "")[:2000],
        owner=_org(owner, found[owner]),
        due=_day(sent.get("due", "")),
        kind=sent.get("kind", "")[:40],
        ask=sent.get("ask", "")[:2000],
        days_lost=whole(sent.get("days_lost", "")),
        support=tuple(_org(n, found[n]) for n in names),
    )


def _org(name: str, rows: Sequence[Org]) -> Org:
    if len(rows) != 1:
        code = "field.several_so_named" if rows else "field.no_such_org"
        raise ActionError(code, given=name)
    return rows[0]


def _day(text: str) -> dt.date:
    day = day_in(text)
    if day is None:
        raise ActionError("field.not_a_date", given=text)
    return day


def question_of(sent: Mapping[str, str], posts: Iterable[Post], held: Sequence[Item]) -> Question:
    """Read a decision request; an option without a text is none, a date left as it is moves nothing."""
    leader = next((p for p in posts if str(p.pk) == sent.get("leader", "")), None)
    if leader is None:
        raise ActionError("decision.post_missing")
    choices = [
        Choice(text[:500], sent.get(f"effect-{n}", "")[:300], _dates(sent, n, held))
        for n in range(1, MOST + 1)
        if (text := sent.get(f"option-{n}", "").strip())
    ]
    return Question(
        text=sent.get("question", "")[:2000],
        leader=leader,
        wanted_on=_day(sent.get("wanted_on", "")),
        choices=choices,
        advice=sent.get("advice", "")[:2000],
    )


def _dates(sent: Mapping[str, str], n: int, held: Sequence[Item]) -> dict[UUID, dt.date]:
    found = {}
    for one in held:
        text = sent.get(f"date-{n}-{one.code}", "").strip()
        if text and (day := _day(text)) != one.due:
            found[one.pk] = day
    return found
