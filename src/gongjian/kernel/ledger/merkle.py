"""The sealed log as a Merkle tree (RFC 9162, section 2.1), with SHA-256.

References
----------
RFC 9162, Certificate Transparency Version 2.0, section 2.1.1: the hash of a list of entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry of the log.

    Parameters
    ----------
    entry : bytes
        The canonical bytes of an event.

    Returns
    -------
    bytes
        32 bytes; the prefix 0x00 keeps leaves apart from inner nodes.
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node.

    Parameters
    ----------
    left, right : bytes
        Hashes of the two subtrees, 32 bytes each.

    Returns
    -------
    bytes
        32 bytes.
    """
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that appending needs to keep.

    Attributes
    ----------
    size : int
        Number of leaves so far.
    peaks : tuple of bytes
        Roots of the full subtrees from the largest to the smallest, one for each bit of ``size``.

    Examples
    --------
    >>> f = Frontier().append(leaf_hash(b"a")).append(leaf_hash(b"b"))
    >>> f.root() == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
    True
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """Add one leaf.

        Parameters
        ----------
        leaf : bytes
            A leaf hash.

        Returns
        -------
        Frontier
            The edge of the tree with one more leaf.
        """
        peaks, carry, bits = list(self.peaks), leaf, self.size
        while bits & 1:
            carry = node_hash(peaks.pop(), carry)
            bits >>= 1
        return Frontier(self.size + 1, (*peaks, carry))

    def root(self) -> bytes:
        """Hash the whole tree.

        Returns
        -------
        bytes
            32 bytes; the hash of nothing for an empty tree.
        """
        if not self.peaks:
            return sha256(b"").digest()
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Hash a whole log.

    Parameters
    ----------
    leaves : iterable of bytes
        Leaf hashes in the order of their numbers.

    Returns
    -------
    bytes
        32 bytes.
    """
    edge = Frontier()
    for leaf in leaves:
        edge = edge.append(leaf)
    return edge.root()
