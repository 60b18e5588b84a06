"""Changes of a playbook's content as forms ask for them: pure, a new content each time."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Content = dict[str, Any]

_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class FieldWords:
    """What a person says of a field."""

    zh: str
    en: str
    type: str
    unit: str = ""
    several: bool = False
    sortable: bool = False
    filterable: bool = False
    personal: bool = False
    required_at: tuple[str, ...] = ()
    help_zh: str = ""
    help_en: str = ""
    choices: tuple[Content, ...] = field(default_factory=tuple)


def renamed(content: Content, register: str, typed: Mapping[str, str]) -> Content:
    """Give the content with the words of a register, its fields and its printed forms as typed."""
    new = _next(content)
    row = _find(new["registers"], register)
    _relabel(row, "label", typed, "r")
    for one in row.get("fields", ()):
        _relabel(one, "label", typed, f"f.{one['key']}")
    for head in row.get("heads", ()):
        _relabel(head, "label", typed, f"h.{head['key']}")
        for n, column in enumerate(head["columns"]):
            if word := typed.get(f"c.{head['key']}.{n}", "").strip():
                column["head"] = word
    return new


def reworded(content: Content, workflow: str, typed: Mapping[str, str]) -> Content:
    """Give the content with the words of a workflow's states and steps as typed."""
    new = _next(content)
    row = _find(new["workflows"], workflow)
    for kind, name in (("s", "states"), ("t", "steps")):
        for one in row[name]:
            _relabel(one, "label", typed, f"{kind}.{one['key']}")
    return new


def with_field(
    content: Content, register: str, words: FieldWords, reading: Callable[[str], str]
) -> Content:
    """Give the content with one more field; its key comes from its English word, else its reading."""
    new = _next(content)
    row = _find(new["registers"], register)
    fields = row.setdefault("fields", [])
    key = _free_key(words.en or reading(words.zh), {f["key"] for f in fields})
    fields.append(_written({"key": key}, words))
    return new


def with_changed_field(content: Content, register: str, key: str, words: FieldWords) -> Content:
    """Give the content with a field as it is described; what a form does not ask stays."""
    new = _next(content)
    fields = _find(new["registers"], register)["fields"]
    place = next(n for n, f in enumerate(fields) if f["key"] == key)
    fields[place] = _written(fields[place], words)
    return new


def without_field(content: Content, register: str, key: str) -> Content:
    """Give the content without a field, its columns on printed forms and its place among the needs."""
    new = _next(content)
    row = _find(new["registers"], register)
    row["fields"] = [f for f in row["fields"] if f["key"] != key]
    for name in ("needs",):
        if name in row:
            row[name] = [n for n in row[name] if n != key]
    for head in row.get("heads", ()):
        left = [c for c in head["columns"] if c["source"] != f"field:{key}"]
        head["columns"] = left or head["columns"]
    row["heads"] = [h for h in row.get("heads", ()) if _shows_no(h, key)]
    return new


def _shows_no(head: Content, key: str) -> bool:
    return all(c["source"] != f"field:{key}" for c in head["columns"])


def _next(content: Content) -> Content:
    return {**copy.deepcopy(content), "version": content["version"] + 1}


def _find(rows: Iterable[Content], key: str) -> Content:
    return next(row for row in rows if row["key"] == key)


def _relabel(row: Content, name: str, typed: Mapping[str, str], prefix: str) -> None:
    for language in ("zh", "en"):
        if word := typed.get(f"{prefix}.{language}", "").strip():
            row[name] = {**row[name], language: word}


def _written(row: Content, words: FieldWords) -> Content:
    """Lay what was said of a field over its content; what is not true is left out, as in a file."""
    said: Content = {
        **row,
        "label": {"zh": words.zh, "en": words.en or words.zh},
        "type": words.type,
        "unit": words.unit,
        "several": words.several,
        "sortable": words.sortable,
        "filterable": words.filterable,
        "personal": words.personal,
        "required_at": list(words.required_at),
        "choices": list(words.choices) if words.type == "choice" else [],
        "help": _label(words.help_zh, words.help_en),
    }
    return {k: v for k, v in said.items() if v or k in {"key", "label", "type"}}


def _label(zh: str, en: str) -> Content | None:
    return {"zh": zh or en, "en": en or zh} if zh or en else None


def _free_key(word: str, taken: set[str]) -> str:
    bare = _KEY.sub("_", word.lower()).strip("_")[:32]
    key = bare if bare[:1].isalpha() else f"f_{bare}".strip("_")
    n = 2
    while (name := key if n == 2 else f"{key}_{n - 1}") in taken:
        n += 1
    return name


def choice_of(zh: str, en: str) -> Content:
    """Give a new allowed value; its Chinese word is what is stored."""
    return {"key": zh[:60], "label": {"zh": zh, "en": en or zh}}
