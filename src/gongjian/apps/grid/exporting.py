"""A view of a register as a file: a workbook ready to print, or plain rows, as many as a cap allows."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import AccessClass
from gongjian.apps.campaigns.registers import EXPORT_CAP, LISTED_CAP
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.cockpit.sights import class_word
from gongjian.apps.grid.columns import Columns
from gongjian.apps.grid.printing import CHUNK, Printer
from gongjian.apps.grid.words import filter_words
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book, write_rows
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from typing import IO

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.registers import Ledger, Row
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column
    from gongjian.kernel.model.fields import HeaderProfile

A4_WIDTH = 150  # characters in columns that an A4 page across still prints to be read
_RISKS = "=+-@\t\r"
_RISKY = re.compile(
    f"(?:^|\n)[{re.escape(_RISKS)}]"
)  # finds the rows that have such a text, and few others
ID = "编号标识"  # head of the hidden column in which ids travel
_WIDTHS = {
    "title": 40, "report": 48, "report.progress": 36, "report.problems": 28,
    "report.next_steps": 28, "number": 6, "light": 8, "progress": 8, "due": 12, "code": 14,
    "start_on": 12, "closed_on": 12,
}  # fmt: skip


class Export:
    """One view of a register on its way into a file."""

    def __init__(
        self,
        asked: Asked,
        ledger: Ledger,
        ask: Ask,
        head: HeaderProfile | None = None,
        chosen: Sequence[str] = (),
    ) -> None:
        self.asked, self.ledger, self.ask, self.head = asked, ledger, ask, head
        self.columns: list[Column] = Columns(asked, ledger).of(head, chosen)
        # A printed form says "5 万元" in a cell; under our own heads the unit stands in the head.
        self.printer = Printer(asked, ledger, self.columns, head, is_plain=head is None)
        self.cap = EXPORT_CAP

    def heads(self) -> list[str]:
        """Give the heads, with units where cells have none."""
        if self.head is not None:
            return [c.head for c in self.columns]
        return [f"{c.head}（{c.unit}）" if c.unit else c.head for c in self.columns]

    def rows(self) -> Iterator[tuple[Row, tuple[str, ...]]]:
        """Give the rows, each with the texts of its columns."""
        if self.head is not None and self.head.by_battle:
            found = sorted(self.ledger.all(self.ask, self.cap).rows, key=_battle)
            return self.printer.pairs(found)
        return self.printer.pairs(self.ledger.stream(self.ask, self.printer.reads(), self.cap))

    def csv_lines(self) -> Iterator[str]:
        """Give plain rows, some hundred at a time, with the mark by which office programs know UTF-8.

        A text that begins like a formula has an apostrophe before it.
        """
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        buffer.write("\ufeff")
        writer.writerow(self.heads())
        texts = map(_harmless, (texts for _row, texts in self.rows()))
        while some := list(islice(texts, CHUNK)):
            writer.writerows(some)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
        yield buffer.getvalue()

    def workbook(self, who: str) -> bytes:
        """Write a workbook: heads, filters named above them, ids in a hidden last column."""
        return write_book([self.sheet(who)])

    def write_to(self, target: IO[bytes], who: str) -> None:
        """Write the same workbook without holding more than a row of it."""
        write_rows(target, self.sheet(who))

    def sheet(self, who: str) -> SheetPage:
        """Give the sheet that is to be written."""
        heads = self.heads()
        columns = [
            SheetColumn(head, c.over, _WIDTHS.get(c.source, 18))
            for head, c in zip(heads, self.columns, strict=True)
        ]
        columns.append(SheetColumn(ID, "", 4, is_hidden=True))
        label = self.ledger.definition.label.of(lang())
        title = (
            self.head.title if self.head else ""
        ) or f"{self.asked.campaign.label(lang())} {label}"
        return SheetPage(
            name=label,
            columns=columns,
            rows=self._cells(),
            title=title,
            note=self.note(),
            watermark=self.watermark(who),
            paper="A3" if sum(c.width for c in columns) > A4_WIDTH else "A4",
        )

    def _cells(self) -> Iterator[list[object]]:
        numeric = [c.kind == "num" and c.source != "progress" for c in self.columns]
        by_battle = self.head is not None and self.head.by_battle
        battle = None
        for row, texts in self.rows():
            if by_battle and _battle(row) != battle:
                battle = _battle(row)
                yield [battle, *[""] * len(self.columns)]
            cells = [_number(t) if n else t for t, n in zip(texts, numeric, strict=True)]
            yield [*cells, str(row.item.pk)]

    def note(self) -> str:
        """Say what the file holds: the day, the filters, how many rows, and where it is cut."""
        there, is_more = self.ledger.count(self.ask)
        n = min(there, self.cap)
        said = _("As of %(day)s · %(filters)s · %(n)s items") % {
            "day": self.asked.day,
            "filters": "；".join(filter_words(self.asked, self.ask).values()) or _("all items"),
            "n": n,
        }
        if there > self.cap or (is_more and there >= self.cap):
            cut = _("cut: only the first %(n)s are in this file, narrow the list")
            said += " · " + cut % {"n": n}
        if self.ledger.is_cut:
            cut = _("cut: of the items listed here only the first %(n)s were read")
            said += " · " + cut % {"n": LISTED_CAP}
        return said

    def watermark(self, who: str) -> str:
        """Say whose file of which class it is; nothing where everybody may read it."""
        access_class = self.ledger.register.access_class
        if access_class == AccessClass.OPEN:
            return ""
        return _("%(class)s · exported by %(who)s at %(at)s") % {
            "class": class_word(access_class),
            "who": who,
            "at": _local(clock.now(), self.asked.campaign.zone),
        }


def _local(at: dt.datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _battle(row: Row) -> str:
    if row.listing is not None:
        return row.listing.battle.label(lang()) if row.listing.battle else ""
    return row.item.battle__name or ""


def _number(text: str) -> object:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _harmless(texts: Sequence[str]) -> Sequence[str]:
    """A program that opens plain rows would work out what begins with one of these."""
    if not _RISKY.search("\n".join(texts)):
        return texts
    return [f"'{t}" if t and t[0] in _RISKS and not _is_number(t) else t for t in texts]


def _is_number(text: str) -> bool:
    return not isinstance(_number(text), str)
