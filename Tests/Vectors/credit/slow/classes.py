"""Classes: every record against every leader, in fractions."""
import hashlib
from fractions import Fraction

from slow.draw import digest


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
