"""Validates answers against their schemas with the jsonschema package (draft 2020-12, formats asserted).

Input: one JSON object a line, {"schema": ..., "answer": "text"}; the Swift test of ConstraintSchemaTests writes such a
file where COLOPHON_SCHEMA_PAIRS names one. `check` is the same for a caller that has the two at hand.

    python Tests/Vectors/schemas/validate.py PAIRS.jsonl
"""

import json
import sys

from jsonschema import Draft202012Validator


def check(schema, answer: str) -> list[str]:
    """What is wrong with an answer; empty if it satisfies the schema."""
    Draft202012Validator.check_schema(schema)
    try:
        value = json.loads(answer)
    except ValueError as error:
        return [f"not JSON: {error}"]
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def main(path: str) -> int:
    count = bad = 0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            pair = json.loads(line)
            count += 1
            for fault in check(pair["schema"], pair["answer"]):
                bad += 1
                print(f"line {number}: {fault}\n  {pair['answer'][:300]}")
    print(f"{count} answers, {bad} faults")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
