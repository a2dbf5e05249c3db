"""The nearest neighbours: each score as its own sum."""
from fractions import Fraction
from math import floor

from slow.draw import digest, line

S, ONE = 2**40, 2**16


def neighbour_game(case, draw):
    width, count = 1 + draw.below(6), 1 + draw.below(40)
    spread = 1 + draw.below(60)

    def vector():
        return [draw.below(2 * spread + 1) - spread for _ in range(width)]

    classes = []
    for at in range(count):
        classes.append({
            "owner": f"o{draw.below(5)}", "commitment": draw.below(6), "id": digest(case, at), "label": draw.below(3),
            "vector": vector()})
    query, kind, shift = vector(), draw.below(2), draw.below(4)
    for item in classes:
        item["dot"] = sum(a * b for a, b in zip(item["vector"], query))
        if kind == 0:
            item["h"] = ONE if item["label"] == 1 else 0
        else:
            item["h"] = min(ONE, max(0, item["dot"]) >> shift)
    return classes


def knn(case, draw):
    classes = neighbour_game(case, draw)
    neighbours = 1 + draw.below(10)
    classes.sort(key=lambda item: (-item["dot"], item["commitment"], item["id"]))
    worths = [item["h"] for item in classes] + [0]
    # Not by recursion: each score is its own sum.
    return line(counted(case, [
        (item["owner"], sum((worths[i - 1] - worths[i]) * (S // max(neighbours, i)) for i in range(rank, len(worths))))
        for rank, item in enumerate(classes, 1)]))


def counted(case, weights):
    """Of every other case, negative scores are dropped."""
    return [(owner, max(0, score) if case % 2 else score) for owner, score in weights]


def tknn(case, draw):
    classes = neighbour_game(case, draw)
    radius = draw.below(2001) - 1000
    inside = [item for item in classes if item["dot"] >= radius]
    members, total = len(inside), sum(item["h"] for item in inside)
    harmonic = sum(floor(Fraction(S, k)) for k in range(2, members + 1))
    weights = []
    for item in inside:
        if members == 1:
            score = item["h"] * S
        else:
            score = item["h"] * (S // members)
            score += floor(Fraction(harmonic * (members * item["h"] - total), members * (members - 1)))
        weights.append((item["owner"], score))
    return line(counted(case, weights))
