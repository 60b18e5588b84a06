"""Problems of playbooks in words, for pages and command line alike: English ids, translated by the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.kernel.playbook.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import ValidationError
    from yaml import YAMLError


def noop(message: str) -> str:
    """Mark a sentence for the catalogue."""
    return message


SENTENCES: dict[str, str] = {
    "choice.unknown": noop("%(value)s is no choice of field %(field)s"),
    "column.unknown": noop("column %(head)s shows %(source)s, which is not defined"),
    "compute.children": noop("only a sum or a count goes over the items below"),
    "compute.cycle": noop("is computed from itself"),
    "compute.personal": noop("field %(name)s is personal and enters no computation"),
    "compute.takes": noop("%(op)s takes %(least)s to %(most)s fields"),
    "field.choice_twice": noop("a choice stands twice"),
    "field.choices": noop("a choice needs its choices, and nothing else has any"),
    "field.personal": noop("a personal field is one text and is never sorted"),
    "field.rule": noop("a computed field needs its rule, and nothing else has one"),
    "field.unknown": noop("field %(name)s is not defined"),
    "light.missing": noop("%(name)s is missing"),
    "light_rules.order": noop("yellow must come before red"),
    "limit.unknown": noop("time limit %(name)s is not defined"),
    "names.twice": noop("%(name)s stands %(n)s times"),
    "need.unknown": noop("%(name)s is not defined"),
    "register.cycle": noop("stands above itself (%(way)s)"),
    "register.lights_unknown": noop("light rules %(name)s are not defined"),
    "register.unknown": noop("register %(name)s is not defined"),
    "register.workflow_unknown": noop("workflow %(name)s is not defined"),
    "role.two_words": noop(
        "two words for the role %(role)s (%(words)s); keep one, the other under also"
    ),
    "shape.boolean": noop("must be true or false"),
    "shape.choice": noop("“%(given)s” is not allowed here; allowed: %(allowed)s"),
    "shape.greater": noop("must be more than %(limit)s"),
    "shape.least": noop("must be at least %(limit)s"),
    "shape.list": noop("must be a list"),
    "shape.mapping": noop("must be a mapping of keys to values"),
    "shape.missing": noop("is missing"),
    "shape.most": noop("must be at most %(limit)s"),
    "shape.number": noop("must be a whole number"),
    "shape.other": noop("does not have the right shape (%(why)s)"),
    "shape.pattern": noop(
        "“%(given)s” does not fit: small letters, digits, - and _ for a key, one to four capital "
        "letters for a code prefix, #rrggbb for a colour"
    ),
    "shape.text": noop("must be a text"),
    "shape.too_long": noop("has more than %(limit)s characters or entries"),
    "shape.too_short": noop("must not be empty"),
    "shape.unknown": noop("is not a key of the format; check its spelling or leave it out"),
    "state.unknown": noop("state %(state)s is not defined"),
    "text.alias": noop("aliases are not allowed (line %(line)s)"),
    "text.too_deep": noop("line %(line)s: lists and mappings are nested too deep"),
    "text.too_long": noop("the playbook is longer than %(limit)s characters"),
    "text.twice": noop("%(name)s stands twice, line %(line)s"),
    "text.unreadable": noop(
        "line %(line)s, column %(column)s: this cannot be read; check indents, colons and quotes"
    ),
    "text.value": noop("a number or a date in it cannot be read"),
    "word.two_roles": noop("%(word)s would mean two roles (%(roles)s)"),
    "workflow.asker_grants": noop(
        "step %(step)s grants what step %(asking)s asks for, and only the same roles may take it"
    ),
    "workflow.awaited_cannot_act": noop(
        "%(role)s is awaited in state %(state)s and has no step there"
    ),
    "workflow.closes_without_grant": noop("step %(step)s closes but does not grant"),
    "workflow.dead_state": noop("nothing leads from state %(state)s to a closed one"),
    "workflow.initial_unknown": noop("initial state %(state)s is not defined"),
    "workflow.issued_unknown": noop("issued state %(state)s is not defined"),
    "workflow.no_way_for": noop("no step leads on where %(field)s is %(value)s"),
    "workflow.never_reached": noop("state %(state)s is never reached"),
    "workflow.step_state_unknown": noop(
        "step %(step)s names state %(state)s, which is not defined"
    ),
}
_JOINERS = {"way": " → ", "words": "、"}


def line(problem: Problem, translate: Callable[[str], str] = noop) -> str:
    """Give a problem as one line, its place first; in English unless a translation is given."""
    pattern = SENTENCES.get(problem.code, problem.code)
    said = translate(pattern) % {k: _said(k, v) for k, v in problem.facts.items()}
    return f"{problem.place}: {said}" if problem.place else said


def _said(name: str, value: object) -> str:
    if isinstance(value, (list, tuple)):
        return _JOINERS.get(name, ", ").join(map(str, value))
    return str(value)


class Refused(Exception):  # noqa: N818  # carries a problem out of the YAML loader
    """Something that the loader does not allow."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def of_text(error: YAMLError) -> Problem:
    """Give the problem of a text that is no YAML."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line_n, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem("", "text.unreadable", {"line": line_n, "column": column})


# What a check of a shape calls its faults → our code, and which of its facts are ours.
_SHAPES: dict[str, tuple[str, dict[str, str]]] = {
    "missing": ("shape.missing", {}),
    "extra_forbidden": ("shape.unknown", {}),
    "string_pattern_mismatch": ("shape.pattern", {}),
    "string_too_short": ("shape.too_short", {}),
    "string_too_long": ("shape.too_long", {"max_length": "limit"}),
    "string_type": ("shape.text", {}),
    "too_short": ("shape.too_short", {}),
    "too_long": ("shape.too_long", {"max_length": "limit"}),
    "list_type": ("shape.list", {}),
    "model_type": ("shape.mapping", {}),
    "model_attributes_type": ("shape.mapping", {}),
    "dict_type": ("shape.mapping", {}),
    "enum": ("shape.choice", {"expected": "allowed"}),
    "literal_error": ("shape.choice", {"expected": "allowed"}),
    "int_type": ("shape.number", {}),
    "int_parsing": ("shape.number", {}),
    "int_from_float": ("shape.number", {}),
    "bool_type": ("shape.boolean", {}),
    "bool_parsing": ("shape.boolean", {}),
    "greater_than": ("shape.greater", {"gt": "limit"}),
    "greater_than_equal": ("shape.least", {"ge": "limit"}),
    "less_than_equal": ("shape.most", {"le": "limit"}),
}


def of_shape(error: ValidationError, content: Any) -> tuple[Problem, ...]:
    """Give the problems of a content that does not have the format's shape."""
    return tuple(_of_fault(dict(fault), content) for fault in error.errors(include_url=False))


def _of_fault(fault: Mapping[str, Any], content: Any) -> Problem:
    code, taken = _SHAPES.get(fault["type"], ("shape.other", {}))
    more = fault.get("ctx", {})
    facts: dict[str, object] = {ours: more.get(theirs, "") for theirs, ours in taken.items()}
    if code in {"shape.choice", "shape.pattern"}:
        facts["given"] = str(fault.get("input", ""))[:60]
    if code == "shape.choice":
        facts["allowed"] = str(facts["allowed"]).replace("'", "").replace(" or ", ", ")
    if code == "shape.other":
        facts["why"] = fault["msg"]
    return Problem(".".join(_path(fault["loc"], content)), code, facts)


def _path(places: Iterable[str | int], content: Any) -> Iterable[str]:
    """Name the rows of a list by their key where they have one, else by their number from 1."""
    here = content
    for place in places:
        try:
            here = here[place]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(place, int):
            name = (here.get("key") or here.get("code")) if isinstance(here, dict) else None
            yield str(name or place + 1)
        else:
            yield place
