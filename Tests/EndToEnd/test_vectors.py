"""Tokens and scores against Tests/Vectors/llm, through the command line that people who evaluate models use."""

import json

import pytest

from harness import programs
from harness.suite import MODEL_ID

VECTORS = programs.ROOT / "Tests/Vectors/llm"
GAP_CERTAIN = 1.0
AGREEMENT_MIN = 0.95


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


def answers(suite, command: str, rows: list[dict], *arguments: str) -> list[dict]:
    given = "".join(json.dumps(row) + "\n" for row in rows).encode()
    result = programs.colophon(
        command, "--model", MODEL_ID, "--data", str(suite.data), *arguments, stdin=given, timeout=600)
    return [json.loads(line) for line in programs.must(result).splitlines()]


def test_the_tokens_of_every_vector_are_equal(suite):
    vectors = lines("tokenizer_smollm2.jsonl")
    asked = [{"text": vector["text"], "parse_special": vector["parse_special"]} for vector in vectors]
    given = answers(suite, "tokenize", asked)
    assert len(given) == len(vectors) > 100
    wrong = [vector["id"] for vector, answer in zip(vectors, given) if answer.get("tokens") != vector["tokens"]]
    assert not wrong, f"vectors with other tokens: {wrong}"


def score(suite, vectors: list[dict], *arguments: str) -> list[dict]:
    rows = [{name: vector[name] for name in ("prompt_tokens", "tokens")} for vector in vectors]
    return answers(suite, "score", rows, *arguments)


def test_greedy_tokens_agree_with_the_vectors(suite):
    vectors = lines("greedy_smollm2_q4_1.jsonl")
    agreed = positions = 0
    for vector, scored in zip(vectors, score(suite, vectors), strict=True):
        for at, (token, gap, position) in enumerate(
            zip(vector["tokens"], vector["gaps"], scored["positions"], strict=True)
        ):
            same = position["argmax"] == token
            assert same or gap < GAP_CERTAIN, f"vector {vector['id']} position {at}: the gap is {gap}"
            assert position["logprob"] <= 0 <= position["margin"]
            agreed, positions = agreed + same, positions + 1
    print(f"greedy agreement: {agreed} of {positions}")
    assert agreed >= AGREEMENT_MIN * positions


def test_scores_are_the_same_bits_on_every_kernel_and_thread_count(suite, is_long):
    vectors = lines("greedy_smollm2_q4_1.jsonl")
    # ExactTests compare the kernels over whole answers; here they are seen from outside, and the scalar one is slow.
    vectors = sorted(vectors, key=lambda vector: len(vector["prompt_tokens"]))[:4 if is_long else 1]
    if not is_long:
        vectors = [vectors[0] | {"tokens": vectors[0]["tokens"][:8]}]
    runs = {
        (kernel, threads): score(suite, vectors, "--kernel", kernel, "--threads", threads)
        for kernel in programs.machine_kernels() for threads in ("1", "2")
    }
    assert all(run == runs["scalar", "1"] for run in runs.values()), f"of {list(runs)} not all agree"


@pytest.mark.parametrize(
    "line",
    ['{"text": 1}', "{}", "not json", '{"text": "\\ud800"}', '{"text": "\\u0004"}', '{"text": "a", "text": "b"}'])
def test_a_line_that_cannot_be_tokenized_is_an_error_line(suite, line):
    good = b'{"text": "a", "parse_special": false}\n'
    result = programs.colophon(
        "tokenize", "--model", MODEL_ID, "--data", str(suite.data), stdin=line.encode() + b"\n" + good)
    bad, after = (json.loads(text) for text in result.stdout.splitlines())
    assert result.returncode == 65 and bad["error"] and after["tokens"], result
