"""What is not sound in a playbook, without words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not sound in a playbook; words are made by whoever shows it.

    Attributes
    ----------
    place : str
        Where it stands, as a path of keys: ``registers.tasks.budget``; empty for the whole file.
    code : str
        What is wrong.
    facts : Mapping of str to object
        Values for the sentence.

    Examples
    --------
    >>> Problem("registers.tasks", "register.workflow_unknown", {"name": "fast"}).code
    'register.workflow_unknown'
    """

    place: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def problem(place: str, code: str, **facts: object) -> Problem:
    """Note a problem.

    Parameters
    ----------
    place : str
        Where it stands.
    code : str
        What is wrong.
    **facts : object
        Values for the sentence.

    Returns
    -------
    Problem
        The note.
    """
    return Problem(place, code, facts)


def under(place: str, problems: Iterable[Problem]) -> list[Problem]:
    """Put what was found in a part below the place of that part.

    Parameters
    ----------
    place : str
        Where the part stands.
    problems : iterable of Problem
        With places inside the part.

    Returns
    -------
    list of Problem
        With whole places.
    """
    return [replace(p, place=f"{place}.{p.place}".rstrip(".")) for p in problems]


def reached(start: set[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    """Give what can be reached along edges.

    Parameters
    ----------
    start : set of str
        Where one begins.
    edges : iterable of (str, str)
        From and to.

    Returns
    -------
    set of str
        The start and all that follows.
    """
    seen, ways = set(start), list(edges)
    while fresh := {b for a, b in ways if a in seen} - seen:
        seen |= fresh
    return seen
