"""Documents of a prompt: over all coalitions, and along permutations."""
import hashlib
from fractions import Fraction
from itertools import combinations
from math import factorial, isqrt

from slow.draw import digest, line


def context(case, draw):
    count = 1 + draw.below(6)
    values = [-draw.below(5_000_000) for _ in range(2**count)]
    if values[-1] < values[0]:
        return ""
    weights = []
    for document in range(count):
        others = [other for other in range(count) if other != document]
        shapley = Fraction(0)
        for size in range(count):
            for given in combinations(others, size):
                before = sum(1 << other for other in given)
                shapley += Fraction(values[before + (1 << document)] - values[before],
                                    count * factorial(count - 1) // (factorial(size) * factorial(count - 1 - size)))
        weights.append((f"d{document}", shapley * factorial(count)))
    return line(weights)


def sampled(case, draw):
    count, permutations, seed = 13 + draw.below(8), 1 + draw.below(20), digest(case, "seed")
    worth = [draw.below(1000) for _ in range(count)]
    tokens = 1 + draw.below(500)

    def value(given):
        return -30_000 + sum(worth[d] for d in given) + (5_000 if {0, 1} <= given else 0)

    sums, counter = [0] * count, 0
    for _ in range(permutations):
        order = list(range(count))
        for at in range(count - 1, 0, -1):
            out = hashlib.sha256(b"colophon/permutation/v1\0" + seed + counter.to_bytes(8, "big")).digest()
            counter += 1
            other = int.from_bytes(out[:8], "big") * (at + 1) >> 64
            order[at], order[other] = order[other], order[at]
        given = set()
        for document in order:
            sums[document] += value(given | {document}) - value(given)
            given.add(document)
    square = -(-57 * (2**22 * tokens) ** 2 // permutations)
    error = isqrt(square) + (isqrt(square) ** 2 < square)
    return f"{line((f'd{d}', sums[d]) for d in range(count))} +-{error}"
