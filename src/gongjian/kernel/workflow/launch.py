"""What a campaign still lacks before it is launched (部署前体检): blanks, counts that differ, empty fronts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# What is asked of a part into which an org decomposed an item: the rest stands with the item itself.
PART_NEEDS = frozenset({"owner", "lead", "due"})
_ANSWERS = frozenset({"owner", "lead"})


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of one item that waits for the launch.

    Attributes
    ----------
    key : str
        Its id.
    register : str
        Key of its register.
    has : frozenset of str
        Needs that are met: ``owner``, ``lead``, ``due``, ``target``, ``counting_rule`` and the keys of
        fields that are filled.
    waived : frozenset of str
        Needs that somebody answers for by name.
    part_of : str or None
        Id of the item above it in the same register; None for an item that stands by itself.
    """

    key: str
    register: str
    has: frozenset[str]
    waived: frozenset[str] = frozenset()
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """One item after the check.

    Attributes
    ----------
    key : str
        Its id.
    lacks : tuple of str
        Needs that are neither met nor waived, in the order of the playbook.
    waived : tuple of str
        Needs that are not met and waived.
    part_of : str or None
        As in `ItemFacts`.
    """

    key: str
    lacks: tuple[str, ...]
    waived: tuple[str, ...]
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A count that the paper announces (文称16个攻坚项目) and what is there.

    Attributes
    ----------
    what : str
        The counted thing, as printed.
    n : int
        How many the paper announces.
    found : int
        How many there are.
    is_waived : bool
        True where somebody answers for the difference by name.
    """

    what: str
    n: int
    found: int
    is_waived: bool = False

    @property
    def differs(self) -> bool:
        """Whether the two differ.

        Returns
        -------
        bool
            True where they do, waived or not.
        """
        return self.n != self.found


@dataclass(frozen=True)
class Check:
    """The outcome of a launch check.

    Attributes
    ----------
    items : tuple of Checked
        Every item that waits, in the order given.
    counts : tuple of Count
        Announced counts.
    """

    items: tuple[Checked, ...]
    counts: tuple[Count, ...] = ()

    @cached_property
    def lacking(self) -> tuple[Checked, ...]:
        """Items and parts that hold the launch up.

        Returns
        -------
        tuple of Checked
            Those with something neither met nor waived.
        """
        return tuple(i for i in self.items if i.lacks)

    @cached_property
    def differing(self) -> tuple[Count, ...]:
        """Counts that hold the launch up.

        Returns
        -------
        tuple of Count
            Those that differ and are not waived.
        """
        return tuple(c for c in self.counts if c.differs and not c.is_waived)

    @property
    def n(self) -> int:
        """How many items wait, without their parts.

        Returns
        -------
        int
            A count.
        """
        return sum(i.part_of is None for i in self.items)

    @property
    def n_complete(self) -> int:
        """How many items lack nothing that is not waived, their parts neither.

        Returns
        -------
        int
            A count, at most `n`.
        """
        return self.n - len({i.part_of or i.key for i in self.lacking})

    @property
    def n_waived(self) -> int:
        """How many of the complete items are so only because something is waived.

        Returns
        -------
        int
            A count, at most `n_complete`.
        """
        short = {i.part_of or i.key for i in self.lacking}
        return len({i.part_of or i.key for i in self.items if i.waived} - short)

    @property
    def is_ready(self) -> bool:
        """Whether nothing holds the launch up.

        Returns
        -------
        bool
            True where every item is complete or waived, and every announced count agrees or is waived.
        """
        return not self.lacking and not self.differing


def lacks(needs: Sequence[str], item: ItemFacts) -> tuple[str, ...]:
    """Give what an item lacks, waived or not.

    Parameters
    ----------
    needs : sequence of str
        What its register asks for.
    item : ItemFacts
        The item.

    Returns
    -------
    tuple of str
        In the order of the needs. A part is asked for one org that answers and a date; either role will do.

    Examples
    --------
    >>> lacks(("lead", "due", "target"), ItemFacts("1", "tasks", frozenset({"due"})))
    ('lead', 'target')
    >>> lacks(("lead", "due", "target"), ItemFacts("2", "tasks", frozenset({"owner"}), part_of="1"))
    ('due',)
    """
    has, wanted = item.has, needs
    if item.part_of is not None:
        wanted = [n for n in needs if n in PART_NEEDS]
        has |= _ANSWERS if has & _ANSWERS else frozenset()
    return tuple(n for n in wanted if n not in has)


def check(
    items: Sequence[ItemFacts], needs: Mapping[str, Sequence[str]], counts: Sequence[Count] = ()
) -> Check:
    """Check items against what their registers need.

    Parameters
    ----------
    items : sequence of ItemFacts
        Every item that waits for the launch.
    needs : Mapping of str to sequence of str
        Register → what each of its items must have; a register that is not there needs nothing.
    counts : sequence of Count
        Announced counts beside what is there.

    Returns
    -------
    Check
        What holds the launch up, and how many are complete.
    """
    return Check(tuple(_checked(needs.get(i.register, ()), i) for i in items), tuple(counts))


def _checked(needs: Sequence[str], item: ItemFacts) -> Checked:
    short = lacks(needs, item)
    held = tuple(n for n in short if n not in item.waived)
    return Checked(item.key, held, tuple(n for n in short if n in item.waived), item.part_of)


def empty_battles(parents: Mapping[str, str | None], filled: Collection[str]) -> tuple[str, ...]:
    """Give the battles without content.

    Parameters
    ----------
    parents : Mapping of str to str or None
        Battle → the battle it nests in.
    filled : collection of str
        Battles that have an item or a target of their own.

    Returns
    -------
    tuple of str
        In the order given. A battle that a filled one nests in has content.

    Examples
    --------
    >>> empty_battles({"a": None, "b": "a", "c": None}, {"b"})
    ('c',)
    """
    full: set[str] = set()
    for battle in filled:
        at: str | None = battle
        while at is not None and at not in full:
            full.add(at)
            at = parents.get(at)
    return tuple(b for b in parents if b not in full)


def rules_differ(one: str, other: str) -> bool:
    """Tell whether two counting rules (口径) are both there and are not the same.

    Parameters
    ----------
    one, other : str
        Of the baseline and of the target.

    Returns
    -------
    bool
        True where figures under the two cannot be compared. Blanks and width of characters say nothing;
        a rule that stands whole inside the other only says more of the same thing.

    Examples
    --------
    >>> rules_differ("签约口径", "开工口径"), rules_differ("签约 口径", "签约口径"), rules_differ("", "开工口径")
    (True, False, False)
    """
    first, second = _bare(one), _bare(other)
    return bool(first and second) and first not in second and second not in first


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
