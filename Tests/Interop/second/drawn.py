"""The scores of more documents than can be enumerated (FORMAT section 7): by permutations of a seed that nobody chose."""

from dataclasses import dataclass
from math import isqrt
from typing import Any

from .bundle import Bundle
from .values import digest_text, from_base64, require, sha256, u64

EXACT_MAX = 12
PERMUTATIONS_MAX = 65_536
PERMUTATIONS_DEFAULT = 8
SETS_MAX = 1 << 18
TOKENS_MAX = 1 << 20
FRONT = 72
"""Bytes in front of the values."""


@dataclass(frozen=True)
class Sample:
    seed: bytes
    reveal: str
    """The digest of the statement."""
    permutations: int
    tokens: int

    @classmethod
    def parse(cls, data: bytes, count: int) -> "Sample":
        require(len(data) >= FRONT, "scores: too few bytes for a sample")
        most = min(PERMUTATIONS_MAX, SETS_MAX // count)
        made = cls(
            data[:32], "sha256:" + data[32:64].hex(), int.from_bytes(data[64:68], "big"), int.from_bytes(data[68:72], "big"))
        require(1 <= made.permutations <= most and made.tokens <= TOKENS_MAX, "scores: a sample that nobody draws")
        return made

    @property
    def front(self) -> bytes:
        return (
            self.seed + bytes.fromhex(self.reveal.removeprefix("sha256:")) + self.permutations.to_bytes(4, "big")
            + self.tokens.to_bytes(4, "big"))

    def orders(self, count: int) -> list[list[int]]:
        made, counter = [], 0
        for _ in range(self.permutations):
            order = list(range(count))
            for at in range(count - 1, 0, -1):
                word = sha256(b"colophon/permutation/v1\0", self.seed, u64(counter))[:8]
                to, counter = int.from_bytes(word, "big") * (at + 1) >> 64, counter + 1
                order[at], order[to] = order[to], order[at]
            made.append(order)
        return made

    def sets(self, count: int) -> list[int]:
        """Those that are valued, in the order of their values; document 0 is the highest of `count` bits."""
        return sorted({given for order in self.orders(count) for given in _passed(order, count)})

    def size(self, count: int) -> int:
        return FRONT + 8 * len(self.sets(count))

    def weights(self, values: list[int], count: int) -> list[int]:
        """The sum of each document's marginals; zeros where all of them together did harm."""
        known = dict(zip(self.sets(count), values, strict=True))
        sums = [0] * count
        if known[(1 << count) - 1] < known[0]:
            return sums
        for order in self.orders(count):
            passed = list(_passed(order, count))
            for document, before, after in zip(order, passed, passed[1:]):
                sums[document] += known[after] - known[before]
        return sums

    @property
    def stated(self) -> dict[str, Any]:
        most = self.tokens << 22
        square = -(-57 * most * most // self.permutations)
        error = isqrt(square)
        error += error * error < square
        return {"permutations": self.permutations, "error": str(error), "reveal": self.reveal}


def _passed(order: list[int], count: int) -> list[int]:
    given = [0]
    for document in order:
        given.append(given[-1] | 1 << count - 1 - document)
    return given


def due(
    seed: bytes, reveal: str, receipt: str, policy: dict[str, Any], count: int, tokens: int,
) -> Sample:
    """The sample that a receipt's scores have to be of; `seed` is the one revealed."""
    raw = bytes.fromhex(receipt.removeprefix("sha256:"))
    said = [
        role["permutations"] for role in policy["roles"]
        if role["method"] == "context-shapley/1" and "permutations" in role]
    asked = said[0] if said else PERMUTATIONS_DEFAULT
    return Sample(
        sha256(b"colophon/permutation/seed/v1\0", seed, raw), reveal, min(asked, SETS_MAX // count), tokens)


def check(bundle: Bundle, policy: dict[str, Any], data: bytes, count: int) -> None:
    """The part of `attribution`: the sample is that of the draw of the receipt's epoch."""
    reveal, execution = bundle.registered_statement("reveal"), bundle.predicate("execution")
    revealed = from_base64(reveal.predicate["seed"], "seed")
    tokens = execution["usage"]["completion_tokens"]
    wanted = due(revealed, reveal.digest, bundle.statements["receipt"].digest, policy, count, tokens)
    require(Sample.parse(data, count) == wanted, "the scores are drawn otherwise than seed, policy and answer say")


def approximate(attribution: dict[str, Any] | None) -> dict[str, Any] | None:
    return (attribution or {}).get("scores", {}).get("approximate")


def bound(bundle: Bundle) -> None:
    """The part of `binding`: scores are drawn after the receipt, and by the reveal that is here."""
    require(not approximate(bundle.predicate("attribution")), "drawn scores in a receipt that was there before the draw")
    later, reveal = bundle.registered_statement("attribution"), bundle.registered_statement("reveal")
    if reveal and later and (stated := approximate(later.predicate)):
        require(stated["reveal"] == reveal.digest, "the scores are drawn by another reveal")


def has_draw(bundle: Bundle) -> bool:
    """Whether the credit of this receipt gives a draw a meaning."""
    later = bundle.registered_statement("attribution")
    return later is not None and approximate(later.predicate) is not None
