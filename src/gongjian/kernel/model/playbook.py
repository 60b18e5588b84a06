"""A campaign's shape as data (模板): registers, fields, workflows, lights."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar


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
    LINK = "link"


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field of a register beyond the columns that every register has.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Column head.
    type : FieldType
        What it holds.
    unit : str
        Unit of a number or of money; empty without one.
    choices : tuple of str
        Allowed values of a choice.
    required_at : tuple of str
        States in which it must be filled.
    sortable, filterable : bool
        Whether a typed key is kept for it.
    personal : bool
        Whether it is kept as ciphertext, masked and never sorted.
    """

    key: str
    label: Label
    type: FieldType
    unit: str = ""
    choices: tuple[str, ...] = ()
    required_at: tuple[str, ...] = ()
    sortable: bool = False
    filterable: bool = False
    personal: bool = False


class StateCategory(StrEnum):
    """What kind of state a state is."""

    OPEN = "open"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class State:
    """One state of a workflow.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Word shown.
    category : StateCategory
        What it counts as.
    """

    key: str
    label: Label
    category: StateCategory


@dataclass(frozen=True, slots=True)
class Transition:
    """One step from state to state.

    Attributes
    ----------
    key : str
        Stable name of the step; several transitions may not share one.
    label : Label
        Word on the button.
    sources : tuple of str
        States it may start from.
    target : str
        State it leads to.
    roles : tuple of str
        Roles that may take it.
    requires : tuple of tuple of str
        What must be given; of each inner tuple one name is enough.
    grants : bool
        True for a step that grants what somebody asked for: never taken by who asked.
    """

    key: str
    label: Label
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    requires: tuple[tuple[str, ...], ...] = ()
    grants: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """The states of a register's items and the steps between them.

    Attributes
    ----------
    key : str
        Stable name.
    initial : str
        State of a new item.
    states : tuple of State
        All states.
    transitions : tuple of Transition
        All steps.
    """

    key: str
    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    def state(self, key: str) -> State:
        """Find a state.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        State
            The state; a KeyError where there is none.
        """
        return _find(self.states, key)


@dataclass(frozen=True, slots=True)
class LightDef:
    """One light (灯): its word is always printed beside its colour.

    Attributes
    ----------
    code : str
        Stable name.
    word, meaning : Label
        What is printed, and what it says.
    colour : str
        As ``#rrggbb``, for a dark ground.
    shape : str
        ``circle``, ``triangle``, ``square``, ``check`` or ``dash``.
    """

    code: str
    word: Label
    meaning: Label
    colour: str
    shape: str


@dataclass(frozen=True, slots=True)
class LightRules:
    """When an item is lit how; the worst rule wins.

    Attributes
    ----------
    key : str
        Stable name.
    soon_days : int
        A deadline at most so many days away makes an open item yellow.
    behind_yellow, behind_red : int
        Basis points behind the straight line from start to deadline that make it yellow or red.
    """

    key: str
    soon_days: int
    behind_yellow: int
    behind_red: int


@dataclass(frozen=True, slots=True)
class RegisterDef:
    """A register declared by the playbook.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Its name.
    code_prefix : str
        Middle part of the codes of its items.
    workflow, lights : str
        Keys of its workflow and its light rules.
    access_class : str
        How closely its rows are kept.
    fields : tuple of FieldDef
        Its own fields.
    """

    key: str
    label: Label
    code_prefix: str
    workflow: str
    lights: str
    access_class: str = "open"
    fields: tuple[FieldDef, ...] = ()


@dataclass(frozen=True, slots=True)
class BattlePreset:
    """A battle that campaigns of this shape usually have.

    Attributes
    ----------
    name : Label
        Its name.
    leader : Label
        The post that leads it.
    """

    name: Label
    leader: Label


@dataclass(frozen=True, slots=True)
class Playbook:
    """A campaign's shape.

    Attributes
    ----------
    key : str
        Stable name.
    version : int
        Counts up with each edition.
    label : Label
        Its name.
    registers : tuple of RegisterDef
        In the order shown.
    workflows : tuple of Workflow
        Named by registers.
    lights : tuple of LightDef
        From best to worst, then those that are no judgement.
    light_rules : tuple of LightRules
        Named by registers.
    role_words : dict of str to str
        Printed word → role.
    battles : tuple of BattlePreset
        May be empty.
    digest : str
        SHA-256 of the canonical content, set by the loader.
    """

    key: str
    version: int
    label: Label
    registers: tuple[RegisterDef, ...]
    workflows: tuple[Workflow, ...]
    lights: tuple[LightDef, ...]
    light_rules: tuple[LightRules, ...]
    role_words: dict[str, str] = field(default_factory=dict)
    battles: tuple[BattlePreset, ...] = ()
    digest: str = ""

    def register(self, key: str) -> RegisterDef:
        """Find a register.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        RegisterDef
            The register; a KeyError where there is none.
        """
        return _find(self.registers, key)

    def workflow(self, key: str) -> Workflow:
        """Find a workflow.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        Workflow
            The workflow; a KeyError where there is none.
        """
        return _find(self.workflows, key)

    def rules_of(self, register: str) -> LightRules:
        """Find the light rules of a register.

        Parameters
        ----------
        register : str
            Key of the register.

        Returns
        -------
        LightRules
            Its rules; a KeyError where there is none.
        """
        return _find(self.light_rules, self.register(register).lights)

    def light(self, code: str) -> LightDef:
        """Find a light.

        Parameters
        ----------
        code : str
            Its stable name.

        Returns
        -------
        LightDef
            The light; a KeyError where there is none.
        """
        for light in self.lights:
            if light.code == code:
                return light
        raise KeyError(code)


_Keyed = TypeVar("_Keyed", RegisterDef, Workflow, LightRules, State)


def _find(rows: tuple[_Keyed, ...], key: str) -> _Keyed:
    for row in rows:
        if row.key == key:
            return row
    raise KeyError(key)
