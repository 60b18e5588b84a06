"""A register as a tree: items at the top page by page, what lies below them, ancestors of what is found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q

from gongjian.apps.campaigns.asking import Ask
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.registers import Row
from gongjian.apps.campaigns.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.campaigns.registers import Ledger

TOPS = 50  # items at the top on one page
BELOW_CAP = 1_000  # items below them on one page
FOUND_CAP = 2_000  # items that a filter may find; a tree cannot be read beyond
DEPTH = 5


@dataclass(frozen=True, slots=True)
class Branch:
    """One row of a tree."""

    row: Row
    level: int
    n_below: int = 0
    is_open: bool = False  # what lies below follows
    is_found: bool = True  # False: only an ancestor of what was found


@dataclass(frozen=True, slots=True)
class TreePage:
    """Some branches; `after` is the code at the top to go on from, empty on the last page."""

    branches: list[Branch]
    after: str
    is_cut: bool = False


def tree(ledger: Ledger, ask: Ask, *, after: str = "", under: UUID | None = None) -> TreePage:
    """Give a page of the tree: a fixed number of queries, whatever the number of rows."""
    shape = _Tree(ledger, under)
    found = _page(shape, ask, after)
    if found.after or under is not None:
        return found
    # What is only listed here has its place in the tree of its home: it follows the last of the own.
    listed = [Branch(row, 0) for row in ledger.listed_for(ask)]
    return replace(found, branches=[*found.branches, *listed])


def _page(shape: _Tree, ask: Ask, after: str) -> TreePage:
    if replace(ask, faults=(), sort="code", sort_field=None, is_down=False) == Ask():
        return shape.whole(after)
    return shape.found(ask, after)


@dataclass(frozen=True)
class _Tree:
    ledger: Ledger
    under: UUID | None

    def _rows(self, ask: Ask) -> QuerySet[Item]:
        ledger = self.ledger
        return Windows(ledger.seen, ledger.register, ledger.playbook).ids(ask)

    def _tops(self) -> QuerySet[Item]:
        """Give the items at the top: those without a parent, or whose parent stands elsewhere or is not seen."""
        rows = self._rows(Ask())
        if self.under is not None:
            return rows.filter(parent=self.under)
        has_parent = Exists(self._rows(Ask()).filter(pk=OuterRef("parent")))
        return rows.filter(Q(parent=None) | ~has_parent)

    def whole(self, after: str) -> TreePage:
        """Give a page of everything: the top, and what lies right below."""
        window = self._tops().filter(code__gt=after) if after else self._tops()
        tops = _facts(window.order_by("code")[: TOPS + 1])
        is_more = len(tops) > TOPS
        tops = tops[:TOPS]
        below = self._rows(Ask()).filter(parent__in=[t.pk for t in tops]).order_by("parent", "code")
        found = _facts(below[: BELOW_CAP + 1])
        counts = self._counts([f.pk for f in found])
        by_parent: dict[UUID | None, list[Facts]] = defaultdict(list)
        for one in found[:BELOW_CAP]:
            by_parent[one.parent_id].append(one)
        branches = []
        for top in tops:
            lower = by_parent[top.pk]
            branches.append(self._branch(top, 0, len(lower), is_open=bool(lower)))
            branches += [self._branch(one, 1, counts.get(one.pk, 0)) for one in lower]
        return TreePage(branches, tops[-1].code if is_more else "", len(found) > BELOW_CAP)

    def found(self, ask: Ask, after: str) -> TreePage:
        """Give a page of what a filter finds, each under its ancestors."""
        hits = _facts(self._rows(ask).order_by("code")[: FOUND_CAP + 1])
        shown = {f.pk: f for f in hits[:FOUND_CAP]}
        found = set(shown)
        for _level in range(DEPTH):
            missing = {f.parent_id for f in shown.values() if f.parent_id} - set(shown)
            above = _facts(self._rows(Ask()).filter(pk__in=missing)) if missing else []
            shown |= {f.pk: f for f in above}
            if not above:
                break
        lower: dict[UUID | None, list[Facts]] = defaultdict(list)
        for one in sorted(shown.values(), key=lambda f: f.code):
            lower[one.parent_id if one.parent_id in shown else None].append(one)
        tops = lower[self.under] if self.under in shown else lower[None]
        page = [t for t in tops if t.code > after][: TOPS + 1]
        branches = [b for top in page[:TOPS] for b in self._walk(top, 0, lower, found)]
        last = page[TOPS - 1].code if len(page) > TOPS else ""
        return TreePage(branches, last, len(hits) > FOUND_CAP)

    def _walk(
        self, one: Facts, level: int, lower: dict[UUID | None, list[Facts]], found: set[UUID]
    ) -> Iterator[Branch]:
        below = lower[one.pk]
        yield replace(
            self._branch(one, level, len(below), is_open=bool(below)), is_found=one.pk in found
        )
        for each in below:
            yield from self._walk(each, level + 1, lower, found)

    def _counts(self, ids: list[UUID]) -> dict[UUID | None, int]:
        rows = self._rows(Ask()).filter(parent__in=ids).order_by()
        return dict(rows.values("parent").annotate(n=Count("pk")).values_list("parent", "n"))

    def _branch(self, one: Facts, level: int, n_below: int, *, is_open: bool = False) -> Branch:
        return Branch(Row(one, one.code, self.ledger.definition), level, n_below, is_open)


def _facts(rows: QuerySet[Item]) -> list[Facts]:
    found: Iterable[tuple[object, ...]] = rows.values_list(*Facts._fields)
    return list(map(Facts._make, found))
