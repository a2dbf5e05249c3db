"""AMD SEV-SNP: the report of 56860 ("SEV-SNP Firmware ABI", ATTESTATION_REPORT), versions 2 to 5, 1,184 bytes, little-endian."""

from dataclasses import dataclass

from ..values import require
from ..reader import Reader
from .sheet import Lacking, Sheet
from .signature import P384, is_ecdsa
from .vcek import MICROCODE, Signer, version_of

PLANNED = (
    "format", "chain", "validity", "revocation", "signature", "identity", "tcb", "debug", "measurements", "nonce", "report_data")
# AMD's lists name intermediates alone.
OPTIONAL = frozenset({"revocation"})
BYTES, SIGNED = 1184, 0x2a0
DEBUG, RESERVED_ONE = 1 << 19, 1 << 17
NUMBER, FIELD = 48, 72
# Of the key that signed: bits 2 to 4 of the flags.
KEYS = {0: "SEV-VCEK", 1: "SEV-VLEK"}
TURIN_FAMILY = 0x1a
_DIGESTS = (("report_data", 0x50, 64), ("measurement", 0x90, 48), ("host_data", 0xc0, 32), ("id_key_digest", 0xe0, 48),
            ("author_key_digest", 0x110, 48), ("report_id", 0x140, 32), ("reported_tcb", 0x180, 8), ("current_tcb", 0x38, 8),
            ("committed_tcb", 0x1e0, 8), ("launch_tcb", 0x1f0, 8), ("chip_id", 0x1a0, 64))


@dataclass(frozen=True)
class Report:
    raw: bytes
    policy: int
    key: str
    signature: bytes

    @classmethod
    def read(cls, raw: bytes) -> "Report":
        require(len(raw) == BYTES, "the report has not 1184 bytes")
        number = {name: int.from_bytes(raw[at:at + size], "little") for name, at, size in (
            ("version", 0, 4), ("policy", 8, 8), ("algorithm", 0x34, 4), ("flags", 0x48, 4))}
        require(2 <= number["version"] <= 5, "the report has another version than 2 to 5")
        require(number["policy"] & RESERVED_ONE, "bit 17 of the guest's policy is zero")
        require(number["algorithm"] == 1, "the report is not signed with ECDSA P-384")
        key = number["flags"] >> 2 & 7
        require(key in KEYS, "the report is signed by neither VCEK nor VLEK")
        tail = Reader(raw[SIGNED:], "the report")
        signature = b""
        for _ in "rs":
            field = tail.take(FIELD)
            require(not any(field[NUMBER:]), "a number of the signature has more than 48 bytes")
            signature += field[:NUMBER][::-1]
        tail.end(padded=True)
        return cls(raw, number["policy"], KEYS[key], signature)

    def __getitem__(self, name: str) -> bytes:
        at, size = next((at, size) for found, at, size in _DIGESTS if found == name)
        return self.raw[at:at + size]

    @property
    def is_turin(self) -> bool | None:
        """By the family, which reports have from version 3 on."""
        return self.raw[0x188] == TURIN_FAMILY if self.raw[0] >= 3 else None

    def claims(self) -> dict[str, str]:
        numbers = (("version", 0, 4, str), ("guest_svn", 4, 4, str), ("policy", 8, 8, hex), ("vmpl", 0x30, 4, str),
                   ("platform_info", 0x40, 8, hex))
        return ({name: form(int.from_bytes(self.raw[at:at + size], "little")) for name, at, size, form in numbers}
                | {name: self[name].hex() for name, _, _ in _DIGESTS})


def appraise(sheet: Sheet, raw: bytes) -> None:
    report = sheet.check("format", lambda: Report.read(raw))
    if report is None:
        return
    sheet.claims |= report.claims()
    sheet.check("debug", lambda: require(
        not report.policy & DEBUG or sheet.policy.allow_debug, "the guest's policy allows debugging"))
    sheet.check_fresh(None, report["report_data"])

    def is_signed(candidate: object) -> bool:
        return is_ecdsa(candidate.key, report.signature, report.raw[:SIGNED], P384)

    def find() -> Signer:
        found = [item for item in sheet.collateral.certificates if item.extension(MICROCODE) is not None]
        if not found:
            raise Lacking("no VCEK or VLEK certificate was handed in")
        return Signer.read(next(filter(is_signed, found), found[0]))

    signer = sheet.check("chain", find)
    if signer is None:
        return
    sheet.check_path(signer.certificate, [])
    sheet.check("signature", lambda: require(is_signed(signer.certificate), "the signature is not the certificate's key's"))
    sheet.check("identity", lambda: _identity(report, signer))
    sheet.check("tcb", lambda: _tcb(report, signer, sheet.policy.tcb_minimum))


def _identity(report: Report, signer: Signer) -> None:
    require(report.key == signer.kind, "the report names the other kind of key")
    require(report.is_turin in (None, signer.is_turin), "the processor's family is not the certificate's")
    if signer.chip is not None:
        # Turin's certificate has 8 bytes, and zeros follow them in the report.
        require(len(signer.chip) == (8 if signer.is_turin else 64), "the certificate names no chip")
        require(report["chip_id"] == signer.chip.ljust(64, b"\0"), "the certificate is of another chip")


def _tcb(report: Report, signer: Signer, least: dict[str, int]) -> None:
    reported, current = (version_of(report[name], signer.is_turin) for name in ("reported_tcb", "current_tcb"))
    require(reported == signer.version, "the reported TCB is not the certificate's")
    require(all(current[part] >= reported[part] for part in reported), "the reported TCB is above the one that runs")
    for part in reported:
        require(reported[part] >= least.get(part, 0), f"{part} is below the policy's least")
