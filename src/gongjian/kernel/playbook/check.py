"""Whether a playbook is sound."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gongjian.kernel.errors import PlaybookError
from gongjian.kernel.model.playbook import StateCategory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gongjian.kernel.model.playbook import Playbook, Workflow

NEEDED_LIGHTS = {"green", "yellow", "red", "done", "none"}


def check(playbook: Playbook) -> None:
    """Refuse a playbook that is not sound.

    Parameters
    ----------
    playbook : Playbook
        The playbook as loaded.

    Raises
    ------
    PlaybookError
        ``playbook.invalid`` with every problem found, each as ``place: code``.
    """
    problems = [*_names(playbook), *_references(playbook), *_lights(playbook)]
    for workflow in playbook.workflows:
        problems += [f"workflows.{workflow.key}: {p}" for p in workflow_problems(workflow)]
    if problems:
        raise PlaybookError("playbook.invalid", problems=problems)


def workflow_problems(workflow: Workflow) -> Iterator[str]:
    """Give what is unsound in a workflow.

    Parameters
    ----------
    workflow : Workflow
        The machine.

    Returns
    -------
    iterator of str
        One line each: names not defined, states not reached, states from which nothing closes,
        steps that grant to who asked.
    """
    states = {s.key for s in workflow.states}
    if workflow.initial not in states:
        yield f"initial state {workflow.initial} is not defined"
        return
    for step in workflow.transitions:
        for name in {*step.sources, step.target} - states:
            yield f"step {step.key} names state {name}, which is not defined"
    edges = [(s, t.target) for t in workflow.transitions for s in t.sources]
    for state in sorted(states - _reached({workflow.initial}, edges)):
        yield f"state {state} is never reached"
    closed = {s.key for s in workflow.states if s.category is StateCategory.CLOSED}
    for state in sorted(states - _reached(closed, [(b, a) for a, b in edges])):
        yield f"nothing leads from state {state} to a closed one"
    for step in workflow.transitions:
        if step.target in closed and not step.grants:
            yield f"step {step.key} closes but does not grant"


def _reached(start: set[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    seen, ways = set(start), list(edges)
    while fresh := {b for a, b in ways if a in seen} - seen:
        seen |= fresh
    return seen


def _names(playbook: Playbook) -> Iterator[str]:
    lists = {
        "registers": [r.key for r in playbook.registers],
        "code prefixes": [r.code_prefix for r in playbook.registers],
        "workflows": [w.key for w in playbook.workflows],
        "light rules": [r.key for r in playbook.light_rules],
        "lights": [light.code for light in playbook.lights],
    }
    for register in playbook.registers:
        lists[f"registers.{register.key}.fields"] = [f.key for f in register.fields]
    for workflow in playbook.workflows:
        lists[f"workflows.{workflow.key}.steps"] = [t.key for t in workflow.transitions]
    for place, names in lists.items():
        for name, n in Counter(names).items():
            if n > 1:
                yield f"{place}: {name} stands {n} times"


def _references(playbook: Playbook) -> Iterator[str]:
    workflows = {w.key: w for w in playbook.workflows}
    rules = {r.key for r in playbook.light_rules}
    for register in playbook.registers:
        if register.lights not in rules:
            yield f"registers.{register.key}: light rules {register.lights} are not defined"
        workflow = workflows.get(register.workflow)
        if workflow is None:
            yield f"registers.{register.key}: workflow {register.workflow} is not defined"
            continue
        states = {s.key for s in workflow.states}
        for field in register.fields:
            for name in set(field.required_at) - states:
                yield f"registers.{register.key}.{field.key}: state {name} is not defined"


def _lights(playbook: Playbook) -> Iterator[str]:
    for code in sorted(NEEDED_LIGHTS - {light.code for light in playbook.lights}):
        yield f"lights: {code} is missing"
    for rules in playbook.light_rules:
        if not 0 < rules.behind_yellow < rules.behind_red:
            yield f"light rules {rules.key}: yellow must come before red"
