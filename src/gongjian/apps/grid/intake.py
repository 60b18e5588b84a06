"""From workbooks to typed rows: heads settled, rows told apart, each matched with the item it speaks of.

Nothing is written here; `writing.plan_writes` compares what comes out with what is there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from xlsxwriter.utility import xl_col_to_name

from gongjian.apps.campaigns.asking import as_uuid
from gongjian.apps.campaigns.models import Item
from gongjian.apps.grid.writing import CellFault, Typed
from gongjian.apps.ledger.book import ActionError
from gongjian.kernel.playbook.body import LineKind, joined, lines_of
from gongjian.kernel.playbook.heads import recognise
from gongjian.kernel.playbook.values import MONEY_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.formats.xlsx import SheetText
    from gongjian.kernel.playbook.body import Line
    from gongjian.kernel.playbook.heads import Head, HeadColumn

TITLES = 10_000
SKIP = "-"  # what a person answers for a column that is not to be taken


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the file, the sheet, its number as the program that shows it counts."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook on its way in: its head as it was settled, its rows as they were told apart."""

    file: str
    text: SheetText
    head: Head
    lines: tuple[Line, ...]
    is_taken: bool = True
    answered: frozenset[int] = frozenset()  # columns whose meaning a person has decided

    @property
    def key(self) -> str:
        """Give the name under which answers about this sheet are kept."""
        return f"{self.file}|{self.text.name}"

    def place(self, at: int) -> Place:
        """Give where a row stands."""
        return Place(self.file, self.text.name, at + 1)

    def cell(self, at: int, source: str) -> str:
        """Give the address of a cell, such as C7; of a row where no column has the source."""
        column = self.head.column(source)
        return f"{xl_col_to_name(column.at)}{at + 1}" if column else str(at + 1)


def sheets_of(
    asked: Asked,
    ledger: Ledger,
    files: Iterable[tuple[str, Sequence[SheetText]]],
    answers: Mapping[str, Any] | None = None,
) -> list[Sheet]:
    """Settle the heads of all sheets and tell their rows apart.

    `answers` are what a person decided: sheet → ``{"taken": bool, "columns": {position: source}}``. A
    hidden sheet, and one in which no head is found, is taken only where that was answered.
    """
    found = []
    for name, texts in files:
        for text in texts:
            given = (answers or {}).get(f"{name}|{text.name}", {})
            words = asked.playbook.role_words
            head = recognise(text.rows, ledger.definition, words, merged=text.merged)
            chosen = given.get("columns", {})
            head = _answered(head, chosen, ledger)
            lines = joined(lines_of(text.rows, head, merged=text.merged)) if head.rows else []
            is_taken = bool(given.get("taken", bool(lines) and not text.is_hidden))
            is_taken, answered = is_taken and bool(lines), frozenset(map(int, chosen))
            found.append(Sheet(name, text, head, tuple(lines), is_taken, answered))
    return found


def _answered(head: Head, columns: Mapping[str, str], ledger: Ledger) -> Head:
    if not columns:
        return head
    units = {f"field:{f.key}": f.unit for f in ledger.definition.fields}
    made = []
    for column in head.columns:
        source = columns.get(str(column.at))
        if source is None:
            made.append(column)
        else:
            meant = "" if source == SKIP else source
            made.append(_meant(column, meant, units.get(source, ""), head.unit))
    return replace(head, columns=tuple(made))


def _meant(column: HeadColumn, source: str, unit: str, above: str) -> HeadColumn:
    """Give a column the meaning that was chosen; sums in the unit of its head are converted as ever."""
    below = column.below if source == column.source else ""
    said = column.unit or above
    adds = said if said != unit and {said, unit} <= MONEY_UNITS else ""
    return replace(column, source=source, below=below, adds=adds, is_clash=False, candidates=())


@dataclass
class Rows:
    """Rows of all sheets as they were typed, where each stands, and what is wrong with them so far."""

    typed: list[Typed] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)  # source → address, by line
    faults: list[CellFault] = field(default_factory=list)
    doubles: dict[str, list[int]] = field(default_factory=dict)  # item → its lines, where several


def rows_of(asked: Asked, ledger: Ledger, sheets: Iterable[Sheet]) -> Rows:
    """Give the rows of the sheets that are taken, each with the item it speaks of: four queries at most.

    A row speaks of the item whose id it carries; else of the one with its code; else of the only one of
    the register with its title. An id or a code of another campaign or register is a fault, for taking
    such a row as a new one would double it.
    """
    rows = Rows()
    parents: dict[int, int] = {}
    for sheet in sheets:
        if not sheet.is_taken:
            continue
        at_line: dict[int, int] = {}
        for line in sheet.lines:
            n = len(rows.typed)
            at_line[line.at] = n
            if line.kind is LineKind.CHILD and line.of in at_line:
                parents[n] = at_line[line.of]
            texts = {s: t for s, t in line.texts.items() if s != "blank"}
            rows.typed.append(Typed(texts, line=n, parent=parents.get(n)))
            rows.places.append(sheet.place(line.at))
            rows.cells.append({s: sheet.cell(line.at, s) for s in (*texts, "title")})
    _match(asked, ledger, rows)
    return rows


def _match(asked: Asked, ledger: Ledger, rows: Rows) -> None:
    ids = {t.texts.get("id", "").strip() for t in rows.typed} - {""}
    codes = {t.texts.get("code", "").strip() for t in rows.typed} - {""}
    there = {str(i.pk): i for i in _found(ledger, ids | codes)}
    by_code = {i.code: i for i in there.values()}
    foreign = _elsewhere(asked, (ids - set(there)) | (codes - set(by_code)))
    by_title = _titles(ledger, rows, there, by_code)
    for n, typed in enumerate(rows.typed):
        item = _one(typed, there, by_code, by_title)
        texts = {s: t for s, t in typed.texts.items() if s not in {"id", "code"}}
        error = _misplaced(typed, there, by_code, foreign)
        if error is not None:
            rows.faults.append(CellFault(n, "", error))
        rows.typed[n] = replace(typed, texts=texts, item=str(item.pk) if item else "")
    _find_doubles(rows)


def _found(ledger: Ledger, names: set[str]) -> list[Item]:
    rows: list[Item] = []
    wanted = sorted(names)
    for at in range(0, len(wanted), 500):
        rows += ledger.named(wanted[at : at + 500])
    return rows


def _elsewhere(asked: Asked, names: set[str]) -> set[str]:
    """Give those of some ids and codes that stand for items of another register or campaign."""
    ids = {pk for n in names if (pk := as_uuid(n))}
    codes = {n for n in names if as_uuid(n) is None}
    found: set[str] = set()
    q = Q(pk__in=ids) | Q(code__in=codes)
    for pk, code in Item.objects.filter(q).values_list("pk", "code"):
        found |= {str(pk), code}
    return found


def _titles(
    ledger: Ledger, rows: Rows, there: Mapping[str, Item], by_code: Mapping[str, Item]
) -> dict[str, list[Item]]:
    """Give the items of the titles of rows that carry neither an id nor a code of ours."""
    wanted = {
        title
        for t in rows.typed
        if not _one(t, there, by_code, {}) and (title := " ".join(t.texts.get("title", "").split()))
    }
    found: dict[str, list[Item]] = defaultdict(list)
    names = sorted(wanted)
    for at in range(0, len(names), TITLES):  # no index has titles: each query reads the register
        for item in ledger.titled(names[at : at + TITLES]):
            found[item.title].append(item)
    return found


def _one(
    typed: Typed,
    there: Mapping[str, Item],
    by_code: Mapping[str, Item],
    by_title: Mapping[str, list[Item]],
) -> Item | None:
    if item := there.get(typed.texts.get("id", "").strip()):
        return item
    if item := by_code.get(typed.texts.get("code", "").strip()):
        return item
    alike = by_title.get(" ".join(typed.texts.get("title", "").split()), [])
    return alike[0] if len(alike) == 1 else None


def _misplaced(
    typed: Typed, there: Mapping[str, Item], by_code: Mapping[str, Item], foreign: set[str]
) -> ActionError | None:
    given = typed.texts.get("id", "").strip()
    if given and given not in there:
        code = "intake.foreign_item" if given in foreign else "intake.unknown_id"
        return ActionError(code, item=typed.texts.get("code", "").strip() or given)
    code_given = typed.texts.get("code", "").strip()
    if not given and code_given in foreign and code_given not in by_code:
        return ActionError("intake.foreign_item", item=code_given)
    return None


def _find_doubles(rows: Rows) -> None:
    """Note rows that speak of one item, and new ones that say the very same."""
    lines: dict[str, list[int]] = defaultdict(list)
    for n, typed in enumerate(rows.typed):
        key = typed.item or repr(("", typed.parent, *sorted(typed.texts.items())))
        lines[key].append(n)
    for key, found in lines.items():
        if len(found) > 1:
            rows.doubles[key] = found
            for n in found[1:]:
                place = rows.places[found[0]]
                error = ActionError("intake.double", row=place.row, sheet=place.sheet)
                rows.faults.append(CellFault(n, "", error))
