"""The shapes of mandates and commitments as their pages send them; what was typed stays."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import AccessClass, Org, OrgGroup
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.actions import MandatePlan, Said
from gongjian.apps.loop.answers import Names
from gongjian.apps.loop.queries.inquiries import choosable, members_on
from gongjian.apps.loop.queries.material import Addressee, led_battles, live_mandates
from gongjian.apps.targets.models import Target
from gongjian.kernel.errors import KernelError

if TYPE_CHECKING:
    from django.http import QueryDict

    from gongjian.apps.campaigns.models import Campaign

_PARTS = re.compile(r"[、,，;；\s]+")
_LINES = re.compile(r"[、,，;；\n]+")


@dataclass
class MandateForm:
    """Mandates to be issued, as typed: to whom, with which words, by when."""

    campaign: Campaign
    typed: dict[str, str] = field(default_factory=dict)
    battles: set[str] = field(default_factory=set)
    orgs: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls, campaign: Campaign, post: QueryDict) -> MandateForm:
        """Take what a page sent."""
        typed = {k: str(v) for k, v in post.items()}
        return cls(campaign, typed, set(post.getlist("battle")), set(post.getlist("org")))

    @classmethod
    def fresh(cls, campaign: Campaign) -> MandateForm:
        """Begin with every battle ticked that has a leading official and no mandate."""
        held = {m.battle_id for m in live_mandates(campaign)}
        led = led_battles(campaign, today_of(campaign))
        ticked = {str(t.battle.pk) for t in led if t.battle and _is_open(t, held)}
        return cls(campaign, {"words": "1"}, ticked)

    def plan(self) -> MandatePlan | None:
        """Read the form; None where something is wrong, which `faults` then names."""
        accept_by = self._day()
        to = [*self._battles(), *self._orgs()]
        made = MandatePlan(
            to=to,
            accept_by=accept_by or today_of(self.campaign),
            heading=self._text("heading", 160),
            opening=self._text("opening", 2000),
            agreed=self.typed.get("agreed", ""),
        )
        return None if self.faults else made

    def _day(self) -> dt.date | None:
        try:
            return dt.date.fromisoformat(self.typed.get("accept_by", "").strip())
        except ValueError:
            self.faults["accept_by"] = _("Choose the day by which it is to be accepted.")
            return None

    def _text(self, name: str, limit: int) -> str:
        text = self.typed.get(name, "").strip()
        if len(text) > limit:
            said = {"n": len(text), "limit": limit}
            self.faults[name] = _("The text has %(n)s characters; the limit is %(limit)s.") % said
        return text

    def _battles(self) -> list[Addressee]:
        led = led_battles(self.campaign, today_of(self.campaign))
        return [t for t in led if t.battle and str(t.battle.pk) in self.battles]

    def _orgs(self) -> list[Addressee]:
        day, wanted = today_of(self.campaign), set(self.orgs)
        group = _group(self.typed.get("group", ""))
        wanted |= {str(o.pk) for o in members_on(group, day)} if group else set()
        wanted |= self._named()
        return [Addressee(org=o) for o in choosable(day) if str(o.pk) in wanted]

    def _named(self) -> set[str]:
        given = [p for p in _LINES.split(self.typed.get("names", "")) if p.strip()]
        if not given:
            return set()
        names, found, unknown = Names(), set(), []
        for one in given:
            try:
                found.add(str(names.org(one).pk))
            except KernelError:
                unknown.append(one.strip())
        if unknown:
            said = {"names": "、".join(unknown[:20])}
            self.faults["names"] = _("These are no orgs here: %(names)s.") % said
        return found


def _is_open(to: Addressee, held: set[UUID | None]) -> bool:
    battle = to.battle
    return bool(battle and to.post and battle.parent_id is None and battle.pk not in held)


def _group(text: str) -> OrgGroup | None:
    try:
        found: OrgGroup | None = OrgGroup.objects.filter(pk=UUID(text)).first()
    except ValueError:
        return None
    return found


@dataclass
class CommitmentForm:
    """A commitment as typed."""

    campaign: Campaign
    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def said(self) -> Said | None:
        """Read the form; None where something is wrong, which `faults` then names."""
        org, day = self._org(), self._day()
        items, target = self._items(), self._target()
        if self.faults or org is None or day is None:
            return None
        return Said(
            org=org,
            speaker=self.typed.get("speaker", "")[:80],
            text=self.typed.get("text", ""),
            said_on=day,
            occasion=self.typed.get("occasion", "")[:120],
            items=items,
            target=target,
        )

    def _org(self) -> Org | None:
        try:
            return Names().org(self.typed.get("org", ""))
        except KernelError:
            self.faults["org"] = _("Write an org of this installation by its name or its code.")
            return None

    def _day(self) -> dt.date | None:
        try:
            return dt.date.fromisoformat(self.typed.get("said_on", "").strip())
        except ValueError:
            self.faults["said_on"] = _("Choose the day on which it was said.")
            return None

    def _items(self) -> list[Item]:
        codes = [c for c in _PARTS.split(self.typed.get("codes", "")) if c]
        here = Item.objects.filter(campaign=self.campaign, access_class=AccessClass.OPEN)
        found = list(here.filter(code__in=codes[:50])) if codes else []
        unknown = [c for c in codes if c not in {i.code for i in found}]
        if unknown:
            said = {"codes": "、".join(unknown[:20])}
            self.faults["codes"] = _("These are no open items of this campaign: %(codes)s.") % said
        return found

    def _target(self) -> Target | None:
        text = self.typed.get("target", "")
        if not text:
            return None
        found = next((t for t in open_targets(self.campaign) if str(t.pk) == text), None)
        if found is None:
            self.faults["target"] = _("Choose a target of this campaign.")
        return found


def open_targets(campaign: Campaign) -> list[Target]:
    """Give the targets that a commitment may bear on: none of a closer item."""
    rows = Target.objects.filter(campaign=campaign).select_related("item")
    return [t for t in rows if t.item is None or t.item.access_class == AccessClass.OPEN]
