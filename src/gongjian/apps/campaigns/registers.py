"""The rows of one register: its own items and those listed there, filtered, sorted, page by page.

Its own items are asked of the database, typed keys and all. Items listed there are few, and what that
register holds of them (number, battle, columns) lies in the listing: they are filtered and sorted here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case, F, FilteredRelation, IntegerField, Q, Value, When

from gongjian.apps.campaigns.keys import scaled, sort_key
from gongjian.apps.campaigns.models import Item, ItemKey, Listing
from gongjian.apps.campaigns.naming import by_name
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.campaigns.queries import COUNT_CAP, PAGE, all_as_of, lend, visible
from gongjian.apps.campaigns.related import books_of
from gongjian.apps.campaigns.standing import Surroundings
from gongjian.apps.ledger.models import Change
from gongjian.apps.ledger.queries import rows_as_of, rows_back
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import FieldError, computed, is_blank, parse
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Register
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

LISTED_CAP = 5_000
EXPORT_CAP = 20_000
LIGHTS = ("red", "yellow", "green", "none", "done")  # the worst first
CORE_SORTS = ("code", "due", "start_on", "progress", "light")
_RANGES = {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED, FieldType.DATE}
_COLUMN = {FieldType.DATE: "day", FieldType.ORG: "ref", FieldType.PERSON: "ref"}
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """One condition on a playbook field; `value` is typed as its key is."""

    field: FieldDef
    op: str  # "exact", "gte" or "lte"
    value: Any
    said: str

    @property
    def name(self) -> str:
        """Give the name under which it stands in an address."""
        return f"f.{self.field.key}" + {"exact": "", "gte": ".from", "lte": ".to"}[self.op]


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rows of a register are asked for, in which order."""

    q: str = ""
    battle: UUID | None = None
    org: UUID | None = None
    state: str = ""
    light: str = ""
    fields: tuple[FieldFilter, ...] = ()
    sort: str = "code"
    sort_field: FieldDef | None = None
    is_down: bool = False
    faults: tuple[KernelError, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        return bool(self.q or self.battle or self.org or self.state or self.light or self.fields)


def ask_of(given: Mapping[str, str], askable: Sequence[FieldDef]) -> Ask:
    """Read what is asked for from an address; fields that may not be asked for are not there at all."""
    conditions: list[FieldFilter] = []
    faults: list[KernelError] = []
    for one in askable:
        for suffix, op in _ops(one):
            text = given.get(f"f.{one.key}{suffix}", "").strip()
            if not text or not one.filterable:
                continue
            try:
                conditions.append(FieldFilter(one, op, _typed(one, text), text))
            except FieldError as error:
                faults.append(error)
    org = None
    try:
        org = _org(given.get("org", "").strip())
    except FieldError as error:
        faults.append(error)
    sort = given.get("sort", "")
    bare = sort.removeprefix("-")
    sorted_by = next((f for f in askable if f.sortable and f"f.{f.key}" == bare), None)
    return Ask(
        q=given.get("q", "").strip()[:100],
        battle=_uuid(given.get("battle", "")),
        org=org,
        state=given.get("state", "")[:32],
        light=given.get("light", "")[:16],
        fields=tuple(conditions),
        sort=bare if sorted_by or bare in CORE_SORTS else "code",
        sort_field=sorted_by,
        is_down=sort.startswith("-") and (sorted_by is not None or bare in CORE_SORTS),
        faults=tuple(faults),
    )


def _org(text: str) -> UUID | None:
    """Give the org that is asked for, by its id or by its name."""
    if not text or (pk := _uuid(text)) is not None:
        return pk if text else None
    rows = by_name(FieldType.ORG, {text})[text]
    if len(rows) != 1:
        code = "field.several_so_named" if rows else "field.no_such_org"
        raise FieldError(code, given=text)
    return UUID(str(rows[0].pk))


def _ops(field: FieldDef) -> tuple[tuple[str, str], ...]:
    if field.type in _RANGES:
        return (".from", "gte"), (".to", "lte")
    return (("", "exact"),)


def _typed(field: FieldDef, text: str) -> Any:
    """Give a typed text as the field's key has it."""
    if field.type is FieldType.COMPUTED:
        field = replace(field, type=FieldType.NUMBER, compute=None)
    if field.type in {FieldType.ORG, FieldType.PERSON}:
        if (pk := _uuid(text)) is not None:
            return pk
        rows = by_name(field.type, {text})[text]
        if len(rows) != 1:
            code = "field.several_so_named" if rows else f"field.no_such_{field.type.value}"
            raise FieldError(code, field=field.key, given=text)
        return rows[0].pk
    value = parse(replace(field, several=False), text)
    return _key(field, value)


def _key(field: FieldDef, value: Any) -> Any:
    if field.type in {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED}:
        return scaled(value)
    if field.type is FieldType.DATE:
        return dt.date.fromisoformat(value)
    if field.type in {FieldType.ORG, FieldType.PERSON}:
        return UUID(str(value))
    return str(value) if field.type is FieldType.CHOICE else sort_key(str(value))


def _column(field: FieldDef) -> str:
    if field.type in {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED}:
        return "num"
    return _COLUMN.get(field.type, "txt")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a register: an item at home there, or one that is listed there."""

    item: Item
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
    n: int  # stops at COUNT_CAP + 1
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
        """Give one page: a fixed number of queries, whatever the number of rows."""
        listed, is_cut = self.listed()
        small = [r for r in listed if self._fits(r, ask)]
        if self.day is None:
            own, n = self._own_page(ask, after, size)
        else:
            own = [r for r in self._own_as_of() if self._fits(r, ask)]
            n = len(own)
        merged = self._after(self._sorted([*own, *small], ask), ask, after)
        rows, is_more = merged[:size], len(merged) > size
        total = min(n + len(small), COUNT_CAP + 1)
        return RegisterPage(rows, rows[-1].number if is_more else "", total, is_cut)

    def all(self, ask: Ask, cap: int = EXPORT_CAP) -> RegisterPage:
        """Give all rows up to a cap, as one page."""
        return self.page(ask, "", cap)

    def _own_page(self, ask: Ask, after: str, size: int) -> tuple[list[Row], int]:
        rows = self._own(ask)
        n = rows.order_by()[: COUNT_CAP + 1].count()
        window = self._ordered(rows, ask, after)[: size + 1]
        found = window.select_related("org", "battle", "register")
        return [Row(i, i.code, self.definition) for i in found], n

    def _own(self, ask: Ask) -> QuerySet[Item]:
        campaign = self.register.campaign_id
        q = Q(campaign=campaign, register=self.register) & visible(self.seen, campaign)
        if ask.q:
            q &= Q(title__icontains=ask.q) | Q(code__icontains=ask.q)
        for name in ("battle", "org", "light"):
            if value := getattr(ask, name):
                q &= Q(**{name: value})
        if ask.state:
            q &= Q(state__in=self._states(ask.state))
        for one in ask.fields:
            key = {f"{_column(one.field)}__{one.op}": one.value}
            keys = ItemKey.objects.filter(register=self.register, field=one.field.key, **key)
            q &= Q(pk__in=keys.values("item"))
        return Item.objects.filter(q)

    def _states(self, state: str) -> set[str]:
        """Give a state with those that an adoption maps to it."""
        former = self.playbook.state_map.get(self.definition.key, {})
        return {state, *(old for old, new in former.items() if new == state)}

    def _ordered(self, rows: QuerySet[Item], ask: Ask, after: str) -> QuerySet[Item]:
        """Order by what is asked for, nulls last, the code deciding; then go on from a row."""
        name = "code"
        if ask.sort_field is not None:
            same = Q(keys__field=ask.sort_field.key)
            rows = rows.alias(sorted_by=FilteredRelation("keys", condition=same))
            name = f"sorted_by__{_column(ask.sort_field)}"
        elif ask.sort == "light":
            name = "severity"
            whens = [When(light=code, then=Value(n)) for n, code in enumerate(LIGHTS)]
            rows = rows.alias(severity=Case(*whens, default=9, output_field=IntegerField()))
        elif ask.sort != "code":
            name = ask.sort
        if after:
            rows = rows.filter(self._beyond(rows, name, ask, after))
        if name == "code":
            return rows.order_by("-code" if ask.is_down else "code")
        way = F(name).desc if ask.is_down else F(name).asc
        return rows.order_by(way(nulls_last=True), "code")

    def _beyond(self, rows: QuerySet[Item], name: str, ask: Ask, after: str) -> Q:
        """Give what comes after a row; of a listed one, its value stands in the place of a row's own."""
        if name == "code":
            return Q(code__lt=after) if ask.is_down else Q(code__gt=after)
        anchor = self._anchor_value(ask, after)
        if anchor is None:
            return Q(**{f"{name}__isnull": True}, code__gt=after)
        further = {f"{name}__{'lt' if ask.is_down else 'gt'}": anchor}
        same = Q(**{name: anchor}, code__gt=after)
        return Q(**further) | same | Q(**{f"{name}__isnull": True})

    def _anchor_value(self, ask: Ask, after: str) -> Any:
        item = self._own(Ask()).filter(code=after).first()
        if item is not None:
            return self._sort_value(Row(item, after, self.definition), ask)
        listed, _ = self.listed()
        row = next((r for r in listed if r.number == after), None)
        return self._sort_value(row, ask) if row else None

    def listed(self) -> tuple[list[Row], bool]:
        """Give the items listed here that a person sees: at most three queries."""
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
        return {i.pk: i for i in found.select_related("org", "register", "campaign")}

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
        home = self.home_of(listing.item).register(listing.item.register.key)
        return Row(listing.item, listing.number, home, listing)

    def home_of(self, item: Item) -> Playbook:
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
        return [Row(i, i.code, self.definition) for i in own]

    def _fits(self, row: Row, ask: Ask) -> bool:
        item = row.item
        battle = row.listing.battle_id if row.listing else item.battle_id
        state = self.home_of(item).state_of(row.register.key, item.state).key
        text = f"{item.title}\n{item.code}\n{row.number}".casefold()
        core = (
            (ask.q, ask.q.casefold() in text),
            (ask.battle, battle == ask.battle),
            (ask.org, item.org_id == ask.org),
            (ask.state, state == ask.state),
            (ask.light, item.light == ask.light),
        )
        if not all(fits for asked, fits in core if asked):
            return False
        return all(self._meets(row, one) for one in ask.fields)

    def _meets(self, row: Row, one: FieldFilter) -> bool:
        has = self._typed_value(row, one.field)
        if has is None:
            return False
        tests = {"exact": has == one.value, "gte": has >= one.value, "lte": has <= one.value}
        return bool(tests[one.op])

    def _typed_value(self, row: Row, field: FieldDef) -> Any:
        value = row.value(field)
        if field.compute is not None and field.compute.over == "self":
            value = computed(self.definition, row.item.fields).get(field.key)
        if isinstance(value, list):
            value = value[0] if value else None
        return None if is_blank(value) or is_sealed(value) else _key(field, value)

    def _sort_value(self, row: Row, ask: Ask) -> Any:
        if ask.sort_field is not None:
            return self._typed_value(row, ask.sort_field)
        if ask.sort == "light":
            return LIGHTS.index(row.item.light) if row.item.light in LIGHTS else 9
        return row.number if ask.sort == "code" else getattr(row.item, ask.sort)

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
        return [r for r in rows if self._is_after(r, ask, anchor, after)]

    def _is_after(self, row: Row, ask: Ask, anchor: Any, after: str) -> bool:
        has = self._sort_value(row, ask)
        if has == anchor:
            return row.number > after
        if has is None or anchor is None:
            return has is None
        return bool(has < anchor if ask.is_down else has > anchor)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def ids_of(rows: Iterable[Row]) -> list[UUID]:
    """Give the ids of the items of some rows."""
    return [row.item.pk for row in rows]
