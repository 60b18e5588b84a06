"""Obstacles that are raised, decisions that are asked for and taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, writes
from gongjian.apps.campaigns.coded import living_org, post_of
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import get_item_for
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions import Choice, Question, Stuck, Verdict
from gongjian.apps.loop.actions.decisions import MOST
from gongjian.apps.loop.models import Option
from gongjian.apps.loop.queries.decisions import held_up, open_items, options_of, seat_of
from gongjian.lib.contract import Body, Code, Day, Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.ledger.book import Outcome

router = Router(tags=["Decisions"])
Words = Annotated[str, Field(max_length=2000)]


class ObstacleIn(Body):
    """What holds an item up, the org that is to clear it, and those asked for support."""

    what: Annotated[str, Field(min_length=1, max_length=2000)]
    owner: Annotated[Code, Field(description="code of the org, another one than the item's")]
    due: Day
    kind: Annotated[str, Field(max_length=40)] = ""
    ask: Words = ""
    days_lost: Annotated[int | None, Field(ge=0, le=9999)] = None
    support: Annotated[list[Code], Field(max_length=20)] = []


class OptionIn(Body):
    """One option: what would be done, what it brings, and new deadlines by the code of an item."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    effect: Annotated[str, Field(max_length=300)] = ""
    dates: Annotated[dict[str, Day], Field(max_length=8)] = {}


class DecisionRequestIn(Body):
    """A question for the holder of a post, with two to five options."""

    question: Annotated[str, Field(min_length=1, max_length=2000)]
    leader: Annotated[str, Field(max_length=40, description="id of the post")]
    wanted_on: Day
    options: Annotated[list[OptionIn], Field(min_length=2, max_length=MOST)]
    advice: Words = ""


class DecisionIn(Body):
    """What is decided: the number of an option, or words."""

    option: Annotated[int | None, Field(ge=1, le=MOST)] = None
    words: Annotated[str, Field(max_length=4000)] = ""


@router.post("items/{code}/obstacles", **writes("loop:write", "loop.raise_obstacle"))
@once
def raise_obstacle(request: HttpRequest, code: str, body: ObstacleIn) -> Outcome:
    """Put what holds an item up on the books; its owner is told, and whose support is asked for."""
    item = get_item_for(seen_by(request), code, may="report")
    stuck = Stuck(
        what=body.what,
        owner=living_org(body.owner, "body.owner"),
        due=body.due,
        kind=body.kind,
        ask=body.ask,
        days_lost=body.days_lost,
        support=tuple(living_org(o, f"body.support.{n}") for n, o in enumerate(body.support)),
    )
    return actions.raise_obstacle(act_of(request), item, stuck)


@router.post("items/{code}/decision-requests", **writes("loop:write", "loop.ask_decision"))
@once
def ask_decision(request: HttpRequest, code: str, body: DecisionRequestIn) -> Outcome:
    """Ask the holder of a post to decide what an item or an obstacle waits for."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="report")
    held = held_up(seen, item, playbook_in_force(item.campaign))
    question = Question(
        text=body.question,
        leader=post_of(body.leader, "body.leader"),
        wanted_on=body.wanted_on,
        choices=[_choice(o, f"body.options.{n}", held) for n, o in enumerate(body.options)],
        advice=body.advice,
    )
    return actions.ask_decision(act_of(request), item, question, held)


def _choice(given: OptionIn, at: str, held: Sequence[Item]) -> Choice:
    by_code = {i.code: i.pk for i in held}
    if unknown := set(given.dates) - set(by_code):
        raise Unfit(f"{at}.dates", f"not waiting for it: {', '.join(sorted(unknown))}")
    return Choice(given.text, given.effect, {by_code[c]: day for c, day in given.dates.items()})


@router.post("items/{code}/decision", **writes("loop:write", "loop.decide"))
@once
def decide(request: HttpRequest, code: str, body: DecisionIn) -> Outcome:
    """Decide a request: as the holder of the post that is asked, or visibly for them."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    seat = seat_of(seen, item)
    if seat is None:
        raise PermissionDenied
    option = _option(item, body.option) if body.option else None
    ids = {UUID(pk) for pk in option.dates} if option else set()
    movable = open_items(seen, item.campaign_id, ids) if ids else []
    act = act_of(request, on_behalf_of=seat.post.pk if seat.is_acting else None)
    return actions.decide(act, item, Verdict(option, body.words), seat=seat, movable=movable)


def _option(item: Item, n: int) -> Option:
    for option in options_of(item):
        if option.order == n - 1:
            return option
    raise Unfit("body.option", "there is no such option")
