"""What the pages show, ready to print: templates only loop and branch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class LightCount:
    """How many items have a light, with the page that shows them."""

    code: str
    word: str
    meaning: str
    shape: str
    n: int
    href: str


@dataclass(frozen=True, slots=True)
class Meter:
    """Items of a battle, an org or all: how many, how far, how lit."""

    n: int
    closed: int
    closed_pct: int
    progress_pct: int
    late: int
    soon: int
    lights: tuple[LightCount, ...]
    href: str
    late_href: str
    soon_href: str
    closed_href: str


@dataclass(frozen=True, slots=True)
class BattleCard:
    """One battle on the cockpit."""

    name: str
    leader: str
    meter: Meter
    children: tuple[str, ...] = ()
    href: str = ""  # its own page


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target with floor and stretch."""

    subject: str
    battle: str
    floor: str
    stretch: str
    due: dt.date | None
    strength: str
    text: str
    raised: str = ""  # what an org set itself above the base line, with its name
    href: str = ""


@dataclass(frozen=True, slots=True)
class OrgRow:
    """One org inside its group."""

    name: str
    n: int
    closed: int
    closed_pct: int
    red: LightCount
    href: str


@dataclass(frozen=True, slots=True)
class OrgBlock:
    """A comparison group; orgs are ordered inside it and nowhere else."""

    name: str
    rows: tuple[OrgRow, ...]
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a campaign's pages: its day, and what it counts down to."""

    code: str
    name: str
    goal: str
    day: dt.date
    n_day: int
    n_days: int
    elapsed_pct: int
    left: int
    anchor: str
    is_example: bool
    is_past: bool  # asked as of a day before the newest
    stamp: str  # the day that figures are good for
    previous: str
    next: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class CockpitPage:
    """The dark screen, and the phone's view of the same facts."""

    head: Head
    meter: Meter
    battles: tuple[BattleCard, ...]
    targets: tuple[TargetRow, ...]
    groups: tuple[OrgBlock, ...]
    trend: dict[str, Any]
    urls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One row of a list."""

    code: str
    title: str
    battle: str
    org: str
    due: dt.date | None
    state: str
    progress_pct: int
    light: LightCount
    due_state: str
    href: str
    days_left: int | None = None  # below zero once the deadline has passed

    @property
    def due_text(self) -> str:
        """Give the deadline as it is printed; cheaper than a template filter, for long lists."""
        return self.due.isoformat() if self.due else "–"

    @property
    def days_late(self) -> int:
        """Give the days since the deadline; 0 while it has not passed."""
        return max(-(self.days_left or 0), 0)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of an item; a personal one only as a mask."""

    key: str
    label: str
    text: str
    is_personal: bool = False
    href: str = ""
    files: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Those who hold one role towards an item: id of the duty, name."""

    label: str
    holders: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class TieRow:
    """A link, with the item at its other end."""

    pk: UUID
    code: str
    title: str
    org: str
    note: str
    href: str


@dataclass(frozen=True, slots=True)
class ListingRow:
    """Another register in which an item is listed."""

    pk: UUID
    number: str
    register: str
    campaign: str
    battle: str
    columns: tuple[tuple[str, str], ...]
    href: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the workflow that is possible now; `needs` names what is still missing."""

    key: str
    label: str
    needs: tuple[str, ...]
    wants_reason: bool


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading of personal fields, or their destruction."""

    at: dt.datetime
    who: str
    what: str
    why: str
    is_erasure: bool
