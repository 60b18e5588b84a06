"""What a letter would hold today, and whether it has moved since it was issued."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from gongjian.apps.accounts.models import (
    AccessClass,
    Org,
    OrgGroupMember,
)
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.loop.mandate_content import (
    FORMAT,
    ITEM_CAP,
    digest_of,
    substance_of,
)
from gongjian.apps.loop.models import Mandate
from gongjian.apps.targets.queries import aims

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.models import Post
    from gongjian.apps.campaigns.models import Battle, Campaign
    from gongjian.apps.loop.mandate_content import Content
    from gongjian.apps.targets.models import TargetVersion
    from gongjian.apps.targets.queries import Aim


S = Mandate.State


LIVE = (S.ISSUED, S.OBJECTED, S.ACCEPTED)


WAITING = (S.ISSUED, S.OBJECTED)


COMPARED = 5_000  # items that the list of mandates compares; above, each letter compares its own


_ANSWERS = frozenset({"lead", "owner"})


_ROLES = ("lead", "owner", "support", "overseer", "contact")  # the first one that is held counts


# What a letter would hold today


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is to receive a mandate: the leading official of a battle, or an org."""

    battle: Battle | None = None
    post: Post | None = None
    org: Org | None = None

    @property
    def receiver(self) -> UUID | None:
        """Give the id of the battle or the org."""
        return self.battle.pk if self.battle else self.org.pk if self.org else None

    @property
    def key(self) -> str:
        """Give the name of its field in a form."""
        return f"b:{self.battle.pk}" if self.battle else f"o:{self.org.pk if self.org else ''}"


def led_battles(campaign: Campaign, day: dt.date) -> list[Addressee]:
    """Give the battles with who leads each on a day, posts above none of them left out: two queries."""
    moved = campaigns.leaders_on(campaign, day)
    rows = campaigns.battles(campaign)
    return [Addressee(b, moved.get(b.pk, b.leader)) for b in rows]


def live_mandates(campaign: Campaign) -> list[Mandate]:
    """Give the newest edition of each receiver of a campaign, withdrawn ones left out: one query."""
    rows = Mandate.objects.filter(campaign=campaign, state__in=LIVE)
    return list(rows.select_related("battle", "org", "post", "file").order_by("serial"))


@dataclass(frozen=True)
class Material:
    """What letters are made of, fetched together for many receivers."""

    campaign: Campaign
    battles: Mapping[UUID, frozenset[UUID]]  # battle → itself with those inside it
    aims: Sequence[Aim]
    items: Sequence[Mapping[str, Any]]
    closer: Sequence[Mapping[str, Any]]
    orgs: Mapping[UUID, Org]
    roles: Mapping[tuple[UUID, UUID], str]  # org, item → its role
    is_cut: bool = False

    def content(self, to: Addressee, words: Words) -> Content:
        """Give what a letter to somebody holds, as plain values."""
        found = self._of.get(to.receiver, [])
        return {
            "format": FORMAT,
            "campaign": {
                "code": self.campaign.code,
                "zh": self.campaign.name,
                "en": self.campaign.name_en,
                "issuer": self.campaign.issuer,
            },
            "to": _to(to),
            "heading": words.heading,
            "opening": words.opening,
            "note": words.note,
            "accept_by": words.accept_by.isoformat(),
            "serial": words.serial,
            "n": words.n,
            "goals": [_goal(a) for a in self.aims_at(to)],
            "items": [self._item(to, r) for r in found[:ITEM_CAP]],
            "n_items": len(found),
        }

    def substance(self, to: Addressee) -> str:
        """Give a digest of what a letter to somebody would be about."""
        return substance_of(self.content(to, NO_WORDS))

    def n_closer(self, to: Addressee) -> dict[str, int]:
        """Count by access class what the letter leaves out."""
        return dict(Counter(r["access_class"] for r in self._closer_of.get(to.receiver, [])))

    @cached_property
    def _of(self) -> dict[UUID | None, list[Mapping[str, Any]]]:
        """The items by battle and by org: looked through once, however many receivers there are."""
        return self._by_receiver(self.items)

    @cached_property
    def _closer_of(self) -> dict[UUID | None, list[Mapping[str, Any]]]:
        return self._by_receiver(self.closer)

    def _by_receiver(
        self, rows: Iterable[Mapping[str, Any]]
    ) -> dict[UUID | None, list[Mapping[str, Any]]]:
        holders: dict[UUID, set[UUID | None]] = defaultdict(set)
        for org, item in self.roles:
            holders[item].add(org)
        around: dict[UUID, list[UUID]] = defaultdict(list)
        for wanted, inside in self.battles.items():
            for pk in inside:
                around[pk].append(wanted)
        found: dict[UUID | None, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            if row["depth"] == 0:
                for battle in around.get(row["battle_id"], ()):
                    found[battle].append(row)
            for holder in {row["org_id"], *holders.get(row["pk"], ())}:
                found[holder].append(row)
        return found

    @cached_property
    def _accountable(self) -> dict[UUID, UUID | None]:
        return {r["pk"]: r["org_id"] for r in self.items}

    def aims_at(self, to: Addressee) -> list[Aim]:
        """Give the goals of a receiver: those of the battle; of an org, those of items it leads or owns."""
        if to.battle is not None:
            return [a for a in self.aims if a.target.battle_id in self.battles[to.battle.pk]]
        org = to.receiver
        return [a for a in self.aims if org and self._answers(org, a.target.item_id)]

    def _answers(self, org: UUID, item: UUID | None) -> bool:
        if item is None:
            return False
        return self._accountable.get(item) == org or self.roles.get((org, item)) in _ANSWERS

    def _item(self, to: Addressee, row: Mapping[str, Any]) -> dict[str, Any]:
        org = self.orgs.get(row["org_id"])
        role = "leader" if to.org is None else self.roles.get((to.org.pk, row["pk"]), "owner")
        return {
            "id": str(row["pk"]),
            "code": row["code"],
            "title": row["title"],
            "due": row["due"].isoformat() if row["due"] else None,
            "role": role,
            "org_id": str(row["org_id"]) if row["org_id"] else "",
            "org": {"zh": org.short_name, "en": org.name_en} if org else {"zh": "", "en": ""},
        }


@dataclass(frozen=True, slots=True)
class Words:
    """What of a letter is typed or counted, not read from the campaign."""

    accept_by: dt.date
    heading: str = ""
    opening: str = ""
    note: str = ""
    serial: int = 0
    n: int = 1


NO_WORDS = Words(dt.date.min)


def _to(to: Addressee) -> dict[str, Any]:
    if to.battle is not None and to.post is not None:
        return {
            "kind": "battle",
            "id": str(to.battle.pk),
            "zh": to.battle.name,
            "en": to.battle.name_en,
            "post_id": str(to.post.pk),
            "post": {"zh": to.post.title, "en": to.post.title_en},
        }
    if to.org is not None:
        return {"kind": "org", "id": str(to.org.pk), "zh": to.org.name, "en": to.org.name_en}
    return {"kind": "battle", "id": str(to.battle.pk if to.battle else ""), "zh": "", "en": ""}


def _goal(aim: Aim) -> dict[str, Any]:
    v, own = aim.version, aim.raised
    return {
        "id": str(aim.target.pk),
        "subject": aim.target.subject,
        "op": v.op,
        "floor": _plain(v.floor),
        "upper": _plain(v.upper),
        "stretch": _plain(v.stretch),
        "unit": v.unit,
        "due": v.due.isoformat() if v.due else None,
        "strength": v.strength,
        "rule": v.counting_rule,
        "own": _own(own),
    }


def _own(version: TargetVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    due = version.due.isoformat() if version.due else None
    return {"floor": _plain(version.floor), "due": due}


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def material(
    campaign: Campaign, wanted: Iterable[Addressee], day: dt.date, *, cap: int | None = None
) -> Material:
    """Fetch what the letters to some receivers are made of: a fixed number of queries.

    With a cap nothing is compared where more items than that would have to be read.
    """
    tos = list(wanted)
    battles = _battles(campaign, [t.battle for t in tos if t.battle])
    orgs = [t.org.pk for t in tos if t.org]
    roles = _roles(campaign, orgs, day) if orgs else {}
    inside = {pk for found in battles.values() for pk in found}
    of = Q(battle__in=inside, depth=0) | Q(org__in=orgs) | Q(pk__in=_by_duty(campaign, orgs, day))
    columns = ("pk", "code", "title", "due", "battle_id", "org_id", "depth", "access_class")
    rows = Item.objects.filter(of, campaign=campaign).order_by("code").values(*columns)
    read = list(rows[: cap + 1] if cap else rows)
    items = [r for r in read if r["access_class"] == AccessClass.OPEN]
    return Material(
        campaign=campaign,
        battles=battles,
        aims=open_aims(campaign, day),
        items=items,
        closer=[r for r in read if r["access_class"] != AccessClass.OPEN],
        orgs=Org.objects.in_bulk({r["org_id"] for r in items if r["org_id"]}),
        roles=roles,
        is_cut=bool(cap and len(read) > cap),
    )


def _battles(campaign: Campaign, asked: Iterable[Battle]) -> dict[UUID, frozenset[UUID]]:
    wanted = [b.pk for b in asked]
    below = campaign.battles.filter(parent__in=wanted).values_list("pk", "parent")
    found = {pk: {pk} for pk in wanted}
    for child, parent in below if wanted else ():
        found[parent].add(child)
    return {pk: frozenset(ids) for pk, ids in found.items()}


def open_aims(campaign: Campaign, day: dt.date) -> list[Aim]:
    """Give the targets of a campaign, without those of items that are kept more closely: three queries."""
    found = aims(campaign, day)
    ids = {a.target.item_id for a in found if a.target.item_id}
    close = Item.objects.filter(pk__in=ids).exclude(access_class=AccessClass.OPEN)
    hidden = set(close.values_list("pk", flat=True))
    return [a for a in found if a.target.item_id not in hidden]


def goals_of(
    campaign: Campaign, tos: Sequence[Addressee], day: dt.date
) -> dict[str, list[dict[str, Any]]]:
    """Give the goals of battles as letters have them, by receiver; under no key, the campaign's own."""
    battles = _battles(campaign, [t.battle for t in tos if t.battle])
    found = open_aims(campaign, day)
    own = [_goal(a) for a in found if not (a.target.battle_id or a.target.item_id)]
    return {"": own} | {
        to.key: [_goal(a) for a in found if a.target.battle_id in battles[to.battle.pk]]
        for to in tos
        if to.battle is not None
    }


def _duties(campaign: Campaign, orgs: Sequence[UUID], day: dt.date) -> QuerySet[Responsibility]:
    groups = OrgGroupMember.objects.filter(on_day(day), org__in=orgs).values("group")
    held = Responsibility.objects.filter(on_day(day), campaign=campaign)
    return held.filter(Q(org__in=orgs) | Q(group_id__in=groups)).order_by()


def _by_duty(campaign: Campaign, orgs: list[UUID], day: dt.date) -> Any:
    return _duties(campaign, orgs, day).values("item") if orgs else []


def _roles(campaign: Campaign, orgs: list[UUID], day: dt.date) -> dict[tuple[UUID, UUID], str]:
    """Give the foremost role of each org in each item, its own or its group's: two queries."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    within = OrgGroupMember.objects.filter(on_day(day), org__in=orgs)
    for group, org in within.values_list("group", "org"):
        members[group].add(org)
    found: dict[tuple[UUID, UUID], str] = {}
    for row in _duties(campaign, orgs, day):
        item, role = row.item_id, row.role
        own = {row.org_id} if row.org_id else set()
        for holder in own or members.get(row.group_id or row.pk, set()):
            known = found.get((holder, item))
            if role in _ROLES and (known is None or _ROLES.index(role) < _ROLES.index(known)):
                found[holder, item] = role
    return found


def addressee_of(row: Mandate, leaders: Mapping[UUID, Post | None]) -> Addressee:
    """Give who would receive the next edition of a mandate: whoever leads the battle now."""
    if row.battle is not None:
        return Addressee(row.battle, leaders.get(row.battle.pk, row.battle.leader))
    return Addressee(org=row.org)


def moved_since(campaign: Campaign, rows: Sequence[Mandate], day: dt.date) -> set[UUID] | None:
    """Give which mandates no longer say what they would today; None where there is too much to compare."""
    leaders = campaigns.leaders_on(campaign, day)
    tos = {r.pk: addressee_of(r, leaders) for r in rows}
    known = material(campaign, tos.values(), day, cap=COMPARED)
    if known.is_cut:
        return None
    return {r.pk for r in rows if known.substance(tos[r.pk]) != r.substance}


def is_unaltered(row: Mandate) -> bool:
    """Tell whether a mandate still holds what was issued, and what was signed."""
    real = digest_of(row.content)
    return real == row.digest and row.signed_digest in {"", real}
