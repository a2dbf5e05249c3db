"""The measurements of one device: SPDM 1.1 (DMTF DSP0274, GET_MEASUREMENTS and MEASUREMENTS) with NVIDIA's opaque data. Little-endian."""

from dataclasses import dataclass

from ..values import require
from .certificate import Certificate
from ..reader import Reader

REQUEST, RESPONSE = bytes([0x11, 0xe0, 0x01, 0xff]), bytes([0x11, 0x60])
SIGNATURE_BYTES = 96
DRIVER, VBIOS, FIRMWARE = 3, 6, 20


@dataclass(frozen=True)
class Device:
    nonce: bytes
    blocks: dict[int, bytes]
    opaque: dict[int, bytes]
    signed: bytes
    signature: bytes
    certificates: list[Certificate]

    @classmethod
    def read(cls, raw: bytes, certificates: list[Certificate]) -> "Device":
        reader = Reader(raw, "the measurements")
        require(reader.take(4) == REQUEST, "the request is not for all blocks, signed")
        nonce = reader.take(32)
        reader.take(1)
        require(reader.take(2) == RESPONSE, "the response is no MEASUREMENTS of SPDM 1.1")
        reader.take(2)
        count = reader.little(1)
        found = _blocks(reader.take(reader.little(3)), count)
        reader.take(32)
        opaque = _opaque(reader.take(reader.little(2)))
        signed = raw[:reader.at]
        signature = reader.take(SIGNATURE_BYTES)
        reader.end(padded=True)
        return cls(nonce, found, opaque, signed, signature, certificates)

    def claims(self, prefix: str) -> dict[str, str]:
        found = {"nonce": self.nonce.hex()}
        if DRIVER in self.opaque:
            found["driver"] = self.opaque[DRIVER].split(b"\0")[0].decode(errors="replace")
        if VBIOS in self.opaque:
            found["vbios"] = self.opaque[VBIOS][::-1].hex()
        if FIRMWARE in self.opaque:
            found["firmware_id"] = self.opaque[FIRMWARE].hex()
        found |= {f"measurement{index}": value.hex() for index, value in self.blocks.items()}
        return {prefix + name: value for name, value in found.items()}


def _blocks(record: bytes, count: int) -> dict[int, bytes]:
    reader, found = Reader(record, "the record of measurements"), {}
    for _ in range(count):
        index = reader.little(1)
        require(index > max(found, default=0), "the blocks are not in the order of their indices")
        require(reader.little(1) == 1, "a block is not DMTF's")
        block = Reader(reader.take(reader.little(2)), "a block")
        block.take(1)
        found[index] = block.take(block.little(2))
        block.end()
    reader.end()
    return found


def _opaque(raw: bytes) -> dict[int, bytes]:
    reader, found = Reader(raw, "the opaque data"), {}
    while reader.at < len(raw):
        kind = reader.little(2)
        require(kind not in found, "a field of the opaque data stands twice")
        found[kind] = reader.take(reader.little(2))
    return found
