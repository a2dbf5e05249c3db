"""What Intel's extension of a PCK certificate says of a platform (Intel SGX PCK Certificate and CRL Profile, section 1.3.5)."""

from dataclasses import dataclass

from .. import der
from ..values import require
from .certificate import Certificate

SGX = "1.2.840.113741.1.13.1"
COMPONENTS = 16
VERSION_MAX = 0xffff


@dataclass(frozen=True)
class Platform:
    certificate: Certificate
    fmspc: bytes
    pce_id: bytes
    components: list[int]
    pce_svn: int

    @classmethod
    def read(cls, certificate: Certificate) -> "Platform":
        value = certificate.extension(SGX)
        require(value is not None, "the platform's certificate has no extension of SGX")
        entries = _entries(der.parse(value, "the extension of SGX"))
        fmspc, pce_id = entries.get(f"{SGX}.4"), entries.get(f"{SGX}.3")
        require(fmspc and fmspc.tag == der.OCTETS and len(fmspc.body) == 6, "the platform has no FMSPC")
        require(pce_id and pce_id.tag == der.OCTETS and len(pce_id.body) == 2, "the platform has no PCE")
        tcb = entries.get(f"{SGX}.2")
        require(tcb and tcb.tag == der.SEQUENCE, "the platform has no TCB")
        versions = _entries(tcb)
        numbers = [_number(versions.get(f"{SGX}.2.{arc}")) for arc in range(1, COMPONENTS + 2)]
        return cls(certificate, fmspc.body, pce_id.body, numbers[:COMPONENTS], numbers[COMPONENTS])


def _entries(sequence: der.Value) -> dict[str, der.Value]:
    found: dict[str, der.Value] = {}
    for entry in sequence.parts():
        require(entry.tag == der.SEQUENCE, "an entry of the extension of SGX is no pair")
        pair = entry.parts()
        require(len(pair) == 2 and pair[0].tag == der.OID, "an entry of the extension of SGX is no pair")
        name = _dotted(pair[0])
        require(name.startswith(SGX + ".") or name == SGX, "an entry of the extension of SGX has another name")
        require(name not in found, "an entry of the extension of SGX stands twice")
        found[name] = pair[1]
    return found


def _dotted(value: der.Value) -> str:
    """Of an OID that begins with an arc below 3."""
    require(value.body and not value.body[-1] & 0x80, "an OID ends early")
    arcs, number = [], 0
    for byte in value.body:
        require(number or byte != 0x80, "an arc of an OID is longer than it needs")
        number = number << 7 | byte & 0x7f
        if not byte & 0x80:
            arcs.append(number)
            number = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def _number(value: der.Value | None) -> int:
    require(value and value.tag == der.INTEGER and 0 <= value.integer <= VERSION_MAX, "a version of the platform is missing")
    return value.integer
