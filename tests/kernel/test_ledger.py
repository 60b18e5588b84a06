from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.ledger.fold import canonical
from gongjian.kernel.ledger.merkle import Frontier, leaf_hash, node_hash, root_of

leaves = st.lists(st.binary(max_size=8).map(leaf_hash), max_size=40)


def plain_root(hashes):
    """RFC 9162, 2.1.1, word for word: split at the largest power of two below n."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(plain_root(hashes[:k]), plain_root(hashes[k:]))


@given(leaves)
def test_the_root_is_that_of_the_standard(hashes):
    assert root_of(hashes) == plain_root(hashes)


@given(leaves, st.data())
def test_every_entry_counts(hashes, data):
    if not hashes:
        return
    at = data.draw(st.integers(0, len(hashes) - 1))
    changed = [*hashes[:at], leaf_hash(b"something else"), *hashes[at + 1 :]]
    assert root_of(changed) != root_of(hashes)
    assert root_of(hashes[:-1]) != root_of(hashes)


def test_an_empty_frontier_has_the_empty_root():
    assert Frontier().size == 0
    assert root_of([]) == sha256(b"").digest()


def test_canonical_bytes_do_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": "攻坚"}) == canonical({"a": "攻坚", "b": 1})
    assert canonical({"a": 1}) != canonical({"a": "1"})
