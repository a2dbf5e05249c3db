"""Machines and raters."""
from slow.draw import line


def metered(case, draw):
    per_token, per_millisecond = 1 + draw.below(2**32 - 1), draw.below(2**32)
    return line(
        (f"m{draw.below(4)}", draw.next() * per_token + draw.next() * per_millisecond) for _ in range(draw.below(6)))


def feedback(case, draw):
    def earliest(items, key):
        groups = {}
        for item in items:
            groups.setdefault(key(item), []).append(item)
        firsts = {}
        for name, group in groups.items():
            least = min(item[-1] for item in group)
            first = {item for item in group if item[-1] == least}
            if len(first) == 1:
                firsts[name] = first.pop()
        return firsts

    ratings = [(f"p{draw.below(4)}", f"p{draw.below(4)}", draw.below(2), draw.below(20)) for _ in range(draw.below(12))]
    outcomes = [(f"p{draw.below(4)}", draw.below(2), draw.below(20)) for _ in range(draw.below(6))]
    decided = earliest(outcomes, lambda item: item[0])
    weights = []
    for (rater, subject), (_, _, verdict, index) in earliest(ratings, lambda item: item[:2]).items():
        outcome = decided.get(subject)
        if rater != subject and outcome and index < outcome[2] and verdict == outcome[1]:
            weights.append((rater, 1))
    return line(weights)
