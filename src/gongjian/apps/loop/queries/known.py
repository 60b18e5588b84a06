"""What the book holds already of things that somebody is about to ask for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.loop.models import Answer, Inquiry, Report
from gongjian.apps.loop.things import things_of
from gongjian.kernel.playbook.meanings import bare, meanings, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.things import Thing
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

_BLANK = ("", "[]", "null")
_DATES = frozenset({"due", "start_on", "closed_on"})
_REPORTS = {"report": "progress", "report.progress": "progress"}
_REPORTS |= {"report.problems": "problems", "report.next_steps": "next_steps"}
_ROLES = frozenset(Responsibility.Role.values)
EARLIER = 50  # questions that are looked through


@dataclass(frozen=True, slots=True)
class Known:
    """One thing asked that is there already: a column of a register, or an earlier question."""

    thing: str  # key of the thing
    n: int  # items of the register; orgs that were asked
    n_filled: int
    register: str = ""  # its key
    source: str = ""  # its column
    inquiry: str = ""  # id of the earlier question

    def wire(self) -> dict[str, Any]:
        """Give it as a row keeps it."""
        return asdict(self)


def known_things(campaign: Campaign, things: Iterable[Thing]) -> list[Known]:
    """Find what the book holds of things about to be asked; columns that nobody filled do not count."""
    asked = list(things)
    playbook = playbook_in_force(campaign)
    found = [*_columns(campaign, playbook, asked), *_earlier(campaign, asked)]
    return [k for k in found if k.n_filled]


def _columns(campaign: Campaign, playbook: Playbook, asked: list[Thing]) -> Iterator[Known]:
    for register in playbook.registers:
        meant = meanings(register, playbook.role_words)
        for thing in asked:
            source = meant.get(bare(thing.label)) or meant.get(unit_of(thing.label)[0])
            if source is not None and is_countable(source):
                yield _count(campaign, register, thing, source)


def is_countable(source: str) -> bool:
    """Tell whether it can be said how many items hold a column."""
    return source.startswith("field:") or source in {*_DATES, *_REPORTS, *_ROLES}


def _count(campaign: Campaign, register: RegisterDef, thing: Thing, source: str) -> Known:
    rows = Item.objects.filter(campaign=campaign, register__key=register.key)
    if source.startswith("field:"):
        # As text: a key of a mapping is compared as JSON, which a plain text is not.
        value = Cast(KeyTextTransform(source[6:], "fields"), TextField())
        held = rows.alias(held=value)
        held = held.filter(held__isnull=False).exclude(held__in=_BLANK)
    else:
        held = rows.filter(_holds(source))
    return Known(thing.key, rows.count(), held.count(), register.key, source)


def _holds(source: str) -> Q | Exists:
    if source in _DATES:
        return Q(**{f"{source}__isnull": False})
    if source in _ROLES:
        return Exists(Responsibility.objects.filter(item=OuterRef("pk"), role=source))
    reports = Report.objects.filter(item=OuterRef("pk")).exclude(**{_REPORTS[source]: ""})
    return Exists(reports)


def _earlier(campaign: Campaign, asked: list[Thing]) -> Iterator[Known]:
    """Find earlier questions of this campaign that asked the same."""
    rows = Inquiry.objects.filter(campaign=campaign).exclude(state=Inquiry.State.WITHDRAWN)
    by_word = {bare(t.label): t for t in asked}
    taken: set[str] = set()
    for row in rows.order_by("-asked_at")[:EARLIER]:
        for before in things_of(row):
            thing = by_word.get(bare(before.label))
            if thing is None or thing.key in taken:
                continue
            taken.add(thing.key)
            answers = Answer.objects.filter(inquiry=row)
            n_in = answers.exclude(state=Answer.State.OPEN).count()
            yield Known(thing.key, answers.count(), n_in, inquiry=str(row.pk))
