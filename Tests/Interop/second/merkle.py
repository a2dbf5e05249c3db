"""Inclusion in an RFC 9162 tree over SHA-256."""

from .values import require, sha256


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00", entry)


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def root_of_path(entry: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2: the root that this path leads to from an entry."""
    require(0 <= index < size, "the index is outside the tree")
    at, last, found = index, size - 1, leaf(entry)
    for sibling in path:
        require(last > 0, "the path is too long")
        if at & 1 or at == last:
            found = node(sibling, found)
            # An only child went up the tree without a sibling.
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    require(last == 0, "the path is too short")
    return found
