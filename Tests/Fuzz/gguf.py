"""GGUF v3 files, honest or not, as bytes."""

import struct

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
FORMATS = {U8: "<B", I8: "<b", U16: "<H", I16: "<h", U32: "<I", I32: "<i", F32: "<f", BOOL: "<B", U64: "<Q", I64: "<q",
           F64: "<d"}


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


def u64(value: int) -> bytes:
    return struct.pack("<Q", value % 2**64)


def text(value: str | bytes, length: int | None = None) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return u64(len(data) if length is None else length) + data


def value(kind: int, data: object) -> bytes:
    """Of an array `data` is (kind of its elements, elements)."""
    if kind == STRING:
        return text(data)
    if kind == ARRAY:
        element, items = data
        return u32(element) + u64(len(items)) + b"".join(value(element, item) for item in items)
    return struct.pack(FORMATS[kind], data)


def pair(key: str | bytes, kind: int, data: object) -> bytes:
    return text(key) + u32(kind) + value(kind, data)


def tensor(name: str, dimensions: list[int], kind: int = 0, offset: int = 0, count: int | None = None) -> bytes:
    """A line of the table of tensors."""
    return (text(name) + u32(len(dimensions) if count is None else count) + b"".join(map(u64, dimensions)) + u32(kind)
            + u64(offset))


def file(
    pairs: list[bytes] = [], tensors: list[bytes] = [], data: bytes = b"", *, magic: bytes = b"GGUF", version: int = 3,
    tensor_count: int | None = None, pair_count: int | None = None, alignment: int = 32,
) -> bytes:
    head = (magic + u32(version) + u64(len(tensors) if tensor_count is None else tensor_count)
            + u64(len(pairs) if pair_count is None else pair_count) + b"".join(pairs) + b"".join(tensors))
    return head + bytes(-len(head) % alignment) + data if tensors or data else head
