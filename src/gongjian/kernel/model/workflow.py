"""The way of an item as data: states, steps, who may take them, how long they may take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.kernel.model.fields import Label

# Field → values: holds where each of the fields has one of its values. Pairs, so that it can be hashed.
When = tuple[tuple[str, tuple[str, ...]], ...]


class StateCategory(StrEnum):
    """What kind of state a state is."""

    PLANNED = "planned"  # not issued yet: no clock runs
    OPEN = "open"
    ACTIVE = "active"
    HELD = "held"  # stands still, lawfully: suspended, long-term, an extension under review
    CLOSED = "closed"  # done
    ENDED = "ended"  # over without being done: refused, withdrawn, merged


@dataclass(frozen=True, slots=True)
class StateLimit:
    """A time limit that runs in a state.

    Attributes
    ----------
    limit : str
        Key of a `TimeLimit` of the playbook.
    when : When
        Under which values of fields it is this one; empty for any.
    """

    limit: str
    when: When = ()


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
    awaits : tuple of str
        Roles whose turn it is; empty leaves it to the first step that leads on.
    limits : tuple of StateLimit
        How long it may stay so; the first that holds counts. Where none does, the deadline of the
        item is the only limit.
    """

    key: str
    label: Label
    category: StateCategory
    awaits: tuple[str, ...] = ()
    limits: tuple[StateLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step brings about besides the new state.

    Attributes
    ----------
    kind : str
        ``notify``, ``revisit``, ``list`` (put on the books of another register) or ``create``.
    names : tuple of str
        Of ``notify`` roles, of ``revisit`` limits after which somebody looks again, of the other two
        registers.
    """

    kind: str
    names: tuple[str, ...]


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
    stays : tuple of str
        Of the sources those in which the item remains: a report on what is carried over.
    roles : tuple of str
        Roles that may take it.
    requires : tuple of tuple of str
        What must be given; of each inner tuple one name is enough.
    grants : bool
        True for a step that grants what somebody asked for: never taken by who asked.
    asks : bool
        True for a step that asks for what another grants.
    consents : tuple of str
        Roles that must have agreed before.
    when : When
        Values of fields under which the step exists.
    effects : tuple of Effect
        What it brings about.
    """

    key: str
    label: Label
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    requires: tuple[tuple[str, ...], ...] = ()
    grants: bool = False
    asks: bool = False
    stays: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    when: When = ()
    effects: tuple[Effect, ...] = ()


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
    issued : str
        State that issuing at the launch leads to from the initial one; empty where items of this kind
        are in force as soon as they are made.
    """

    key: str
    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    issued: str = ""

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
        for one in self.states:
            if one.key == key:
                return one
        raise KeyError(key)

    def step(self, key: str) -> Transition | None:
        """Find a step.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        Transition or None
            The step; None where there is none.
        """
        return next((t for t in self.transitions if t.key == key), None)

    def awaited(self, key: str) -> tuple[str, ...]:
        """Tell whose turn it is in a state.

        Parameters
        ----------
        key : str
            The state.

        Returns
        -------
        tuple of str
            Roles; none where nothing is expected of anybody.
        """
        state = self.state(key)
        if state.awaits or state.category in IDLE:
            return state.awaits
        return next((t.roles for t in self.transitions if key in t.sources), ())


# Categories in which nobody is expected to do anything.
IDLE = frozenset({StateCategory.PLANNED, StateCategory.CLOSED, StateCategory.ENDED})
# Categories in which an item is no longer open.
OVER = frozenset({StateCategory.CLOSED, StateCategory.ENDED})


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a step may take.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        What is limited.
    days : int
        How many.
    working : bool
        True for working days.
    anew : bool
        True for a limit that begins again each time its state is entered; else the time in which
        somebody else was awaited does not count, and the rest goes on.
    """

    key: str
    label: Label
    days: int
    working: bool = True
    anew: bool = False


def holds(when: When, values: Mapping[str, object]) -> bool:
    """Tell whether the values of fields are such as a condition names.

    Parameters
    ----------
    when : When
        The condition; empty holds always.
    values : Mapping of str to object
        The fields of an item, as it keeps them.

    Returns
    -------
    bool
        True if each field has one of the values.

    Examples
    --------
    >>> holds((("level", ("city", "province")),), {"level": "city"})
    True
    >>> holds((("level", ("city", "province")),), {})
    False
    """
    return all(values.get(field) in wanted for field, wanted in when)
