"""The workbook of a round: written with merged heads, read back with errors by cell."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.loop.answers import LINES, Names, Question, Reader, questions, typed_of
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.words import in_each_language, lang
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from gongjian.kernel.playbook.head_words import CORE, VARIANTS
from gongjian.kernel.playbook.meanings import unit_of
from gongjian.kernel.playbook.values import FieldError
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.apps.loop.answers import Answers
    from gongjian.formats.xlsx import SheetText
    from gongjian.kernel.model.playbook import Playbook

ID, CODE, TITLE, BATTLE, ORG = ":id", ":code", ":title", ":battle", ":org"
PLAN = ":plan"  # the org's own plan: a line each, its parts between bars
# Known columns that stand before what is asked: grey, not to be filled.
_KNOWN: dict[str, tuple[str, int]] = {
    ID: (noop("Id"), 4),
    CODE: (noop("Code"), 14),
    TITLE: (noop("Item"), 40),
    BATTLE: (noop("Battle"), 14),
    ORG: (noop("Asked of"), 16),
}
_PLAN_HEAD = noop("Own plan (one step a line: step | org | day)")
_BAR = re.compile("[|\uff5c]")  # the second one is the full-width bar
# What the words that ledgers print above their columns mean here.
_MEANT = {
    "owner": "owner",
    "lead": "lead",
    "due": "due",
    "target": "target.subject",
    "target.value": "target.value",
    "target.rule": "counting_rule",
    "code": CODE,
    "title": TITLE,
}
_UNIT_WORDS = ("单位", "计量单位")  # of a target; elsewhere the first one is an org


def workbook(
    playbook: Playbook, rows: Sequence[Return], names: Names, title: str, note: str
) -> bytes:
    """Write returns as a workbook: a sheet for each register and kind of return."""
    by_sheet: dict[tuple[str, str], list[Return]] = defaultdict(list)
    for row in rows:
        by_sheet[row.item.register.key, row.kind].append(row)
    pages = [
        _page(playbook, register, kind, found, names, (title, note))
        for (register, kind), found in by_sheet.items()
    ]
    return write_book(pages)


def _page(
    playbook: Playbook,
    register: str,
    kind: str,
    rows: Sequence[Return],
    names: Names,
    words: tuple[str, str],
) -> SheetPage:
    asked = _asked(playbook, register, rows)
    is_plan = kind == Return.Kind.BLANKS
    columns = [
        SheetColumn(_(head), width=width, is_hidden=key == ID)
        for key, (head, width) in _KNOWN.items()
    ]
    columns += [_column(q, names) for q in asked]
    columns += [SheetColumn(_(_PLAN_HEAD), width=36)] if is_plan else []
    cells, grey = [], set()
    for r, row in enumerate(rows):
        cells.append(_cells(playbook, row, asked, names, is_plan=is_plan))
        own = {q.name for q in questions(playbook, register, row.asked)}
        grey |= {(r, len(_KNOWN) + n) for n, q in enumerate(asked) if q.name not in own}
    label = playbook.register(register).label.of(lang())
    name = re.sub(r"[\[\]:*?/\\]", " ", label)[:20]
    parts = _("parts")
    name = name if is_plan else f"{name} · {parts}"
    known = frozenset(range(len(_KNOWN)))
    title, note = words
    return SheetPage(name, columns, cells, title, note, locked=known, known=frozenset(grey))


def _asked(playbook: Playbook, register: str, rows: Iterable[Return]) -> list[Question]:
    """Give every question that one of the rows is asked, in the order the playbook has them."""
    wanted = {need for row in rows for need in row.asked}
    order = [n for n in playbook.register(register).needs if n in wanted]
    order += sorted(wanted - set(order))
    found = questions(playbook, register, order)
    # Merged heads want their columns beside each other.
    overs = list(dict.fromkeys(q.over or q.name for q in found))
    return sorted(found, key=lambda q: overs.index(q.over or q.name))


def _column(question: Question, names: Names) -> SheetColumn:
    head = f"{question.label}（{question.unit}）" if question.unit else question.label
    choices = tuple(word for _key, word in question.choices)
    if question.need == "lead":
        choices = tuple(names.choices())
    widths = {"text": 28, "orgs": 22, "number": 10, "date": 13, "choice": 12}
    return SheetColumn(head, question.over, widths.get(question.kind, 18), choices)


def _cells(
    playbook: Playbook, row: Return, asked: Sequence[Question], names: Names, *, is_plan: bool
) -> list[str]:
    item = row.item
    typed = typed_of(row, playbook.register(item.register.key), names)
    battle = item.battle.label(lang()) if item.battle else ""
    cells = [str(row.pk), item.code, item.title, battle, row.org.label(lang())]
    for question in asked:
        text = typed.get(question.name, "")
        cells.append(dict(question.choices).get(text, text))
    if is_plan:
        parts = ("title", "org", "due")
        lines = [
            " | ".join(typed[f"line-{n}-{p}"] for p in parts).rstrip(" |")
            for n in range(len(row.lines))
        ]
        cells.append("\n".join(lines))
    return cells


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken, and why."""

    sheet: str
    row: int  # as the program that shows it counts: from 1
    column: str  # its letters
    head: str
    why: str


@dataclass(frozen=True, slots=True)
class Given:
    """One row of a workbook, read for its return."""

    file: str
    sheet: str
    line: int
    row: Return
    typed: dict[str, str]
    answers: Answers
    is_new: bool  # nothing was in yet; else it changes what was


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a sheet with its cells by meaning, and the letters of their columns."""

    file: str
    sheet: str
    n: int
    cells: dict[str, str]
    letters: dict[str, str]

    def fault(self, key: str, head: str, why: str) -> Fault:
        """Give a fault of one of its cells."""
        return Fault(self.sheet, self.n, self.letters.get(key, ""), head, why)


@dataclass
class Reading:
    """What workbooks say, before anything is written."""

    given: list[Given] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # heads that mean nothing here
    n_same: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two workbooks that name different values for one cell."""

    code: str
    org: str
    label: str
    said: tuple[tuple[str, str], ...]  # file, value


class SheetReader:
    """Reads workbooks for the returns of a round that a person may fill in."""

    def __init__(self, playbook: Playbook, rows: Sequence[Return], names: Names) -> None:
        self.playbook, self.names = playbook, names
        self.by_id = {str(r.pk): r for r in rows}
        self.by_code: dict[str, list[Return]] = defaultdict(list)
        for row in rows:
            self.by_code[row.item.code].append(row)

    def read(self, file: str, sheets: Iterable[SheetText]) -> Reading:
        """Read the visible sheets of one workbook."""
        reading = Reading()
        for sheet in sheets:
            if not sheet.is_hidden and sheet.rows:
                self._sheet(reading, file, sheet)
        return reading

    def _sheet(self, reading: Reading, file: str, sheet: SheetText) -> None:
        at, columns = self._heads(sheet)
        if at is None:
            reading.faults.append(Fault(sheet.name, 1, "A", "", _("No head of ours was found.")))
            return
        heads = [text.strip() for text in sheet.rows[at]]
        reading.unknown += [h for c, h in enumerate(heads) if h and c not in columns]
        letters = {key: letters_of(c) for c, key in columns.items()}
        for r in range(at + 1, len(sheet.rows)):
            cells = {key: sheet.rows[r][c].strip() for c, key in columns.items()}
            if any(cells.get(k) for k in (ID, CODE)):
                self._row(reading, _Line(file, sheet.name, r + 1, cells, letters))

    def _row(self, reading: Reading, line: _Line) -> None:
        row = self._find(line.cells)
        if row is None:
            said = line.cells.get(CODE) or line.cells.get(ID, "")
            why = _("“%(code)s” is no item that is asked of you in this round.") % {"code": said}
            reading.faults.append(line.fault(CODE, _("Code"), why))
            return
        typed = self._typed(row, line.cells)
        answers = Reader(self.playbook, self.names, row.item).read(row.asked, typed)
        if len(line.cells.get(PLAN, "").splitlines()) > LINES:
            answers.faults[PLAN] = FieldError("return.too_many_lines", limit=LINES)
        for name, error in answers.faults.items():
            key = PLAN if name.startswith("line-") else name
            reading.faults.append(line.fault(key, self._label(row, key), sentence(error)))
        if answers.faults:
            return
        is_same = row.content == answers.content and row.lines == answers.lines
        if is_same or not (answers.content or answers.lines):
            reading.n_same += 1
            return
        is_new = row.state == Return.State.ASKED
        reading.given.append(Given(line.file, line.sheet, line.n, row, typed, answers, is_new))

    def _find(self, cells: dict[str, str]) -> Return | None:
        if found := self.by_id.get(cells.get(ID, "")):
            return found
        rows = self.by_code.get(cells.get(CODE, ""), [])
        if len(rows) > 1 and cells.get(ORG):
            ref = self.names.find(cells[ORG])
            rows = [r for r in rows if str(r.org_id) == ref]
        return rows[0] if len(rows) == 1 else None

    def _typed(self, row: Return, cells: dict[str, str]) -> dict[str, str]:
        """Give the cells of what this return is asked as its form would send them."""
        typed = {}
        for question in questions(self.playbook, row.item.register.key, row.asked):
            text = cells.get(question.name, "")
            words = {word: key for key, word in question.choices}
            typed[question.name] = words.get(text, text)
        for n, line in enumerate(cells.get(PLAN, "").splitlines()[:LINES]):
            parts = [p.strip() for p in _BAR.split(line)] + ["", ""]
            for part, text in zip(("title", "org", "due"), parts, strict=False):
                typed[f"line-{n}-{part}"] = text
        return typed

    def _label(self, row: Return, name: str) -> str:
        for question in questions(self.playbook, row.item.register.key, row.asked):
            if question.name == name:
                return question.label
        return _(_PLAN_HEAD) if name == PLAN else name

    def _heads(self, sheet: SheetText) -> tuple[int | None, dict[int, str]]:
        """Find the row of heads (the lower one of two), and what its columns mean."""
        known = self._known_heads()
        best: tuple[int | None, dict[int, str]] = (None, {})
        for r, cells in enumerate(sheet.rows[:10]):
            found = {c: known[h] for c, text in enumerate(cells) if (h := _bare(text)) in known}
            if len(set(found.values())) > max(len(best[1]), 1) and {ID, CODE} & set(found.values()):
                best = (r, _once(found))
        return best

    def _known_heads(self) -> dict[str, str]:
        """Give every spelling of a head, in each language, with what it means."""
        known = {_bare(word): "target.unit" for word in _UNIT_WORDS}
        for source, name in _MEANT.items():
            known |= {_bare(word): name for word in (*CORE[source], *VARIANTS[source])}
        for key, (head, _width) in _KNOWN.items():
            known |= {_bare(word): key for word in in_each_language(head)}
        known |= {_bare(word): PLAN for word in in_each_language(_PLAN_HEAD)}
        for row in self.by_id.values():
            for question in questions(self.playbook, row.item.register.key, row.asked):
                known[_bare(question.label)] = question.name
            for own in self.playbook.register(row.item.register.key).fields:
                if own.key in row.asked:
                    known |= {_bare(own.label.zh): own.key, _bare(own.label.en): own.key}
        return known


def _once(found: dict[int, str]) -> dict[int, str]:
    """Of two columns that mean the same the first one counts."""
    taken: set[str] = set()
    kept = {}
    for c, key in found.items():
        if key not in taken:
            kept[c] = key
            taken.add(key)
    return kept


def _bare(head: str) -> str:
    """A head without blanks, marks and what stands in brackets behind it."""
    return unit_of(head)[0]


def letters_of(column: int) -> str:
    """Give the letters of a column, counted from 0."""
    text = ""
    column += 1
    while column:
        column, left = divmod(column - 1, 26)
        text = chr(65 + left) + text
    return text


def conflicts(playbook: Playbook, given: Sequence[Given]) -> list[Conflict]:
    """Find the cells for which two workbooks name different values."""
    by_row: dict[UUID, list[Given]] = defaultdict(list)
    for one in given:
        by_row[one.row.pk].append(one)
    found = []
    for same in by_row.values():
        if len(same) > 1:
            found += list(_of_row(playbook, same))
    return found


def _of_row(playbook: Playbook, same: Sequence[Given]) -> Iterable[Conflict]:
    row = same[0].row
    labels = {q.name: q.label for q in questions(playbook, row.item.register.key, row.asked)}
    names = dict.fromkeys(name for one in same for name in one.typed)
    for name in names:
        said = {one.typed.get(name, "") for one in same}
        if len(said) > 1:
            told = tuple((one.file, one.typed.get(name, "")) for one in same)
            label = labels.get(name, _(_PLAN_HEAD))
            yield Conflict(row.item.code, row.org.label(lang()), label, told)
