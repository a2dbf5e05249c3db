"""safetensors seeds: an honest file, and headers that lie."""

import json
import struct


def file(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    if not isinstance(header, bytes):
        text += b" " * (-len(text) % 8)  # so that the data begin at a multiple of every type's size
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def one(kind: object = "F32", shape: object = (4, 2), offsets: object = (0, 32), data: bytes = bytes(32), **more: object) -> bytes:
    return file({"t": {"dtype": kind, "shape": shape, "data_offsets": offsets, **more}}, data)


def tensor(begin: int, end: int) -> dict:
    return {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end]}


ACCEPTED = {
    "no-tensors": file({}),
    "one": one(), "metadata": file({"__metadata__": {"format": "pt"}, "t": tensor(0, 4)}, bytes(4)),
    "scalar": one(shape=[], offsets=[0, 4], data=bytes(4)),
    "padded-header": file(json.dumps({"t": tensor(0, 4)}).encode() + b"   ", bytes(4)),
    "out-of-order": file({"b": tensor(4, 8), "a": tensor(0, 4)}, bytes(8)),
}
REFUSED = {
    "nothing": b"", "cut-length": b"\1\0\0", "header-missing": struct.pack("<Q", 2),
    **{f"header-length-{number:x}": file({}, length=number) for number in (0, 1, 9, 2**31, 2**32, 2**63 - 8, 2**63, 2**64 - 8, 2**64 - 1)},
    "array": file([]), "text": file("t"), "not-json": file(b"{'t'}"), "two-objects": file(b"{}{}"),
    "leading-space": file(b" {}"), "bom": file(b"\xef\xbb\xbf{}"), "invalid-utf8": file(b'{"\xff":1}'),
    "duplicate-name": file(b'{"t":%s,"t":%s}' % ((json.dumps(tensor(0, 4)).encode(),) * 2), bytes(4)),
    "nested": file(b'{"t":' + b"[" * 5000 + b"]" * 5000 + b"}"), "nested-open": file(b'{"t":' + b"[" * 20_000),
    "metadata-number": file({"__metadata__": {"n": 1}}), "metadata-list": file({"__metadata__": []}),
    "dtype-unknown": one("F31"), "dtype-number": one(0), "dtype-lower": one("f32"),
    "shape-negative": one(shape=[-4, -2]), "shape-float": one(shape=[4.0, 2]), "shape-text": one(shape="4"),
    "shape-product-wraps": one(shape=[2**62, 4, 2], offsets=[0, 0], data=b""),
    "shape-product-wraps-to-size": one(shape=[2**63 + 4, 2]), "shape-2-to-64": one(shape=[2**64]),
    "shape-long": one(shape=[1] * 20_000), "shape-other-size": one(shape=[4, 3]),
    "offsets-one": one(offsets=[0]), "offsets-three": one(offsets=[0, 16, 32]), "offsets-swapped": one(offsets=[32, 0]),
    "offsets-negative": one(offsets=[-32, 0]), "offsets-beyond": one(offsets=[0, 64], shape=[8, 2]),
    "offsets-huge": one(offsets=[2**64 - 32, 2**64]), "offsets-wrap": one(offsets=[2**63 - 1, 2**63 + 31]),
    "gap": file({"a": tensor(0, 4), "b": tensor(8, 12)}, bytes(12)),
    "overlap": file({"a": tensor(0, 4), "b": tensor(2, 6)}, bytes(6)),
    "hole-at-start": file({"a": tensor(4, 8)}, bytes(8)), "data-left-over": one(data=bytes(33)),
    "member-missing": file({"t": {"dtype": "F32", "shape": [1]}}, bytes(4)), "member-unknown": one(stride=[1]),
}
REFUSED["misaligned"] = file(b'{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} ', bytes(4))
