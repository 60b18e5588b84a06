"""Whether a step of a workflow may be taken, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.workflow import holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.kernel.model.workflow import Transition, Workflow


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
    consents : frozenset of str
        Roles that have agreed since the item came into its state.
    values : Mapping of str to object
        Fields of the item.
    """

    roles: frozenset[str]
    given: frozenset[str] = frozenset()
    is_requester: bool = False
    consents: frozenset[str] = frozenset()
    values: Mapping[str, object] = field(default_factory=dict)


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
    transition = workflow.step(step)
    if transition is None:
        raise KernelError("workflow.no_such_step", step=step)
    if state not in {s.key for s in workflow.states}:
        raise KernelError("workflow.no_such_state", state=state)
    if state not in transition.sources:
        return Refused("workflow.not_from", {"state": state, "step": step})
    target = state if state in transition.stays else transition.target
    return _against(transition, facts) or Allowed(target)


def _against(transition: Transition, facts: Facts) -> Refused | None:
    """Give the first reason against a step that its state has."""
    step = transition.key
    if not facts.roles & set(transition.roles):
        return Refused("workflow.role", {"step": step})
    if not holds(transition.when, facts.values):
        return Refused("workflow.not_for_this", {"step": step, "when": transition.when})
    if transition.grants and facts.is_requester:
        return Refused("workflow.requester_never_grants", {"step": step})
    if missing := _missing(transition, facts):
        return Refused("workflow.needs", {"needs": missing})
    if lacking := tuple(r for r in transition.consents if r not in facts.consents):
        return Refused("workflow.consent", {"roles": lacking})
    return None


def _missing(transition: Transition, facts: Facts) -> tuple[str, ...]:
    return tuple("/".join(any_of) for any_of in transition.requires if not facts.given & {*any_of})
