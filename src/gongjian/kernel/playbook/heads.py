"""The head of a real ledger: which rows it takes, what each column means, and by which word."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.meanings import (
    How,
    bare,
    either_of,
    keys_of,
    levels_of,
    looked_up,
    quarter_of,
    unit_of,
)
from gongjian.kernel.playbook.values import MONEY_UNITS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from gongjian.kernel.model.fields import Column, FieldDef, HeaderProfile, RoleWord
    from gongjian.kernel.model.playbook import RegisterDef
    from gongjian.kernel.playbook.meanings import Levels

    Rows = Sequence[Sequence[str]]
    Places = Collection[tuple[int, int]]  # (row, column) from 0 that hold a copy of a merged cell

LOOKED_AT = 200  # rows that are searched for the head
_UNIT_ABOVE = re.compile(r"单位:(亿元|千万元|百万元|万元|千元|元)")
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
_KEY_OF_QUARTER = re.compile(r"(?:^|_)q([1-4])(?:_|$)")
_SHARE = re.compile(r"^(?:\d+(?:\.\d+)?%?)?$")
_MAY_REPEAT = frozenset({"number", "blank"})


_SURE = {
    How.PERSON: 1.0, How.PROFILE: 1.0, How.FIELD: 0.95, How.ROLE: 0.95, How.SPAN: 0.9, How.CORE: 0.9, How.QUARTER: 0.8,
    How.VARIANT: 0.75,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeadColumn:
    """One column of a sheet, and what it means.

    Attributes
    ----------
    at : int
        Its position from 0.
    head, over : str
        The printed word, and the merged head above it; empty without one.
    source : str
        One of `COLUMN_SOURCES`, ``org``, ``id`` or ``field:KEY``; empty where it is not known.
    how : How
        By what it was recognised, or why it was not.
    word : str
        The word of ours that it was recognised by.
    below : str
        A second source in the same cell, under the first; empty without one.
    unit : str
        Unit that the head names for its cells.
    adds : str
        Unit to be put behind a bare number before the field reads it, as the field counts in another.
    is_clash : bool
        True where the head's unit cannot be converted to the field's.
    quarter : int
        1 to 4 for a column of one quarter; 0 for others.
    mark_lead : bool
        True where several orgs stand in one cell and ``*`` marks the lead.
    candidates : tuple of str
        What it might mean where it is not known, the likeliest first; never taken without being asked.
    """

    at: int
    head: str
    source: str = ""
    how: How = How.UNKNOWN
    over: str = ""
    word: str = ""
    below: str = ""
    unit: str = ""
    adds: str = ""
    is_clash: bool = False
    quarter: int = 0
    mark_lead: bool = False
    candidates: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """Give how sure the meaning is.

        Returns
        -------
        float
            From 0 (not known) to 1 (a printed form of the register has this very head).
        """
        return _SURE.get(self.how, 0.0)


@dataclass(frozen=True, slots=True)
class QuarterSet:
    """Columns of the quarters that belong together.

    Attributes
    ----------
    over : str
        The merged head above them; empty without one.
    columns : tuple of (int, int)
        Quarter and position of its column, by quarter.
    """

    over: str
    columns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a sheet.

    Attributes
    ----------
    rows : tuple of int
        Positions of its one or two rows, from 0; empty where no head was found.
    columns : tuple of HeadColumn
        From left to right; columns without a word and without values are left out.
    profile : str
        Key of the register's printed form that fits best; empty where none does.
    quarters : tuple of QuarterSet
        Columns of quarters, set by set.
    above : tuple of str
        Texts of the rows above it: title, notes, the unit.
    unit : str
        Unit of money that is named above the table.
    """

    rows: tuple[int, ...] = ()
    columns: tuple[HeadColumn, ...] = ()
    profile: str = ""
    quarters: tuple[QuarterSet, ...] = ()
    above: tuple[str, ...] = ()
    unit: str = ""

    @property
    def begins(self) -> int:
        """Give where the rows under the head begin.

        Returns
        -------
        int
            Position of the first row after it, from 0.
        """
        return self.rows[-1] + 1 if self.rows else 0

    @property
    def unknown(self) -> tuple[HeadColumn, ...]:
        """Give the columns whose meaning must be asked.

        Returns
        -------
        tuple of HeadColumn
            Those that are unknown, ambiguous or already taken, and not left out by a person.
        """
        return tuple(c for c in self.columns if not c.source and c.how is not How.PERSON)

    def column(self, source: str) -> HeadColumn | None:
        """Find the column of a source.

        Parameters
        ----------
        source : str
            The source.

        Returns
        -------
        HeadColumn or None
            The first column that means it; None where none does.
        """
        return next((c for c in self.columns if source in {c.source, c.below} - {""}), None)


def cell_of(row: Sequence[str], at: int) -> str:
    """Give a cell; rows that were pasted end where their last value stands.

    Parameters
    ----------
    row : sequence of str
        The row.
    at : int
        Position of the column, from 0.

    Returns
    -------
    str
        Its text without blanks around it; empty beyond the row's end.
    """
    return row[at].strip() if at < len(row) else ""


def recognise(
    rows: Rows,
    register: RegisterDef,
    role_words: Iterable[RoleWord] = (),
    *,
    merged: Places = frozenset(),
) -> Head:
    """Find the head of a sheet and what its columns mean.

    Parameters
    ----------
    rows : sequence of sequence of str
        The sheet as text, merged cells may stand in each of their places.
    register : RegisterDef
        The register that the rows are to come into.
    role_words : iterable of RoleWord
        Words of the playbook for responsibilities; the register's own go before them.
    merged : collection of (int, int)
        Places, as (row, column) from 0, that hold a copy of a merged cell; may be empty where the
        text was pasted.

    Returns
    -------
    Head
        The head; without rows where none was found. A column of which several things can be meant, or
        whose word nobody knows, has no source and says so.

    Notes
    -----
    1. Each of the first 200 rows, alone and together with the next one, is read as a head. Two rows
       are one where the lower has words only under cells that are merged across, or empty to the right.
    2. A word means, in this order: what the best fitting printed form of the register says, what its
       other forms agree on, the label of a field, a word for a role, a word of our pages, a variant.
       Where a step leaves several meanings open, a later one may decide between these, not add others.
    3. The candidate with the most columns of known meaning wins, the first among equals.
    """
    levels = levels_of(register, tuple(role_words))
    best = Head()
    top = 1.0  # one known column alone may be chance
    for candidate in _candidates(rows, merged):
        if not _may_be(candidate, levels):
            continue
        head = _read(candidate, register, levels)
        known = len({c.source for c in head.columns if c.source})
        worth = known + (0.5 if len(head.rows) == 2 and candidate.is_merged else 0.0)
        if worth > top and known * 3 >= len(head.columns):
            best, top = head, worth
    return _finished(best, rows, register, frozenset(merged)) if best.rows else best


def decided(head: Head, sources: Mapping[int, str], register: RegisterDef) -> Head:
    """Give a head in which a person has said what some columns mean.

    Parameters
    ----------
    head : Head
        As it was recognised.
    sources : Mapping of int to str
        Position of a column → its source; empty for a column that is to be left out.
    register : RegisterDef
        The register, for the units of its fields.

    Returns
    -------
    Head
        The head; what was said goes before what was recognised, so that another column of the same
        meaning has none any more.
    """
    fields = {f"field:{f.key}": f for f in register.fields}
    taken = {s for s in sources.values() if s} - _MAY_REPEAT
    columns = []
    for column in head.columns:
        if column.at in sources:
            source = sources[column.at]
            # Of a cell with two facts the second one stays where the first was confirmed only.
            below = column.below if source == column.source else ""
            said = replace(
                column, source=source, below=below, how=How.PERSON, adds="", is_clash=False,
                candidates=(),
            )  # fmt: skip
            columns.append(_measured(said, fields.get(source), head.unit))
        elif column.source in taken:
            lost = (column.source,)
            columns.append(replace(column, source="", below="", how=How.TAKEN, candidates=lost))
        else:
            columns.append(column)
    return replace(head, columns=tuple(columns))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One or two rows read as a head: place, merged head above, word; columns that a word spans."""

    rows: tuple[int, ...]
    words: tuple[tuple[int, str, str], ...]
    spans: frozenset[int]
    is_merged: bool


def _candidates(rows: Rows, merged: Places) -> Iterator[_Candidate]:
    places = frozenset(merged)
    looked_at = rows[: LOOKED_AT + 1]
    width = max(map(len, looked_at), default=0)
    texts = [[" ".join(cell_of(row, c).split()) for c in range(width)] for row in looked_at]
    for r, row in enumerate(texts[:LOOKED_AT]):
        if len({cell for cell in row if cell}) < 2:
            continue
        if r + 1 < len(texts) and (two := _two_rows(texts, r, places)):
            yield two
        yield _one_row(row, r, places)


def _one_row(row: Sequence[str], r: int, merged: frozenset[tuple[int, int]]) -> _Candidate:
    spans = frozenset(c for c in range(1, len(row)) if (r, c) in merged and row[c] == row[c - 1])
    words = tuple((c, "", cell) for c, cell in enumerate(row) if cell and c not in spans)
    return _Candidate((r,), words, spans & {c for c, cell in enumerate(row) if cell}, False)


def _two_rows(
    texts: Sequence[Sequence[str]], r: int, merged: frozenset[tuple[int, int]]
) -> _Candidate | None:
    """Read two rows as a head, or give None where the lower one cannot be part of it."""
    upper, lower = texts[r], texts[r + 1]
    over, words, spans, has_parts = "", [], set(), False
    for c, (above, below) in enumerate(zip(upper, lower, strict=True)):
        is_copy = c > 0 and (r, c) in merged and above == upper[c - 1]
        is_down = (r + 1, c) in merged and below == above
        if above and not is_copy:
            over = above if _spreads(upper, lower, c, r, merged) else ""
        elif not above and not below:
            continue
        if is_down or (above and not below):
            if is_copy:
                spans.add(c)
            else:
                words.append((c, "", above))
        elif over and below:
            words.append((c, over, below))
            has_parts = True
        else:
            return None  # a value under a head that is not spread: the lower row is no head
    if not has_parts:
        return None
    is_merged = any(row in {r, r + 1} for row, _ in merged)
    return _Candidate((r, r + 1), tuple(words), frozenset(spans), is_merged)


def _spreads(
    upper: Sequence[str], lower: Sequence[str], c: int, r: int, merged: frozenset[tuple[int, int]]
) -> bool:
    """Tell whether a cell stands above several columns, each with a word of its own."""
    if c + 1 >= len(upper) or not lower[c] or not lower[c + 1] or lower[c] == upper[c]:
        return False
    return upper[c + 1] == "" or ((r, c + 1) in merged and upper[c + 1] == upper[c])


def _may_be(candidate: _Candidate, levels: Levels) -> bool:
    """Look cheaply whether two words of a candidate are known at all."""
    known = 0
    for _c, over, head in candidate.words:
        keys = keys_of(over, head)
        known += any(k in words for _how, words in levels for k in keys) or bool(
            quarter_of(head)[0]
        )
        if known > 1:
            return True
    return False


# ---- columns --------------------------------------------------------------------------------------


def _read(candidate: _Candidate, register: RegisterDef, levels: Levels) -> Head:
    profile, printed = _best_profile(candidate, register.heads)
    by_quarter = _quarter_fields(register.fields)
    columns = []
    for c, over, head in candidate.words:
        column = HeadColumn(c, head, over=over, unit=unit_of(head)[1] or unit_of(over)[1])
        column = replace(column, quarter=(quarter_of(over + head)[0] or quarter_of(head)[0]))
        if c in printed:
            columns.append(_by_column(column, printed[c]))
        else:
            columns.append(_by_words(column, levels, by_quarter))
    columns += [HeadColumn(c, "", how=How.SPAN) for c in candidate.spans]
    columns.sort(key=lambda column: column.at)
    key = profile.key if profile else ""
    return Head(candidate.rows, _each_once(_spanned(columns)), key)


def _best_profile(
    candidate: _Candidate, heads: Iterable[HeaderProfile]
) -> tuple[HeaderProfile | None, dict[int, Column]]:
    """Choose the printed form that shares the most heads with the sheet and leaves the fewest over."""
    best: tuple[HeaderProfile | None, dict[int, Column]] = (None, {})
    top = 0.0
    for head in heads:
        fit = _fit(candidate, head)
        n = len(fit)
        share = n / (len(head.columns) + len(candidate.words) - n)
        if n > 1 and 2 * n >= len(head.columns) and share > top:
            best, top = (head, fit), share
    return best


def _fit(candidate: _Candidate, head: HeaderProfile) -> dict[int, Column]:
    """Give the columns of a printed form that stand in a sheet, by their place there."""
    exact: dict[tuple[str, str], list[Column]] = defaultdict(list)
    alone: dict[str, list[Column]] = defaultdict(list)
    for column in head.columns:
        for key in {bare(column.head), unit_of(column.head)[0]}:
            exact[bare(column.over), key].append(column)
            alone[key].append(column)
    found: dict[int, Column] = {}
    used: set[int] = set()
    for c, over, word in candidate.words:
        keys = list(dict.fromkeys((bare(word), unit_of(word)[0])))
        choices = [x for k in keys for x in exact.get((bare(over), k), ())]
        choices += [x for k in keys if len(alone[k]) == 1 for x in alone[k]]
        for column in choices:
            if id(column) not in used:
                found[c] = column
                used.add(id(column))
                break
    return found


def _by_column(column: HeadColumn, printed: Column) -> HeadColumn:
    return replace(
        column,
        source=printed.source,
        how=How.PROFILE,
        word=printed.head,
        below=printed.below,
        mark_lead=printed.mark_lead,
    )


def _by_words(
    column: HeadColumn, levels: Levels, by_quarter: Mapping[tuple[int, bool], tuple[str, ...]]
) -> HeadColumn:
    for key in keys_of(column.over, column.head):
        how, meant = looked_up(key, levels)
        if how is How.AMBIGUOUS:
            return replace(column, how=how, candidates=meant.sources)
        if how is How.PROFILE and meant.column:
            return _by_column(column, meant.column)
        if how is not How.UNKNOWN:
            return replace(column, source=meant.sources[0], how=how, word=meant.word)
    if column.quarter:
        return _by_quarter(column, by_quarter)
    return _by_two(column, levels) or replace(column, candidates=_alike(column, levels))


def _by_two(column: HeadColumn, levels: Levels) -> HeadColumn | None:
    """Read a head of two words, 行动名称+年度目标, as two sources in one cell; both must be known."""
    words = unicodedata.normalize("NFKC", column.head).split("+")
    found = [looked_up(bare(word), levels)[1] for word in words]
    if len(found) != 2 or any(len(m.sources) != 1 for m in found):
        return None
    first, second = (m.sources[0] for m in found)
    said = "+".join(m.word for m in found)
    return replace(column, source=first, below=second, how=How.VARIANT, word=said)


def _by_quarter(
    column: HeadColumn, by_quarter: Mapping[tuple[int, bool], tuple[str, ...]]
) -> HeadColumn:
    is_done = quarter_of(column.over + column.head)[1] or quarter_of(column.head)[1]
    keys = by_quarter.get((column.quarter, is_done), ())
    sources = tuple(f"field:{k}" for k in keys)
    if len(sources) == 1:
        return replace(column, source=sources[0], how=How.QUARTER, word=keys[0])
    return replace(column, how=How.AMBIGUOUS if sources else How.UNKNOWN, candidates=sources)


def _quarter_fields(fields: Iterable[FieldDef]) -> dict[tuple[int, bool], tuple[str, ...]]:
    found: dict[tuple[int, bool], tuple[str, ...]] = {}
    for f in fields:
        quarter, is_done = quarter_of(f.label.zh)
        if not quarter and (named := _KEY_OF_QUARTER.search(f.key)):
            quarter, is_done = int(named[1]), "done" in f.key
        if quarter:
            found[quarter, is_done] = (*found.get((quarter, is_done), ()), f.key)
    return found


def _alike(column: HeadColumn, levels: Levels) -> tuple[str, ...]:
    """Give what an unknown word may mean: known words that it contains, the longest first."""
    key = unit_of(column.head)[0]
    if len(key) < 2:
        return ()
    near: dict[str, int] = {}
    for _how, words in levels:
        for word, meant in words.items():
            if len(word) > 1 and (word in key or key in word):
                for source in meant.sources:
                    near[source] = max(near.get(source, 0), min(len(word), len(key)))
    return tuple(sorted(near, key=lambda s: (-near[s], s))[:3])


def _spanned(columns: Sequence[HeadColumn]) -> list[HeadColumn]:
    """Columns over which a head is merged mean what it means."""
    done: list[HeadColumn] = []
    for column in columns:
        if column.how is not How.SPAN or not done:
            done.append(column)
            continue
        left = done[-1]
        done.append(replace(left, at=column.at, how=How.SPAN if left.source else left.how))
    return done


def _each_once(columns: Sequence[HeadColumn]) -> tuple[HeadColumn, ...]:
    """Of columns that mean the same the surest counts, the left one among equals."""
    best: dict[str, HeadColumn] = {}
    for column in columns:
        if column.source and column.how is not How.SPAN:
            held = best.get(column.source)
            if held is None or column.confidence > held.confidence:
                best[column.source] = column
    kept = []
    for column in columns:
        holder = best.get(column.source)
        is_first = holder is None or holder.at == column.at or column.source in _MAY_REPEAT
        if is_first or (column.how is How.SPAN and holder and _joins(columns, holder, column)):
            kept.append(column)
        else:
            said = (column.source,)
            kept.append(replace(column, source="", below="", how=How.TAKEN, candidates=said))
    return tuple(kept)


def _joins(columns: Sequence[HeadColumn], left: HeadColumn, span: HeadColumn) -> bool:
    """Tell whether a spanned column belongs to the one that holds its source."""
    between = [c for c in columns if left.at < c.at < span.at]
    return left.at < span.at and all(c.how is How.SPAN for c in between)


# ---- what the rows around it tell -----------------------------------------------------------------


def _finished(head: Head, rows: Rows, register: RegisterDef, merged: Places) -> Head:
    above = _texts(rows[: head.rows[0]])
    named = [m[1] for t in above if (m := _UNIT_ABOVE.search(_folded(t)))]
    unit = named[0] if named else ""
    fields = {f"field:{f.key}": f for f in register.fields}
    columns = [_settled(c, rows[head.begins :]) for c in head.columns]
    columns = [_measured(c, fields.get(c.source), unit) for c in columns]
    columns += _wordless(head, rows, merged)
    columns.sort(key=lambda c: c.at)
    return replace(
        head, columns=tuple(columns), quarters=_quarter_sets(columns), above=above, unit=unit
    )


def _texts(rows: Rows) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(t.split()) for row in rows for t in row if t.strip()))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _settled(column: HeadColumn, rows: Rows) -> HeadColumn:
    """Decide between a share and words by the cells: 60% is a share, a sentence is none."""
    meant = either_of().get(unit_of(column.head)[0])
    if meant is None or set(column.candidates) != set(meant.sources):
        return column
    texts = [cell_of(row, column.at) for row in rows[:LOOKED_AT]]
    if not any(texts):
        return column
    source = meant.sources[0] if all(map(_SHARE.match, texts)) else meant.sources[1]
    return replace(column, source=source, how=How.CORE, word=meant.word, candidates=())


def _measured(column: HeadColumn, field: FieldDef | None, unit: str) -> HeadColumn:
    """Compare the unit of a head with the field's: money is converted, nothing else can be."""
    if field is None or field.type not in _NUMBERS:
        return column
    if not column.unit and unit and field.unit in MONEY_UNITS:
        column = replace(column, unit=unit)
    if not column.unit or not field.unit or column.unit == field.unit:
        return column
    can = {column.unit, field.unit} <= MONEY_UNITS
    return replace(column, adds=column.unit, is_clash=not can)


def _wordless(head: Head, rows: Rows, merged: Places) -> list[HeadColumn]:
    """Give columns without a word that hold values all the same: nothing is dropped in silence."""
    known = {c.at for c in head.columns}
    body = range(head.begins, len(rows))
    held = {
        c
        for r in body
        for c, cell in enumerate(rows[r])
        if c not in known and (r, c) not in merged and cell.strip()
    }
    return [HeadColumn(c, "") for c in sorted(held)]


def _quarter_sets(columns: Iterable[HeadColumn]) -> tuple[QuarterSet, ...]:
    sets: dict[tuple[str, bool], dict[int, int]] = defaultdict(dict)
    for column in columns:
        if column.quarter and column.how is not How.SPAN:
            is_done = quarter_of(column.over + column.head)[1] or quarter_of(column.head)[1]
            sets[column.over, is_done].setdefault(column.quarter, column.at)
    return tuple(QuarterSet(over, tuple(sorted(c.items()))) for (over, _), c in sets.items())
