"""Workbooks to be filled in elsewhere and given back: with drop-downs, hints, and ids where rows are there."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import Ask
from gongjian.apps.campaigns.models import Responsibility
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.campaigns.uploads import safe_name
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.columns import ROLES, Columns
from gongjian.apps.grid.exporting import ID, Export
from gongjian.apps.grid.writing import PRINTED
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.registers import Ledger, Row
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile

EMPTY_ROWS = 30  # below the rows that are there
ONLY_EMPTY = 200  # in a workbook without rows
_WIDE = {"title": 40, "report": 44, "report.progress": 36, "number": 6, "code": 14}
_HAS_PART = ("lead", "owner")

Line = tuple["Row", tuple[str, ...]]


@dataclass
class Blank:
    """A register as workbooks that come back."""

    asked: Asked
    ledger: Ledger
    head: HeaderProfile | None = None
    who: str = ""  # who takes it out, for the foot of what is not open
    _file: Export = field(init=False)

    def __post_init__(self) -> None:
        chosen = [] if self.head else self._usual
        self._file = Export(self.asked, self.ledger, Ask(), self.head, chosen)

    @cached_property
    def _usual(self) -> list[str]:
        """Give the columns of the system that can be filled in; the code shows which row is which."""
        columns = Columns(self.asked, self.ledger).of(None)
        fields = {f"field:{f.key}": f for f in self.ledger.definition.fields}
        typed = [
            c.source
            for c in columns
            if c.is_editable and c.source != "org" and not _is_file(fields.get(c.source))
        ]
        core = [s for s in typed if s not in fields]
        return ["code", *core, "lead", "owner", "support", *(s for s in typed if s in fields)]

    def book(self, rows: Iterable[Line] = (), org: str = "") -> bytes:
        """Write a workbook, of one org where it is named."""
        return write_book([self._page(list(rows), org)])

    def rows(self, org: UUID | None = None) -> list[Line]:
        """Give the rows that are there: all, or those in which an org has a leading part."""
        if org is None:
            return list(self._file.rows())
        return self.by_org().get(org, [])

    def by_org(self) -> dict[UUID, list[Line]]:
        """Give the rows of each org: those it is accountable for, leads or owns. Printed once."""
        pairs = [(row, texts) for row, texts in self._file.rows() if row.listing is None]
        parts = self._parts([row.item.pk for row, _texts in pairs])
        found: dict[UUID, list[Line]] = defaultdict(list)
        for row, texts in pairs:
            for org in sorted(parts[row.item.pk]):
                found[org].append((row, texts))
        return found

    def _parts(self, ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
        parts: dict[UUID, set[UUID]] = defaultdict(set)
        own = self.ledger.own(Ask()).filter(org__isnull=False)
        for pk, org in own.values_list("pk", "org_id"):
            parts[pk].add(org)
        duties = Responsibility.objects.filter(
            campaign=self.asked.campaign, role__in=_HAS_PART, org__isnull=False
        )
        there = set(ids)
        for duty in duties.only("item_id", "org_id", "since", "until"):
            if duty.item_id in there and duty.org_id and in_force(duty, self.asked.day):
                parts[duty.item_id].add(duty.org_id)
        return parts

    def archive(self) -> bytes:
        """Write a workbook for each org that has rows, all of them in one archive."""
        rows = self.by_org()
        orgs = Org.objects.filter(pk__in=rows).order_by("order", "code")
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for n, org in enumerate(orgs, 1):
                name = org.label(lang())
                file = safe_name(f"{n:02d}-{self._label}-{name}.xlsx".replace("/", "_"))
                archive.writestr(file, self.book(rows[org.pk], name))
        return target.getvalue()

    # ---- the sheet ---------------------------------------------------------------------------------

    @property
    def _label(self) -> str:
        return self.ledger.definition.label.of(lang())

    def _page(self, rows: list[Line], org: str) -> SheetPage:
        columns = [
            self._column(head, c)
            for head, c in zip(self._file.heads(), self._file.columns, strict=True)
        ]
        locked = {n for n, c in enumerate(self._file.columns) if self._is_locked(c)}
        title = (self.head.title if self.head else "") or self._label
        return SheetPage(
            name=self._label,
            columns=[*columns, SheetColumn(ID, "", 4, is_hidden=True)],
            rows=self._cells(rows),
            title=f"{title} · {org}" if org else title,
            note=self._note(org),
            watermark=self._file.watermark(self.who),
            locked=frozenset(locked),
        )

    def _cells(self, rows: list[Line]) -> Iterable[list[object]]:
        for row, texts in rows:
            yield [*texts, str(row.item.pk)]
        width = len(self._file.columns) + 1
        for _n in range(EMPTY_ROWS if rows else ONLY_EMPTY):
            yield [""] * width

    def _note(self, org: str) -> str:
        said = _(
            "Fill in the white cells and give the workbook back as it is: grey columns follow from "
            "steps and rules, the hidden column tells which row is which. A new row is a new item. "
            "Dates as 2026-09-30 or “end of September”; several orgs with “、” between them."
        )
        return f"{_('Org')}：{org}　{said}" if org else said

    def _is_locked(self, column: Column) -> bool:
        if column.source in PRINTED or column.source == "code":
            return True
        field_ = self._field(column)
        return field_ is not None and (field_.type is FieldType.COMPUTED or _is_file(field_))

    def _column(self, head: str, column: Column) -> SheetColumn:
        return SheetColumn(
            head,
            column.over,
            _WIDE.get(column.source, 16),
            choices=self._choices(column),
            hint=self._hint(column),
        )

    def _choices(self, column: Column) -> tuple[str, ...]:
        if column.choices:
            return tuple(word for _key, word in column.choices)
        if column.source == "battle":
            return tuple(b.label(lang()) for b in campaigns.battles(self.asked.campaign))
        is_org = column.kind in {"org", "orgs"} and column.source not in {"leader", "contact"}
        return self._orgs if is_org or column.source in {"owner", "lead", "support"} else ()

    @cached_property
    def _orgs(self) -> tuple[str, ...]:
        return tuple(
            o.label(lang()) for o in Org.objects.filter(until=None).order_by("order", "code")
        )

    def _hint(self, column: Column) -> str:
        if column.help:
            return column.help
        if column.kind == "date":
            return _("A date, such as 2026-09-30")
        if column.source in ROLES and column.source not in {"leader", "contact"}:
            return _("Choose an org, or write several with “、” between them; the first one leads")
        return ""

    def _field(self, column: Column) -> FieldDef | None:
        known = {f.key: f for f in self.ledger.definition.fields}
        return known.get(column.field) if column.field else None


def _is_file(field_: FieldDef | None) -> bool:
    return field_ is not None and field_.type is FieldType.FILE
