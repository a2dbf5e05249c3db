"""Commitments, the activation chain and the stream chain (FORMAT section 1)."""

import uuid

from .bundle import Opening
from .values import Refused, digest_text, require, sha256, u64


def commitment(field: str, salt: bytes, data: bytes) -> str:
    return digest_text(sha256(b"colophon/commitment/", field.encode(), b"/v1\0", salt, u64(len(data)), data))


def activation_head(opening: Opening, tokens: int) -> str:
    """A_n: the last digest of the list, or A_0 where nothing was generated."""
    require(len(opening.data) == 32 * tokens, "activation: not one digest for each generated token")
    if not tokens:
        return digest_text(sha256(b"colophon/activation/v1\0", opening.salt))
    return digest_text(opening.data[-32:])


def chunks(opening: Opening) -> list[bytes]:
    found, at, data = [], 0, opening.data
    while at < len(data):
        require(at + 8 <= len(data), "stream: ends within a length")
        end = at + 8 + int.from_bytes(data[at:at + 8], "big")
        require(end <= len(data), "stream: ends within a chunk")
        found.append(data[at + 8:end])
        at = end
    return found


def stream_head(salt: bytes, receipt_id: str, sent: list[bytes]) -> str:
    head = sha256(b"colophon/stream/v1\0", salt, uuid.UUID(receipt_id).bytes)
    for chunk in sent:
        head = sha256(head, u64(len(chunk)), chunk)
    return digest_text(head)


def token_lists(data: bytes, choices: int) -> list[list[int]]:
    """The generated tokens of each choice."""
    lists, at = [], 0
    for _ in range(choices):
        count = int.from_bytes(data[at:at + 4], "big")
        end = at + 4 + 4 * count
        if at + 4 > len(data) or end > len(data):
            raise Refused("tokens: end too early")
        lists.append([int.from_bytes(data[place:place + 4], "big") for place in range(at + 4, end, 4)])
        at = end
    require(at == len(data), "tokens: bytes behind the last choice")
    return lists
