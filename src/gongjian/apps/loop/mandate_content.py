"""What a mandate holds at issue, its digest, and what differs between two editions: plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FORMAT = 1
ITEM_CAP = 500  # lines of one letter; what is further is counted, and stands in the register
# What of a goal and of an item a receiver answers for; how they are called is no change.
_GOAL = ("subject", "op", "floor", "upper", "stretch", "unit", "due", "strength", "rule", "own")
_ITEM = ("title", "due", "role", "org_id")

Content = dict[str, Any]


def canonical(content: Mapping[str, Any]) -> bytes:
    """Give content as the bytes that are hashed: the same from either database."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest_of(content: Mapping[str, Any]) -> str:
    """Give the SHA-256 of content, in hex."""
    return sha256(canonical(content)).hexdigest()


def substance_of(content: Mapping[str, Any]) -> str:
    """Give a digest of what the receiver answers for: who it is, the goals and the items."""
    parts = {
        "to": content["to"].get("post_id", ""),
        "goals": [_picked(g, _GOAL) for g in content["goals"]],
        "items": [_picked(i, _ITEM) for i in content["items"]],
        "n_items": content["n_items"],
    }
    return digest_of(parts)


def _picked(row: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    return [row["id"], *(row.get(n) for n in names)]


@dataclass(frozen=True, slots=True)
class Difference:
    """One goal or item that was added, removed or changed: (field, was, now) for what changed."""

    kind: str  # "added", "removed" or "changed"
    row: Mapping[str, Any]  # as it is now; as it was where it is gone
    was: Mapping[str, Any] | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two editions."""

    goals: tuple[Difference, ...]
    items: tuple[Difference, ...]
    leader: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None  # who it was, who it is now

    def __bool__(self) -> bool:
        return bool(self.goals or self.items or self.leader)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Differences:
    """Compare two editions: by the ids of goals and items, in the order of the newer one."""
    moved = old["to"].get("post_id", "") != new["to"].get("post_id", "")
    return Differences(
        tuple(_between(old["goals"], new["goals"], _GOAL)),
        tuple(_between(old["items"], new["items"], _ITEM)),
        (old["to"], new["to"]) if moved else None,
    )


def _between(
    old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]], names: Iterable[str]
) -> Iterator[Difference]:
    then, now = {r["id"]: r for r in old}, {r["id"]: r for r in new}
    for pk, row in now.items():
        was = then.get(pk)
        if was is None:
            yield Difference("added", row)
        elif fields := tuple(n for n in names if was.get(n) != row.get(n)):
            yield Difference("changed", row, was, fields)
    for pk, row in then.items():
        if pk not in now:
            yield Difference("removed", row)
