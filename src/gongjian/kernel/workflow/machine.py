"""Whether a step of a workflow may be taken, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongjian.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.kernel.model.playbook import Transition, Workflow


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of whoever wants to take a step.

    Attributes
    ----------
    roles : frozenset of str
        Roles held towards the item.
    given : frozenset of str
        Names of what came with the request.
    is_requester : bool
        True for the person whose request the step would grant.
    """

    roles: frozenset[str]
    given: frozenset[str] = frozenset()
    is_requester: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """The step may be taken.

    Attributes
    ----------
    state : str
        The state that follows.
    """

    state: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The step may not be taken.

    Attributes
    ----------
    code : str
        Why.
    facts : Mapping of str to object
        Values for the sentence.
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def decide(workflow: Workflow, state: str, step: str, facts: Facts) -> Allowed | Refused:
    """Answer whether a step may be taken.

    Parameters
    ----------
    workflow : Workflow
        The machine.
    state : str
        The present state.
    step : str
        Key of the transition.
    facts : Facts
        What is known of the request.

    Returns
    -------
    Allowed or Refused
        The state that follows, or the first reason against it.

    Raises
    ------
    KernelError
        The workflow knows no such step, or no such state.
    """
    transition = next((t for t in workflow.transitions if t.key == step), None)
    if transition is None:
        raise KernelError("workflow.no_such_step", step=step)
    if state not in {s.key for s in workflow.states}:
        raise KernelError("workflow.no_such_state", state=state)
    if state not in transition.sources:
        return Refused("workflow.not_from", {"state": state, "step": step})
    if not facts.roles & set(transition.roles):
        return Refused("workflow.role", {"step": step})
    if transition.grants and facts.is_requester:
        return Refused("workflow.requester_never_grants", {"step": step})
    if missing := _missing(transition, facts):
        return Refused("workflow.needs", {"needs": missing})
    return Allowed(transition.target)


def _missing(transition: Transition, facts: Facts) -> tuple[str, ...]:
    return tuple("/".join(any_of) for any_of in transition.requires if not facts.given & {*any_of})
