"""Windows on the items at home in a register: after a row, at a rank, or all of them one by one.

How a window is found
---------------------
1. An order is a row of parts, each of which an index gives in order: those with a due date by date, then
   those without; the red ones, then the yellow ones.
2. A window after a row begins in that row's part, which is split in two: what has the same value and a
   greater code, then what lies beyond the value. So no part is ever sorted as a whole.
3. A window at a rank skips within the parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Window

from gongjian.apps.accounts.models import AccessClass, OrgReach
from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.asking import Ask, as_uuid, key_column
from gongjian.apps.campaigns.facts import Facts, shape
from gongjian.apps.campaigns.models import Item, ItemKey
from gongjian.apps.campaigns.queries import COUNT_CAP, parts_of, visible
from gongjian.apps.campaigns.searching import found_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Register
    from gongjian.kernel.model.playbook import Playbook

LIGHTS = ("red", "yellow", "green", "none", "done")  # the worst first
_CHUNK = 2000
# What is asked of a row; its campaign and its register are known.
_NAMES = Facts._fields[2:]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The row that a window goes on from: its code, and its value in the order that is asked for."""

    code: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of an order: which rows, in which order an index has them."""

    where: Q
    order: tuple[str, ...]


@dataclass(frozen=True)
class Windows:
    """The items at home in one register, as one person may see them today."""

    seen: Scope
    register: Register
    playbook: Playbook

    def after(self, ask: Ask, anchor: Anchor | None, size: int) -> list[Facts]:
        """Give the rows that follow one, or the first ones: a query a part, most often one."""
        parts = self._parts(ask) if anchor is None else self._beyond(ask, anchor)
        return self._take(ask, parts, 0, size)

    def at(self, ask: Ask, rank: int, size: int) -> list[Facts]:
        """Give the rows from a rank on, counted from 0."""
        return self._take(ask, self._parts(ask), rank, size)

    def stream(self, ask: Ask, names: Iterable[str], cap: int) -> Iterator[Facts]:
        """Give rows one by one with no more than some of their facts, up to a cap."""
        make, left = shape(tuple(names)), cap
        for part in self._parts(ask):
            rows = self._rows(ask).filter(part.where).order_by(*part.order)
            for row in rows.values_list(*make._fields)[:left].iterator(chunk_size=_CHUNK):
                left -= 1
                yield make._make(row)
            if left <= 0:
                return

    def n(self, ask: Ask) -> tuple[int, bool]:
        """Count the rows, from the tallies where these know; else no further than a cap, then True."""
        if ask.is_counted and self._sees_all:
            return self._tallied(ask, Q()), False
        if ask.is_counted and self._reached is not None:
            own = Q(org__in=self._reached) & self.seen.rows(self.register.campaign_id)
            parts = self._asked(ask).filter(self._parts_of(self._reached))
            return self._tallied(ask, own) + parts.count(), False
        if ask.is_search and self._sees_all:
            n = self._found.get(ask.q)
            if n is None:
                n = found_in(self.register, ask.q)[: COUNT_CAP + 1].count()
            return min(n, COUNT_CAP), n > COUNT_CAP
        n = self._rows(ask).order_by()[: COUNT_CAP + 1].count()
        return min(n, COUNT_CAP), n > COUNT_CAP

    def ids(self, ask: Ask) -> QuerySet[Item]:
        """Give the rows that are asked for, in no order."""
        return self._rows(ask).order_by()

    def named(self, code: str) -> list[Facts]:
        """Give the row of a code, if there is one."""
        rows = self._rows(Ask()).filter(code=code)
        return [self._facts(r) for r in rows.values_list(*_NAMES)]

    def _facts(self, row: tuple[Any, ...]) -> Facts:
        return Facts(self.register.campaign_id, self.register.pk, *row)

    def models(self, names: Iterable[str]) -> list[Item]:
        """Fetch rows as models, by their ids or codes, orgs and battles joined: one query."""
        ids: set[UUID] = set()
        codes: set[str] = set()
        for name in names:
            pk = as_uuid(name)
            codes.add(name) if pk is None else ids.add(pk)
        rows = self._rows(Ask()).filter(Q(pk__in=ids) | Q(code__in=codes))
        found = list(rows.select_related("org", "battle"))
        for item in found:
            item.register, item.campaign = self.register, self.register.campaign
        return found

    @property
    def _sees_all(self) -> bool:
        classes = self.seen.access_classes(self.register.campaign_id)
        return self.register.access_class in classes

    @cached_property
    def _reached(self) -> list[UUID] | None:
        """Give the orgs through which alone a person sees rows; None where there are other ways."""
        campaign = self.register.campaign_id
        orgs = self.seen.orgs(campaign)
        if not orgs or self.seen.items(campaign) or self.seen.access_classes(campaign):
            return None
        rows = OrgReach.objects.filter(ancestor__in=orgs)
        return list(rows.values_list("descendant", flat=True))

    @cached_property
    def _scopes(self) -> list[Q]:
        """Filter by what a person may see, as scopes that share no row.

        The rows of a single org stand in an index in their order: they are read there, and those in
        which it has a part beside them. Rows of many orgs are compared one by one on the way.
        """
        campaign = self.register.campaign_id
        if self._sees_all:
            return [Q()]
        if self._reached is None or len(self._reached) != 1:
            return [visible(self.seen, campaign)]
        own = Q(org=self._reached[0]) & self.seen.rows(campaign)
        return [own, self._parts_of(self._reached)]

    def _parts_of(self, orgs: list[UUID]) -> Q:
        """Filter by a part that orgs have in what others, or nobody, are accountable for."""
        part = Q(pk__in=parts_of(self.register.campaign_id, orgs))
        others = ~Q(org__in=orgs) | Q(org__isnull=True)
        return part & others & Q(access_class=AccessClass.OPEN)

    def _tallied(self, ask: Ask, seen: Q) -> int:
        where = Q(register=self.register) & seen
        where &= _among("battle", ask.battle) & _among("org", ask.org)
        measures = [f"state:{s}" for s in self._states(ask.state)]
        measures = measures or [f"light:{c}" for c in ask.light] or ["n"]
        found = tally.totals(self.register.campaign_id, where & Q(measure__in=measures))
        return sum(found.values())

    def _take(self, ask: Ask, parts: Iterable[_Part], skip: int, size: int) -> list[Facts]:
        if ask.is_search and self._sees_all and ask.sort == "code" and not ask.is_down:
            return self._searched(ask, parts, skip, size)
        taken: list[Facts] = []
        for part in parts:
            found = self._stretch(ask, part, skip, size - len(taken))
            taken += found
            if len(taken) == size:
                break
            if skip and not found:
                skip = max(skip - self._rows(ask).filter(part.where).order_by().count(), 0)
            else:
                skip = 0
        return taken

    def _stretch(self, ask: Ask, part: _Part, skip: int, size: int) -> list[Facts]:
        """Give rows of one part; where a person's rows stand in several scopes, these are merged."""
        if len(self._scopes) == 1 or ask.sort_field is not None:
            rows = self._rows(ask).filter(part.where).order_by(*part.order).values_list(*_NAMES)
            return [self._facts(r) for r in rows[skip : skip + size]]
        found: list[Facts] = []
        for scope in self._scopes:
            rows = self._asked(ask).filter(scope & part.where).order_by(*part.order)
            found += [self._facts(r) for r in rows.values_list(*_NAMES)[: skip + size]]
        for name in reversed(part.order):
            found.sort(key=attrgetter(name.removeprefix("-")), reverse=name.startswith("-"))
        return found[skip : skip + size]

    def _searched(self, ask: Ask, parts: Iterable[_Part], skip: int, size: int) -> list[Facts]:
        """Give what is found by words alone: the index is asked for ids in the order of codes.

        A window on all that is found counts it on the way: the index is not asked twice.
        """
        [part] = parts
        texts = found_in(self.register, ask.q).filter(part.where).order_by("code")
        found = list(texts.values_list("item", Window(Count("*")))[skip : skip + size])
        if found and part.where == Q():
            self._found[ask.q] = found[0][1]
        rows = Item.objects.filter(pk__in=[pk for pk, _n in found]).order_by("code")
        return [self._facts(r) for r in rows.values_list(*_NAMES)]

    @cached_property
    def _found(self) -> dict[str, int]:
        return {}

    def _rows(self, ask: Ask) -> QuerySet[Item]:
        scope = self._scopes[0]
        for other in self._scopes[1:]:
            scope |= other
        return self._asked(ask).filter(scope)

    def _asked(self, ask: Ask) -> QuerySet[Item]:
        """Give what is asked for, whoever may see it: never without a scope."""
        register = self.register
        q = Q(campaign=register.campaign_id, register=register)
        q &= _among("battle", ask.battle) & _among("org", ask.org)
        if ask.light:
            q &= _one_of("light", ask.light)
        if ask.state:
            q &= _one_of("state", self._states(ask.state))
        if ask.parent is not None:
            q &= Q(parent=ask.parent)
        for core in ask.core:
            name = f"{core.column}__isnull" if core.value is None else f"{core.column}__{core.op}"
            q &= Q(**{name: True if core.value is None else core.value})
        for one in ask.fields:
            key = {f"{key_column(one.field)}__{one.op}": one.value}
            keys = ItemKey.objects.filter(register=register, field=one.field.key, **key)
            q &= Q(pk__in=keys.values("item"))
        if ask.q:
            q &= Q(pk__in=found_in(register, ask.q).values("item"))
        return Item.objects.filter(q)

    def _states(self, states: Iterable[str]) -> tuple[str, ...]:
        """Give states with those that an adoption maps to them."""
        former = self.playbook.state_map.get(self.register.key, {})
        wanted = dict.fromkeys(states)
        return (*wanted, *(old for old, new in former.items() if new in wanted))

    def _parts(self, ask: Ask) -> list[_Part]:
        """Give the stretches of an order; rows that have no value come last, either way."""
        if ask.sort == "light" and ask.sort_field is None:
            lights = LIGHTS[::-1] if ask.is_down else LIGHTS
            known = [_Part(Q(light=code), ("code",)) for code in lights]
            return [*known, _Part(~Q(light__in=LIGHTS), ("code",))]
        sign = "-" if ask.is_down else ""
        if ask.sort_field is None and ask.sort == "code":
            return [_Part(Q(), (f"{sign}code",))]
        has, lacks, column = self._sorted_by(ask)
        return [_Part(has, (f"{sign}{column}", "code")), _Part(lacks, ("code",))]

    def _sorted_by(self, ask: Ask) -> tuple[Q, Q, str]:
        """Give which rows have a value in the order, which have none, and the name of its column."""
        if ask.sort_field is None:
            some, none = (Q(**{f"{ask.sort}__isnull": is_null}) for is_null in (False, True))
            return some, none, ask.sort
        key, column = ask.sort_field.key, key_column(ask.sort_field)
        same = Q(keys__register=self.register, keys__field=key)
        has = ItemKey.objects.filter(item=OuterRef("pk"), field=key)
        return same & Q(**{f"keys__{column}__isnull": False}), ~Q(Exists(has)), f"keys__{column}"

    def _beyond(self, ask: Ask, anchor: Anchor) -> list[_Part]:
        parts = self._parts(ask)
        if len(parts) == 1:
            return [_Part(_past("code", anchor.code, is_down=ask.is_down), parts[0].order)]
        later = Q(code__gt=anchor.code)
        if ask.sort == "light" and ask.sort_field is None:
            lights = LIGHTS[::-1] if ask.is_down else LIGHTS
            at = lights.index(anchor.value) if anchor.value in lights else len(lights)
            return [_Part(parts[at].where & later, ("code",)), *parts[at + 1 :]]
        has, lacks, column = self._sorted_by(ask)
        if anchor.value is None:
            return [_Part(lacks & later, ("code",))]
        same = _Part(has & Q(**{column: anchor.value}) & later, ("code",))
        past = has & _past(column, anchor.value, is_down=ask.is_down)
        return [same, _Part(past, parts[0].order), parts[1]]


def _past(column: str, value: Any, *, is_down: bool) -> Q:
    return Q(**{f"{column}__{'lt' if is_down else 'gt'}": value})


def _one_of(column: str, values: tuple[str, ...]) -> Q:
    """Ask by equality where there is one value: an index then gives its rows in order."""
    return Q(**{column: values[0]}) if len(values) == 1 else Q(**{f"{column}__in": values})


def _among(column: str, values: tuple[UUID | None, ...]) -> Q:
    named = [v for v in values if v is not None]
    q = Q()
    if len(named) == 1:
        q = Q(**{column: named[0]})
    elif named:
        q = Q(**{f"{column}__in": named})
    return q | Q(**{f"{column}__isnull": True}) if None in values else q
