"""What a campaign holds, as far as a change of its playbook asks: a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q

from gongjian.apps.campaigns.models import Item, ItemLink, Listing, Register, Roster
from gongjian.kernel.playbook.carry import watched
from gongjian.kernel.playbook.plan import Facts, Holding
from gongjian.kernel.playbook.values import FieldError, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.playbook.carry import Watch

    Unfit = tuple[UUID, str]  # row and field
    Restored = Callable[[set[UUID]], set[Unfit]]

EXAMPLES = 5
_CHUNK = 2000


@dataclass
class _Count:
    """What is counted of one field while rows go by."""

    n: int = 0
    unfit: dict[UUID, str] = field(default_factory=dict)
    choices: Counter[str] = field(default_factory=Counter)

    def add(self, watch: Watch, pk: UUID, code: str, value: Any) -> None:
        self.n += 1
        self.choices.update(v for v in _parts(value) if isinstance(v, str))
        try:
            watch.carried(value)
        except FieldError:
            self.unfit[pk] = code


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def facts_of(
    campaign: Campaign, old: Playbook, new: Playbook, restored: Restored | None = None
) -> Facts:
    """Count what a change from one playbook to another touches.

    `restored` tells which values of some rows get back what they were, so that they need not fit.
    """
    held = _held(campaign, watched(old, new))
    unfit = {pk for count in held.values() for pk in count.unfit}
    spared = restored(unfit) if restored and unfit else set()
    return Facts(
        states=_states(campaign),
        used=_used(campaign),
        fields={place: _holding(place[1], count, spared) for place, count in held.items()},
        links=dict(
            ItemLink.objects.filter(campaign=campaign)
            .order_by()
            .values("kind")
            .annotate(n=Count("pk"))
            .values_list("kind", "n")
        ),
    )


def _holding(key: str, count: _Count, spared: set[Unfit]) -> Holding:
    unfit = sorted(code for pk, code in count.unfit.items() if (pk, key) not in spared)
    return Holding(count.n, len(unfit), tuple(unfit[:EXAMPLES]), dict(count.choices))


def _states(campaign: Campaign) -> dict[tuple[str, str], int]:
    rows = Item.objects.filter(campaign=campaign).order_by().values("register__key", "state")
    counted = rows.annotate(n=Count("pk")).values_list("register__key", "state", "n")
    return {(register, state): n for register, state, n in counted}


def _used(campaign: Campaign) -> frozenset[str]:
    """Name the registers that something refers to, or that have given out a number."""
    here = OuterRef("pk")
    refers = [Exists(model.objects.filter(register=here)) for model in (Item, Listing, Roster)]
    used = Q(next_n__gt=1) | refers[0] | refers[1] | refers[2]
    rows = Register.objects.filter(used, campaign=campaign)
    return frozenset(rows.values_list("key", flat=True))


def _held(
    campaign: Campaign, watches: Mapping[str, Iterable[Watch]]
) -> dict[tuple[str, str], _Count]:
    """Count the rows that hold a value under the fields looked at: two queries, none without any."""
    counts: dict[tuple[str, str], _Count] = defaultdict(_Count)
    for pk, code, register, fields in _rows(campaign, watches):
        for watch in watches[register]:
            value = fields.get(watch.key)
            if not is_blank(value):
                counts[register, watch.key].add(watch, pk, code, value)
    return counts


def _rows(
    campaign: Campaign, watches: Mapping[str, Iterable[Watch]]
) -> Iterator[tuple[UUID, str, str, dict[str, Any]]]:
    if not watches:
        return
    keys = sorted({w.key for found in watches.values() for w in found})
    wanted = {"register__key__in": list(watches), "fields__has_any_keys": keys}
    for table, code in ((Item, "code"), (Listing, "item__code")):
        rows = table._default_manager.filter(campaign=campaign, **wanted).order_by()
        yield from rows.values_list("pk", code, "register__key", "fields").iterator(_CHUNK)
