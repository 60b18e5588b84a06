"""Whether a playbook is sound."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gongjian.kernel.errors import PlaybookError
from gongjian.kernel.model.fields import COLUMN_SOURCES, ComputeOp, FieldType
from gongjian.kernel.model.playbook import CORE_NEEDS, StateCategory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gongjian.kernel.model.fields import Compute, FieldDef, RoleWord
    from gongjian.kernel.model.playbook import Playbook, RegisterDef, Workflow

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
    problems += _role_words("role_words", playbook.role_words)
    for register in playbook.registers:
        problems += [f"registers.{register.key}{p}" for p in _register(register)]
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
    if workflow.issued and workflow.issued not in states:
        yield f"issued state {workflow.issued} is not defined"
    for step in workflow.transitions:
        for name in {*step.sources, step.target} - states:
            yield f"step {step.key} names state {name}, which is not defined"
    edges = [(s, t.target) for t in workflow.transitions for s in t.sources]
    if workflow.issued:
        edges.append((workflow.initial, workflow.issued))
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
        "links": [link.key for link in playbook.links],
        "limits": [limit.key for limit in playbook.limits],
        "ladders": [ladder.key for ladder in playbook.ladders],
        "groups": [group.key for group in playbook.groups],
        "panels": [panel.key for panel in playbook.panels],
        "scoring": [rule.key for rule in playbook.scoring],
        "duties": [duty.key for duty in playbook.duties],
    }
    for register in playbook.registers:
        lists[f"registers.{register.key}.fields"] = [f.key for f in register.fields]
        lists[f"registers.{register.key}.heads"] = [h.key for h in register.heads]
    for workflow in playbook.workflows:
        lists[f"workflows.{workflow.key}.steps"] = [t.key for t in workflow.transitions]
    for place, names in lists.items():
        for name, n in Counter(names).items():
            if n > 1:
                yield f"{place}: {name} stands {n} times"


def _references(playbook: Playbook) -> Iterator[str]:
    workflows = {w.key: w for w in playbook.workflows}
    rules = {r.key for r in playbook.light_rules}
    registers = {r.key for r in playbook.registers}
    for register in playbook.registers:
        if register.lights not in rules:
            yield f"registers.{register.key}: light rules {register.lights} are not defined"
        for name in sorted(set(register.parents) - registers):
            yield f"registers.{register.key}.parents: register {name} is not defined"
        workflow = workflows.get(register.workflow)
        if workflow is None:
            yield f"registers.{register.key}: workflow {register.workflow} is not defined"
            continue
        states = {s.key for s in workflow.states}
        for field in register.fields:
            for name in sorted(set(field.required_at) - states):
                yield f"registers.{register.key}.{field.key}: state {name} is not defined"
    named = [(f"links.{x.key}", (*x.sources, *x.targets)) for x in playbook.links]
    named += [(f"panels.{x.key}", x.registers) for x in playbook.panels]
    for place, names in named:
        for name in sorted(set(names) - registers):
            yield f"{place}: register {name} is not defined"
    yield from _parent_cycles(playbook)


def _parent_cycles(playbook: Playbook) -> Iterator[str]:
    """Find registers whose items would have to stand above themselves, through others."""
    edges = [(r.key, p) for r in playbook.registers for p in r.parents if p != r.key]
    for key, _parent in edges:
        above = _reached({p for r, p in edges if r == key}, edges)
        if key in above:
            yield f"registers.{key}.parents: stands above itself ({' → '.join(sorted(above))})"
            return


def _register(register: RegisterDef) -> Iterator[str]:
    yield from _role_words(".role_words", register.role_words)
    keys = {f.key: f for f in register.fields}
    for name in sorted(set(register.needs) - CORE_NEEDS - set(keys)):
        yield f".needs: {name} is not defined"
    for head in register.heads:
        for column in head.columns:
            kind, _, name = column.source.partition(":")
            known = name in keys if kind == "field" else column.source in COLUMN_SOURCES
            if not known:
                yield f".heads.{head.key}: column {column.head} shows {column.source}, which is not defined"
    for field in register.fields:
        yield from (f".{field.key}: {p}" for p in _field(field, keys))
    yield from _computed_cycles(register)


def _field(field: FieldDef, keys: dict[str, FieldDef]) -> Iterator[str]:
    if (field.type is FieldType.CHOICE) != bool(field.choices):
        yield "a choice needs its choices, and nothing else has any"
    if len({c.key for c in field.choices}) < len(field.choices):
        yield "a choice stands twice"
    if (field.type is FieldType.COMPUTED) != (field.compute is not None):
        yield "a computed field needs its rule, and nothing else has one"
    if field.personal and (field.sortable or field.type is not FieldType.TEXT or field.several):
        yield "a personal field is one text and is never sorted"
    if field.compute is not None:
        yield from _compute(field.compute, keys)


def _compute(rule: Compute, keys: dict[str, FieldDef]) -> Iterator[str]:
    takes = {ComputeOp.COUNT: (0, 1), ComputeOp.SUM: (1, 60)}.get(rule.op, (2, 2))
    if not takes[0] <= len(rule.of) <= takes[1]:
        yield f"{rule.op} takes {takes[0]} to {takes[1]} fields"
    if rule.over == "children" and rule.op not in {
        ComputeOp.COUNT,
        ComputeOp.SUM,
    }:
        yield "only a sum or a count goes over the items below"
    for name in rule.of:
        if name not in keys:
            yield f"field {name} is not defined"
        elif keys[name].personal:
            yield f"field {name} is personal and enters no computation"


def _computed_cycles(register: RegisterDef) -> Iterator[str]:
    edges = [(f.key, name) for f in register.fields if f.compute for name in f.compute.of]
    for key in dict.fromkeys(a for a, _ in edges):
        if key in _reached({b for a, b in edges if a == key}, edges):
            yield f".{key}: is computed from itself"
            return


def _role_words(place: str, words: Iterable[RoleWord]) -> Iterator[str]:
    """Two words for one role leave open which is printed; one word for two roles which is meant."""
    by_role: dict[str, list[str]] = {}
    by_word: dict[str, set[str]] = {}
    for one in words:
        by_role.setdefault(one.role, []).append(one.word.zh)
        for word in (one.word.zh, *one.also):
            by_word.setdefault(word, set()).add(one.role)
    for role, said in by_role.items():
        if len(said) > 1:
            yield f"{place}: two words for the role {role} ({'、'.join(said)}); keep one, the other under also"
    for word, roles in by_word.items():
        if len(roles) > 1:
            yield f"{place}: {word} would mean two roles ({', '.join(sorted(roles))})"


def _lights(playbook: Playbook) -> Iterator[str]:
    for code in sorted(NEEDED_LIGHTS - {light.code for light in playbook.lights}):
        yield f"lights: {code} is missing"
    for rules in playbook.light_rules:
        if not 0 < rules.behind_yellow < rules.behind_red:
            yield f"light rules {rules.key}: yellow must come before red"
