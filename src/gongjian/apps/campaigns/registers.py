"""The rows of one register: its own items and those listed there, filtered, sorted, window by window.

Its own items are asked of the database, typed keys and all. Items listed there are few, and what that
register holds of them (number, battle, columns) lies in the listing: they are filtered and sorted here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property, cmp_to_key
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from gongjian.apps.campaigns.asking import Ask, key_value
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.models import Item, Listing
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.campaigns.queries import PAGE, all_as_of, lend, visible
from gongjian.apps.campaigns.related import books_of
from gongjian.apps.campaigns.standing import Surroundings
from gongjian.apps.campaigns.windows import LIGHTS, Anchor, Windows
from gongjian.apps.ledger.models import Change
from gongjian.apps.ledger.queries import rows_as_of, rows_back
from gongjian.kernel.playbook.values import computed, is_blank
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.asking import CoreFilter, FieldFilter
    from gongjian.apps.campaigns.models import Register
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

LISTED_CAP = 5_000
EXPORT_CAP = 20_000
_DAY = dt.timedelta(days=1)


class Row(NamedTuple):
    """One row of a register: an item at home there, or one that is listed there."""

    item: Facts
    number: str
    register: RegisterDef  # the item's home
    listing: Listing | None = None

    def value(self, field: FieldDef) -> Any:
        """Give what this register shows in a column: what it holds itself, else the fact at home."""
        if self.listing is None:
            return self.item.fields.get(field.key)
        if field.key in self.listing.fields:
            return self.listing.fields[field.key]
        at_home = next((f for f in self.register.fields if f.key == field.key), None)
        if at_home is None or at_home.personal or at_home.see or at_home.type is not field.type:
            return None
        return self.item.fields.get(field.key)


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page of a register; `after` is the number to go on from, empty on the last page."""

    rows: list[Row]
    after: str
    n: int
    is_more: bool = False  # there are more than n
    is_cut: bool = False  # more items are listed here than are looked at


@dataclass(frozen=True)
class Ledger:
    """One register as one person reads it, of now or as a day ended."""

    seen: Scope
    register: Register
    definition: RegisterDef
    playbook: Playbook
    day: dt.date | None = None
    _books: dict[UUID, Playbook] = field(default_factory=dict)

    def page(self, ask: Ask, after: str = "", size: int = PAGE) -> RegisterPage:
        """Give the page that follows a row: a fixed number of queries, whatever the number of rows."""
        listed, is_cut = self.listed()
        small = [r for r in listed if self._fits(r, ask)]
        if self.day is None:
            anchor = self._anchor(ask, after) if after else None
            own = self._rows(self._windows.after(ask, anchor, size + 1))
            n, is_capped = self._windows.n(ask)
        else:
            own = [r for r in self._own_as_of() if self._fits(r, ask)]
            n, is_capped = len(own), False
        merged = self._after(self._sorted([*own, *small], ask), ask, after)
        rows, is_more = merged[:size], len(merged) > size
        last = rows[-1].number if is_more else ""
        return RegisterPage(rows, last, n + len(small), is_capped, is_cut)

    def window(self, ask: Ask, rank: int, size: int = PAGE) -> RegisterPage:
        """Give the rows from a rank on, counted from 0, listed ones at their place among them."""
        listed, is_cut = self.listed()
        small = [r for r in listed if self._fits(r, ask)]
        if self.day is not None:
            rows = self._sorted([r for r in self._own_as_of() if self._fits(r, ask)] + small, ask)
            return RegisterPage(rows[rank : rank + size], "", len(rows), is_cut=is_cut)
        # Any of the listed may stand before this rank: so many of the own ones less are skipped.
        first = max(rank - len(small), 0)
        own = self._rows(self._windows.at(ask, first, rank - first + size + 1))
        merged = self._sorted([*own, *small], ask)[rank - first :]
        rows, is_more = merged[:size], len(merged) > size
        n, is_capped = self._windows.n(ask)
        last = rows[-1].number if rows and is_more else ""
        return RegisterPage(rows, last, n + len(small), is_capped, is_cut)

    def all(self, ask: Ask, cap: int = EXPORT_CAP) -> RegisterPage:
        """Give all rows up to a cap, as one page."""
        return self.page(ask, "", cap)

    def stream(self, ask: Ask, names: Iterable[str], cap: int = EXPORT_CAP) -> Iterator[Row]:
        """Give rows one by one, with no more than some facts of the own ones where none are listed here."""
        listed, _is_cut = self.listed()
        if listed or self.day is not None:
            yield from self.all(ask, cap).rows
            return
        for facts in self._windows.stream(ask, names, cap):
            yield Row(facts, facts.code, self.definition)

    def ids(self, ask: Ask, cap: int) -> list[UUID]:
        """Give the ids of the own rows that are asked for, up to a cap."""
        return list(self._windows.ids(ask).order_by("code").values_list("pk", flat=True)[:cap])

    def own(self, ask: Ask) -> QuerySet[Item]:
        """Give the own items that are asked for, in no order."""
        return self._windows.ids(ask)

    def named(self, names: Iterable[str]) -> list[Item]:
        """Fetch own items that a person may see as models, by their ids or codes: one query."""
        return self._windows.models(names)

    def titled(self, titles: Iterable[str]) -> list[Item]:
        """Fetch own items that a person may see by their very titles: one query."""
        return list(self._windows.ids(Ask()).filter(title__in=titles).only("pk", "title"))

    @cached_property
    def _windows(self) -> Windows:
        return Windows(self.seen, self.register, self.playbook)

    def _rows(self, found: Iterable[Facts]) -> list[Row]:
        return [Row(facts, facts.code, self.definition) for facts in found]

    def _anchor(self, ask: Ask, after: str) -> Anchor:
        return Anchor(after, None if ask.sort == "code" else self._anchor_value(ask, after))

    def _anchor_value(self, ask: Ask, after: str) -> Any:
        """Give the value by which a row is sorted; of a listed one, what its listing holds."""
        there = self._rows(self._windows.named(after)) or [
            r for r in self.listed()[0] if r.number == after
        ]
        return self._plain_value(there[0], ask) if there else None

    def count(self, ask: Ask) -> tuple[int, bool]:
        """Count the rows, listed ones with them; True where there are more than that."""
        small = [r for r in self.listed()[0] if self._fits(r, ask)]
        if self.day is not None:
            return sum(self._fits(r, ask) for r in self._own_as_of()) + len(small), False
        n, is_more = self._windows.n(ask)
        return n + len(small), is_more

    @property
    def is_cut(self) -> bool:
        """Tell whether more items are listed here than are looked at."""
        return self._listed[1]

    def listed_for(self, ask: Ask) -> list[Row]:
        """Give the items listed here that are asked for, in the order of their numbers."""
        return [r for r in self.listed()[0] if self._fits(r, ask)]

    def listed(self) -> tuple[list[Row], bool]:
        """Give the items listed here that a person sees: at most three queries, once."""
        return self._listed

    @cached_property
    def _listed(self) -> tuple[list[Row], bool]:
        found = Listing.objects.filter(register=self.register).select_related("battle")
        rows = list(found.order_by("number")[: LISTED_CAP + 1])
        is_cut = len(rows) > LISTED_CAP
        items = self._listed_items([r.item_id for r in rows])
        rows = [r for r in rows if r.item_id in items]
        for row in rows:
            row.item = items[row.item_id]
        if self.day is not None:
            rows = self._listings_as_of(rows)
        home = self.register.campaign_id
        if missing := {r.item.campaign_id for r in rows} - {*self._books, home}:
            self._books.update(books_of(missing))
        return [self._listed_row(r) for r in rows[:LISTED_CAP]], is_cut

    def _listed_items(self, ids: list[UUID]) -> dict[UUID, Item]:
        if not ids:
            return {}
        campaign = self.register.campaign_id
        here = Q(campaign=campaign) & visible(self.seen, campaign)
        elsewhere = ~Q(campaign=campaign) & self.seen.rows(campaign)
        found = Item.objects.filter(here | elsewhere, pk__in=ids)
        return {i.pk: i for i in found.select_related("org", "battle", "register", "campaign")}

    def _listings_as_of(self, rows: list[Listing]) -> list[Listing]:
        """Give listings and their items as they stood; listings removed since stay out."""
        until = self._until()
        items = {r.item_id: r.item for r in rows}
        later = Change.objects.filter(
            table=Item._meta.label_lower, row__in=list(items), event__at__gte=until
        )
        then = {i.pk: i for i in rows_back(list(items.values()), later)}
        back = rows_as_of(Listing, rows, self.register.campaign_id, until)
        there = [row for row in back if row.item_id in then]
        judges: dict[UUID, Surroundings] = {}
        for row in there:
            now, row.item = items[row.item_id], then[row.item_id]
            lend(row.item, now)
            if now.campaign_id not in judges:
                judges[now.campaign_id] = Surroundings(now.campaign, self.day)
            judges[now.campaign_id].judge(row.item)
        return there

    def _listed_row(self, listing: Listing) -> Row:
        item = listing.item
        home = self.home_of(Facts.of(item)).register(item.register.key)
        return Row(Facts.of(item), listing.number, home, listing)

    def home_of(self, item: Facts) -> Playbook:
        """Give the playbook of an item's home."""
        if item.campaign_id == self.register.campaign_id:
            return self.playbook
        return self._books[item.campaign_id]

    def _until(self) -> dt.datetime:
        assert self.day is not None  # noqa: S101  # only asked for a past day
        return clock.start_of(self.day + _DAY, self.register.campaign.zone)

    def _own_as_of(self) -> list[Row]:
        assert self.day is not None  # noqa: S101  # only asked for a past day
        found = all_as_of(self.seen, self.register.campaign, self.day)
        own = [i for i in found if i.register_id == self.register.pk]
        return self._rows(map(Facts.of, own))

    def _fits(self, row: Row, ask: Ask) -> bool:
        item = row.item
        battle = row.listing.battle_id if row.listing else item.battle_id
        state = self.home_of(item).state_of(row.register.key, item.state).key
        text = f"{item.title}\n{item.code}\n{row.number}".casefold()
        core = (
            (ask.q, all(word in text for word in ask.q.casefold().split())),
            (ask.battle, battle in ask.battle),
            (ask.org, item.org_id in ask.org),
            (ask.state, state in ask.state),
            (ask.light, item.light in ask.light),
            (ask.parent, item.parent_id == ask.parent),
        )
        if not all(fits for asked, fits in core if asked):
            return False
        if not all(_meets(getattr(item, one.column), one) for one in ask.core):
            return False
        return all(_meets(self._typed_value(row, one.field), one) for one in ask.fields)

    def _typed_value(self, row: Row, field: FieldDef) -> Any:
        value = row.value(field)
        if field.compute is not None and field.compute.over == "self":
            value = computed(self.definition, row.item.fields).get(field.key)
        if isinstance(value, list):
            value = value[0] if value else None
        return None if is_blank(value) or is_sealed(value) else key_value(field, value)

    def _sort_value(self, row: Row, ask: Ask) -> Any:
        if ask.sort_field is not None:
            return self._typed_value(row, ask.sort_field)
        if ask.sort == "light":
            return LIGHTS.index(row.item.light) if row.item.light in LIGHTS else 9
        return row.number if ask.sort == "code" else getattr(row.item, ask.sort)

    def _plain_value(self, row: Row, ask: Ask) -> Any:
        """Give the value by which a row is sorted, as the database has it."""
        is_light = ask.sort == "light" and ask.sort_field is None
        return row.item.light if is_light else self._sort_value(row, ask)

    def _sorted(self, rows: list[Row], ask: Ask) -> list[Row]:
        def compare(one: Row, other: Row) -> int:
            return self._compare(one, other, ask)

        return sorted(rows, key=cmp_to_key(compare))

    def _compare(self, one: Row, other: Row, ask: Ask) -> int:
        a, b = self._sort_value(one, ask), self._sort_value(other, ask)
        if a == b:
            return (one.number > other.number) - (one.number < other.number)
        if a is None or b is None:
            return 1 if a is None else -1
        order = 1 if a > b else -1
        return -order if ask.is_down else order

    def _after(self, rows: list[Row], ask: Ask, after: str) -> list[Row]:
        """Drop the rows up to the one that a page goes on from."""
        if not after:
            return rows
        if ask.sort == "code":
            return [r for r in rows if (r.number < after if ask.is_down else r.number > after)]
        anchor = self._anchor_value(ask, after)
        if ask.sort == "light" and ask.sort_field is None:
            anchor = LIGHTS.index(anchor) if anchor in LIGHTS else 9
        return [r for r in rows if self._is_after(r, ask, anchor, after)]

    def _is_after(self, row: Row, ask: Ask, anchor: Any, after: str) -> bool:
        has = self._sort_value(row, ask)
        if has == anchor:
            return row.number > after
        if has is None or anchor is None:
            return has is None
        return bool(has < anchor if ask.is_down else has > anchor)


def _meets(has: Any, one: FieldFilter | CoreFilter) -> bool:
    if has is None or one.value is None:
        return has is None and one.value is None
    tests = {"exact": has == one.value, "gte": has >= one.value, "lte": has <= one.value}
    return bool(tests[one.op])


def ids_of(rows: Iterable[Row]) -> list[UUID]:
    """Give the ids of the items of some rows."""
    return [row.item.pk for row in rows]
