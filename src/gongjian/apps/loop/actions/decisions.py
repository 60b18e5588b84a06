"""Decision requests (需领导拍板): asked of a named leader with options, decided in one touch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongjian.apps.campaigns.actions import keep_file, set_standing
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.ledger.models import SYSTEM, Change
from gongjian.apps.loop.actions.making import Sheet, day_of, make_beside
from gongjian.apps.loop.actions.steps import take
from gongjian.apps.loop.models import Option
from gongjian.apps.loop.queries.decisions import DECISIONS, deciders, has_register
from gongjian.apps.notices.actions import settle_about, tell
from gongjian.apps.notices.models import Notice
from gongjian.kernel.model.workflow import OVER
from gongjian.kernel.playbook.values import is_blank
from gongjian.lib import clock

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Post
    from gongjian.apps.ledger.book import Book
    from gongjian.apps.loop.queries.decisions import Seat
    from gongjian.apps.papers.files import Kept

FEWEST, MOST = 2, 5  # options of one request


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: what would be done, what it brings, new deadlines by item; unnamed ones stay."""

    text: str
    effect: str = ""
    dates: Mapping[UUID, dt.date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What a named leader is asked to decide."""

    text: str
    leader: Post
    wanted_on: dt.date
    choices: Sequence[Choice]
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided: an option, or a leader's own words, typed, dictated or photographed."""

    option: Option | None = None
    words: str = ""
    photo: tuple[Kept, str] | None = None


@action("loop.ask_decision")
def ask_decision(
    book: Book, item: Item, question: Question, held: Sequence[Item]
) -> dict[str, Any]:
    """Ask a leader to decide what an item or an obstacle waits for; `held` are the items whose dates hang on it."""
    _refuse_asking(item, question)
    if question.wanted_on < day_of(book, item.campaign):
        raise ActionError("decision.wanted_past", due=question.wanted_on.isoformat())
    _refuse_dates(book, question, held)
    made = make_beside(book, item, DECISIONS, _sheet(item, question, held))
    book.insert(
        *[
            Option(
                campaign_id=item.campaign_id,
                item=made,
                order=n,
                text=c.text.strip()[:500],
                effect=c.effect.strip()[:300],
                dates={str(pk): day.isoformat() for pk, day in c.dates.items()},
            )
            for n, c in enumerate(question.choices)
        ]
    )
    people = deciders(question.leader, item.campaign, made)
    if not people[False] | people[True]:
        raise ActionError("decision.nobody", post=question.leader.title)
    told = [(pk, "named") for pk in people[False]] + [(pk, "acting") for pk in people[True]]
    tell(book, [_waits(made, pk, why) for pk, why in sorted(told)])
    return {"decision": made.code, "item": item.code}


def _refuse_asking(item: Item, question: Question) -> None:
    playbook = playbook_in_force(item.campaign)
    if not has_register(playbook, DECISIONS) or item.register.key == DECISIONS:
        raise ActionError("decision.not_here", item=item.code)
    if playbook.workflow_of(item.register.key).state(item.state).category in OVER:
        raise ActionError("decision.item_over", item=item.code)
    if not question.text.strip():
        raise ActionError("decision.no_question")
    texts = [c.text.strip() for c in question.choices]
    if not FEWEST <= len(texts) <= MOST or not all(texts):
        raise ActionError("decision.options_count", least=FEWEST, most=MOST)
    if len(set(texts)) < len(texts):
        raise ActionError("decision.options_alike")


def _refuse_dates(book: Book, question: Question, held: Sequence[Item]) -> None:
    rows = {i.pk: i for i in held}
    for choice in question.choices:
        for pk, day in choice.dates.items():
            one = rows.get(pk)
            if one is None:
                raise ActionError("decision.not_held")
            today = day_of(book, one.campaign)
            if day < today or (one.start_on and day < one.start_on):
                raise ActionError("decision.date_past", item=one.code, due=day.isoformat())


def _sheet(item: Item, question: Question, held: Sequence[Item]) -> Sheet:
    """Give the item of a request; its fields say the options as the printed ledger has them."""
    codes = {i.pk: i.code for i in held}
    lines = []
    for n, choice in enumerate(question.choices, 1):
        moved = [f"{codes[pk]} → {day}" for pk, day in choice.dates.items()]
        lines.append(
            f"{n}. " + "; ".join([p for p in (choice.effect.strip(), *moved) if p] or ["–"])
        )
    typed = {
        "question": question.text.strip(),
        "options": "\n".join(" ".join(c.text.split()) for c in question.choices),
        "effect": "\n".join(lines),
        "advice": question.advice.strip(),
        "wanted_on": question.wanted_on.isoformat(),
    }
    duties: list[tuple[str, Any]] = [("leader", question.leader)]
    duties += [("owner", item.org)] if item.org else []
    return Sheet(question.text, question.wanted_on, item.org, typed, duties)


def _waits(made: Item, person: UUID, why: str) -> Notice:
    return Notice(
        person_id=person,
        access_class=made.access_class,
        why=why,
        code="decision.asked",
        facts={"item": made.code},
        path=f"/i/{made.code}/",
        about=made.pk,
        due=made.due,
    )


@action("loop.decide")
def decide(
    book: Book, item: Item, verdict: Verdict, *, seat: Seat, movable: Sequence[Item]
) -> dict[str, Any]:
    """Decide what is asked: the step, the fields of the register, and the dates that the option names.

    `movable` are the open items that whoever decides may see; no other date moves.
    """
    now = book.lock([item])[0]
    _refuse_decided(now)
    book.campaign_id = item.campaign_id
    text = _text(verdict)
    if verdict.photo is not None:
        keep_file(book, item, *verdict.photo)
    item = _write(book, item, text, seat.post)
    found = take(book, item, "decide", seat.roles)
    moved = _move_dates(book, verdict.option, movable) if verdict.option else []
    day = clock.day_of(book.at, item.campaign.zone)
    settle_about(book, ["decision.asked"], [item.pk], day)
    tell(book, _answers(item, moved))
    return {**found, "decision": text, "moved": [i.code for i in moved]}


def _refuse_decided(item: Item) -> None:
    """Whoever comes second is told what the first has decided."""
    fields = item.fields
    if not is_blank(fields.get("decided_on")):
        raise ActionError(
            "decision.taken",
            item=item.code,
            by=str(fields.get("decided_by", "")),
            on=str(fields["decided_on"]),
            decision=str(fields.get("decision", "")),
        )


def _text(verdict: Verdict) -> str:
    said = verdict.words.strip()[:4000]
    if verdict.option is not None:
        return f"{verdict.option.text}\n{said}" if said else verdict.option.text
    if not said and verdict.photo is not None:
        return verdict.photo[1]  # it is read on the picture, under this name
    if not said:
        raise ActionError("decision.nothing_said")
    return said


def _write(book: Book, item: Item, text: str, post: Post) -> Item:
    day = day_of(book, item.campaign)
    said = {"decision": text, "decided_by": post.title, "decided_on": day.isoformat()}
    shape = playbook_in_force(item.campaign).register(item.register.key)
    known = {f.key for f in shape.fields}
    return book.update(item, fields=item.fields | {k: v for k, v in said.items() if k in known})


def _move_dates(book: Book, option: Option, movable: Sequence[Item]) -> list[Item]:
    book.update(option, is_chosen=True)
    moved = []
    for one in movable:
        day = option.dates.get(str(one.pk))
        if day and dt.date.fromisoformat(day) != one.due:
            moved.append(set_standing(book, one, due=dt.date.fromisoformat(day)))
    return moved


def _answers(item: Item, moved: Sequence[Item]) -> list[Notice]:
    """Tell who asked, and whose deadline moved."""
    rows = [_notice("decision.taken", item, {"item": item.code}, item.org_id)]
    if item.org_id is None:
        table = Item._meta.label_lower
        born = Change.objects.filter(table=table, row=item.pk, before=None).select_related("event")
        asker = next((c.event.actor_id for c in born), SYSTEM)
        rows = []
        if asker != SYSTEM:
            rows = [_notice("decision.taken", item, {"item": item.code}, None, asker)]
    for one in moved:
        if one.org_id:
            facts = {"item": one.code, "due": one.due.isoformat() if one.due else ""}
            rows.append(_notice("decision.moved", one, facts, one.org_id))
    return rows


def _notice(
    code: str, item: Item, facts: dict[str, str], org: UUID | None, person: UUID | None = None
) -> Notice:
    return Notice(
        org_id=org,
        person_id=person,
        access_class=item.access_class,
        why="sent" if code == "decision.taken" else "",
        code=code,
        facts=facts,
        path=f"/i/{item.code}/",
        about=item.pk,
    )
