#!/usr/bin/env python3
"""Recomputes the credit vectors with exact fractions. See README.md."""
import hashlib
import json
import os
import random
import sys
from fractions import Fraction
from math import floor

HERE = os.path.dirname(os.path.abspath(__file__))


def apportion(total, weights):
    merged = {}
    for name, weight in weights:
        merged[name] = merged.get(name, 0) + weight
    merged = {name: max(0, weight) for name, weight in merged.items()}
    while merged and max(merged.values()) >= 2**62:
        merged = {name: weight >> 1 for name, weight in merged.items()}
    whole = sum(merged.values())
    if total == 0:
        return []
    if whole == 0:
        return [("unattributed", total)]
    quotas = {name: Fraction(total * weight, whole) for name, weight in merged.items()}
    shares = {name: floor(quota) for name, quota in quotas.items()}
    ranking = sorted(merged, key=lambda name: (shares[name] - quotas[name], name.encode()))
    for name in ranking[: total - sum(shares.values())]:
        shares[name] += 1
    assert sum(shares.values()) == total
    return sorted(((n, s) for n, s in shares.items() if s), key=lambda pair: pair[0].encode())


def node_weights(lineage):
    """Adds up, path by path, what each asset's contributor keeps."""
    nodes = {node["id"]: node for node in lineage["nodes"]}
    weights = {name: Fraction(0) for name in nodes}

    def walk(name, mass):
        node = nodes[name]
        weights[name] += mass * Fraction(node["retained_bp"], 10000)
        for parent in node["parents"]:
            walk(parent["id"], mass * Fraction(parent["basis_points"], 10000))

    walk(lineage["root"], Fraction(1))
    assert sum(weights.values()) == 1
    scaled = [weights[node["id"]] * 10000**8 for node in lineage["nodes"]]
    assert all(weight.denominator == 1 for weight in scaled)
    return [int(weight) for weight in scaled]


def lineage_pairs(lineage):
    return [(node["contributor"], weight) for node, weight in zip(lineage["nodes"], node_weights(lineage))]


def compute_shares(policy, lineage, operator, price):
    roles = {role["role"]: role for role in policy["roles"]}
    amounts = {}
    for name, part in apportion(price, [(r["role"], r["basis_points"]) for r in policy["roles"]]):
        role = roles[name]
        pairs = {
            "lineage/1": lambda: lineage_pairs(lineage) if lineage else [],
            "operator/1": lambda: [(operator, 1)],
            "equal/1": lambda: [(c, 1) for c in role["contributors"]],
            "fixed/1": lambda: [(p["contributor"], p["basis_points"]) for p in role["parts"]],
        }[role["method"]]()
        for contributor, amount in apportion(part, pairs):
            amounts[contributor] = amounts.get(contributor, 0) + amount
    assert sum(amounts.values()) == price
    return sorted(amounts.items(), key=lambda pair: pair[0].encode())


def decimals(pairs):
    return [[name, str(amount)] for name, amount in pairs]


# The inputs.

def node(name, kind, contributor, retained, *parents):
    return {"id": name, "kind": kind, "name": name.upper(), "contributor": contributor, "claim": "declared",
            "retained_bp": retained, "parents": [{"id": p, "basis_points": bp} for p, bp in parents]}


def chain(length, retained):
    nodes = [node(f"n{i}", "model", f"c{i}", retained, (f"n{i + 1}", 10000 - retained)) for i in range(length)]
    return {"root": "n0", "nodes": nodes + [node(f"n{length}", "dataset", f"c{length}", 10000)]}


DIAMOND = {"root": "chat", "nodes": [
    node("web", "dataset", "unattributed", 10000),
    node("chat", "model", "tuner", 3000, ("base", 5000), ("dialogues", 2000)),
    node("base", "model", "lab", 4000, ("web", 3333), ("books", 2667)),
    node("dialogues", "dataset", "writers", 1, ("web", 4999), ("books", 5000)),
    node("books", "dataset", "library", 10000),
]}


def ladder():
    """Two assets a step, each passing to both of the next: 2^7 paths of the greatest depth."""
    nodes = [node("root", "model", "r", 7, ("a1", 3331), ("b1", 6662))]
    for i in range(1, 8):
        nodes.append(node(f"a{i}", "model", f"a{i % 3}", 13, (f"a{i + 1}", 4993), (f"b{i + 1}", 4994)))
        nodes.append(node(f"b{i}", "adapter", f"b{i % 3}", 17, (f"a{i + 1}", 9001), (f"b{i + 1}", 982)))
    return {"root": "root", "nodes": nodes + [node("a8", "code", "z", 10000), node("b8", "documents", "z2", 10000)]}


def inputs():
    rng = random.Random(20250)
    top = 2**127 - 1
    cases = [
        ("thirds: ties to the smaller id", 100, [("c", 1), ("a", 1), ("b", 1)]),
        ("two left over", 11, [("b", 1), ("a", 1), ("c", 1)]),
        ("largest remainder beats the smaller id", 10, [("a", 1), ("b", 2)]),
        ("bytewise order: capitals before lower case", 1, [("a", 1), ("Z", 1)]),
        ("a prefix is smaller", 1, [("ab", 1), ("a", 1)]),
        ("duplicates are one player", 3, [("b", 1), ("a", 1), ("b", 1)]),
        ("a negative entry of the same name counts against it", 10, [("a", 5), ("a", -4), ("b", 9)]),
        ("negative sums are zero", 7, [("a", -1), ("b", 3)]),
        ("all zero", 7, [("a", 0), ("b", -3)]),
        ("nobody", 2**64 - 1, []),
        ("nothing to split", 0, [("a", 1)]),
        ("one unit, heavy and light", 1, [("light", 1), ("heavy", 2**61)]),
        ("the largest product", 2**64 - 1, [("a", 2**62 - 1), ("b", 2**62 - 1), ("c", 2**62 - 1)]),
        ("2^62 is shifted once, and the weight of 1 is lost", 10**9, [("a", 2**62), ("b", 1)]),
        ("2^62 - 1 is not shifted", 2**64 - 1, [("a", 2**62 - 1), ("b", 1)]),
        ("the largest weight", 2**64 - 1, [("a", top), ("b", top), ("c", top // 3), ("d", 2**65 - 1), ("e", 2**64)]),
        ("overflow passed on the way, sum fits", 12, [("a", top), ("a", 1), ("a", -2), ("b", 2**126)]),
        ("both ends passed on the way, sum fits", 12, [("a", -top - 1), ("a", -1), ("a", top), ("a", top), ("b", top)]),
    ]
    for i in range(60):
        bits = rng.choice([3, 20, 61, 62, 63, 64, 90, 126])
        count = rng.choice([1, 2, 3, 7, 40])
        weights = [(f"id{rng.randrange(count * 2)}", rng.randrange(2**bits) - (2**bits // 10)) for _ in range(count)]
        cases.append((f"random {i}", rng.randrange(2 ** rng.choice([1, 8, 40, 64])), weights))
    yield "apportionment.json", [
        {"name": n, "total": str(t), "weights": decimals(w), "shares": decimals(apportion(t, w))} for n, t, w in cases]

    graphs = [
        ("a model alone", {"root": "m", "nodes": [node("m", "model", "maker", 10000)]}, 999),
        ("a diamond", DIAMOND, 1_000_003),
        ("eight steps of a basis point", chain(8, 1), 10**9),
        ("eight steps that keep nearly all", chain(8, 9999), 2**62),
        ("a ladder of diamonds", ladder(), 123_456_789_012_345_678),
        ("credited nothing", {"root": "m", "nodes": [
            node("m", "adapter", "a", 10000, ("b", 0)), node("b", "model", "b", 10000)]}, 5),
    ]
    yield "lineage.json", [
        {"name": n, "lineage": g, "node_weights": [str(w) for w in node_weights(g)], "total": str(t),
         "shares": decimals(apportion(t, lineage_pairs(g)))} for n, g, t in graphs]

    standard = {"id": "default/1", "roles": [
        {"role": "lineage", "basis_points": 9500, "method": "lineage/1"},
        {"role": "operator", "basis_points": 500, "method": "operator/1"}]}
    mixed = {"id": "mixed/1", "roles": [
        {"role": "lineage", "basis_points": 5001, "method": "lineage/1"},
        {"role": "fund", "basis_points": 2999, "method": "fixed/1", "parts": [
            {"contributor": "lab", "basis_points": 3333}, {"contributor": "fund", "basis_points": 6667}]},
        {"role": "circle", "basis_points": 1999, "method": "equal/1", "contributors": ["lab", "x", "y"]},
        {"role": "operator", "basis_points": 1, "method": "operator/1"}]}
    requests = [
        ("default", standard, DIAMOND, "https://operator.example", 1_234_567),
        ("default, price of one", standard, DIAMOND, "https://operator.example", 1),
        ("default, free", standard, DIAMOND, "https://operator.example", 0),
        ("default, no lineage", standard, None, "https://operator.example", 1_001),
        ("default, the operator is a contributor too", standard, DIAMOND, "lab", 1_234_567),
        ("default, highest price", standard, DIAMOND, "o", 2**62),
        ("all methods", mixed, DIAMOND, "o", 99_999_999_999),
        ("all methods, price of three", mixed, DIAMOND, "o", 3),
    ]
    yield "shares.json", [
        {"name": n, "policy": p, "policy_sha256": hashlib.sha256(
            json.dumps(p, sort_keys=True, separators=(",", ":")).encode()).hexdigest(),
         "lineage": g, "operator": o, "price": str(t), "shares": decimals(compute_shares(p, g, o, t))}
        for n, p, g, o, t in requests]


def main():
    for name, cases in inputs():
        path = os.path.join(HERE, name)
        if "--write" in sys.argv:
            with open(path, "w") as file:
                file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
        with open(path) as file:
            if json.load(file) != cases:
                sys.exit(f"{name} differs from what this script computes")
        print(f"{name}: {len(cases)} cases agree")


if __name__ == "__main__":
    main()
