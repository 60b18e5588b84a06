"""A register as it is printed: on the page and in a workbook, under the heads of a real ledger or its own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.campaigns.fields import ids_in, said, visible_fields
from gongjian.apps.campaigns.models import CaseKey, Item, Responsibility
from gongjian.apps.campaigns.naming import names_of
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.campaigns.queries import roles_by_item, visible
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.cockpit.item_page import holder
from gongjian.apps.cockpit.queries import Asked, lang, target_row
from gongjian.apps.loop.models import Report
from gongjian.apps.targets.models import Target
from gongjian.apps.targets.queries import aims_among
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import computed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.registers import Ledger, Row
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile
    from gongjian.kernel.model.playbook import Playbook

_ROLES = frozenset(Responsibility.Role.values)
_SORTS = {"code": "code", "due": "due", "start_on": "start_on", "progress": "progress"}
_SORTS |= {"light": "light"}
CHUNK = 1000
_KINDS = {FieldType.NUMBER: "num", FieldType.MONEY: "num", FieldType.DATE: "date"}
_KINDS |= {FieldType.COMPUTED: "num"}


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column of a register: its head, the merged head above it, by what it sorts."""

    head: str
    over: str
    source: str
    sort: str = ""


Cell = dict[str, str]  # text, kind (what it looks like), label; of a light its shape and code


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a register, ready to print."""

    cells: tuple[Cell, ...]
    href: str
    listed_from: str
    battle: str


@dataclass
class Printer:
    """Prints rows of a register; what the columns need is asked once for all rows."""

    asked: Asked
    ledger: Ledger
    head: HeaderProfile | None
    rows: Sequence[Row]
    first: int = 1

    @cached_property
    def fields(self) -> tuple[FieldDef, ...]:
        """Give the fields that this person may see on some row of the register."""
        seen = self.asked.seen
        return visible_fields(self.ledger.definition, seen.roles(self.asked.campaign.pk))

    @cached_property
    def columns(self) -> list[PrintedColumn]:
        """Give the columns: of the profile that was chosen, else the core ones and the fields."""
        if self.head is None:
            return [*self._core_columns(), *self._field_columns()]
        shown = {f.key for f in self.fields}
        return [
            PrintedColumn(c.head, c.over, c.source, self._sort(c.source))
            for c in self.head.columns
            if not c.source.startswith("field:") or c.source[6:] in shown
        ]

    def _core_columns(self) -> list[PrintedColumn]:
        words = {
            "code": _("Code"),
            "title": _("Item"),
            "battle": _("Battle"),
            "org": _("Responsible"),
            "due": _("Due"),
            "state": _("State"),
            "progress": _("Progress"),
            "light": _("Light"),
        }
        return [PrintedColumn(word, "", name, self._sort(name)) for name, word in words.items()]

    def _field_columns(self) -> list[PrintedColumn]:
        return [
            PrintedColumn(f.label.of(lang()), "", f"field:{f.key}", self._sort(f"field:{f.key}"))
            for f in self.fields
        ]

    def _sort(self, source: str) -> str:
        if not source.startswith("field:"):
            return _SORTS.get(source, "")
        wide = self.asked.seen.wide_roles(self.asked.campaign.pk)
        seen_by_all = visible_fields(self.ledger.definition, wide)
        key = source[6:]
        is_sortable = any(f.key == key and f.sortable and not f.personal for f in seen_by_all)
        return f"f.{key}" if is_sortable else ""

    @cached_property
    def _marks_lead(self) -> frozenset[str]:
        columns = self.head.columns if self.head else ()
        return frozenset(c.source for c in columns if c.mark_lead)

    def printed(self) -> list[PrintedRow]:
        """Print the rows."""
        sources = [c.source for c in self.columns]
        return [self._row(n, row, sources) for n, row in enumerate(self.rows, self.first)]

    def _row(self, n: int, row: Row, sources: Sequence[str]) -> PrintedRow:
        item = row.item
        battle = row.listing.battle if row.listing else item.battle
        return PrintedRow(
            cells=tuple(
                {**self._cell(source, n, row), "label": head}
                for source, head in zip(sources, self._heads, strict=True)
            ),
            href=reverse("cockpit:item", args=[item.code]),
            listed_from=row.register.label.of(lang()) if row.listing else "",
            battle=battle.label(lang()) if battle else "",
        )

    def _cell(self, source: str, n: int, row: Row) -> Cell:
        if source.startswith("field:"):
            return self._field_cell(self._by_key[source[6:]], row)
        if source in _ROLES:
            return _cell(self._holders(source, row))
        if source == "light":
            light = self._home(row).light(row.item.light)
            word = light.word.of(lang())
            return {"text": word, "kind": "light", "shape": light.shape, "code": light.code}
        if source == "number":
            return _cell(str(n), "num")
        make = self._makers.get(source)
        return make(row) if make else _cell("")

    @cached_property
    def _heads(self) -> list[str]:
        return [c.head for c in self.columns]

    @cached_property
    def _by_key(self) -> dict[str, FieldDef]:
        return {f.key: f for f in self.ledger.definition.fields}

    @cached_property
    def _makers(self) -> dict[str, Callable[[Row], Cell]]:
        return {
            "code": lambda r: _cell(r.number, "code"),
            "title": lambda r: _cell(r.item.title, "title"),
            "battle": lambda r: _cell(self._battle(r)),
            "org": lambda r: _cell(r.item.org.label(lang()) if r.item.org else ""),
            "state": lambda r: _cell(self._state(r)),
            "progress": lambda r: _cell(f"{r.item.progress // 100}%", "num"),
            "due": lambda r: _date(r.item.due, is_late=r.item.due_state == "late"),
            "start_on": lambda r: _date(r.item.start_on),
            "closed_on": lambda r: _date(r.item.closed_on),
            "report": lambda r: _cell(self._whole_report(r)),
            "report.progress": lambda r: _cell(self._report(r, "progress")),
            "report.problems": lambda r: _cell(self._report(r, "problems")),
            "report.next_steps": lambda r: _cell(self._report(r, "next_steps")),
            "target": lambda r: _cell(self._target(r, "text")),
            "target.value": lambda r: _cell(self._target(r, "value")),
            "target.rule": lambda r: _cell(self._target(r, "rule")),
        }

    def _battle(self, row: Row) -> str:
        battle = row.listing.battle if row.listing else row.item.battle
        return battle.label(lang()) if battle else ""

    def _home(self, row: Row) -> Playbook:
        return self.ledger.home_of(row.item)

    def _state(self, row: Row) -> str:
        return self._home(row).state_of(row.register.key, row.item.state).label.of(lang())

    def _field_cell(self, field: FieldDef, row: Row) -> Cell:
        held = self._roles[row.item.pk]
        if field.see and not held & {*field.see, "office"}:
            return _cell("")
        value = row.value(field)
        if field.compute is not None and row.listing is None:
            value = self._computed(row.item).get(field.key)
        if field.personal and is_sealed(value) and row.item.pk not in self._unlocked:
            return _cell(_("destroyed"), "personal")
        kind = _KINDS.get(field.type, "")
        text = said(field, value, lang(), self._names)
        return _cell(text, "personal" if field.personal else kind)

    def _computed(self, item: Item) -> dict[str, Any]:
        return computed(self.ledger.definition, item.fields, self._under.get(item.pk, ()))

    @cached_property
    def _under(self) -> dict[UUID, list[dict[str, Any]]]:
        """Give the fields of the items right below, where a column adds them up: one query."""
        over = [f for f in self.fields if f.compute and f.compute.over == "children"]
        found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        if over:
            rows = Item.objects.filter(
                visible(self.asked.seen, self.asked.campaign.pk), parent__in=self._ids
            )
            for parent, fields in rows.values_list("parent_id", "fields"):
                found[parent].append(fields)
        return found

    @cached_property
    def _ids(self) -> list[UUID]:
        return [r.item.pk for r in self.rows]

    @cached_property
    def _roles(self) -> dict[UUID, frozenset[str]]:
        return roles_by_item(self.asked.seen, [r.item for r in self.rows])

    @cached_property
    def _unlocked(self) -> set[UUID]:
        """Give the items whose personal fields were not destroyed."""
        return set(CaseKey.objects.filter(item__in=self._ids).values_list("item", flat=True))

    @cached_property
    def _names(self) -> dict[str, str]:
        ids: dict[FieldType, set[UUID]] = defaultdict(set)
        for row in self.rows:
            values = {f.key: row.value(f) for f in self.fields}
            for kind, found in ids_in(self.fields, values).items():
                ids[kind] |= found
        return names_of(ids, lang())

    @cached_property
    def _duties(self) -> dict[tuple[UUID, str], list[Responsibility]]:
        found: dict[tuple[UUID, str], list[Responsibility]] = defaultdict(list)
        for at in range(0, len(self._ids), CHUNK):
            rows = Responsibility.objects.filter(item__in=self._ids[at : at + CHUNK])
            for duty in rows.select_related("org", "post").order_by("order"):
                if in_force(duty, self.asked.day):
                    found[duty.item_id, duty.role].append(duty)
        return found

    def _holders(self, role: str, row: Row) -> str:
        """Name those of a role; where leads stand among others, each lead has its star."""
        names = [holder(d) for d in self._duties[row.item.pk, role]]
        if role in self._marks_lead:
            leads = [holder(d) for d in self._duties[row.item.pk, "lead"]]
            names = [f"*{n}" for n in leads] + [n for n in names if n not in leads]
        return "、".join(names)

    @cached_property
    def _reports(self) -> dict[UUID, Report]:
        """Give the last report of each row."""
        last = Report.objects.filter(item=OuterRef("pk")).order_by("-at").values("pk")[:1]
        found: dict[UUID, Report] = {}
        for at in range(0, len(self._ids), CHUNK):
            items = Item.objects.filter(pk__in=self._ids[at : at + CHUNK])
            newest = items.annotate(last=Subquery(last)).values("last")
            found |= {r.item_id: r for r in Report.objects.filter(pk__in=newest)}
        return found

    def _report(self, row: Row, part: str) -> str:
        report = self._reports.get(row.item.pk)
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

    @cached_property
    def _targets(self) -> dict[UUID, list[dict[str, str]]]:
        rows = [
            t
            for at in range(0, len(self._ids), CHUNK)
            for t in Target.objects.filter(item__in=self._ids[at : at + CHUNK])
        ]
        found: dict[UUID, list[dict[str, str]]] = defaultdict(list)
        for aim in aims_among(rows, self.asked.day):
            row = target_row(aim)
            value = f"{row.floor} / {row.stretch}" if row.stretch else row.floor
            said_of = {"text": aim.version.text, "value": value, "rule": aim.version.counting_rule}
            if aim.target.item_id is not None:
                found[aim.target.item_id].append(said_of)
        return found

    def _target(self, row: Row, part: str) -> str:
        return "\n".join(t[part] for t in self._targets[row.item.pk] if t[part])


def _cell(text: str, kind: str = "") -> Cell:
    return {"text": text, "kind": kind}


def _date(day: Any, *, is_late: bool = False) -> Cell:
    return _cell(day.isoformat() if day else "", "late" if is_late else "date")
