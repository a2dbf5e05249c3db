"""Hostile GGUF files and lineages: `colophon model add` says what is wrong and ends, whatever they claim."""

import json
import struct

import pytest

from harness import programs

STRING, UINT32, UINT64, ARRAY = 8, 4, 10, 9
F32, Q4_1 = 0, 3


def text(value: str | bytes) -> bytes:
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(data)) + data


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: str, dimensions: list[int], kind: int = F32, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, offset)


def gguf(pairs: list[bytes] = (), tensors: list[bytes] = (), *, counts: tuple[int, int] | None = None,
         magic: bytes = b"GGUF", version: int = 3, data: bytes = b"") -> bytes:
    tensor_count, pair_count = counts or (len(tensors), len(pairs))
    head = magic + struct.pack("<IQQ", version, tensor_count, pair_count) + b"".join(pairs) + b"".join(tensors)
    return head + bytes(-len(head) % 32) + data


ARCHITECTURE = pair("general.architecture", STRING, text("llama"))
HOSTILE = {
    "empty": b"",
    "another format": b"PK\x03\x04" + bytes(64),
    "magic only": b"GGUF",
    "another version": gguf(version=99),
    "big-endian version": gguf(version=0x03000000),
    "tensor count of 2^63": gguf(counts=(1 << 63, 0)),
    "pair count of 2^64-1": gguf(counts=(0, (1 << 64) - 1)),
    "more pairs than the file has": gguf([ARCHITECTURE], counts=(0, 2)),
    "a key beyond the file": gguf([struct.pack("<Q", 1 << 40) + b"key"]),
    "a string beyond the file": gguf([text("k") + struct.pack("<IQ", STRING, 1 << 62)]),
    "a string of 2^64-1": gguf([text("k") + struct.pack("<IQ", STRING, (1 << 64) - 1)]),
    "an array beyond the file": gguf([pair("k", ARRAY, struct.pack("<IQ", UINT64, 1 << 61))]),
    "nested arrays": gguf([pair("k", ARRAY, struct.pack("<IQ", ARRAY, 1) * 5000)]),
    "an unknown value type": gguf([pair("k", 77, bytes(8))]),
    "a key twice": gguf([ARCHITECTURE, ARCHITECTURE]),
    "a key that is not UTF-8": gguf([text(b"\xff\xfe") + struct.pack("<II", UINT32, 1)]),
    "an alignment of zero": gguf([pair("general.alignment", UINT32, struct.pack("<I", 0))]),
    "an alignment of 2^31": gguf([pair("general.alignment", UINT32, struct.pack("<I", 1 << 31))]),
    "dimensions that overflow": gguf([ARCHITECTURE], [tensor("a", [1 << 40, 1 << 40])]),
    "dimensions that wrap to zero": gguf([ARCHITECTURE], [tensor("a", [1 << 32, 1 << 32])]),
    "too many dimensions": gguf([ARCHITECTURE], [tensor("a", [1] * 4000)]),
    "a dimension of zero": gguf([ARCHITECTURE], [tensor("a", [0])]),
    "a tensor beyond the file": gguf([ARCHITECTURE], [tensor("a", [1 << 30])], data=bytes(64)),
    "an offset beyond the file": gguf([ARCHITECTURE], [tensor("a", [8], offset=1 << 40)], data=bytes(64)),
    "an offset that wraps": gguf([ARCHITECTURE], [tensor("a", [8], offset=(1 << 64) - 32)], data=bytes(64)),
    "an offset off the alignment": gguf([ARCHITECTURE], [tensor("a", [8], offset=4)], data=bytes(64)),
    "tensors that overlap": gguf([ARCHITECTURE], [tensor("a", [16]), tensor("b", [16])], data=bytes(128)),
    "a tensor twice": gguf([ARCHITECTURE], [tensor("a", [8]), tensor("a", [8], offset=32)], data=bytes(128)),
    "an unknown tensor type": gguf([ARCHITECTURE], [tensor("a", [32], kind=999)], data=bytes(128)),
    "half a block": gguf([ARCHITECTURE], [tensor("a", [33], kind=Q4_1)], data=bytes(128)),
    "another architecture": gguf([pair("general.architecture", STRING, text("mamba"))]),
    "nothing but an architecture": gguf([ARCHITECTURE]),
}


def refused(folder, data: bytes) -> str:
    """Adds a file as a model; it has to fail with a sentence. Returns that sentence."""
    file = folder / "hostile.gguf"
    file.write_bytes(data)
    result = programs.colophon(
        "model", "add", "hostile", "--data", str(folder / "data"), "--model", str(file), timeout=60)
    message = result.stderr.decode()
    assert 0 < result.returncode < 128, f"ended with {result.returncode}: {message}"
    assert message.lower().startswith("error:"), message
    # The service would refuse to be ready with a folder that holds no model.
    assert not (folder / "data/inference/models/hostile").exists()
    return message


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_clear_error(tmp_path, name):
    assert len(refused(tmp_path, HOSTILE[name])) > len("error: ") + 10


@pytest.mark.parametrize("kept", [4, 23, 24, 1000, 100_000, 1_500_000, 50_000_000, programs.MODEL_BYTES - 1])
def test_the_real_model_cut_short_is_a_clear_error(tmp_path, kept):
    with open(programs.model(), "rb") as file:
        refused(tmp_path, file.read(kept))


def test_another_file_under_a_known_name_is_refused(tmp_path):
    """The id smollm2 is pinned: one changed weight is another model."""
    with open(programs.model(), "rb") as file:
        data = bytearray(file.read())
    data[-1000] ^= 1
    file = tmp_path / "changed.gguf"
    file.write_bytes(data)
    result = programs.colophon("model", "add", "smollm2", "--data", str(tmp_path / "data"), "--model", str(file))
    assert result.returncode != 0 and b"SHA-256" in result.stderr


def node(name: str, parents: list) -> dict:
    return {"id": name, "kind": "model", "name": name, "contributor": "somebody", "claim": "declared",
            "retained_bp": 0 if parents else 10_000, "parents": parents}


def whole(parent: str) -> dict:
    return {"id": parent, "basis_points": 10_000}


@pytest.mark.parametrize(
    "lineage",
    [
        {"root": "a", "nodes": [node("a", [whole("b")]), node("b", [whole("a")])]},
        {"root": "a", "nodes": [node("a", []), node("a", [])]},
        {"root": "none", "nodes": [node("a", [])]},
        {},
        [],
    ],
    ids=["cycle", "a name twice", "no root", "empty", "no object"],
)
def test_a_hostile_lineage_is_a_clear_error(tmp_path, lineage):
    file = tmp_path / "lineage.json"
    file.write_text(json.dumps(lineage))
    result = programs.colophon(
        "model", "add", "mine", "--data", str(tmp_path / "data"), "--model", programs.model(), "--lineage", str(file))
    assert 0 < result.returncode < 128 and result.stderr.lower().startswith(b"error:"), result
    assert not (tmp_path / "data/inference/models/mine/manifest.cose").exists()


@pytest.mark.parametrize("name", ["../up", ".hidden", "", "a/b", "x" * 65, "a b"])
def test_a_model_id_never_leaves_its_folder(tmp_path, name):
    result = programs.colophon(
        "model", "add", "--data", str(tmp_path / "data"), "--model", programs.model(), "--", name)
    assert 0 < result.returncode < 128, result
