"""What a register's rows hold beyond the columns that every register has, and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Label:
    """A word in both languages.

    Attributes
    ----------
    zh : str
        Simplified Chinese.
    en : str
        English.
    """

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Give the word in a language.

        Parameters
        ----------
        language : str
            A language code; anything that does not begin with ``en`` gives Chinese.

        Returns
        -------
        str
            The word.
        """
        return self.en if language.startswith("en") else self.zh


class FieldType(StrEnum):
    """What a playbook field holds."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    ORG = "org"
    PERSON = "person"
    LINK = "link"  # a web address or the number of a document
    FILE = "file"  # a file kept with the item
    COMPUTED = "computed"


class ComputeOp(StrEnum):
    """How a computed field is worked out: a closed list, no expression language."""

    SUM = "sum"
    COUNT = "count"
    DIFFERENCE = "difference"
    RATIO = "ratio"
    DAYS_BETWEEN = "days_between"


@dataclass(frozen=True, slots=True)
class Compute:
    """How a computed field follows from others.

    Attributes
    ----------
    op : ComputeOp
        What is done.
    of : tuple of str
        Keys of the fields it takes: two for a difference, a ratio or the days between (first less
        second, first by second, from first to second), any number for a sum, at most one for a count.
    over : str
        ``"self"``, or ``"children"`` for a sum or a count over the items below.
    """

    op: ComputeOp
    of: tuple[str, ...] = ()
    over: str = "self"


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a choice.

    Attributes
    ----------
    key : str
        What is stored.
    label : Label
        What is printed.
    """

    key: str
    label: Label


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field of a register beyond the columns that every register has.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Column head on pages.
    type : FieldType
        What it holds.
    unit : str
        Unit of a number or of money; empty without one.
    choices : tuple of Choice
        Allowed values of a choice.
    several : bool
        Whether it holds a list of such values.
    required_at : tuple of str
        States in which it must be filled.
    sortable, filterable : bool
        Whether a typed key is kept for it.
    personal : bool
        Whether it is kept as ciphertext, masked and never sorted.
    see, edit : tuple of str
        Roles that see or change it; empty leaves it to whoever sees or edits the row.
    compute : Compute or None
        How a computed field is worked out.
    help : Label or None
        What belongs here, in a sentence beside the field.
    """

    key: str
    label: Label
    type: FieldType
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    several: bool = False
    required_at: tuple[str, ...] = ()
    sortable: bool = False
    filterable: bool = False
    personal: bool = False
    see: tuple[str, ...] = ()
    edit: tuple[str, ...] = ()
    compute: Compute | None = None
    help: Label | None = None

    def choice(self, key: str) -> Choice | None:
        """Find an allowed value.

        Parameters
        ----------
        key : str
            What is stored.

        Returns
        -------
        Choice or None
            The value; None where it is not, or no longer, allowed.
        """
        return next((c for c in self.choices if c.key == key), None)


# What a printed column may show besides a field of the register (written ``field:KEY``).
COLUMN_SOURCES = frozenset({
    "number", "code", "title", "battle", "leader", "lead", "owner", "support", "overseer", "contact",
    "start_on", "due", "state", "light", "progress", "report", "report.progress", "report.problems",
    "report.next_steps", "target", "target.value", "target.rule", "closed_on", "blank",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a printed ledger.

    Attributes
    ----------
    head : str
        The printed word, as the ledger has it.
    source : str
        One of `COLUMN_SOURCES`, or ``field:KEY``.
    over : str
        The merged head above several columns; empty without one.
    mark_lead : bool
        True where several orgs stand in one cell and ``*`` marks the lead.
    below : str
        A second source that is printed in the same cell, under the first, on lines of its own;
        empty without one.
    """

    head: str
    source: str
    over: str = ""
    mark_lead: bool = False
    below: str = ""


@dataclass(frozen=True, slots=True)
class HeaderProfile:
    """The column heads of a real ledger (表头): a register may be printed under several.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        What the ledger is called.
    columns : tuple of Column
        From left to right.
    title : str
        Printed above the table; empty for the register's name.
    by_battle : bool
        True where rows are grouped by battle, its name in a row of its own.
    """

    key: str
    label: Label
    columns: tuple[Column, ...]
    title: str = ""
    by_battle: bool = False


@dataclass(frozen=True, slots=True)
class RoleWord:
    """Which printed word means which role in a register.

    Attributes
    ----------
    role : str
        ``leader``, ``lead``, ``owner``, ``support``, ``overseer`` or ``contact``.
    word : Label
        The word that is printed.
    also : tuple of str
        Other words that are read as it.
    """

    role: str
    word: Label
    also: tuple[str, ...] = ()
