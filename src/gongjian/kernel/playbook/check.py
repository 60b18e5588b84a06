"""Whether a playbook is sound."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gongjian.kernel.errors import PlaybookError
from gongjian.kernel.model.fields import COLUMN_SOURCES, ComputeOp, FieldType
from gongjian.kernel.model.playbook import CORE_NEEDS
from gongjian.kernel.playbook.flows import needed_by_steps, workflow_problems
from gongjian.kernel.playbook.problem import problem, reached, under

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gongjian.kernel.model.fields import Compute, FieldDef, HeaderProfile, RoleWord
    from gongjian.kernel.model.playbook import Playbook, RegisterDef
    from gongjian.kernel.playbook.problem import Problem

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
        ``playbook.invalid`` with every `Problem` found.
    """
    problems = [*_names(playbook), *_references(playbook), *_lights(playbook)]
    problems += _role_words("role_words", playbook.role_words)
    for register in playbook.registers:
        problems += under(f"registers.{register.key}", _register(register))
    for workflow in playbook.workflows:
        problems += under(f"workflows.{workflow.key}", workflow_problems(workflow))
    if problems:
        raise PlaybookError("playbook.invalid", problems=tuple(problems))


def _names(playbook: Playbook) -> Iterator[Problem]:
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
                yield problem(place, "names.twice", name=name, n=n)


def _references(playbook: Playbook) -> Iterator[Problem]:
    workflows = {w.key: w for w in playbook.workflows}
    rules = {r.key for r in playbook.light_rules}
    registers = {r.key for r in playbook.registers}
    for register in playbook.registers:
        place = f"registers.{register.key}"
        if register.lights not in rules:
            yield problem(place, "register.lights_unknown", name=register.lights)
        for name in sorted(set(register.parents) - registers):
            yield problem(f"{place}.parents", "register.unknown", name=name)
        workflow = workflows.get(register.workflow)
        if workflow is None:
            yield problem(place, "register.workflow_unknown", name=register.workflow)
            continue
        states = {s.key for s in workflow.states}
        for known in register.fields:
            for name in sorted(set(known.required_at) - states):
                yield problem(f"{place}.{known.key}", "state.unknown", state=name)
        yield from under(place, needed_by_steps(workflow, register, playbook))
    named = [(f"links.{x.key}", (*x.sources, *x.targets)) for x in playbook.links]
    named += [(f"panels.{x.key}", x.registers) for x in playbook.panels]
    for place, names in named:
        for name in sorted(set(names) - registers):
            yield problem(place, "register.unknown", name=name)
    yield from _parent_cycles(playbook)


def _parent_cycles(playbook: Playbook) -> Iterator[Problem]:
    """Find registers whose items would have to stand above themselves, through others."""
    edges = [(r.key, p) for r in playbook.registers for p in r.parents if p != r.key]
    for key, _parent in edges:
        above = reached({p for r, p in edges if r == key}, edges)
        if key in above:
            yield problem(f"registers.{key}.parents", "register.cycle", way=sorted(above))
            return


def _register(register: RegisterDef) -> Iterator[Problem]:
    yield from _role_words("role_words", register.role_words)
    keys = {f.key: f for f in register.fields}
    for name in sorted(set(register.needs) - CORE_NEEDS - set(keys)):
        yield problem("needs", "need.unknown", name=name)
    for head in register.heads:
        for word, source in _sources(head):
            kind, _, name = source.partition(":")
            if not (name in keys if kind == "field" else source in COLUMN_SOURCES):
                yield problem(f"heads.{head.key}", "column.unknown", head=word, source=source)
    for key, one in keys.items():
        yield from under(key, _field(one, keys))
    yield from _computed_cycles(register)


def _sources(head: HeaderProfile) -> Iterator[tuple[str, str]]:
    """Give what a printed form shows: the word of the column with each of its sources."""
    for column in head.columns:
        yield column.head, column.source
        if column.below:
            yield column.head, column.below


def _field(one: FieldDef, keys: dict[str, FieldDef]) -> Iterator[Problem]:
    if (one.type is FieldType.CHOICE) != bool(one.choices):
        yield problem("", "field.choices")
    if len({c.key for c in one.choices}) < len(one.choices):
        yield problem("", "field.choice_twice")
    if (one.type is FieldType.COMPUTED) != (one.compute is not None):
        yield problem("", "field.rule")
    if one.personal and (one.sortable or one.type is not FieldType.TEXT or one.several):
        yield problem("", "field.personal")
    if one.compute is not None:
        yield from _compute(one.compute, keys)


def _compute(rule: Compute, keys: dict[str, FieldDef]) -> Iterator[Problem]:
    takes = {ComputeOp.COUNT: (0, 1), ComputeOp.SUM: (1, 60)}.get(rule.op, (2, 2))
    if not takes[0] <= len(rule.of) <= takes[1]:
        yield problem("", "compute.takes", op=rule.op.value, least=takes[0], most=takes[1])
    if rule.over == "children" and rule.op not in {
        ComputeOp.COUNT,
        ComputeOp.SUM,
    }:
        yield problem("", "compute.children")
    for name in rule.of:
        if name not in keys:
            yield problem("", "field.unknown", name=name)
        elif keys[name].personal:
            yield problem("", "compute.personal", name=name)


def _computed_cycles(register: RegisterDef) -> Iterator[Problem]:
    edges = [(f.key, name) for f in register.fields if f.compute for name in f.compute.of]
    for key in dict.fromkeys(a for a, _ in edges):
        if key in reached({b for a, b in edges if a == key}, edges):
            yield problem(key, "compute.cycle")
            return


def _role_words(place: str, words: Iterable[RoleWord]) -> Iterator[Problem]:
    """Two words for one role leave open which is printed; one word for two roles which is meant."""
    by_role: dict[str, list[str]] = {}
    by_word: dict[str, set[str]] = {}
    for one in words:
        by_role.setdefault(one.role, []).append(one.word.zh)
        for word in (one.word.zh, *one.also):
            by_word.setdefault(word, set()).add(one.role)
    for role, said in by_role.items():
        if len(said) > 1:
            yield problem(place, "role.two_words", role=role, words=said)
    for word, roles in by_word.items():
        if len(roles) > 1:
            yield problem(place, "word.two_roles", word=word, roles=sorted(roles))


def _lights(playbook: Playbook) -> Iterator[Problem]:
    for code in sorted(NEEDED_LIGHTS - {light.code for light in playbook.lights}):
        yield problem("lights", "light.missing", name=code)
    for rules in playbook.light_rules:
        if not 0 < rules.behind_yellow < rules.behind_red:
            yield problem(f"light_rules.{rules.key}", "light_rules.order")
