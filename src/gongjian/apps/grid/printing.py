"""A register as it is printed: on pages, in workbooks, as JSON; the same text everywhere.

Each column is made a function once; rows are printed by the thousand, and what a column needs beyond the
row (duties, reports, targets, names) is asked once for each thousand.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count, islice, repeat
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.fields import ids_in, said
from gongjian.apps.campaigns.models import CaseKey, Item, Responsibility
from gongjian.apps.campaigns.naming import names_of
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.campaigns.queries import roles_by_item, visible
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.cockpit.item_page import holder
from gongjian.apps.cockpit.queries import lang, target_row
from gongjian.apps.grid.columns import ROLES
from gongjian.apps.loop.models import Report
from gongjian.apps.targets.models import Target
from gongjian.apps.targets.queries import aims_among
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import computed
from gongjian.lib import among  # noqa: F401  # for __among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.registers import Ledger, Row
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile

    Make = Callable[[Row], str]

CHUNK = 1000
# What each column reads of a row; one that is not named here reads the row's fields.
_READS = {
    "number": (), "blank": (), "code": ("code",), "title": ("title",),
    "battle": ("battle__name", "battle__name_en"), "org": ("org__short_name", "org__name_en"),
    "state": ("state",), "progress": ("progress",), "due": ("due",), "start_on": ("start_on",),
    "closed_on": ("closed_on",), "light": ("light",),
}  # fmt: skip
_RIGHTS = ("campaign_id", "org_id", "parent_id", "root_id", "access_class")
_ASKS = ROLES | {
    "report", "report.progress", "report.problems", "report.next_steps",
    "target", "target.value", "target.rule",
}  # fmt: skip


@dataclass
class Printer:
    """Prints rows of a register under some columns.

    `is_plain` leaves units to the heads, as cells that are typed in want it.
    """

    asked: Asked
    ledger: Ledger
    columns: Sequence[Column]
    head: HeaderProfile | None = None
    first: int = 1
    is_plain: bool = False
    _more: _More = field(init=False)
    _numbers: Iterator[int] = field(init=False)

    def texts(self, rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
        """Print rows: a text for each column."""
        return (texts for _row, texts in self.pairs(rows))

    def pairs(self, rows: Iterable[Row]) -> Iterator[tuple[Row, tuple[str, ...]]]:
        """Print rows, each beside its texts."""
        left = iter(rows)
        self._numbers = count(self.first)
        while chunk := list(islice(left, CHUNK)):
            self._more = _More(self.asked, self.ledger, chunk)
            made = [map(self._made(c), chunk) for c in self.columns]
            texts = zip(*made, strict=True) if made else repeat(())
            yield from zip(chunk, texts, strict=False)

    def reads(self) -> tuple[str, ...]:
        """Give the facts that these columns read, in the order in which rows have them."""
        wanted = {"pk", "code"}
        for column in self.columns:
            for source in (column.source, column.below):
                wanted |= set(_READS.get(source, ("fields",) if source else ()))
            if column.field and self._is_by_row(column.field):
                wanted |= set(_RIGHTS)
        if not any("field:" in c.source + c.below for c in self.columns):
            wanted.discard("fields")
        return tuple(n for n in Facts._fields if n in wanted)

    def _made(self, column: Column) -> Make:
        first = self._maker(column)
        if not column.below:
            return first
        second = self._maker(replace(column, source=column.below))
        return lambda row: "\n".join(filter(None, (first(row), second(row))))

    def _maker(self, column: Column) -> Make:  # noqa: PLR0911  # one line a kind
        source = column.source
        if column.field:
            return self._of_field(self._by_key[column.field])
        if source == "number":
            return lambda _row: str(next(self._numbers))
        if source == "state":
            return self._state
        if source == "light":
            return self._light
        if source in ROLES:
            return lambda row: self._holders(source, row)
        if source in _ASKS:
            return self._asked_for(source)
        if lang().startswith("en") and source in _ENGLISH:
            return _ENGLISH[source]
        return _PLAIN.get(source, _nothing)

    def _asked_for(self, source: str) -> Make:
        if source == "report":
            return self._whole_report
        what, _dot, part = source.partition(".")
        if what == "report":
            return lambda row: self._report(row, part)
        return lambda row: "\n".join(
            t[part or "text"] for t in self._more.targets[row.item.pk] if t[part or "text"]
        )

    def _of_field(self, one: FieldDef) -> Make:
        plain = self._said(one)
        if not self._is_by_row(one.key):
            return plain
        see = {*one.see, "office"}
        return lambda row: plain(row) if self._more.roles[row.item.pk] & see else ""

    def _is_by_row(self, key: str) -> bool:
        """Tell whether one sees a field on some rows and not on others."""
        see = self._by_key[key].see
        wide = self.asked.seen.wide_roles(self.asked.campaign.pk)
        return bool(see) and not wide & {*see, "office"}

    def _said(self, one: FieldDef) -> Make:
        key, language = one.key, lang()
        if one.personal:
            return lambda row: self._masked(one, row)
        if one.compute is not None:
            return self._worked_out(one)
        if self.is_plain or not one.unit:
            if one.type is FieldType.CHOICE and not one.several:
                return self._choice(one)
            if one.type not in _NAMED and not one.several:
                return _own(one)
        unit = "" if self.is_plain else one.unit
        bare = one if unit else _unitless(one)

        def make(row: Row) -> str:
            value = row.item.fields.get(key) if row.listing is None else row.value(one)
            return said(bare, value, language, self._more.names) if value else ""

        return make

    def _choice(self, one: FieldDef) -> Make:
        words = {c.key: c.label.of(lang()) for c in one.choices}
        plain = _own(one)

        def make(row: Row) -> str:
            value = plain(row)
            return words.get(value, value)

        return make

    def _masked(self, one: FieldDef, row: Row) -> str:
        value = row.value(one)
        if is_sealed(value) and row.item.pk not in self._more.unlocked:
            return _("destroyed")
        return said(one, value, lang(), {})

    def _worked_out(self, one: FieldDef) -> Make:
        bare, language = _unitless(one) if self.is_plain else one, lang()
        definition = self.ledger.definition
        is_over_children = one.compute is not None and one.compute.over == "children"
        of_none = said(bare, computed(definition, {}).get(one.key), language, {})

        def make(row: Row) -> str:
            if row.listing is not None:
                return said(bare, row.value(one), language, {})
            below = self._more.under.get(row.item.pk, ())
            if is_over_children and not below:
                return of_none
            return said(bare, computed(definition, row.item.fields, below)[one.key], language, {})

        return make

    @cached_property
    def _by_key(self) -> dict[str, FieldDef]:
        return {f.key: f for f in self.ledger.definition.fields}

    @cached_property
    def _marks_lead(self) -> frozenset[str]:
        columns = self.head.columns if self.head else ()
        return frozenset(c.source for c in columns if c.mark_lead)

    @cached_property
    def _words(self) -> dict[str, str]:
        return {}

    def _state(self, row: Row) -> str:
        if row.listing is not None:
            home = self.ledger.home_of(row.item)
            return home.state_of(row.register.key, row.item.state).label.of(lang())
        state = row.item.state
        if state not in self._words:
            found = self.ledger.playbook.state_of(self.ledger.definition.key, state)
            self._words[state] = found.label.of(lang())
        return self._words[state]

    @cached_property
    def _lights(self) -> dict[str, str]:
        return {one.code: one.word.of(lang()) for one in self.ledger.playbook.lights}

    def _light(self, row: Row) -> str:
        if row.listing is not None:
            return self.ledger.home_of(row.item).light(row.item.light).word.of(lang())
        return self._lights.get(row.item.light, row.item.light)

    def _holders(self, role: str, row: Row) -> str:
        """Name those of a role; where leads stand among others, each lead has its star."""
        duties = self._more.duties
        names = [holder(d) for d in duties[row.item.pk, role]]
        if role in self._marks_lead:
            leads = [holder(d) for d in duties[row.item.pk, "lead"]]
            names = [f"*{n}" for n in leads] + [n for n in names if n not in leads]
        return "、".join(names)

    def _report(self, row: Row, part: str) -> str:
        report = self._more.reports.get(row.item.pk)
        if report is None:
            return ""
        if report.no_change:
            return _("No change") if part == "progress" else ""
        return str(getattr(report, part))

    def _whole_report(self, row: Row) -> str:
        """Three in one cell, as the ledgers print them: progress, problems, next steps."""
        words = {
            "progress": _("Progress"),
            "problems": _("Problems"),
            "next_steps": _("Next steps"),
        }
        said_of = [(word, self._report(row, part)) for part, word in words.items()]
        return "\n".join(_("%(word)s: %(text)s") % {"word": w, "text": t} for w, t in said_of if t)


@dataclass
class _More:
    """What columns need beyond the rows themselves, asked once for all rows of a chunk."""

    asked: Asked
    ledger: Ledger
    rows: Sequence[Row]

    @cached_property
    def ids(self) -> list[UUID]:
        return [r.item.pk for r in self.rows]

    @cached_property
    def roles(self) -> dict[UUID, frozenset[str]]:
        return roles_by_item(self.asked.seen, [r.item for r in self.rows])

    @cached_property
    def unlocked(self) -> set[UUID]:
        """Give the items whose personal fields were not destroyed."""
        return set(CaseKey.objects.filter(item__in=self.ids).values_list("item", flat=True))

    @cached_property
    def under(self) -> dict[UUID, list[dict[str, Any]]]:
        """Give the fields of the items right below, for columns that add them up: one query."""
        found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        fields = self.ledger.definition.fields
        if any(f.compute and f.compute.over == "children" for f in fields):
            seen = visible(self.asked.seen, self.asked.campaign.pk)
            # In no order: one by code would tempt SQLite to read the whole table along that index.
            rows = Item.objects.filter(seen, parent__among=self.ids).order_by()
            for parent, values in rows.values_list("parent_id", "fields"):
                found[parent].append(values)
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        fields = [f for f in self.ledger.definition.fields if f.type in _NAMED]
        ids: dict[FieldType, set[UUID]] = defaultdict(set)
        for row in self.rows:
            values = {f.key: row.value(f) for f in fields}
            for kind, found in ids_in(fields, values).items():
                ids[kind] |= found
        return names_of(ids, lang())

    @cached_property
    def duties(self) -> dict[tuple[UUID, str], list[Responsibility]]:
        found: dict[tuple[UUID, str], list[Responsibility]] = defaultdict(list)
        rows = Responsibility.objects.filter(item__in=self.ids)
        for duty in rows.select_related("org", "post").order_by("order"):
            if in_force(duty, self.asked.day):
                found[duty.item_id, duty.role].append(duty)
        return found

    @cached_property
    def reports(self) -> dict[UUID, Report]:
        """Give the last report of each row."""
        last = Report.objects.filter(item=OuterRef("pk")).order_by("-at").values("pk")[:1]
        items = Item.objects.filter(pk__in=self.ids)
        newest = items.annotate(last=Subquery(last)).values("last")
        return {r.item_id: r for r in Report.objects.filter(pk__in=newest)}

    @cached_property
    def targets(self) -> dict[UUID, list[dict[str, str]]]:
        found: dict[UUID, list[dict[str, str]]] = defaultdict(list)
        rows = Target.objects.filter(item__in=self.ids)
        for aim in aims_among(list(rows), self.asked.day):
            row = target_row(aim)
            value = f"{row.floor} / {row.stretch}" if row.stretch else row.floor
            said_of = {"text": aim.version.text, "value": value, "rule": aim.version.counting_rule}
            if aim.target.item_id is not None:
                found[aim.target.item_id].append(said_of)
        return found


_NAMED = frozenset({FieldType.ORG, FieldType.PERSON, FieldType.FILE})


def _own(one: FieldDef) -> Make:
    key = one.key

    def make(row: Row) -> str:
        value = row.item.fields.get(key) if row.listing is None else row.value(one)
        return "" if value is None else str(value)

    return make


def _unitless(one: FieldDef) -> FieldDef:
    return replace(one, unit="")


def _nothing(_row: Row) -> str:
    return ""


def _day(name: str) -> Make:
    def make(row: Row) -> str:
        day = getattr(row.item, name)
        return day.isoformat() if day else ""

    return make


def _battle(row: Row) -> str:
    if row.listing is not None:
        return row.listing.battle.label(lang()) if row.listing.battle else ""
    return row.item.battle__name or ""


def _battle_en(row: Row) -> str:
    return (row.listing is None and row.item.battle__name_en) or _battle(row)


def _org(row: Row) -> str:
    return row.item.org__short_name or ""


_PLAIN: dict[str, Make] = {
    "code": lambda row: row.number,
    "title": lambda row: row.item.title,
    "battle": _battle,
    "org": _org,
    "progress": lambda row: f"{row.item.progress // 100}%",
    "due": _day("due"),
    "start_on": _day("start_on"),
    "closed_on": _day("closed_on"),
}
_ENGLISH: dict[str, Make] = {
    "battle": _battle_en,
    "org": lambda row: row.item.org__name_en or _org(row),
}
