"""What hangs on an item: duties, items below, links, listings, files; of now, or as a day ended.

Everything that names another item or another register is filtered by what the reader may see.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, prefetch_related_objects
from django.http import Http404

from gongjian.apps.accounts.models import AccessClass
from gongjian.apps.accounts.queries import orgs_as_of
from gongjian.apps.campaigns.kernel_io import playbooks_of
from gongjian.apps.campaigns.models import (
    Campaign,
    Item,
    ItemFile,
    ItemLink,
    Listing,
    PlaybookVersion,
    Register,
    Responsibility,
)
from gongjian.apps.campaigns.queries import Brief, brief_of, visible
from gongjian.apps.campaigns.standing import Surroundings
from gongjian.apps.ledger.models import Change
from gongjian.apps.ledger.queries import rows_as_of, tied_as_of
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.models import Ledgered
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

    R = TypeVar("R", bound=Ledgered)

SHOWN_BELOW = 200
# What the page of an item prints; the other columns of five tables are half of what a query costs.
_DUTY = (
    "role", "order", "printed", "since", "until", "item", "group_id",
    "org__code", "org__short_name", "org__name_en", "post__title", "post__title_en",
)  # fmt: skip
_PLACE = (
    "number", "fields", "item", "battle__name", "battle__name_en",
    "register__key", "register__access_class", "register__campaign",
    "campaign__code", "campaign__name", "campaign__name_en",
)  # fmt: skip
_TICK = dt.timedelta(microseconds=1)


def duties(item: Item, day: dt.date, until: dt.datetime | None = None) -> list[Responsibility]:
    """Give the duties in force on a day; with an instant, as the book had them then."""
    found = item.responsibilities.select_related("org", "post").order_by("role", "order")
    if until is None:
        rows = list(found.only(*_DUTY))
    else:
        rows = tied_as_of(Responsibility, list(found), "item_id", item.pk, until)
        prefetch_related_objects(rows, "org", "post")
        rows.sort(key=lambda r: (r.role, r.order))
        then = orgs_as_of([r.org for r in rows if r.org], until)
        for row in rows:
            row.org = then.get(row.org_id, row.org) if row.org_id else None
    return [r for r in rows if in_force(r, day)]


def in_force(duty: Responsibility, day: dt.date) -> bool:
    """Tell whether a duty is somebody's on a day."""
    return (duty.since is None or duty.since <= day) and (duty.until is None or duty.until >= day)


def below(seen: Scope, item: Item, until: dt.datetime | None = None) -> list[Brief]:
    """Give the items right below one, by code, those that a person may see."""
    rows = Item.objects.filter(visible(seen, item.campaign_id), parent=item).order_by("code")
    if until is None:
        return [Brief(*row) for row in rows.values_list(*Brief._fields)]
    back = rows_as_of(Item, list(rows), item.campaign_id, until)
    there = [was for was in back if was.parent_id == item.pk]
    around = Surroundings(item.campaign, clock.day_of(until - _TICK, item.campaign.zone))
    for was in there:
        around.judge(was)
    return [brief_of(was) for was in there]


def fields_below(seen: Scope, item: Item, until: dt.datetime | None = None) -> list[dict[str, Any]]:
    """Give the fields of the items right below one, to be added up."""
    rows = Item.objects.filter(visible(seen, item.campaign_id), parent=item)
    if until is None:
        return list(rows.values_list("fields", flat=True))
    back = rows_as_of(Item, list(rows), item.campaign_id, until)
    return [was.fields for was in back if was.parent_id == item.pk]


@dataclass(frozen=True, slots=True)
class Tie:
    """A link seen from one of its ends: the kind, the direction, the item at the other end."""

    link: ItemLink
    is_back: bool
    other: Brief


def ties(seen: Scope, item: Item, until: dt.datetime | None = None) -> list[Tie]:
    """Give the links of an item in both directions: one query, and one for each campaign they lead to."""
    rows = list(ItemLink.objects.filter(Q(source=item) | Q(target=item)))
    if until is not None:
        back = [
            row
            for column in ("source_id", "target_id")
            for row in tied_as_of(ItemLink, rows, column, item.pk, until)
        ]
        rows = list({row.pk: row for row in back}.values())
    return _tied(seen, item, rows)


def _tied(seen: Scope, item: Item, rows: list[ItemLink]) -> list[Tie]:
    ends = {r.target_id if r.source_id == item.pk else r.source_id for r in rows}
    others = seen_items(seen, ends, item.campaign_id) if ends else {}
    found = []
    for row in rows:
        is_back = row.source_id != item.pk
        if other := others.get(row.source_id if is_back else row.target_id):
            found.append(Tie(row, is_back, other))
    return sorted(found, key=lambda t: (t.link.kind, t.is_back, t.other.code))


def seen_items(seen: Scope, ids: Iterable[UUID], home: UUID) -> dict[UUID, Brief]:
    """Give those of some items that a person may see; `home` is where most of them are."""
    wanted = set(ids)
    found = _seen_in(seen, home, wanted)
    if rest := wanted - set(found):
        elsewhere = Item.objects.filter(pk__in=rest).exclude(campaign=home)
        for campaign in set(elsewhere.values_list("campaign_id", flat=True)):
            if seen.may_see(campaign):
                found |= _seen_in(seen, campaign, rest)
    return found


def _seen_in(seen: Scope, campaign_id: UUID, wanted: set[UUID]) -> dict[UUID, Brief]:
    # The campaign is compared here: asked of the database, it may walk all its items for a few ids.
    rows = Item.objects.filter(visible(seen, campaign_id), pk__in=wanted)
    found = rows.values_list("campaign_id", *Brief._fields)
    return {row[1]: Brief(*row[1:]) for row in found if row[0] == campaign_id}


@dataclass(frozen=True, slots=True)
class Place:
    """A register in which an item is listed besides its own, with the columns it has there."""

    listing: Listing
    register: RegisterDef
    columns: tuple[FieldDef, ...]


def places(
    seen: Scope, item: Item, home: Playbook, until: dt.datetime | None = None
) -> list[Place]:
    """Give where else an item is listed, as far as a person sees those registers."""
    found = Listing.objects.filter(item=item).order_by("number")
    if until is None:
        rows = list(found.select_related("register", "campaign", "battle").only(*_PLACE))
    else:
        rows = tied_as_of(Listing, list(found), "item_id", item.pk, until)
        prefetch_related_objects(rows, "register", "campaign", "battle")
    return _placed(seen, item, home, rows)


def _placed(seen: Scope, item: Item, home: Playbook, found: list[Listing]) -> list[Place]:
    rows = [r for r in found if sees_register(seen, r.register)]
    others = {r.campaign_id for r in rows} - {item.campaign_id}
    books = {item.campaign_id: home, **(books_of(others) if others else {})}
    mine = home.register(item.register.key)
    placed = []
    for row in rows:
        register = books[row.campaign_id].register(row.register.key)
        placed.append(Place(row, register, own_columns(register, mine)))
    return placed


def books_of(campaigns: Iterable[UUID]) -> dict[UUID, Playbook]:
    """Give the playbooks in force of some campaigns: one query."""
    versions = PlaybookVersion.objects.filter(campaign__in=set(campaigns), in_force=True)
    return playbooks_of(list(versions))


def own_columns(register: RegisterDef, home: RegisterDef) -> tuple[FieldDef, ...]:
    """Give the columns that a register has of its own for an item whose home is another one."""
    kept_at_home = {f.key for f in home.fields}
    return tuple(
        f
        for f in register.fields
        if f.key not in kept_at_home and not f.personal and f.compute is None and f.type != "file"
    )


def sees_register(seen: Scope, register: Register) -> bool:
    """Tell whether a register exists for a person: by its class, over all or through an org."""
    if not seen.may_see(register.campaign_id):
        return False
    if register.access_class == AccessClass.OPEN:
        return True
    through_org = {
        g.access_class
        for g in seen.grants
        if g.org_id is not None and g.item_id is None and g.counts_in(register.campaign_id)
    }
    return register.access_class in seen.access_classes(register.campaign_id) | through_org


def registers_for(seen: Scope, campaign: Campaign) -> list[Register]:
    """Give the registers of a campaign that exist for a person, in order: one query."""
    return [r for r in campaign.registers.order_by("order") if sees_register(seen, r)]


def get_register_for(seen: Scope, campaign: Campaign, key: str) -> Register:
    """Fetch a register; one of a class that is not this person's is not there."""
    register: Register | None = campaign.registers.filter(key=key).first()
    if register is None or not sees_register(seen, register):
        raise Http404
    register.campaign = campaign
    return register


@dataclass(frozen=True, slots=True)
class Parted:
    """What hung on an item once and was removed."""

    duties: list[Responsibility]
    ties: list[Tie]
    places: list[Place]
    files: list[ItemFile]


def parted(seen: Scope, item: Item, home: Playbook) -> Parted:
    """Give what was removed from an item, for its whole history."""
    gone = Change.objects.filter(after__isnull=True)
    duties = _removed(Responsibility, gone, "item_id", item.pk)
    links = [
        row
        for column in ("source_id", "target_id")
        for row in _removed(ItemLink, gone, column, item.pk)
    ]
    listings = _removed(Listing, gone, "item_id", item.pk)
    prefetch_related_objects(duties, "org", "post")
    prefetch_related_objects(listings, "register", "campaign", "battle")
    return Parted(
        duties,
        _tied(seen, item, links),
        _placed(seen, item, home, listings),
        list(item.files.filter(is_removed=True)),
    )


def _removed(model: type[R], gone: QuerySet[Change], column: str, pk: UUID) -> list[R]:
    rows = gone.filter(table=model._meta.label_lower, **{f"before__{column}": str(pk)})
    return [model.load(c.before, c.row, c.version) for c in rows if c.before is not None]


def files(item: Item, until: dt.datetime | None = None) -> list[ItemFile]:
    """Give the files of an item that were not removed, the newest first."""
    rows = list(item.files.select_related("file").order_by("-at"))
    if until is not None:
        rows = tied_as_of(ItemFile, rows, "item_id", item.pk, until)
        prefetch_related_objects(rows, "file")
    return [row for row in rows if not row.is_removed]
