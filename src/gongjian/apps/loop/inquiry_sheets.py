"""The workbook of a one-time question: a row for each org, read back with errors by cell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.loop.inquiry_pages import typed_of
from gongjian.apps.loop.models import Answer
from gongjian.apps.loop.sheets import Fault, letters_of
from gongjian.apps.loop.things import NOTE, read, things_of
from gongjian.apps.loop.words import in_each_language, lang
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from gongjian.kernel.playbook.meanings import bare, unit_of
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.apps.loop.answers import Names
    from gongjian.apps.loop.models import Inquiry
    from gongjian.apps.loop.things import Read, Thing
    from gongjian.formats.xlsx import SheetText

ID, ORG, NONE = ":id", ":org", ":none"
_HEADS = {ID: noop("Id"), ORG: noop("Org"), NONE: noop("No such thing"), NOTE: noop("Note")}
_YES = noop("Yes")
_WIDTHS = {"number": 14, "date": 14, "text": 30, "yesno": 12, "choice": 16}


def workbook(row: Inquiry, answers: Sequence[Answer], note: str) -> bytes:
    """Write what is asked as a workbook: orgs known, choices as drop-downs."""
    things = things_of(row)
    columns = [
        SheetColumn(_(_HEADS[ID]), width=4, is_hidden=True),
        SheetColumn(_(_HEADS[ORG]), width=22),
        *(SheetColumn(t.head, "", _WIDTHS[t.kind], tuple(w for _k, w in t.picks)) for t in things),
        SheetColumn(_(_HEADS[NONE]), width=12, choices=(_(_YES),)),
        SheetColumn(_(_HEADS[NOTE]), width=30),
    ]
    cells = [_cells(a, things) for a in answers]
    title = f"{row.title}"
    page = SheetPage(row.title, columns, cells, title, note, locked=frozenset({0, 1}))
    return write_book([page])


def _cells(row: Answer, things: Iterable[Thing]) -> list[str]:
    typed = typed_of(row)
    said = [dict(t.picks).get(typed.get(t.key, ""), typed.get(t.key, "")) for t in things]
    none = _(_YES) if row.state == Answer.State.NONE else ""
    return [str(row.pk), row.org.label(lang()), *said, none, row.note]


@dataclass(frozen=True, slots=True)
class Taken:
    """One row of a workbook, read for an org; nothing read says that there is no such thing."""

    file: str
    row: Answer
    typed: dict[str, str]
    read: Read | None

    @property
    def is_new(self) -> bool:
        """Tell whether nothing was in yet; else it changes what was."""
        return self.row.state == Answer.State.OPEN

    @property
    def is_same(self) -> bool:
        """Tell whether it says what was answered already."""
        if self.read is None:
            is_none = self.row.state == Answer.State.NONE
            return is_none and self.row.note == self.typed.get(NOTE, "")
        same = (self.read.content, self.read.note) == (self.row.content, self.row.note)
        return same and self.row.state == Answer.State.ANSWERED


@dataclass
class Reading:
    """What workbooks say, before anything is written."""

    taken: list[Taken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # heads that mean nothing here
    n_same: int = 0


class InquiryReader:
    """Reads workbooks for the answers to a question that a person may give."""

    def __init__(self, row: Inquiry, answers: Sequence[Answer], names: Names) -> None:
        self.things, self.names = things_of(row), names
        self.year = row.campaign.start_on.year
        self.by_id = {str(a.pk): a for a in answers}
        self.by_org = {str(a.org_id): a for a in answers}
        self.seen: dict[str, tuple[str, dict[str, str]]] = {}  # answer → file, what it said

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
            why = _("No head of ours was found.")
            reading.faults.append(Fault(sheet.name, 1, "A", "", why))
            return
        heads = [text.strip() for text in sheet.rows[at]]
        reading.unknown += [h for c, h in enumerate(heads) if h and c not in columns]
        for r in range(at + 1, len(sheet.rows)):
            cells = {key: sheet.rows[r][c].strip() for c, key in columns.items()}
            if any(text for key, text in cells.items() if key not in {ID, ORG}):
                place = _Place(
                    file, sheet.name, r + 1, {k: letters_of(c) for c, k in columns.items()}
                )
                self._row(reading, place, cells)

    def _row(self, reading: Reading, place: _Place, cells: dict[str, str]) -> None:
        row = self._find(cells)
        if row is None:
            said = {"org": cells.get(ORG) or cells.get(ID, "")}
            why = _("“%(org)s” was not asked this question, or you do not answer for it.") % said
            reading.faults.append(place.fault(ORG, _("Org"), why))
            return
        is_none = bool(cells.get(NONE))
        typed = {k: v for k, v in cells.items() if k in {t.key for t in self.things} or k == NOTE}
        if why := self._twice(row, file=place.file, said={**typed, NONE: cells.get(NONE, "")}):
            reading.faults.append(place.fault(ORG, _("Org"), why))
            return
        given = self._words_to_keys(typed)
        if is_none and any(v for k, v in typed.items() if k != NOTE):
            why = _("Either answer, or say that there is no such thing; not both.")
            reading.faults.append(place.fault(NONE, _(_HEADS[NONE]), why))
            return
        found = None if is_none else read(self.things, given, self.year)
        if found is not None and found.faults:
            heads = {t.key: t.head for t in self.things}
            for key, error in found.faults.items():
                head = heads.get(key, _(_HEADS[NOTE]))
                reading.faults.append(place.fault(key, head, sentence(error)))
            return
        taken = Taken(place.file, row, given, found)
        if taken.is_same:
            reading.n_same += 1
        else:
            reading.taken.append(taken)

    def _twice(self, row: Answer, *, file: str, said: dict[str, str]) -> str:
        """Say that an org stands twice with different answers; the same ones do no harm."""
        before, was = self.seen.setdefault(str(row.pk), (file, said))
        if was == said:
            return ""
        facts = {"org": row.org.label(lang()), "file": before}
        return _("%(org)s stands in %(file)s with other values. Agree on one.") % facts

    def _words_to_keys(self, typed: dict[str, str]) -> dict[str, str]:
        picks = {t.key: {word: key for key, word in t.picks} for t in self.things}
        return {k: picks.get(k, {}).get(v, v) for k, v in typed.items()}

    def _find(self, cells: dict[str, str]) -> Answer | None:
        if given := cells.get(ID):
            return self.by_id.get(given)
        ref = self.names.find(cells.get(ORG, ""))
        return self.by_org.get(ref) if ref else None

    def _heads(self, sheet: SheetText) -> tuple[int | None, dict[int, str]]:
        """Find the row of heads, and what its columns mean."""
        known = self._known()
        best: tuple[int | None, dict[int, str]] = (None, {})
        for r, cells in enumerate(sheet.rows[:10]):
            found: dict[int, str] = {}
            for c, text in enumerate(cells):
                key = known.get(bare(text)) or known.get(unit_of(text)[0])
                if key and key not in found.values():
                    found[c] = key
            if {ID, ORG} & set(found.values()) and len(found) > max(len(best[1]), 1):
                best = (r, found)
        return best

    def _known(self) -> dict[str, str]:
        """Give every spelling of a head with what it means."""
        known: dict[str, str] = defaultdict(str)
        for key, head in _HEADS.items():
            known |= {bare(word): key for word in in_each_language(head)}
        for thing in self.things:
            known |= {bare(thing.label): thing.key, bare(thing.head): thing.key}
        return known


@dataclass(frozen=True, slots=True)
class _Place:
    """One row of a sheet, with the letters of its columns."""

    file: str
    sheet: str
    n: int
    letters: dict[str, str]

    def fault(self, key: str, head: str, why: str) -> Fault:
        """Give a fault of one of its cells."""
        return Fault(self.sheet, self.n, self.letters.get(key, ""), head, why)
