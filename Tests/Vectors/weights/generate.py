#!/usr/bin/env python3
"""Writes weights.jsonl: rows of random bytes in each GGUF weight type, and what they stand for.

Needs gguf and numpy. Deterministic: `python3 generate.py > weights.jsonl` gives the same bytes every time.
One line per type: {"type": name, "bytes": the row as GGUF stores it, "values": the weights as binary32, little-endian},
both in hex. The F16 numbers of a block and BF16 weights are kept finite; every other bit is random.
"""

import json
import random

import numpy
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

# Offsets of the F16 numbers in a block.
HALVES = {
    "F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "BF16": [], "F32": [],
}  # fmt: skip

for name, offsets in HALVES.items():
    source = random.Random(name)
    kind = GGMLQuantizationType[name]
    columns, size = GGML_QUANT_SIZES[kind]
    row = bytearray()
    for _ in range({256: 2, 32: 3, 1: 48}[columns]):
        block = bytearray(source.randbytes(size))
        for at in offsets:
            if block[at + 1] & 0x7C == 0x7C:
                block[at + 1] ^= 0x40
        if name in ("BF16", "F32") and block[-1] & 0x7F == 0x7F:
            block[-1] ^= 0x40
        row += block
    values = quants.dequantize(numpy.frombuffer(bytes(row), numpy.uint8), kind).astype("<f4")
    print(json.dumps({"type": name, "bytes": row.hex(), "values": values.tobytes().hex()}))
