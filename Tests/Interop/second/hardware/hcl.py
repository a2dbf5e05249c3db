"""The report of Azure's host compatibility layer ("Confidential VM guest attestation design", "Guest attestation report"): a hardware
report, and the runtime data that it binds. Little-endian."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from .. import jcs
from ..values import Refused, require, sha256
from .certificate import RSA_BITS
from ..reader import Reader
from .written import from_base64url, from_hex

BYTES_MAX = 64 << 10
HARDWARE_BYTES = 1184
SNP, TDX = 2, 4
# Of ATTESTATION_REPORT, and of the REPORTMACSTRUCT in a TDREPORT.
_REPORT_DATA = {SNP: 0x50, TDX: 128}
_SHA256 = 1


@dataclass(frozen=True)
class Report:
    kind: int
    hardware: bytes
    runtime: bytes
    key: rsa.RSAPublicKey
    user_data: bytes | None

    @classmethod
    def read(cls, raw: bytes) -> "Report":
        require(len(raw) <= BYTES_MAX, "the HCL report is above 64 KiB")
        reader = Reader(raw, "the HCL report")
        require(reader.take(4) == b"HCLA" and reader.little(4) in (1, 2), "the HCL report is none of version 1 or 2")
        reader.take(24)
        hardware = reader.take(HARDWARE_BYTES)
        reader.take(8)
        kind, digest = reader.little(4), reader.little(4)
        require(kind in _REPORT_DATA and digest == _SHA256, "the HCL report is neither of SNP nor of TDX, with SHA-256")
        runtime = reader.take(reader.little(4))
        reader.end(padded=True)
        value = jcs.parse(runtime, "the runtime data")
        require(isinstance(value, dict), "the runtime data is no object")
        stated = value.get("user-data")
        return cls(kind, hardware, runtime, _key(value), from_hex(stated) if _is_text(stated) else None)

    @property
    def bound(self) -> bytes:
        """The report data that the hardware must have signed."""
        return sha256(self.runtime) + bytes(32)

    @property
    def report_data(self) -> bytes:
        at = _REPORT_DATA[self.kind]
        return self.hardware[at:at + 64]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, jcs.Number)


def _key(value: dict[str, Any]) -> rsa.RSAPublicKey:
    listed = value.get("keys")
    keys = [item for item in listed if isinstance(item, dict) and item.get("kid") == "HCLAkPub"] if isinstance(listed, list) else []
    require(len(keys) == 1 and keys[0].get("kty") == "RSA", "the runtime data has no RSA key HCLAkPub")
    n, e = (from_base64url(keys[0].get(name), name) for name in "ne")
    require(len(n) <= 512 and len(e) <= 8, "the TPM's key has more than 4096 bits")
    try:
        key = rsa.RSAPublicNumbers(int.from_bytes(e, "big"), int.from_bytes(n, "big")).public_key()
    except ValueError as error:
        raise Refused("the TPM's key is none") from error
    require(RSA_BITS[0] <= key.key_size <= RSA_BITS[1], "the TPM's key has not 2048 to 4096 bits")
    return key
