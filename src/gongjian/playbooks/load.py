"""A playbook's text becomes kernel values, or is refused with every fault named."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from yaml.nodes import MappingNode

MAX_CHARS = 1_000_000
_BUILTIN = files("gongjian.playbooks") / "builtin"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key given twice and an alias are faults: one hides facts, one explodes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)

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


def load_text(text: str) -> model.Playbook:
    """Load a playbook; raises PlaybookError with code ``playbook.invalid`` and its problems."""
    if len(text) > MAX_CHARS:
        raise PlaybookError("playbook.invalid", problems=[f"longer than {MAX_CHARS} characters"])
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader of our own
        checked = schema.PlaybookIn.model_validate(content)
    except yaml.YAMLError as error:
        raise PlaybookError("playbook.invalid", problems=[str(error)]) from error
    except ValidationError as error:
        raise PlaybookError("playbook.invalid", problems=_problems(error)) from error
    playbook = _playbook(checked)
    check(playbook)
    return playbook


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


def _label(label: schema.LabelIn) -> model.Label:
    return model.Label(label.zh, label.en)


def _playbook(p: schema.PlaybookIn) -> model.Playbook:
    return model.Playbook(
        key=p.key,
        version=p.version,
        label=_label(p.label),
        registers=tuple(_register(r) for r in p.registers),
        workflows=tuple(_workflow(w) for w in p.workflows),
        lights=tuple(
            model.LightDef(x.code, _label(x.word), _label(x.meaning), x.colour, x.shape)
            for x in p.lights
        ),
        light_rules=tuple(
            model.LightRules(r.key, r.soon_days, r.behind_yellow, r.behind_red)
            for r in p.light_rules
        ),
        role_words=dict(p.role_words),
        battles=tuple(model.BattlePreset(_label(b.name), _label(b.leader)) for b in p.battles),
        digest=sha256(canonical(p.model_dump(mode="json"))).hexdigest(),
    )


def _register(r: schema.RegisterIn) -> model.RegisterDef:
    return model.RegisterDef(
        key=r.key,
        label=_label(r.label),
        code_prefix=r.code_prefix,
        workflow=r.workflow,
        lights=r.lights,
        access_class=r.access_class,
        fields=tuple(
            model.FieldDef(
                key=f.key,
                label=_label(f.label),
                type=f.type,
                unit=f.unit,
                choices=tuple(f.choices),
                required_at=tuple(f.required_at),
                sortable=f.sortable,
                filterable=f.filterable,
                personal=f.personal,
            )
            for f in r.fields
        ),
    )


def _workflow(w: schema.WorkflowIn) -> model.Workflow:
    return model.Workflow(
        key=w.key,
        initial=w.initial,
        states=tuple(model.State(s.key, _label(s.label), s.category) for s in w.states),
        transitions=tuple(
            model.Transition(
                key=t.key,
                label=_label(t.label),
                sources=tuple(t.sources),
                target=t.target,
                roles=tuple(t.roles),
                requires=tuple(tuple(group) for group in t.requires),
                grants=t.grants,
            )
            for t in w.steps
        ),
    )
