"""What was read out of a paper before a person confirms it (草稿)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from gongjian.kernel.model.document import Span

    Spans = Mapping[str, tuple[Span, ...]]  # field name → where it stands in Document.text


class PaperKind(StrEnum):
    """The form of a paper, as the labels name it."""

    NEWS = "news"
    PLAN = "plan"
    ITEM_LIST = "item_list"
    TABLE = "table"
    GARBLED = "garbled"


class TargetKind(StrEnum):
    """What a target measures."""

    RANK = "rank"
    RATE = "rate"
    GROWTH = "growth"
    COUNT = "count"
    AMOUNT = "amount"
    DATE = "date"
    YESNO = "yesno"


class Strength(StrEnum):
    """How strongly a target was promised (力度)."""

    ENSURE = "ensure"  # 确保
    STRIVE = "strive"  # 力争
    BASIC = "basic"  # 基本
    KEEP = "keep"  # 保持
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class DraftCampaign:
    """The head of the campaign.

    Attributes
    ----------
    name : str or None
        The named action.
    period_start, period_end : date or None
        Stated or derived bounds.
    issuer, place, slogan_or_goal : str or None
        As written.
    spans : Mapping of str to tuple of Span
        For each field that was read, where.
    """

    name: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    issuer: str | None = None
    place: str | None = None
    slogan_or_goal: str | None = None
    spans: Spans = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftBattle:
    """One front of the campaign.

    Attributes
    ----------
    name : str
        Without numbering.
    parent : str or None
        Name of the battle it nests in.
    spans : Mapping of str to tuple of Span
        Where its name stands.
    """

    name: str
    parent: str | None = None
    spans: Spans = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a paper says was reached already, of the thing that a target counts.

    Attributes
    ----------
    value : float
        As written, in the target's unit.
    rule : str
        What was counted, as written (口径).
    on : date or None
        Last day of the time it was counted for; None where the paper does not say.
    same_rule : bool
        Whether that is what the target counts; two counts under different rules are not compared.
    span : Span
        Where it says so.
    """

    value: float
    rule: str
    on: date | None
    same_rule: bool
    span: Span


@dataclass(frozen=True, slots=True)
class DraftTarget:
    """One number, rank, share or dated outcome to be reached.

    Attributes
    ----------
    text : str
        The clause.
    subject : str
        The measured thing.
    kind : TargetKind
        What is measured.
    op : str
        ``"<="``, ``">="``, ``"=="`` or ``"range"``.
    value : float, tuple of float or None
        As written, the magnitude being in the unit; a pair for a range; None for yes/no.
    stretch : float or None
        The stretch value of a floor-and-stretch target.
    unit : str or None
        As written.
    due : date or None
        Day by which.
    battle : str or None
        The battle it stands in.
    strength : Strength
        How strongly it was promised.
    rule : str
        What is counted, as written (口径); empty where nothing is counted.
    baseline : Baseline or None
        What was reached already, where the paper says so.
    spans : Mapping of str to tuple of Span
        Where each field stands; ``"text"`` is always there.
    """

    text: str
    subject: str
    kind: TargetKind
    op: str
    value: float | tuple[float, float] | None = None
    stretch: float | None = None
    unit: str | None = None
    due: date | None = None
    battle: str | None = None
    strength: Strength = Strength.PLAIN
    rule: str = ""
    baseline: Baseline | None = None
    spans: Spans = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftTask:
    """One piece of work.

    Attributes
    ----------
    text : str
        The work, without number and final stop.
    battle : str or None
        The battle it stands in.
    lead, responsible, cooperating, leader : tuple of str
        Orgs or posts as written, by role.
    due : date or None
        Day by which.
    spans : Mapping of str to tuple of Span
        Where each field stands; ``"text"`` is always there, owner roles give one span a name.
    """

    text: str
    battle: str | None = None
    lead: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    cooperating: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    due: date | None = None
    spans: Spans = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announced:
    """A number of things that the paper announces (文称16个攻坚项目), to be compared with what was found.

    Attributes
    ----------
    what : str
        The word that was counted, as written.
    n : int
        How many the paper says there are.
    found : int or None
        How many were found; None where the things cannot be told apart.
    span : Span
        Where it says so.
    """

    what: str
    n: int
    found: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as read out of one paper.

    Attributes
    ----------
    kind : PaperKind
        Form of the paper.
    campaign : DraftCampaign
        Its head.
    battles : tuple of DraftBattle
        In reading order.
    targets : tuple of DraftTarget
        In reading order.
    tasks : tuple of DraftTask
        In reading order.
    units : tuple of str
        Every body that issues, owns or acts.
    announced : tuple of Announced
        Counts the paper announces.
    why_empty : str or None
        A code where nothing was found: ``"draft.no_text"``, ``"draft.no_campaign"``; else None.
    notes : tuple of str
        Codes of what a person should look at, for instance ``"draft.no_year"``.
    """

    kind: PaperKind
    campaign: DraftCampaign
    battles: tuple[DraftBattle, ...] = ()
    targets: tuple[DraftTarget, ...] = ()
    tasks: tuple[DraftTask, ...] = ()
    units: tuple[str, ...] = ()
    announced: tuple[Announced, ...] = ()
    why_empty: str | None = None
    notes: tuple[str, ...] = ()
