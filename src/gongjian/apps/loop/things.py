"""The things that a one-time question asks: their kinds, what is typed for them, what answers say together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.loop.words import lang
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import Choice, FieldDef, FieldType, Label
from gongjian.kernel.playbook.values import FieldError, is_blank, parse, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.loop.models import Inquiry

MOST = 5  # things of one question: more is a form
TEXT_LIMIT, NOTE_LIMIT = 500, 500
NOTE = "note"


class Kind(StrEnum):
    """What a thing asked for is answered with."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    YES_NO = "yesno"
    CHOICE = "choice"


KINDS = {
    Kind.NUMBER: noop("Number"),
    Kind.TEXT: noop("Text"),
    Kind.DATE: noop("A day"),
    Kind.YES_NO: noop("Yes or no"),
    Kind.CHOICE: noop("One of several"),
}
_TYPES = {
    Kind.NUMBER: FieldType.NUMBER,
    Kind.TEXT: FieldType.TEXT,
    Kind.DATE: FieldType.DATE,
    Kind.YES_NO: FieldType.CHOICE,
    Kind.CHOICE: FieldType.CHOICE,
}
_YES_NO = (Choice("yes", Label("是", "Yes")), Choice("no", Label("否", "No")))


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing asked."""

    key: str
    label: str
    kind: str = Kind.NUMBER
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> FieldDef:
        """Give it as a field, so that it is read and printed as all fields are."""
        chosen = tuple(Choice(c, Label(c, c)) for c in self.choices)
        given = _YES_NO if self.kind == Kind.YES_NO else chosen
        label = Label(self.label, self.label)
        return FieldDef(self.key, label, _TYPES[Kind(self.kind)], unit=self.unit, choices=given)

    @property
    def picks(self) -> tuple[tuple[str, str], ...]:
        """Give what there is to choose from: key and word."""
        return tuple((c.key, c.label.of(lang())) for c in self.field.choices)

    @property
    def head(self) -> str:
        """Give its words with the unit behind them."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    def wire(self) -> dict[str, Any]:
        """Give it as a row keeps it."""
        facts = {"key": self.key, "label": self.label, "kind": str(self.kind), "unit": self.unit}
        return {**facts, "choices": list(self.choices)}

    def said(self, value: Any) -> str:
        """Give an answer as it is printed."""
        return shown(self.field, value, lang())


def things_of(row: Inquiry) -> list[Thing]:
    """Give the things that a question asks."""
    return [
        Thing(t["key"], t["label"], t["kind"], t["unit"], tuple(t["choices"])) for t in row.things
    ]


@dataclass
class Read:
    """What was typed, read: values by key, and faults by key."""

    content: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    faults: dict[str, KernelError] = field(default_factory=dict)


def read(things: Iterable[Thing], typed: Mapping[str, str], year: int | None = None) -> Read:
    """Read an answer: each thing is answered, or a note says why one is not."""
    made = Read(note=typed.get(NOTE, "").strip())
    if len(made.note) > NOTE_LIMIT:
        made.faults[NOTE] = FieldError("field.too_long", n=len(made.note), limit=NOTE_LIMIT)
    for thing in things:
        text = typed.get(thing.key, "").strip()
        try:
            value = _value(thing, text, year)
        except KernelError as error:
            made.faults[thing.key] = error
            continue
        if not is_blank(value):
            made.content[thing.key] = value
        elif not made.note:
            made.faults[thing.key] = FieldError("inquiry.blank")
    return made


def _value(thing: Thing, text: str, year: int | None) -> Any:
    if len(text) > TEXT_LIMIT:
        raise FieldError("field.too_long", n=len(text), limit=TEXT_LIMIT)
    return parse(thing.field, text, year=year)


@dataclass(frozen=True, slots=True)
class Total:
    """What all answers to one thing say together."""

    thing: Thing
    n: int  # answers that hold it
    text: str  # the sum of numbers, the first and the last day
    counts: tuple[tuple[str, int], ...] = ()  # how many chose each


def totals(things: Iterable[Thing], contents: Sequence[Mapping[str, Any]]) -> list[Total]:
    """Sum numbers, count choices, give the first and the last of days."""
    made = []
    for thing in things:
        values = [c[thing.key] for c in contents if not is_blank(c.get(thing.key))]
        made.append(_total(thing, values))
    return made


def _total(thing: Thing, values: list[Any]) -> Total:
    if thing.kind == Kind.NUMBER and values:
        return Total(thing, len(values), thing.said(plain_sum(values)))
    if thing.kind == Kind.DATE and values:
        first, last = min(values), max(values)
        days = {"first": first, "last": last}
        text = first if first == last else _("%(first)s to %(last)s") % days
        return Total(thing, len(values), text)
    if thing.picks:
        chosen = Counter(values)
        return Total(thing, len(values), "", tuple((w, chosen[k]) for k, w in thing.picks))
    return Total(thing, len(values), "")


def plain_sum(values: Iterable[str]) -> str:
    """Give the sum of numbers as one more of them."""
    text = f"{sum((Decimal(v) for v in values), Decimal(0)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
