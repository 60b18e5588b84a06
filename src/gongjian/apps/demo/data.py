"""What the demonstration is made of: offices, posts, desks and papers, as `playbooks/examples` has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import datetime as dt

_FOLDER = files("gongjian.playbooks") / "examples"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages; English may be missing."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A comparison group with its orgs."""

    key: str
    name: Name
    orgs: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """A demonstration user: a desk, never a person."""

    username: str
    name: Name
    role: str
    org: str = ""  # empty: the whole campaign
    post: str = ""  # the leading post that it holds
    is_shown: bool = True  # whether anybody may sit down at it


@dataclass(frozen=True, slots=True)
class Rally:
    """How mandates are answered, in the order of the battles, and what orgs undertake."""

    answers: tuple[str, ...]  # "screen", "acting", "rally", "object" or "wait"
    orgs: tuple[str, ...]  # that get a mandate besides
    said: tuple[tuple[str, str], ...]  # org, what it undertakes


@dataclass(frozen=True, slots=True)
class Example:
    """One paper of the demonstration and the campaign made of it."""

    file: str
    code: str
    playbook: str
    name_en: str
    start: dt.date
    until: dt.date
    anchor_on: dt.date | None
    anchor: Name
    rally: Rally


@dataclass(frozen=True, slots=True)
class Data:
    """All of it."""

    root: Name
    groups: tuple[Group, ...]
    leaders: tuple[Name, ...]
    desks: tuple[Desk, ...]
    campaigns: tuple[Example, ...]


@cache
def data() -> Data:
    """Read it, once."""
    raw = yaml.safe_load((_FOLDER / "demo.yaml").read_text(encoding="utf-8"))
    return Data(
        root=Name(**raw["root"]),
        groups=tuple(
            Group(g["key"], Name(**g["name"]), tuple(Name(**o) for o in g["orgs"]))
            for g in raw["groups"]
        ),
        leaders=tuple(Name(**n) for n in raw["leaders"]),
        desks=tuple(Desk(**{**d, "name": Name(**d["name"])}) for d in raw["desks"]),
        campaigns=tuple(_example(c) for c in raw["campaigns"]),
    )


def _example(raw: dict[str, Any]) -> Example:
    anchor = Name(**raw.get("anchor", {"zh": ""}))
    told = raw["rally"]
    said = tuple((org, text) for org, text in told["said"].items())
    rally = Rally(tuple(told["answers"]), tuple(told["orgs"]), said)
    return Example(**{**raw, "anchor_on": raw.get("anchor_on"), "anchor": anchor, "rally": rally})


def paper(file: str) -> bytes:
    """Give the bytes of an example paper."""
    return (_FOLDER / file).read_bytes()
