"""A form that somebody sends (来表), answered from the book: which items it means, what each blank gets, from where.

How a form is answered
----------------------
1. The register whose items the sender names is taken, else the one that most of its columns ask for,
   unless a person chose another one.
2. Rows that the sender named are matched by code or title, exactly and uniquely, else asked; free rows
   take the items that a person chose; a card takes the item that it names, or the first one chosen.
3. Values come printed as this person sees them. What is personal stays blank and is named; what they
   may not see is unknown to the form as well.
4. What is left is asked once: once for each item and column, once for each label that nobody knows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q

from gongjian.apps.accounts.models import Org, Person
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.campaigns.queries import rights_of, roles_by_item, visible
from gongjian.apps.campaigns.registers import Ledger, Row
from gongjian.apps.campaigns.related import registers_for
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.columns import REPORTED, ROLES, Columns
from gongjian.apps.grid.printing import Printer
from gongjian.apps.ledger.models import Change
from gongjian.apps.loop.models import Report
from gongjian.apps.papers import files
from gongjian.formats.forms import open_form
from gongjian.formats.read import Limits
from gongjian.kernel.model.fields import Column as PrintedColumn
from gongjian.kernel.model.fields import HeaderProfile, Label
from gongjian.kernel.playbook import forms
from gongjian.kernel.playbook.meanings import bare
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gongjian.apps.campaigns.models import Register
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column
    from gongjian.apps.grid.models import ForeignForm
    from gongjian.formats.forms import FormBook
    from gongjian.kernel.playbook.forms import Blank, FormLine, FormSheet

MATCH_CAP = 20_000  # items among which the sender's words are looked up
ITEM_CAP = 500  # rows of one form
CHUNK = 500
ALIKE = 8  # items that a row may mean
_YUAN = {"元": 0, "千元": 3, "万元": 4, "百万元": 6, "千万元": 7, "亿元": 8}
# Columns whose wire names differ, or that follow from another one.
_WIRE = {"org": "org_id", "battle": "battle_id", "light": "state"}


def limits() -> Limits:
    """Give what a form may cost."""
    return Limits(settings.PAPER_MAX_BYTES, settings.PAPER_MAX_UNPACKED_BYTES)


class Why(StrEnum):
    """Why a blank was not filled from the book."""

    EMPTY = "empty"  # the book has the column, and nothing in it
    UNKNOWN = "unknown"  # no column of the register means it
    PERSONAL = "personal"
    UNIT = "unit"  # the form counts in something that cannot be converted
    OWN = "own"  # about whoever fills it in, and not known of them


@dataclass(frozen=True, slots=True)
class Answered:
    """One blank with what goes into it, and from where."""

    sheet: int
    blank: Blank
    value: str | int | float | dt.date
    source: str = ""  # column of the register; empty for what was typed, or is about the filler
    item: UUID | None = None
    code: str = ""
    on: dt.date | None = None  # when it was last changed in the book
    is_typed: bool = False


@dataclass(slots=True)
class Question:
    """One thing that the book does not know, asked once, however often the form asks."""

    key: str
    label: str
    why: Why
    item: UUID | None = None
    code: str = ""
    title: str = ""
    source: str = ""
    is_kept: bool = False  # what is typed can go into the book
    places: list[tuple[int, Blank]] = field(default_factory=list)
    typed: str = ""

    @property
    def is_asked(self) -> bool:
        """Tell whether it may be typed; what is personal is only named."""
        return self.why is not Why.PERSONAL


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row that the sender named, and the item that is meant, if one is."""

    sheet: int
    row: int
    code: str
    title: str
    item: UUID | None
    candidates: tuple[tuple[str, str, str], ...] = ()  # id, code, title

    @property
    def key(self) -> str:
        """Give the name under which a person's choice is kept."""
        return f"{self.sheet}:{self.row}"


@dataclass
class Found:
    """Items by what the sender may call them."""

    pairs: list[tuple[str, str, str]]  # id, code, title

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for pk, code, title in self.pairs:
            for word in {bare(code), bare(title)}:
                found[word].append(pk)
        return found

    @cached_property
    def by_id(self) -> dict[str, tuple[str, str, str]]:
        """Give the items by their ids."""
        return {pair[0]: pair for pair in self.pairs}

    def one(self, code: str, title: str) -> str:
        """Give the id of the one item of a code or a title; empty where there is none, or several."""
        for word in (code, title):
            found = self._by_word.get(bare(word), []) if word else []
            if len(found) == 1:
                return found[0]
        return ""

    def alike(self, title: str) -> tuple[tuple[str, str, str], ...]:
        """Give a few items whose titles contain what the sender wrote, or are contained in it."""
        word = bare(title)
        if len(word) < 2:
            return ()
        found = (p for p, t in zip(self.pairs, self._titles, strict=True) if word in t or t in word)
        return tuple(islice(found, ALIKE))

    @cached_property
    def _titles(self) -> list[str]:
        return [bare(title) for _pk, _code, title in self.pairs]


class Filling:
    """One form, read and answered as one person sees the book today."""

    def __init__(self, asked: Asked, form: ForeignForm, person: Person) -> None:
        self.asked, self.form, self.person = asked, form, person
        self.data = files.get(form.sha256)
        self.book: FormBook = open_form(self.data, limits())
        self.answered: list[Answered] = []
        self.questions: dict[str, Question] = {}
        self.not_in: list[str] = []  # codes of chosen items that no row was left for

    # ---- which register, which items --------------------------------------------------------------

    @cached_property
    def registers(self) -> list[Register]:
        """Give the registers that this person may see."""
        known = {r.key for r in self.asked.playbook.registers}
        return [r for r in registers_for(self.asked.seen, self.asked.campaign) if r.key in known]

    @cached_property
    def _choice(self) -> tuple[Register | None, dict[int, FormSheet]]:
        """Choose the register whose items the sender names, else the one most columns ask for."""
        wanted = self.form.register
        found = {r.key: self._read(r.key) for r in self.registers if wanted in {"", r.key}}
        if not found:
            return None, {}
        n_named = self._named_in(found)
        worth = {k: (n_named[k] * 3 + sum(s.n_known for s in read.values()), n_named[k] >= 0)
                 for k, read in found.items()}  # fmt: skip
        best = max(found, key=lambda k: worth[k])
        return next(r for r in self.registers if r.key == best), found[best]

    def _named_in(self, found: Mapping[str, Mapping[int, FormSheet]]) -> dict[str, int]:
        """Count the sender's rows that a register has an item for, by its very title or code.

        A register without items has -1. One query for the items, one for the registers that have any.
        """
        words = {w for read in found.values() for s in read.values() for w in _words_of(s)}
        seen = visible(self.asked.seen, self.asked.campaign.pk)
        rows = Item.objects.filter(seen, campaign=self.asked.campaign).order_by()
        held = set(rows.values_list("register__key", flat=True).distinct())
        made = {key: 0 if key in held else -1 for key in found}
        meant = rows.filter(Q(title__in=words) | Q(code__in=words)) if words else rows.none()
        for key in meant.values_list("register__key", flat=True):
            if key in made:
                made[key] += 1
        return made

    def _read(self, key: str) -> dict[int, FormSheet]:
        definition, words = self.asked.playbook.register(key), self.asked.playbook.role_words
        return {
            s.at: forms.read_form(
                s.text.rows, definition, words, merged=s.text.merged, formulas=s.formulas
            )
            for s in self.book.sheets
        }

    @property
    def register(self) -> Register | None:
        """Give the register that the form is answered from."""
        return self._choice[0]

    @cached_property
    def ledger(self) -> Ledger | None:
        """Give that register as this person reads it."""
        if self.register is None:
            return None
        definition = self.asked.playbook.register(self.register.key)
        return Ledger(self.asked.seen, self.register, definition, self.asked.playbook)

    @cached_property
    def found(self) -> Found:
        """Give the items of the register by the words that a sender may use: one query."""
        if self.ledger is None:
            return Found([])
        seen = visible(self.asked.seen, self.asked.campaign.pk)
        rows = Item.objects.filter(
            seen, campaign=self.asked.campaign, register=self.register
        ).order_by("code")
        pairs = [(str(pk), code, title) for pk, code, title in
                 rows.values_list("pk", "code", "title")[:MATCH_CAP]]  # fmt: skip
        listed = self.ledger.listed()[0]
        return Found(pairs + [(str(r.item.pk), r.number, r.item.title) for r in listed])

    @cached_property
    def sheets(self) -> dict[int, FormSheet]:
        """Give the sheets, with rows added for chosen items where a table is open."""
        read = dict(self._choice[1])
        n_free = sum(x.is_free for sheet in read.values() for x in sheet.lines)
        for at, sheet in read.items():
            if sheet.is_open:
                read[at] = forms.added(sheet, len(self.chosen) - n_free)
                break
        return read

    @cached_property
    def chosen(self) -> list[str]:
        """Give the items chosen for free rows, without those that are gone, or that the sender names."""
        there = {str(n.item) for n in self.named}
        kept = [pk for pk in self.form.items if pk in self.found.by_id and pk not in there]
        return kept[:ITEM_CAP]

    @cached_property
    def named(self) -> list[NamedRow]:
        """Give the rows that the sender named, cards among them, with the items that are meant."""
        made = []
        for at, sheet in self._choice[1].items():
            named = [x for x in sheet.lines if not x.is_free]
            made += [self._named(at, x.row, x.code, x.title) for x in named]
            if sheet.is_card and (sheet.code or sheet.title):
                made.append(self._named(at, -1, sheet.code, sheet.title))
        return made

    def _named(self, at: int, row: int, code: str, title: str) -> NamedRow:
        decided = str(self.form.rows.get(f"{at}:{row}", ""))
        pk = decided if decided in self.found.by_id else self.found.one(decided, "")
        pk = pk or self.found.one(code, title)
        if pk:
            return NamedRow(at, row, code, title, UUID(pk))
        return NamedRow(at, row, code, title, None, self.found.alike(title))

    @cached_property
    def _pairs(self) -> list[tuple[int, FormLine, UUID]]:
        """Give the rows of tables with their items: named ones, and free ones in the order chosen."""
        meant = {(n.sheet, n.row): n.item for n in self.named}
        left = iter(self.chosen)
        made = []
        for at, sheet in self.sheets.items():
            for line in sheet.lines:
                item = meant.get((at, line.row))
                if line.is_free and (pk := next(left, None)) is not None:
                    item = UUID(pk)
                if item is not None:
                    made.append((at, line, item))
        cards = any(s.is_card for s in self.sheets.values())
        self.not_in = [] if cards else [self.found.by_id[pk][1] for pk in left]
        return made

    @cached_property
    def _cards(self) -> dict[int, UUID]:
        """Give the item of each card: the one that it names, else the first one chosen."""
        meant = {n.sheet: n.item for n in self.named if n.row < 0}
        first = UUID(self.chosen[0]) if self.chosen else None
        made = {at: meant.get(at, first) for at, s in self.sheets.items() if s.is_card}
        return {at: item for at, item in made.items() if item is not None}

    @property
    def n_free(self) -> int:
        """Count the rows that wait for items to be chosen."""
        return sum(x.is_free for s in self._choice[1].values() for x in s.lines)

    @property
    def wants_items(self) -> bool:
        """Tell whether a person is to choose items: for free rows, an open table, or a card."""
        if self.n_free or any(s.is_open for s in self._choice[1].values()):
            return True
        cards = [at for at, s in self._choice[1].items() if s.is_card]
        return any(at not in {n.sheet for n in self.named} for at in cards)

    # ---- what the book says -----------------------------------------------------------------------

    @cached_property
    def blanks(self) -> list[tuple[int, Blank, UUID | None]]:
        """Give every blank with the item that it is about; those of rows without one are left out."""
        made: list[tuple[int, Blank, UUID | None]] = [
            (at, blank, item) for at, line, item in self._pairs for blank in line.blanks
        ]
        for at, sheet in self.sheets.items():
            item = self._cards.get(at)
            made += [(at, b, None if b.is_own else item) for b in sheet.blanks]
        return made

    @cached_property
    def rows(self) -> dict[UUID, Row]:
        """Give the rows of the register that the form is about: two queries for each 500."""
        if self.ledger is None:
            return {}
        ids = list(dict.fromkeys(item for _at, _b, item in self.blanks if item is not None))
        made = {r.item.pk: r for r in self.ledger.listed()[0] if r.item.pk in set(ids)}
        for first in range(0, len(ids), CHUNK):
            seen = visible(self.asked.seen, self.asked.campaign.pk)
            own = Item.objects.filter(
                seen, register=self.register, pk__in=ids[first : first + CHUNK]
            )
            for item in own.select_related("org", "battle"):
                facts = Facts.of(item)
                made[item.pk] = Row(facts, facts.code, self.ledger.definition)
        return made

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Give the columns that the form asks for and this person may see."""
        if self.ledger is None:
            return {}
        wanted = {s for _at, b, _i in self.blanks for s in (b.source, b.below)} - {""}
        wanted = {s for s in wanted if not s.startswith("form:")}
        every = Columns(self.asked, self.ledger).every(sorted(wanted))
        return {c.source: c for c in every if c.source in wanted}

    @cached_property
    def texts(self) -> dict[tuple[UUID, str], str]:
        """Give what the book says of each item and column."""
        if self.ledger is None or not self.rows:
            return {}
        columns = list(self.columns.values())
        marked = {b.source for _at, b, _i in self.blanks if b.mark_lead}
        printed = tuple(PrintedColumn(c.head, c.source, "", c.source in marked) for c in columns)
        head = HeaderProfile("form", Label("form", "form"), printed)
        printer = Printer(self.asked, self.ledger, columns, head, is_plain=True)
        return {
            (row.item.pk, column.source): text
            for row, said in printer.pairs(self.rows.values())
            for column, text in zip(columns, said, strict=True)
        }

    @cached_property
    def changed(self) -> dict[tuple[UUID, str], dt.date]:
        """Give the day on which each of these was last changed."""
        return changed_on(self.asked, self.rows.values(), set(self.columns))

    # ---- answers and questions --------------------------------------------------------------------

    def fill(self) -> Filling:
        """Answer every blank from the book or from what was typed, and ask for the rest."""
        for at, blank, item in self.blanks:
            if blank.is_own:
                self._own(at, blank)
            elif item is not None:
                self._about(at, blank, item)
            else:
                self._ask(at, blank, Why.UNKNOWN)
        self._typed()
        return self

    def _own(self, at: int, blank: Blank) -> None:
        value = self._of_filler(blank)
        if value:
            self.answered.append(Answered(at, blank, value))
        else:
            self._ask(at, blank, Why.OWN)

    def _of_filler(self, blank: Blank) -> str | dt.date:
        if blank.source == forms.DAY:
            day = self.asked.day
            return f"{day.year}年{day.month}月{day.day}日" if blank.span else day
        if blank.source == forms.ORG:
            return self._org
        return self.person.phone if blank.source == forms.PHONE else self.person.label(lang())

    @cached_property
    def _org(self) -> str:
        """Give the name of the one org that the person acts for."""
        mine = self.asked.seen.orgs(self.asked.campaign.pk)
        org = Org.objects.filter(pk__in=mine).first() if len(mine) == 1 else None
        return org.label(lang()) if org else ""

    def _about(self, at: int, blank: Blank, item: UUID) -> None:
        column = self.columns.get(blank.source)
        if column is None or item not in self.rows:
            self._ask(at, blank, Why.UNKNOWN, item)
        elif column.kind == "personal":
            self._ask(at, blank, Why.PERSONAL, item)
        elif blank.is_clash or _clash(blank.unit, column.unit):
            self._ask(at, blank, Why.UNIT, item)
        elif text := self._joined(blank, item):
            day, row = self.changed.get((item, blank.source)), self.rows[item]
            value = measured(text, column, blank)
            self.answered.append(Answered(at, blank, value, blank.source, item, row.number, day))
        else:
            self._ask(at, blank, Why.EMPTY, item)

    def _joined(self, blank: Blank, item: UUID) -> str:
        parts = [self.texts.get((item, s), "") for s in (blank.source, blank.below) if s]
        return "\n".join(filter(None, parts))

    def _ask(self, at: int, blank: Blank, why: Why, item: UUID | None = None) -> None:
        known = blank.source if why in {Why.EMPTY, Why.PERSONAL} else ""
        key = f"{item or ''}|{known or bare(blank.label)}"[:200]
        question = self.questions.get(key)
        if question is None:
            row = self.rows.get(item) if item else None
            column = self.columns.get(known)
            question = self.questions[key] = Question(
                key,
                column.head if column else blank.label,
                why,
                item,
                row.number if row else "",
                row.item.title if row else "",
                known,
                why is Why.EMPTY and row is not None and self._may_keep(row, known),
                typed=str(self.form.typed.get(key, "")),
            )
        question.places.append((at, blank))

    @cached_property
    def _roles(self) -> dict[UUID, frozenset[str]]:
        own = [r.item for r in self.rows.values() if r.listing is None]
        return roles_by_item(self.asked.seen, own)

    def _may_keep(self, row: Row, source: str) -> bool:
        """Tell whether a person may put something into this cell of the book; the write looks again."""
        held = self._roles.get(row.item.pk)
        column = self.columns.get(source)
        if held is None or column is None or not column.is_editable:
            return False
        may = rights_of(held)
        if source in REPORTED or source == "report":
            return "report" in may
        if source.startswith("field:") and self.ledger is not None:
            edit = self.ledger.definition.field(source[6:]).edit
            return bool(held & {*edit, "office"})
        return "edit" in may

    def _typed(self) -> None:
        for question in self.questions.values():
            if question.typed and question.is_asked:
                for at, blank in question.places:
                    said = Answered(at, blank, question.typed, item=question.item, code=question.code,
                                    is_typed=True)  # fmt: skip
                    self.answered.append(said)

    # ---- what it asks that is known ---------------------------------------------------------------

    @cached_property
    def asked_for(self) -> dict[str, str]:
        """Give the columns and labels that the form asks for, each with its source."""
        made: dict[str, str] = {}
        for sheet in self.sheets.values():
            for column in sheet.head.columns:
                if column.head and column.source not in {"number", "blank"}:
                    made.setdefault(f"{column.over} {column.head}".strip(), column.source)
            for blank in sheet.blanks:
                if not blank.is_own:
                    made.setdefault(blank.label, blank.source)
        return made

    @property
    def reasked(self) -> list[str]:
        """Give the labels of what the book holds already, for at least one of the items."""
        held = {a.source for a in self.answered if a.source}
        held |= {s for s in ("code", "title") if any(n.item for n in self.named)}
        return [label for label, source in self.asked_for.items() if source in held]

    @property
    def since(self) -> dt.date | None:
        """Give the day since which everything that was filled in stands in the book as it is."""
        return max((a.on for a in self.answered if a.on), default=None)


def _words_of(sheet: FormSheet) -> set[str]:
    """Give the titles and codes by which a sheet names items."""
    named = {w for line in sheet.lines for w in (line.code, line.title)}
    return (named | {sheet.code, sheet.title}) - {""}


def _clash(asked: str, held: str) -> bool:
    """Tell whether a form counts in something that cannot be converted from what the book counts in."""
    return bool(asked and held) and asked != held and not {asked, held} <= set(_YUAN)


def measured(text: str, column: Column, blank: Blank) -> str | int | float | dt.date:
    """Give a value as a form's cell takes it: a day, a number in the form's unit, else a text."""
    if column.kind == "date":
        return _day(text) or text
    if column.kind != "num" or "\n" in text:
        return text
    number = _number(text)
    if number is None:
        return text
    if blank.unit and column.unit and blank.unit != column.unit:
        number = number.scaleb(_YUAN[column.unit] - _YUAN[blank.unit])
    elif column.unit and not blank.unit:
        return f"{text}{column.unit}"  # nothing on the form says what it counts in
    return int(number) if number == number.to_integral_value() else float(number)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def changed_on(
    asked: Asked, rows: Iterable[Row], sources: set[str]
) -> dict[tuple[UUID, str], dt.date]:
    """Give the day on which columns of rows were last changed: four queries for each 500 rows.

    What follows from other rows than the item (targets, what is summed up) has none.
    """
    made: dict[tuple[UUID, str], dt.date] = {}
    ids = [row.item.pk for row in rows]
    zone = asked.campaign.zone
    for first in range(0, len(ids), CHUNK):
        some = ids[first : first + CHUNK]
        for pk, name, at in _facts_changed(some):
            made[pk, name] = clock.day_of(at, zone)
        if sources & ROLES:
            for pk, name, at in _duties_changed(some):
                made[pk, name] = clock.day_of(at, zone)
        if any(s.startswith("report") for s in sources):
            last = Report.objects.filter(item__in=some).values("item").annotate(at=Max("at"))
            for pk, at in last.order_by().values_list("item", "at"):
                day = clock.day_of(at, zone)
                made |= {(pk, s): day for s in sources if s.startswith("report")}
    wire = {source: _WIRE.get(source, source) for source in sources}
    return {(pk, s): made[pk, w] for s, w in wire.items() for pk in ids if (pk, w) in made}


def _facts_changed(ids: list[UUID]) -> Iterator[tuple[UUID, str, Any]]:
    changes = Change.objects.filter(table=Item._meta.label_lower, row__in=ids)
    for change in changes.select_related("event").order_by("version"):
        before, after = change.before or {}, change.after or {}
        for name in after:
            if name != "fields":
                yield change.row, name, change.event.at
        for key in _differing(before.get("fields") or {}, after.get("fields") or {}):
            yield change.row, f"field:{key}", change.event.at


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [k for k in {**before, **after} if before.get(k) != after.get(k)]


def _duties_changed(ids: list[UUID]) -> Iterator[tuple[UUID, str, Any]]:
    duties = Responsibility.objects.filter(item__in=ids).values_list("pk", "item", "role")
    of = {pk: (item, role) for pk, item, role in duties}
    changes = Change.objects.filter(table=Responsibility._meta.label_lower, row__in=list(of))
    for row, at in changes.order_by("event__at").values_list("row", "event__at"):
        yield (*of[row], at)
