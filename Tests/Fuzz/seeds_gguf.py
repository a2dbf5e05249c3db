"""GGUF seeds: what must be accepted, and each way in which a GGUF reader is known to have been broken."""

from gguf import (
    ARRAY, BOOL, F32, F64, I8, I16, I32, I64, STRING, U8, U16, U32, U64, file, pair, tensor, text, u32, u64)

ONE = tensor("t", [16])
DATA = bytes(64)


def nested(depth: int) -> tuple[int, list]:
    return (BOOL, [1]) if depth == 1 else (ARRAY, [nested(depth - 1)])


def raw(key: str, kind: int, data: bytes) -> bytes:
    return file([text(key) + u32(kind) + data])


def with_tensor(*arguments: object, **named: object) -> bytes:
    return file(tensors=[tensor(*arguments, **named)], data=DATA)


def alignment(kind: int, number: int) -> bytes:
    return file([pair("general.alignment", kind, number)], [ONE], DATA)


ACCEPTED = {
    "empty": file(),
    "all-kinds": file([
        pair("a", U8, 200), pair("b", I8, -3), pair("c", U16, 60000), pair("d", I16, -9), pair("e", U32, 7),
        pair("f", I32, -70000), pair("g", F32, 1.5), pair("h", BOOL, 1), pair("i", STRING, "ẞ"),
        pair("j", ARRAY, (STRING, ["x", ""])), pair("k", U64, 2**64 - 1), pair("l", I64, -2**63), pair("m", F64, -0.25),
        pair("n", ARRAY, (U32, [])), pair("o", ARRAY, (ARRAY, [(I8, [1]), (F32, [2.0])]))]),
    "tensors": file(tensors=[tensor("f32", [8, 2]), tensor("q8", [32], 8, 64), tensor("q4_1", [64, 2, 1, 1], 3, 128)],
                    data=bytes(128 + 80)),
    "k-quants": file(tensors=[tensor("a", [256], 12), tensor("b", [256], 14, 160)], data=bytes(160 + 210)),
    "alignment-1": file([pair("general.alignment", U32, 1)], [ONE], DATA, alignment=1),
    "alignment-64": file([pair("general.alignment", U64, 64)], [ONE], DATA, alignment=64),
    "nesting-4": file([pair("deep", ARRAY, nested(4))]),
    "trailing-bytes": file(tensors=[ONE], data=DATA + b"more"),
    "names-in-other-normal-form": file([pair("é", BOOL, 1)]),
}

REFUSED = {
    # The front.
    "nothing": b"",
    "magic": file(magic=b"FUGG"), "magic-only": b"GGUF",
    **{f"version-{number}": file(version=number) for number in (0, 1, 2, 4, 0x03000000)},
    "cut-in-counts": file()[:20],
    # Counts that a reader multiplies or allocates by (CVE-2024-21836: tensors; CVE-2024-23605: pairs).
    **{f"tensor-count-{number:x}": file(tensor_count=number) for number in (1, 2**31, 2**32, 2**57, 2**63, 2**64 - 1)},
    **{f"pair-count-{number:x}": file(pair_count=number) for number in (1, 2**31, 2**32, 2**58, 2**63, 2**64 - 1)},
    # Lengths of texts (CVE-2024-23496: length + 1 wraps to 0), of values, keys and names of tensors.
    **{f"string-length-{number:x}": raw("s", STRING, text(b"abc", number))
       for number in (4, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1, 2**64 - 9)},
    **{f"key-length-{number:x}": file(pair_count=1) + text(b"key", number) + u32(BOOL) + b"\1"
       for number in (2**16, 2**32 - 1, 2**63, 2**64 - 1)},
    **{f"tensor-name-length-{number:x}": file(tensor_count=1) + text(b"name", number) for number in (2**20, 2**63, 2**64 - 1)},
    "key-empty": file([pair("", BOOL, 1)]),
    "key-invalid-utf8": file([pair(b"\xff\xfe", BOOL, 1)]),
    "string-invalid-utf8": file([pair("s", STRING, b"\xc0\xaf")]),
    # Arrays (CVE-2024-21825: the size of the elements times their count wraps).
    **{f"array-count-{number:x}-of-{kind}": raw("a", ARRAY, u32(kind) + u64(number) + bytes(16))
       for kind in (U8, STRING, F64, ARRAY) for number in (2**29, 2**32, 2**60 + 1, 2**61, 2**63, 2**64 - 1)},
    "array-string-length": raw("a", ARRAY, u32(STRING) + u64(2) + text("x") + u64(2**64 - 1)),
    "array-of-unknown": raw("a", ARRAY, u32(13) + u64(1) + bytes(8)),
    "array-of-nothing-nested": raw("a", ARRAY, (u32(ARRAY) + u64(2**22)) * 3),
    **{f"nesting-{depth}": file([pair("deep", ARRAY, nested(depth))]) for depth in (5, 16, 200)},
    "nesting-10000": raw("deep", ARRAY, (u32(ARRAY) + u64(1)) * 10_000),
    # Types.
    **{f"value-type-{kind:x}": raw("v", kind, bytes(16)) for kind in (13, 14, 255, 2**31, 2**32 - 1)},
    "boolean-2": file([pair("b", BOOL, 2)]),
    **{f"tensor-type-{kind:x}": with_tensor("t", [16], kind) for kind in (4, 5, 9, 31, 36, 40, 99, 2**31, 2**32 - 1)},
    # Dimensions (CVE-2024-21802: more than the fixed array holds; CVE-2025-53630 and CVE-2026-33298: products wrap).
    **{f"dimension-count-{number:x}": with_tensor("t", [16], count=number) for number in (0, 5, 2**31, 2**32 - 1)},
    "dimension-5": with_tensor("t", [1] * 5),
    **{f"dimension-{number:x}": with_tensor("t", [number]) for number in (0, 2**40 + 1, 2**62, 2**63, 2**64 - 1)},
    "dimension-0-of-4": with_tensor("t", [16, 1, 0, 1]),
    "product-2-to-64": with_tensor("t", [2**32, 2**32]),
    "product-2-to-64-plus": with_tensor("t", [2**33, 2**31, 2, 1]),
    "product-of-4": with_tensor("t", [2**16, 2**16, 2**16, 2**16]),
    "product-bytes-2-to-64": with_tensor("t", [2**31, 2**31], 0),
    "product-quantized": with_tensor("t", [2**40, 2**24 + 2**4], 8),
    "partial-block": with_tensor("t", [33], 8), "partial-block-k": with_tensor("t", [128], 12),
    # Places (CVE-2026-7482: a tensor is said to be larger than the file).
    "beyond-file": file(tensors=[tensor("t", [1024])], data=DATA),
    "beyond-file-by-1": file(tensors=[ONE], data=DATA[:-1]),
    "no-data": file(tensors=[ONE]),
    **{f"offset-{number:x}": with_tensor("t", [16], offset=number)
       for number in (1, 32, 2**31, 2**32, 2**63 - 32, 2**63, 2**64 - 32, 2**64 - 1)},
    "sizes-sum-to-2-to-64": file(tensors=[tensor("a", [2**30, 2**30], 0, 0), tensor("b", [2**30, 2**31], 0, 2**62)], data=DATA),
    "overlap-whole": file(tensors=[ONE, tensor("u", [16])], data=DATA),
    "overlap-part": file(tensors=[tensor("a", [16]), tensor("b", [8], 0, 32)], data=DATA),
    "tensor-name-empty": with_tensor("", [16]),
    # Alignment: what divides by it, and what rounds up with it.
    **{f"alignment-{number:x}": alignment(U32, number) for number in (0, 3, 48, 2**17, 2**31, 2**32 - 1)},
    "alignment-2-to-63": alignment(U64, 2**63), "alignment-negative": alignment(I32, -32),
    "alignment-string": file([pair("general.alignment", STRING, "32")], [ONE], DATA),
    # The same name twice.
    "duplicate-key": file([pair("k", U8, 1), pair("k", U8, 2)]),
    "duplicate-key-canonical": file([pair("\u00e9", U8, 1), pair("e\u0301", U8, 2)]),
    "duplicate-alignment": file([pair("general.alignment", U32, 32), pair("general.alignment", U32, 1)], [ONE], DATA),
    "duplicate-tensor": file(tensors=[ONE, tensor("t", [16], 0, 64)], data=bytes(128)),
}
