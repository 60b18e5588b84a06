"""Second looks of a campaign: what is due, what was found, and a sample of what was closed, by risk."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import visible
from gongjian.apps.loop.models import Extension, Movement, Revisit
from gongjian.apps.loop.words import lang
from gongjian.kernel.workflow.sampling import Risk, draw

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign

RETURNS = frozenset({"send_back", "return_result", "returned_above", "refuse_extension"})
CLOSES = frozenset({"close_out", "close_major", "close_above", "fix_on_spot"})
ASKS = frozenset({"request_close", "submit"})
CAP = 20_000  # closed items that a sample is drawn from
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """How a sample is drawn: how many, from what was closed in a time, by which seed."""

    n: int
    since: dt.date
    until: dt.date
    seed: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item that a sample would look at, with the signs that made it likely."""

    item: Item
    risk: Risk

    @property
    def org(self) -> str:
        """Name who is accountable, in the reader's language."""
        return org_name(self.item)


@dataclass(frozen=True, slots=True)
class Look:
    """A second look as it is shown."""

    row: Revisit

    @property
    def org(self) -> str:
        """Name who is accountable, in the reader's language."""
        return org_name(self.row.item)


@dataclass(frozen=True, slots=True)
class Looks:
    """The second looks of a campaign."""

    due: list[Look]
    done: list[Look]
    n_held: int
    n_slipped: int


def looks(seen: Scope, campaign: Campaign) -> Looks:
    """Give the second looks that a person may see: three queries."""
    there = Item.objects.filter(visible(seen, campaign.pk), campaign=campaign)
    rows = Revisit.objects.filter(campaign=campaign, item__in=there).select_related("item__org")
    due = [Look(r) for r in rows.filter(state=Revisit.State.DUE).order_by("due", "pk")[:SHOWN]]
    found = rows.filter(state__in=(Revisit.State.HELD, Revisit.State.SLIPPED))
    states = Counter(found.order_by().values_list("state", flat=True))
    done = [Look(r) for r in found.order_by("-at", "pk")[:SHOWN]]
    return Looks(due, done, states[Revisit.State.HELD], states[Revisit.State.SLIPPED])


def org_name(item: Item) -> str:
    """Name the accountable org of an item in the reader's language."""
    return item.org.label(lang()) if item.org else ""


def sample(seen: Scope, campaign: Campaign, wish: Wish) -> list[Drawn]:
    """Draw items that were closed in a time, the risky ones more often: five queries."""
    closed = Item.objects.filter(
        visible(seen, campaign.pk),
        campaign=campaign,
        category="closed",
        closed_on__range=(wish.since, wish.until),
    ).exclude(revisits__state=Revisit.State.DUE)
    rows = dict(closed.order_by("code").values_list("pk", "org_id")[:CAP])
    risks = {str(pk): _risk for pk, _risk in _risks(campaign, rows).items()}
    drawn = draw(risks.values(), wish.n, wish.seed)
    items = Item.objects.select_related("org", "register", "campaign").in_bulk(drawn)
    by_key = {str(pk): item for pk, item in items.items()}
    return [Drawn(by_key[key], risks[key]) for key in drawn]


def _risks(campaign: Campaign, rows: dict[UUID, UUID | None]) -> dict[UUID, Risk]:
    moved: dict[UUID, list[tuple[str, dt.date]]] = defaultdict(list)
    steps = Movement.objects.filter(campaign=campaign, item__in=rows).order_by("at", "id")
    for pk, step, on in steps.values_list("item", "step", "on"):
        moved[pk].append((step, on))
    granted = Extension.objects.filter(
        campaign=campaign, item__in=rows, state=Extension.State.GRANTED
    )
    extended = Counter(granted.order_by().values_list("item", flat=True))
    slips = Revisit.objects.filter(campaign=campaign, state=Revisit.State.SLIPPED).order_by()
    slipped = Counter(slips.values_list("item__org", flat=True))
    return {
        pk: Risk(
            key=str(pk),
            returns=sum(step in RETURNS for step, _on in moved[pk]),
            extensions=extended[pk],
            slipped=slipped[org] if org else 0,
            is_unseen=not any(step == "check_site" for step, _on in moved[pk]),
            is_rushed=_is_rushed(moved[pk]),
        )
        for pk, org in rows.items()
    }


def _is_rushed(steps: list[tuple[str, dt.date]]) -> bool:
    asked = next((on for step, on in reversed(steps) if step in ASKS), None)
    closed = next((on for step, on in reversed(steps) if step in CLOSES), None)
    return asked is not None and closed is not None and (closed - asked).days <= 1
