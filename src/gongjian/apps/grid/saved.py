"""Views that people keep of a register: which there are, and what one asks for today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Role
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.fields import visible_fields
from gongjian.apps.campaigns.filter_words import Kind
from gongjian.apps.campaigns.kernel_io import playbook_of
from gongjian.apps.campaigns.models import PlaybookVersion
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.filters import names_of
from gongjian.apps.grid.models import SavedView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.filter_words import Term
    from gongjian.apps.campaigns.models import Campaign, Register
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked

FACES = ("list", "grid", "tree", "board")
# What an address says besides what is asked for: places in a list, controls that stand open.
TRANSIENT = frozenset({
    "after", "from", "at", "before", "size", "with", "w", "view", "day", "more", "under", "rows", "face", "level", "named",
})  # fmt: skip
_KEPT_BY_ALL = frozenset({"q", "org", "parent", "due", "start_on", "progress"})
_LOOKERS_ON = frozenset({Role.VIEWER, Role.PUBLIC})


def views_for(seen: Scope, register: Register) -> list[SavedView]:
    """Give the views of a register that are somebody's own, and those that are shared: one query."""
    mine = Q(owner=seen.person_id) | Q(is_shared=True)
    return list(SavedView.objects.filter(mine, register=register).select_related("owner"))


def get_view_for(seen: Scope, campaign: Campaign, pk: UUID, *, may: str = "see") -> SavedView:
    """Fetch a view: 404 where its register, or a private one, is not there for a person; 403 without the right."""
    rows = SavedView.objects.select_related("register", "owner")
    view: SavedView | None = rows.filter(campaign=campaign, pk=pk).first()
    if view is None or (not view.is_shared and view.owner_id != seen.person_id):
        raise Http404
    get_register_for(seen, campaign, view.register.key)
    if may not in rights(seen, view):
        raise PermissionDenied
    return view


def rights(seen: Scope, view: SavedView) -> frozenset[str]:
    """Give what a person may do with a view: all with their own, the office also put away shared ones."""
    may = {"see"}
    if view.owner_id == seen.person_id:
        may |= {"change", "drop"} | ({"share"} if may_share(seen, view.campaign_id) else set())
    elif view.is_shared and seen.is_office(view.campaign_id):
        may |= {"share", "drop"}
    return frozenset(may)


def may_share(seen: Scope, campaign_id: UUID) -> bool:
    """Tell whether a person may put a view before all the others: not who only looks on."""
    return bool(seen.roles(campaign_id) - _LOOKERS_ON)


def asked_by(given: Mapping[str, str]) -> dict[str, str]:
    """Give what a view keeps of an address."""
    names = (k for k in given if k not in TRANSIENT and len(k) <= 60)
    return {k: given[k] for k in sorted(names) if given[k]}


@dataclass
class Opened:
    """What a view asks for today, and what of it is left out: by name where the reader may know it."""

    params: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    is_hidden: bool = False

    def sentences(self) -> Iterator[str]:
        """Say what was left out."""
        if self.gone:
            yield _(
                "The register no longer has what this view asks for: %(what)s. It was left out."
            ) % {"what": "、".join(dict.fromkeys(self.gone))}
        if self.is_hidden:
            yield _("A part of this view concerns what you may not see: it was left out.")


def opened(asked: Asked, ledger: Ledger, view: SavedView, terms: Sequence[Term]) -> Opened:
    """Read a view as it can be shown today to this person."""
    return _Reading(asked, ledger, {n: t for t in terms for n in names_of(t)}).read(view.query)


@dataclass
class _Reading:
    asked: Asked
    ledger: Ledger
    known: Mapping[str, Term]
    found: Opened = field(default_factory=Opened)

    def read(self, query: Mapping[str, str]) -> Opened:
        for name, value in sorted(query.items()):  # PostgreSQL keeps keys in an order of its own
            kept = self._kept(name, str(value))
            if kept:
                self.found.params[name] = kept
        return self.found

    def _kept(self, name: str, value: str) -> str:
        by_name = {
            "sort": self._order,
            "group": self._order,
            "head": self._head,
            "columns": self._columns,
        }
        if name in by_name:
            return by_name[name](value)
        if name in self.known:
            return self._value(self.known[name], value)
        if name.startswith("f."):
            self._lose(name.split(".")[1])
            return ""
        return value if name in _KEPT_BY_ALL or "." not in name else ""

    def _value(self, term: Term, value: str) -> str:
        if term.kind is not Kind.CHOICE:
            return value
        former = self.asked.playbook.state_map.get(self.ledger.definition.key, {})
        given = [former.get(v, v) if term.name == "state" else v for v in value.split(",")]
        there = {v.key for v in term.values}
        kept = [v for v in dict.fromkeys(given) if v in there]
        if len(kept) < len(set(given)):
            self.found.gone.append(term.labels[0])
        return ",".join(kept)

    def _order(self, value: str) -> str:
        """Give an order, or what a list is grouped by, where its field is there."""
        bare = value.removeprefix("-")
        if not bare.startswith("f."):
            return value
        if bare in self.known or f"{bare}.from" in self.known or self._is_shown(bare[2:]):
            return value
        self._lose(bare[2:])
        return ""

    def _head(self, value: str) -> str:
        if any(h.key == value for h in self.ledger.definition.heads):
            return value
        self.found.gone.append(_("printed form"))
        return ""

    def _columns(self, value: str) -> str:
        kept = []
        for source in value.split(","):
            key = source.removeprefix("field:")
            if key == source or self._is_shown(key):
                kept.append(source)
            else:
                self._lose(key)
        return ",".join(kept)

    def _is_shown(self, key: str) -> bool:
        roles = self.asked.seen.roles(self.asked.campaign.pk)
        return any(f.key == key for f in visible_fields(self.ledger.definition, roles))

    def _lose(self, key: str) -> None:
        """Note what is left out: a field that was there and is seen by this person is named."""
        if any(f.key == key for f in self.ledger.definition.fields):
            self.found.is_hidden = True
            return
        label = self._former_label(key)
        if label is None:
            self.found.is_hidden = True
        else:
            self.found.gone.append(label)

    def _former_label(self, key: str) -> str | None:
        """Name a field as the last playbook that had it does; None where it was not this person's to see."""
        roles = self.asked.seen.roles(self.asked.campaign.pk)
        for version in PlaybookVersion.objects.filter(campaign=self.asked.campaign).order_by("-n"):
            former = {r.key: r for r in playbook_of(version).registers}
            register = former.get(self.ledger.definition.key)
            field_ = next((f for f in register.fields if f.key == key), None) if register else None
            if register is not None and field_ is not None:
                return (
                    field_.label.of(lang()) if field_ in visible_fields(register, roles) else None
                )
        return key


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view in the bar."""

    pk: str
    name: str
    href: str
    is_here: bool
    owner: str = ""  # of somebody else's
    may: frozenset[str] = frozenset()
    is_shared: bool = False


def view_link(seen: Scope, view: SavedView, href: str, here: str) -> ViewLink:
    """Give a view as the bar shows it."""
    is_own = view.owner_id == seen.person_id
    return ViewLink(
        pk=str(view.pk),
        name=view.name,
        href=href,
        is_here=str(view.pk) == here,
        owner="" if is_own else view.owner.label(lang()),
        may=rights(seen, view),
        is_shared=view.is_shared,
    )


def is_changed(view: SavedView, face: str, given: Mapping[str, str]) -> bool:
    """Tell whether the page asks for something else than the view does."""
    return view.face != face or asked_by(given) != asked_by(_texts(view.query))


def _texts(query: Mapping[str, Any]) -> dict[str, str]:
    return {k: str(v) for k, v in query.items()}


def campaign_of(seen: Scope, code: str) -> Campaign:
    """Fetch the campaign that a view's link names."""
    return campaigns.get_campaign_for(seen, code)
