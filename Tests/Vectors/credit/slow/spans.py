"""Spans: all parts of an output against all texts."""
from fractions import Fraction
from itertools import combinations
from math import floor

from slow.draw import digest, line


def span(case, draw):
    alphabet = 2 + draw.below(6)
    documents = []
    for at in range(draw.below(6)):
        documents.append({
            "owner": f"o{draw.below(4)}", "commitment": draw.below(4), "id": digest(case, at),
            "tokens": [draw.below(alphabet) for _ in range(draw.below(60))]})
    output = [draw.below(alphabet + 1) for _ in range(draw.below(40))]
    length_min, counts = 1 + draw.below(6), [draw.below(50) for _ in range(alphabet)]
    whole = sum(counts)
    costs = [cost(count, whole) for count in counts]
    rarity_min = draw.below(6000)
    documents.sort(key=lambda item: (item["commitment"], item["id"]))

    def has(document, part):
        tokens = document["tokens"]
        return any(tokens[i:i + len(part)] == part for i in range(len(tokens) - len(part) + 1))

    spans = []
    for start, end in combinations(range(len(output) + 1), 2):
        part = output[start:end]
        if len(part) < length_min or sum(costs[t] if t < alphabet else 0 for t in part) < rarity_min:
            continue
        owner = next((document["owner"] for document in documents if has(document, part)), None)
        if owner:
            spans.append((start - end, start, end, owner))
    spans.sort()
    weights = []
    for at in range(len(output)):
        owner = next((owner for _, start, end, owner in spans if start <= at < end), "unattributed")
        weights.append((owner, 2**32))
    return line(weights)


def cost(count, whole):
    count = max(1, count)
    value = max(1, whole // count)
    exponent = value.bit_length() - 1
    fraction = 2**32 if whole < count else floor(Fraction(whole * 2**32, count * 2**exponent))
    bits = 0
    for _ in range(8):
        fraction = fraction * fraction // 2**32
        bits *= 2
        if fraction >= 2**33:
            fraction //= 2
            bits += 1
    return min(65535, 256 * exponent + bits)
