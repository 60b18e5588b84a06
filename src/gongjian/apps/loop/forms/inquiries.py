"""The shape of a one-time question as its page sends it; what was typed stays when it is refused."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org, OrgGroup
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.actions import InquiryPlan
from gongjian.apps.loop.queries.inquiries import children_on, choosable, members_on
from gongjian.apps.loop.things import KINDS, MOST, Kind, Thing
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    from django.http import QueryDict

    from gongjian.apps.campaigns.models import Campaign

R = TypeVar("R", Org, OrgGroup)
_NAMES = re.compile(r"[、,，;；\n]+")
GROUP, CHILDREN, CHOSEN = "group", "children", "chosen"


@dataclass
class AskForm:
    """A question as it was typed: its texts, its faults by name, and the plan where there are none."""

    campaign: Campaign
    typed: dict[str, str] = field(default_factory=dict)
    ticked: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls, campaign: Campaign, post: QueryDict) -> AskForm:
        """Take what a page sent."""
        return cls(campaign, {k: str(v) for k, v in post.items()}, set(post.getlist("org")))

    def plan(self) -> InquiryPlan | None:
        """Read the form; None where something is wrong, which `faults` then names."""
        due, (orgs, whom) = self._due(), self._orgs()
        made = InquiryPlan(
            title=self._text("title", 160),
            things=self._things(),
            due=due or today_of(self.campaign),
            orgs=orgs,
            whom=whom,
            note=self._text("note", 2000),
            item=self._item(),
            reason=self._text("reason", 300),
        )
        return None if self.faults else made

    def _text(self, name: str, limit: int) -> str:
        text = self.typed.get(name, "").strip()
        if len(text) > limit:
            said = {"n": len(text), "limit": limit}
            self.faults[name] = _("The text has %(n)s characters; the limit is %(limit)s.") % said
        return text

    def _due(self) -> dt.date | None:
        text = self.typed.get("due", "").strip()
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self.faults["due"] = _("Choose the day by which it is to be answered.")
            return None

    def _item(self) -> Item | None:
        code = self.typed.get("item", "").strip()
        if not code:
            return None
        found: Item | None = Item.objects.filter(campaign=self.campaign, code=code).first()
        if found is None:
            said = {"code": code}
            self.faults["item"] = _("There is no item %(code)s in this campaign.") % said
        return found

    def _things(self) -> list[Thing]:
        made = []
        for n in range(MOST):
            label, unit = self._text(f"thing-{n}-label", 60), self._text(f"thing-{n}-unit", 16)
            kind = self.typed.get(f"thing-{n}-kind", "")
            choices = _parted(self.typed.get(f"thing-{n}-choices", ""))
            if not (label or unit or choices):
                continue
            kind = kind if kind in KINDS else Kind.NUMBER
            unit = unit if kind == Kind.NUMBER else ""
            picks = tuple(c[:60] for c in choices) if kind == Kind.CHOICE else ()
            made.append(Thing(f"t{n}", label, kind, unit, picks))
        return made

    def _orgs(self) -> tuple[list[Org], str]:
        """Give the orgs that are asked, each once, and how they were named."""
        day, mode = today_of(self.campaign), self.typed.get("whom", GROUP)
        if mode == GROUP:
            group = _row(OrgGroup, self.typed.get("group", ""))
            return (members_on(group, day), _named(group)) if group else ([], "")
        if mode == CHILDREN:
            parent = _row(Org, self.typed.get("parent", ""))
            if parent is None:
                return [], ""
            whom = _("All below %(org)s") % {"org": parent.label(lang())}
            return children_on(parent, day), whom
        return self._chosen(choosable(day)), ""

    def _chosen(self, living: list[Org]) -> list[Org]:
        by_name = {n.casefold(): o for o in living for n in _names(o)}
        named = _parted(self.typed.get("names", ""))
        unknown = [n for n in named if n.casefold() not in by_name]
        if unknown:
            said = {"names": "、".join(unknown[:20])}
            self.faults["names"] = _("These are no orgs here: %(names)s.") % said
        wanted = {by_name[n.casefold()].pk for n in named if n.casefold() in by_name}
        return [o for o in living if o.pk in wanted or str(o.pk) in self.ticked]


def _names(org: Org) -> list[str]:
    return [n for n in (org.code, org.name, org.short_name, org.name_en, *org.aliases) if n]


def _named(group: OrgGroup) -> str:
    return group.name_en if lang().startswith("en") and group.name_en else group.name


def _parted(text: str) -> list[str]:
    return list(dict.fromkeys(p.strip() for p in _NAMES.split(text) if p.strip()))


def _row(model: type[R], text: str) -> R | None:
    try:
        found: R | None = model._default_manager.filter(pk=UUID(text)).first()
    except ValueError:
        return None
    return found
