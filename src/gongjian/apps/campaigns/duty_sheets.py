"""The sheet of a reshuffle (分工调整表): what goes from whom to whom, read and written as a workbook."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongjian.apps.accounts.sheets import Fault
from gongjian.formats.xlsx import SheetColumn, SheetPage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gongjian.apps.campaigns.leadership import DutySheet
    from gongjian.formats.xlsx import SheetText

HEAD_WITHIN = 10
HEADS = {
    "what": ("事项/战役", "Item or battle", "事项或战役", "战役/事项", "事项", "战役", "攻坚战", "item", "battle"),
    "former": ("原牵头领导", "Former leader", "原牵头区领导", "原分管领导", "原领导", "from"),
    "to": ("新牵头领导", "New leader", "新牵头区领导", "现牵头领导", "调整后牵头领导", "to"),
    "since": ("自何日起", "From (date)", "起始日期", "调整日期", "生效日期", "自", "date", "since"),
}  # fmt: skip
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
VACANT = frozenset({"空缺", "暂缺", "无", "vacant", "-", "–"})


@dataclass
class Wanted:
    """What a sheet asks for: by key of the duty the new post, and the day from which."""

    moves: dict[str, str] = field(default_factory=dict)  # key of the duty → post, empty for vacant
    since: dt.date | None = None
    faults: list[Fault] = field(default_factory=list)


def read_reshuffle(sheets: Iterable[SheetText], now: DutySheet) -> Wanted:
    """Read a sheet against the duties as they are; a row without a new leader changes nothing."""
    wanted = Wanted()
    names = _Names(now)
    for sheet in sheets:
        if sheet.is_hidden:
            continue
        top, there = _head(sheet)
        if not {"what", "to"} <= set(there):
            continue
        for n, row in enumerate(sheet.rows[top + 1 :], top + 2):
            cells = {k: row[c].strip() if c < len(row) else "" for k, c in there.items()}
            if cells["what"] and cells["to"]:
                _read_row(wanted, names, _Row(sheet.name, n, cells, there))
        return wanted
    wanted.faults.append(Fault("", 0, "", "duties.no_sheet"))
    return wanted


@dataclass(frozen=True, slots=True)
class _Row:
    sheet: str
    n: int
    cells: dict[str, str]
    there: dict[str, int]

    def fault(self, wanted: Wanted, key: str, code: str, **facts: object) -> None:
        letter = chr(65 + self.there[key]) if key in self.there else ""
        said = tuple((k, str(v)) for k, v in facts.items())
        wanted.faults.append(Fault(self.sheet, self.n, letter, code, said))


class _Names:
    """Duties and posts by the words a sheet may have for them."""

    def __init__(self, now: DutySheet) -> None:
        self.duties = now.duties
        self.posts: dict[str, list[str]] = {}
        for post in now.posts:
            for word in {post.title, post.title_en, f"{post.org.short_name}{post.title}"} - {""}:
                self.posts.setdefault(_bare(word), []).append(str(post.pk))

    def duties_called(self, what: str) -> list[str]:
        """Give the keys of the duties of a code, a battle's name or an item's title."""
        sought = _bare(what)
        codes = [d.key for d in self.duties if d.code and _bare(d.code) == sought]
        return codes or [d.key for d in self.duties if sought in _spoken(d.label)]

    def leader_of(self, key: str) -> str:
        """Give the word for who leads a duty now."""
        (duty,) = (d for d in self.duties if d.key == key)
        return duty.post.title if duty.post else duty.printed


def _read_row(wanted: Wanted, names: _Names, row: _Row) -> None:
    keys = names.duties_called(row.cells["what"])
    if former := row.cells.get("former"):
        keys = [k for k in keys if _bare(names.leader_of(k)) == _bare(former)]
        if not keys:
            row.fault(wanted, "former", "duties.led_otherwise", item=row.cells["what"], post=former)
            return
    if len(keys) != 1:
        code = "duties.unclear" if keys else "duties.unknown"
        row.fault(wanted, "what", code, given=row.cells["what"])
        return
    to = "" if row.cells["to"] in VACANT else row.cells["to"]
    found = names.posts.get(_bare(to), []) if to else [""]
    if len(found) != 1:
        row.fault(wanted, "to", "duties.post_unclear" if found else "duties.post_unknown", given=to)
        return
    if _same_day(wanted, row):
        wanted.moves[keys[0]] = found[0]


def _same_day(wanted: Wanted, row: _Row) -> bool:
    said = row.cells.get("since", "")
    if not said:
        return True
    day = _day(said)
    if day is None:
        row.fault(wanted, "since", "field.not_a_date", given=said)
        return False
    if wanted.since is not None and day != wanted.since:
        row.fault(wanted, "since", "duties.days_differ", given=day, first=wanted.since)
        return False
    wanted.since = day
    return True


def _day(said: str) -> dt.date | None:
    found = _DATE.match(said.split(" ", maxsplit=1)[0] if said[:4].isdigit() else said)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _head(sheet: SheetText) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for n, row in enumerate(sheet.rows[:HEAD_WITHIN]):
        there: dict[str, int] = {}
        for c, text in enumerate(row):
            for key, words in HEADS.items():
                if _bare(text) in map(_bare, words) and key not in there:
                    there[key] = c
        if len(there) > len(best[1]):
            best = (n, there)
    return best


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


def _spoken(label: str) -> set[str]:
    """A battle is called with and without its tail."""
    bare = _bare(label)
    return {bare, bare.removesuffix("攻坚战"), bare.removesuffix("专项行动"), f"{bare}攻坚战"}


def sheet_page(now: DutySheet, language: str, title: str, note: str) -> SheetPage:
    """Give the sheet of duties as they are, to be filled in and read again."""
    at = 1 if language.startswith("en") else 0
    posts = tuple(p.title for p in now.posts)
    columns = [
        SheetColumn(HEADS["what"][at], width=46),
        SheetColumn(HEADS["former"][at], width=22),
        SheetColumn(HEADS["to"][at], width=22, choices=posts),
        SheetColumn(HEADS["since"][at], width=14),
    ]
    rows = [[d.code or d.label, d.post.title if d.post else d.printed, "", ""] for d in now.duties]
    return SheetPage(title, columns, rows, title=title, note=note, locked=frozenset({0, 1}))
