"""Playbooks of older formats, brought to the present one step by step before they are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FORMAT = 2
Content = dict[str, Any]


def upgrade(content: Any) -> Any:
    """Give a file's content in the present format; what has no known format is left to the check."""
    while isinstance(content, dict) and (step := _STEPS.get(content.get("format"))):
        content = step(content)
    return content


def _from_1(content: Content) -> Content:
    """Format 1 wrote role words as word → role: the first word of a role is the printed one."""
    by_role: dict[str, list[str]] = {}
    words = content.get("role_words") or {}
    for word, role in words.items() if isinstance(words, dict) else ():
        by_role.setdefault(str(role), []).append(str(word))
    rows = [
        {"role": role, "word": {"zh": said[0], "en": said[0]}, "also": said[1:]}
        for role, said in by_role.items()
    ]
    return {**content, "format": 2, "role_words": rows}


_STEPS: dict[Any, Callable[[Content], Content]] = {1: _from_1}
