"""The certificate that an SEV-SNP report is signed under (AMD 57230, "VCEK Certificate and KDS Interface Specification", section 3):
a chip's VCEK or a provider's VLEK, with the versions that its key was derived from."""

from dataclasses import dataclass

from .. import der
from ..values import require
from .certificate import Certificate

_ARC = "1.3.6.1.4.1.3704.1."
PRODUCT, CHIP = _ARC + "2", _ARC + "4"
MICROCODE = _ARC + "3.8"
_PARTS = {"boot_loader": _ARC + "3.1", "tee": _ARC + "3.2", "snp": _ARC + "3.3", "microcode": MICROCODE}
FMC = _ARC + "3.9"
IA5_STRING = 0x16
# Where each part stands in the 8 bytes of TCB_VERSION, which family 1Ah (Turin) has in another order.
_PLACES = {"boot_loader": 0, "tee": 1, "snp": 6, "microcode": 7}
_TURIN_PLACES = {"fmc": 0, "boot_loader": 1, "tee": 2, "snp": 3, "microcode": 7}


@dataclass(frozen=True)
class Signer:
    certificate: Certificate
    kind: str
    is_turin: bool
    version: dict[str, int]
    chip: bytes | None

    @classmethod
    def read(cls, certificate: Certificate) -> "Signer":
        kind = certificate.common_name
        require(kind in ("SEV-VCEK", "SEV-VLEK"), "the certificate is neither SEV-VCEK nor SEV-VLEK")
        name = certificate.extension(PRODUCT) or b""
        require(len(name) >= 2 and name[0] == IA5_STRING and name[1] == len(name) - 2, "the certificate names no product")
        is_turin = name[2:].startswith(b"Turin")
        fmc = certificate.extension(FMC)
        require((fmc is not None) == is_turin, "Turin alone has a version of the FMC")
        chip = certificate.extension(CHIP)
        require((chip is None) == (kind == "SEV-VLEK"), "a VCEK names a chip, and a VLEK does not")
        version = {part: _number(certificate.extension(oid)) for part, oid in _PARTS.items()}
        if fmc is not None:
            version["fmc"] = _number(fmc)
        return cls(certificate, kind, is_turin, version, chip)


def version_of(field: bytes, is_turin: bool) -> dict[str, int]:
    return {part: field[at] for part, at in (_TURIN_PLACES if is_turin else _PLACES).items()}


def _number(value: bytes | None) -> int:
    """An INTEGER of 0 to 255."""
    require(value, "the certificate lacks a version")
    (number,) = der.Value(der.SEQUENCE, value, value).parts(der.INTEGER)
    require(0 <= number.integer <= 255, "a version of the certificate is not 0 to 255")
    return number.integer
