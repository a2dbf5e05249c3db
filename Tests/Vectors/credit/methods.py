#!/usr/bin/env python3
"""Recomputes thousands of generated attributions by FORMAT section 7, the slow way. See README.md."""
import hashlib
import json
import os
import sys
from fractions import Fraction
from itertools import combinations
from math import factorial, floor, isqrt

HERE = os.path.dirname(os.path.abspath(__file__))
S, ONE = 2**40, 2**16


class SplitMix:
    """Vigna's SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)

    def below(self, limit):
        return self.next() % limit


def digest(*numbers):
    return hashlib.sha256(",".join(map(str, numbers)).encode()).digest()


def line(weights):
    """Contributors by bytes with their sums, zeros left out."""
    sums = {}
    for name, weight in weights:
        sums[name] = sums.get(name, 0) + weight
    return " ".join(f"{name}={sums[name]}" for name in sorted(sums) if sums[name])


# The nearest neighbours.

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
    return line(
        (item["owner"], sum((worths[i - 1] - worths[i]) * (S // max(neighbours, i)) for i in range(rank, len(worths))))
        for rank, item in enumerate(classes, 1))


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
    return line(weights)


# Classes.

def scan(records, near):
    """The leader of each record, by its place in `records`."""
    leaders, found = [], {}
    for at in sorted(range(len(records)), key=lambda i: (records[i]["commitment"], records[i]["id"], records[i]["who"])):
        record = records[at]
        for leader in leaders:
            if records[leader]["id"] == record["id"] or near(records[leader], record):
                found[at] = leader
                break
        else:
            leaders.append(at)
            found[at] = at
    return " ".join(str(found[at]) for at in range(len(records)))


def drawn_records(case, draw, fresh, changed):
    """Some records are copies of earlier ones, some near copies."""
    records = []
    for at in range(1 + draw.below(30)):
        kind = draw.below(3) if records else 0
        source = records[draw.below(len(records))] if kind else None
        record = {"who": f"w{draw.below(4)}", "commitment": draw.below(10), "id": digest(case, at)}
        if kind == 0:
            record["content"] = fresh()
        elif kind == 1:
            record["content"], record["id"] = source["content"], source["id"]
        else:
            record["content"] = changed(list(source["content"]))
        records.append(record)
    return records


def vector_classes(case, draw):
    width, threshold = 1 + draw.below(8), 8000 + draw.below(2001)

    def changed(vector):
        vector[draw.below(width)] += 1
        return vector

    records = drawn_records(case, draw, lambda: [draw.below(41) - 20 for _ in range(width)], changed)

    def near(a, b):
        a, b = a["content"], b["content"]
        dot = sum(x * y for x, y in zip(a, b))
        if dot <= 0:
            return False
        return Fraction(dot * dot, sum(x * x for x in a) * sum(y * y for y in b)) >= Fraction(threshold, 10000) ** 2

    return scan(records, near)


def text_classes(case, draw):
    width, words, threshold = 1 + draw.below(3), 1 + draw.below(24), 3000 + draw.below(7001)
    seed, prime = digest(case, "seed"), 2**61 - 1
    functions = []
    for word in range(words):
        out = hashlib.sha256(b"colophon/minhash/v1\0" + seed + word.to_bytes(8, "big")).digest()
        functions.append((1 + int.from_bytes(out[:8], "big") % (prime - 1), int.from_bytes(out[8:16], "big") % prime))

    def changed(tokens):
        if tokens:
            tokens[draw.below(len(tokens))] = draw.below(1000)
        return tokens

    records = drawn_records(case, draw, lambda: [draw.below(1000) for _ in range(draw.below(20))], changed)
    for record in records:
        tokens = record["content"]
        length = min(width, len(tokens))
        hashes = set()
        for start in range(len(tokens) - length + 1 if tokens else 0):
            shingle = b"".join(token.to_bytes(4, "big") for token in tokens[start:start + length])
            out = hashlib.sha256(b"colophon/shingle/v1\0" + seed + shingle).digest()
            hashes.add(int.from_bytes(out[:8], "big") % prime)
        record["signature"] = [min((a * x + b) % prime for x in hashes) for a, b in functions] if hashes else None

    def near(a, b):
        if not a["signature"] or not b["signature"]:
            return False
        equal = sum(x == y for x, y in zip(a["signature"], b["signature"]))
        return equal >= -(-words * threshold // 10000)

    return scan(records, near)


# Spans.

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


# Documents of a prompt.

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


# Machines and raters.

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


METHODS = {
    "knn-shapley/1": (knn, 3000), "tknn-shapley/1": (tknn, 2000), "vector classes": (vector_classes, 1000),
    "text classes": (text_classes, 500), "span/1": (span, 2000), "context-shapley/1": (context, 500),
    "context-shapley/1 sampled": (sampled, 200), "metered/1": (metered, 500), "feedback/1": (feedback, 500),
}


def computed():
    """Of each method: how many cases, the digest of all their lines, each ended by a newline, and the first ones."""
    results = {}
    for name, (method, count) in METHODS.items():
        lines = [method(case, SplitMix(case)) for case in range(count)]
        sha256 = hashlib.sha256("".join(f"{text}\n" for text in lines).encode()).hexdigest()
        results[name] = {"count": count, "sha256": sha256, "first": lines[:20]}
    return results


def main():
    path = os.path.join(HERE, "methods.json")
    results = computed()
    if sys.argv[1:] == ["--write"]:
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(results, indent=1) + "\n")
        return 0
    with open(path, encoding="utf-8") as file:
        wanted = json.load(file)
    wrong = [name for name in METHODS if results[name] != wanted.get(name)] + sorted(set(wanted) - set(METHODS))
    for name in wrong:
        print(f"{name}: differs from methods.json")
    print(f"{sum(result['count'] for result in results.values())} attributions recomputed, {len(wrong)} methods differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
