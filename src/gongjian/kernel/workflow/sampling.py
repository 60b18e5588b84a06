"""A sample that anybody can draw again: weighted by risk, fixed by a seed, the same in any order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of a thing that was closed, and may have been closed on paper only.

    Attributes
    ----------
    key : str
        Its stable name.
    returns : int
        How often its result was sent back.
    extensions : int
        How often it was given more time.
    slipped : int
        How often it, or another of the same org, was found slipped back.
    is_unseen : bool
        True where nobody looked on site before it was closed.
    is_rushed : bool
        True where it was closed within a day of the request.
    """

    key: str
    returns: int = 0
    extensions: int = 0
    slipped: int = 0
    is_unseen: bool = False
    is_rushed: bool = False

    @property
    def weight(self) -> int:
        """Give how many times as likely it is drawn as a thing without any sign of risk.

        Returns
        -------
        int
            1 or more; each sign adds, so that the working can be shown.
        """
        return (
            1
            + self.returns
            + self.extensions
            + 2 * self.slipped
            + 2 * self.is_unseen
            + self.is_rushed
        )


def draw(risks: Iterable[Risk], n: int, seed: str) -> list[str]:
    """Draw some things, the risky ones more often.

    Parameters
    ----------
    risks : iterable of Risk
        What may be drawn.
    n : int
        At most so many.
    seed : str
        Whoever knows it draws the same again.

    Returns
    -------
    list of str
        Keys, in the order in which they were drawn.

    Notes
    -----
    Weighted reservoir sampling without replacement (Efraimidis and Spirakis 2006): each thing has a
    number u between 0 and 1 from the hash of seed and key, and those with the largest u^(1/weight)
    are drawn. A thing that is added or left out changes nobody else's number.

    Examples
    --------
    >>> draw([Risk("a"), Risk("b"), Risk("c", slipped=50)], 1, "2024-09")
    ['c']
    """
    keyed = sorted(((_rank(one, seed), one.key) for one in risks), reverse=True)
    return [key for _rank_, key in keyed[: max(n, 0)]]


def _rank(one: Risk, seed: str) -> float:
    digest = sha256(f"{seed}\n{one.key}".encode()).digest()
    u = (int.from_bytes(digest[:7], "big") + 1) / (2**56 + 1)
    return math.log(u) / one.weight
