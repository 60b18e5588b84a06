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
from gongjian.playbooks import schema
from gongjian.playbooks.upgrade import upgrade

if TYPE_CHECKING:
    from yaml.nodes import MappingNode

MAX_CHARS = 1_000_000
_BUILTIN = files("gongjian.playbooks") / "builtin"


class _Loader(yaml.CSafeLoader):
    """Safe YAML in which a key given twice is a fault: it would hide facts."""

    def construct_mapping(
        self, node: MappingNode, deep: bool = False
    ) -> dict[Any, Any]:  # PyYAML's signature
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.YAMLError(f"{key} stands twice, line {key_node.start_mark.line + 1}")
            seen.add(key)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Writes a shared value twice: what comes in with an alias is refused."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _parsed(text: str) -> Any:
    # Aliases are refused before anything is built of them: a few lines can stand for gigabytes.
    if any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(text, Loader=yaml.CSafeLoader)):
        raise yaml.YAMLError("aliases are not allowed")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader of our own


def load_text(text: str) -> model.Playbook:
    """Load a playbook; raises PlaybookError with code ``playbook.invalid`` and its problems."""
    if len(text) > MAX_CHARS:
        raise PlaybookError("playbook.invalid", problems=[f"longer than {MAX_CHARS} characters"])
    try:
        checked = schema.PlaybookIn.model_validate(upgrade(_parsed(text)))
    except yaml.YAMLError as error:
        raise PlaybookError("playbook.invalid", problems=[str(error)]) from error
    except ValidationError as error:
        raise PlaybookError("playbook.invalid", problems=_problems(error)) from error
    playbook: model.Playbook = _kernel(checked)
    check(playbook)
    return replace(playbook, digest=digest_of(checked))


def digest_of(checked: schema.PlaybookIn) -> str:
    """Give the SHA-256 of a playbook's content, the same however its file is laid out."""
    return sha256(canonical(checked.model_dump(mode="json"))).hexdigest()


def content_of(text: str) -> dict[str, Any]:
    """Give a playbook's content in the present format, to be changed and written again."""
    checked = schema.PlaybookIn.model_validate(upgrade(_parsed(text)))
    content: dict[str, Any] = checked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return content


def text_of(content: dict[str, Any]) -> str:
    """Write a playbook's content as a file that people can read."""
    options: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 120}
    return str(yaml.dump(content, Dumper=_Dumper, **options))


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


def _problems(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]


def _kernel(value: Any) -> Any:
    """Give the kernel's value of a checked shape: each shape names its own, field by field."""
    if isinstance(value, schema.Strict):
        names = (n for n in type(value).model_fields if n != "format")
        return value.KERNEL(**{n: _kernel(getattr(value, n)) for n in names})
    if isinstance(value, list):
        return tuple(_kernel(one) for one in value)
    return value
