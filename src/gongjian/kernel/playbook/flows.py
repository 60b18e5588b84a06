"""Whether the workflows of a playbook are sound: a way to every state, and a way on from each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.kernel.model.workflow import OVER, StateCategory
from gongjian.kernel.playbook.problem import problem, reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gongjian.kernel.model.playbook import Playbook, RegisterDef
    from gongjian.kernel.model.workflow import Transition, When, Workflow
    from gongjian.kernel.playbook.problem import Problem

ITEMS = frozenset({"list", "create"})  # effects that name registers


def workflow_problems(workflow: Workflow) -> Iterator[Problem]:
    """Give what is unsound in a workflow.

    Parameters
    ----------
    workflow : Workflow
        The machine.

    Returns
    -------
    iterator of Problem
        One each: names not defined, states not reached, states from which nothing leads to an end,
        steps that close without granting, steps that let only those grant who ask, roles that are
        awaited in a state and have no step from it.
    """
    states = {s.key for s in workflow.states}
    if workflow.initial not in states:
        yield problem("", "workflow.initial_unknown", state=workflow.initial)
        return
    if workflow.issued and workflow.issued not in states:
        yield problem("", "workflow.issued_unknown", state=workflow.issued)
    for step in workflow.transitions:
        for name in {*step.sources, step.target} - states | {*step.stays} - {*step.sources}:
            yield problem("", "workflow.step_state_unknown", step=step.key, state=name)
    yield from _ways(workflow, states)
    yield from _grants(workflow)
    for state in workflow.states:
        may = {r for t in workflow.transitions if state.key in t.sources for r in t.roles}
        for role in sorted(set(state.awaits) - may):
            yield problem("", "workflow.awaited_cannot_act", state=state.key, role=role)


def _ways(workflow: Workflow, states: set[str]) -> Iterator[Problem]:
    edges = [(s, t.target) for t in workflow.transitions for s in t.sources]
    if workflow.issued:
        edges.append((workflow.initial, workflow.issued))
    for state in sorted(states - reached({workflow.initial}, edges)):
        yield problem("", "workflow.never_reached", state=state)
    over = {s.key for s in workflow.states if s.category in OVER}
    for state in sorted(states - reached(over, [(b, a) for a, b in edges])):
        yield problem("", "workflow.dead_state", state=state)


def _grants(workflow: Workflow) -> Iterator[Problem]:
    closed = {s.key for s in workflow.states if s.category is StateCategory.CLOSED}
    for step in workflow.transitions:
        if step.target in closed and not step.grants:
            yield problem("", "workflow.closes_without_grant", step=step.key)
    for asking in workflow.transitions:
        for step in workflow.transitions if asking.asks else ():
            if step.grants and asking.target in step.sources and {*step.roles} <= {*asking.roles}:
                yield problem("", "workflow.asker_grants", step=step.key, asking=asking.key)


def needed_by_steps(
    workflow: Workflow, register: RegisterDef, playbook: Playbook
) -> Iterator[Problem]:
    """Give what a workflow names and its register or playbook does not have.

    Parameters
    ----------
    workflow : Workflow
        The machine.
    register : RegisterDef
        A register whose items go this way.
    playbook : Playbook
        For its limits and registers.

    Returns
    -------
    iterator of Problem
        One each: fields and values of conditions, limits, registers of effects, states from which
        some value of a field leads nowhere.
    """
    limits, registers = {x.key for x in playbook.limits}, {x.key for x in playbook.registers}
    for state in workflow.states:
        for one in state.limits:
            if one.limit not in limits:
                yield problem(f"workflow.{state.key}", "limit.unknown", name=one.limit)
            yield from _condition(f"workflow.{state.key}", one.when, register)
    for step in workflow.transitions:
        yield from _condition(f"workflow.{step.key}", step.when, register)
        for effect in step.effects:
            for name in sorted(set(effect.names) - limits) if effect.kind == "revisit" else ():
                yield problem(f"workflow.{step.key}", "limit.unknown", name=name)
            for name in sorted(set(effect.names) - registers) if effect.kind in ITEMS else ():
                yield problem(f"workflow.{step.key}", "register.unknown", name=name)
    yield from _uncovered(workflow, register)


def _condition(place: str, when: When, register: RegisterDef) -> Iterator[Problem]:
    fields = {f.key: f for f in register.fields}
    for name, values in when:
        if name not in fields:
            yield problem(place, "field.unknown", name=name)
            continue
        known = {c.key for c in fields[name].choices}
        for value in sorted(set(values) - known):
            yield problem(place, "choice.unknown", field=name, value=value)


def _uncovered(workflow: Workflow, register: RegisterDef) -> Iterator[Problem]:
    """Find states whose ways on all depend on a field, and a value for which there is none."""
    fields = {f.key: f for f in register.fields}
    over = {s.key for s in workflow.states if s.category in OVER}
    issued = {workflow.initial} if workflow.issued else set()
    for state in sorted({s for t in workflow.transitions for s in t.sources} - over - issued):
        ways = [t for t in workflow.transitions if state in t.sources]
        if not all(t.when for t in ways):
            continue
        for name in sorted({name for t in ways for name, _values in t.when} & set(fields)):
            for choice in fields[name].choices:
                if not any(_may_hold(t, name, choice.key) for t in ways):
                    yield problem(
                        f"workflow.{state}", "workflow.no_way_for", field=name, value=choice.key
                    )


def _may_hold(step: Transition, name: str, value: str) -> bool:
    return all(value in values for field, values in step.when if field == name)
