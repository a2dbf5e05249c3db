"""`colophon embed` against Tests/Vectors/embeddings, and what it and the catalogue of models refuse."""

import base64
import hashlib
import json
import struct

import pytest

from harness import programs

VECTORS = programs.ROOT / "Tests/Vectors/embeddings/minilm.jsonl"
FILES = ["1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "sentence_bert_config.json",
         "tokenizer.json"]


def vectors() -> list[dict]:
    # No command line can carry a zero byte.
    lines = [json.loads(line) for line in VECTORS.read_text().splitlines()]
    return [line for line in lines if "\0" not in line["text"]]


def embed(*arguments: str) -> dict:
    return json.loads(programs.must(programs.colophon("embed", "--model", programs.encoder(), *arguments)))


def test_vectors_are_those_of_the_reference():
    given = vectors()
    answer = embed("--truncate", "--", *(line["text"] for line in given))
    assert answer["dimension"] == 384 and len(answer["data"]) == len(given) > 20
    for line, row in zip(given, answer["data"], strict=True):
        expected = struct.unpack("<384f", base64.b64decode(line["embedding"]))
        assert row["tokens"] == len(line["tokens"])
        # Both have length one.
        assert sum(a * b for a, b in zip(row["embedding"], expected, strict=True)) >= 0.99999, line["text"][:60]


def test_the_identity_is_what_sha256sum_gives():
    listing = ""
    for name in FILES:
        with open(f"{programs.encoder()}/{name}", "rb") as file:
            listing += f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n"
    assert embed("x")["identity"] == "sha256:" + hashlib.sha256(listing.encode()).hexdigest()


def test_the_bits_do_not_depend_on_kernels_and_threads():
    texts = ["The cat sat on the mat.", "naïve café"]
    expected = embed(*texts)["data"]
    for kernel in programs.machine_kernels():
        assert embed("--kernel", kernel, "--threads", "3", *texts)["data"] == expected, kernel
    assert embed(texts[0])["data"] == expected[:1]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["embed", "--model", "/nowhere", "x"], 66, "no such folder"),
        (["embed", "--model", "minilm", "x"], 66, "colophon model add minilm"),
        (["embed", "--model", ".", "x"], 65, "config.json"),
        (["model", "fetch", "nonsense"], 64, "smollm2, gemma3-270m, minilm"),
        (["model", "add", "minilm", "--licence", "mit"], 64, "encoder"),
    ],
)
def test_what_cannot_be_is_a_clear_error(tmp_path, arguments, status, words):
    result = programs.colophon(*arguments, "--data", str(tmp_path))
    assert result.returncode == status and words in result.stderr.decode(), result.stderr.decode()


def test_a_text_that_is_too_long_is_refused_unless_it_may_be_cut():
    result = programs.colophon("embed", "--model", programs.encoder(), "word " * 300)
    assert result.returncode == 65 and "limit is 256" in result.stderr.decode()
    assert embed("--truncate", "word " * 300)["data"][0]["tokens"] == 256


def test_the_help_lists_the_models_with_size_and_licence():
    text = programs.must(programs.colophon("model", "add", "--help"))
    for words in ("smollm2", "89 MiB", "gemma3-270m", "227 MiB", "gemma", "minilm", "80 MiB", "apache-2.0"):
        assert words in text, words
