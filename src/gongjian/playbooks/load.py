"""A playbook's text becomes kernel values, or is refused with every fault named."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from gongjian.kernel.errors import PlaybookError
from gongjian.kernel.ledger.fold import canonical
from gongjian.kernel.model import playbook as model
from gongjian.kernel.playbook.check import check
from gongjian.kernel.playbook.problem import Problem
from gongjian.playbooks import schema
from gongjian.playbooks.problems import Refused, line, of_shape, of_text
from gongjian.playbooks.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml.nodes import MappingNode

MAX_CHARS = 1_000_000
MAX_DEPTH = 40
_BUILTIN = files("gongjian.playbooks") / "builtin"


if TYPE_CHECKING:
    _Safe = yaml.SafeLoader
    _SafeOut = yaml.SafeDumper
else:  # the parser in C where it is there: a large playbook is read in a seventh of the time
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    _SafeOut = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_Safe):
    """Safe YAML in which a key given twice is a fault: it hides facts."""

    def construct_mapping(
        self, node: MappingNode, deep: bool = False
    ) -> dict[Any, Any]:  # PyYAML's signature
        seen = set()
        for key_node, _ in node.value:
            mark = key_node.start_mark
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, (list, dict)):
                place = {"line": mark.line + 1, "column": mark.column + 1}
                raise Refused(Problem("", "text.unreadable", place))
            if key in seen:
                raise Refused(Problem("", "text.twice", {"name": key, "line": mark.line + 1}))
            seen.add(key)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


class _Dumper(_SafeOut):
    """Writes what is held twice in full both times: an alias would be refused when it is read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _read(text: str) -> Any:
    """Read YAML; an alias, which explodes, and nesting without end are refused before."""
    depth = 0
    for event in yaml.parse(text, Loader=_Safe):
        line_n = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise Refused(Problem("", "text.alias", {"line": line_n}))
        if depth > MAX_DEPTH:
            raise Refused(Problem("", "text.too_deep", {"line": line_n}))
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader of our own


def load_text(text: str) -> model.Playbook:
    """Load a playbook; raises PlaybookError with code ``playbook.invalid``.

    Its facts are `faults`, the problems as the kernel has them, and `problems`, the same as lines in
    English; `gongjian.playbooks.problems.line` says them in another language.
    """
    checked = _checked(text)
    playbook: model.Playbook = _kernel(checked)
    try:
        check(playbook)
    except PlaybookError as error:
        found: tuple[Problem, ...] = error.facts["problems"]  # type: ignore[assignment]  # as it says
        raise _invalid(found) from error
    return replace(playbook, digest=digest_of(checked))


def _checked(text: str) -> schema.PlaybookIn:
    """Read a text and check its shape."""
    if len(text) > MAX_CHARS:
        raise _invalid([Problem("", "text.too_long", {"limit": MAX_CHARS})])
    content: Any = None
    try:
        content = upgrade(_read(text))
        return schema.PlaybookIn.model_validate(content)
    except Refused as error:
        raise _invalid([error.problem]) from error
    except yaml.YAMLError as error:
        raise _invalid([of_text(error)]) from error
    except ValidationError as error:
        raise _invalid(of_shape(error, content)) from error
    except ValueError as error:
        raise _invalid([Problem("", "text.value")]) from error


def _invalid(faults: Iterable[Problem]) -> PlaybookError:
    found = tuple(faults)
    return PlaybookError("playbook.invalid", problems=[line(f) for f in found], faults=found)


def digest_of(checked: schema.PlaybookIn) -> str:
    """Give the SHA-256 of a playbook's content, the same however its file is laid out."""
    return sha256(canonical(checked.model_dump(mode="json"))).hexdigest()


def content_of(text: str) -> dict[str, Any]:
    """Give a playbook's content in the present format, to be changed and written again."""
    checked = _checked(text)
    content: dict[str, Any] = checked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return content


def text_of(content: dict[str, Any]) -> str:
    """Write a playbook's content as a file that people can read."""
    return str(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120))


@cache
def load_builtin(key: str) -> model.Playbook:
    """Load a playbook that ships with the program."""
    return load_text(builtin_text(key))


def builtin_text(key: str) -> str:
    """Give the text of a playbook that ships with the program."""
    if key not in builtin_keys():
        raise PlaybookError("playbook.unknown", key=key, known=builtin_keys())
    return (_BUILTIN / f"{key}.yaml").read_text(encoding="utf-8")


@cache
def builtin_keys() -> tuple[str, ...]:
    """Give the keys of the playbooks that ship with the program."""
    names = (entry.name for entry in _BUILTIN.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def _kernel(value: Any) -> Any:
    """Give the kernel's value of a checked shape: each shape names its own, field by field."""
    if isinstance(value, schema.Strict):
        names = (n for n in type(value).model_fields if n != "format")
        return value.KERNEL(**{n: _kernel(getattr(value, n)) for n in names})
    if isinstance(value, list):
        return tuple(_kernel(one) for one in value)
    if isinstance(value, dict):
        return tuple((key, _kernel(one)) for key, one in value.items())
    return value
