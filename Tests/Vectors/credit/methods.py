#!/usr/bin/env python3
"""Recomputes thousands of generated attributions by FORMAT section 7, the slow way. See README.md."""
import hashlib
import json
import os
import sys

from slow import classes, contexts, counts, neighbours, spans
from slow.draw import SplitMix

HERE = os.path.dirname(os.path.abspath(__file__))

METHODS = {
    "knn-shapley/1": (neighbours.knn, 3000), "tknn-shapley/1": (neighbours.tknn, 2000),
    "vector classes": (classes.vector_classes, 1000), "text classes": (classes.text_classes, 500),
    "span/1": (spans.span, 2000), "context-shapley/1": (contexts.context, 500),
    "context-shapley/1 sampled": (contexts.sampled, 200), "metered/1": (counts.metered, 500),
    "feedback/1": (counts.feedback, 500),
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
