"""The Merkle tree of RFC 9162, section 2.1, over hashes that come one after the other."""

from __future__ import annotations

import hashlib


class Tree:
    """The tree over the leaves so far, kept as the roots of its full subtrees, largest first.

    Their sizes are the powers of two that `size` is the sum of, so that a tree of any size needs one hash per level.
    """

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Takes the next leaf hash."""
        # Each full subtree of the size of the new one grows together with it.
        size = self.size
        while size & 1:
            leaf = node_hash(self._roots.pop(), leaf)
            size >>= 1
        self._roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far; the hash of nothing where there are none."""
        if not self._roots:
            return hashlib.sha256().digest()
        result = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            result = node_hash(left, result)
        return result


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()
