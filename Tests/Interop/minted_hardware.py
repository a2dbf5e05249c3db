"""Evidence of hardware that nobody has: each kind as its vendor writes it, under a root of the test's own. A test changes a member before
`evidence` signs it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from issuer import NOW, Form, Issuer
from second import cbor, der

ZEROS = bytes(1184)


@dataclass
class Nitro:
    kind = "nitro"
    root: Issuer = field(default_factory=lambda: Issuer.root("test.nitro", ec.SECP384R1()))
    changed: dict[str, Any] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=lambda: [Form(is_authority=True), Form()])
    """Of the certificates from the root's down to the enclave's."""

    def evidence(self, report_data: bytes) -> bytes:
        chain = [self.root]
        for at, form in enumerate(self.forms):
            chain.append(chain[-1].issue(f"test.{at}", form))
        leaf = chain.pop()
        pcrs = {index: bytes([index + 1]) * 48 for index in range(3)}
        payload = cbor.encode({
            "module_id": "i-0-enc0", "digest": "SHA384", "timestamp": int(NOW.timestamp()) * 1000, "pcrs": pcrs,
            "certificate": leaf.der, "cabundle": [issuer.der for issuer in chain], "public_key": None, "user_data": report_data,
            "nonce": None} | self.changed)
        protected = cbor.encode({1: -35})
        signature = b"".join(leaf.sign(cbor.encode(["Signature1", protected, b"", payload])))
        return cbor.encode([protected, {}, payload, signature])

    def collateral(self) -> list[bytes]:
        return []


@dataclass
class SNP:
    kind = "sev-snp"
    root: Issuer = field(default_factory=lambda: Issuer.root("ARK-Test", ec.SECP384R1()))
    policy: int = 0x30000
    flags: int = 0
    version: int = 3
    family: int = 0x19
    tcb: bytes = bytes([4, 0, 0, 0, 0, 0, 24, 0xdb])
    current: bytes = bytes([4, 0, 0, 0, 0, 0, 24, 0xdb])
    chip: bytes = b"\xc5" * 64
    name: str = "SEV-VCEK"
    extensions: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        arc = "1.3.6.1.4.1.3704.1."
        stated = {
            "2": b"\x16\x05Milan", "3.1": b"\2\1\4", "3.2": b"\2\1\0", "3.3": b"\2\1\x18", "3.8": b"\2\2\0\xdb", "4": b"\xc5" * 64}
        self.values = {arc + oid: value for oid, value in (stated | self.extensions).items() if value}
        self.middle = self.root.issue("SEV-Test", Form(is_authority=True))
        self.signer = self.middle.issue(self.name, Form(extensions=self.values))

    def evidence(self, report_data: bytes) -> bytes:
        def little(value: int, size: int) -> bytes:
            return value.to_bytes(size, "little")

        parts = {
            0: little(self.version, 4), 8: little(self.policy, 8), 0x34: little(1, 4), 0x38: self.current, 0x48: little(self.flags, 4),
            0x50: report_data, 0x90: b"\5" * 48, 0x180: self.tcb, 0x188: bytes([self.family, 1, 1]), 0x1a0: self.chip, 0x1e0: self.tcb}
        report = bytearray(ZEROS[:0x2a0])
        for at, value in parts.items():
            report[at:at + len(value)] = value
        r, s = self.signer.sign(bytes(report), "little")
        return (bytes(report) + r.ljust(72, b"\0") + s.ljust(72, b"\0")).ljust(1184, b"\0")

    def collateral(self) -> list[bytes]:
        return [self.middle.pem + self.signer.pem]


def _sgx(fmspc: bytes, components: bytes) -> bytes:
    def entry(arc: str, value: bytes) -> bytes:
        return der.encode(der.SEQUENCE, der.oid("1.2.840.113741.1.13.1" + arc), value)

    def octets(value: bytes) -> bytes:
        return der.encode(der.OCTETS, value)

    versions = [entry(f".2.{at}", b"\2\1" + bytes([svn])) for at, svn in enumerate([*components, 11], 1)]
    tcb = der.encode(der.SEQUENCE, *versions, entry(".2.18", octets(components)))
    return der.encode(der.SEQUENCE, entry(".2", tcb), entry(".3", octets(bytes(2))), entry(".4", octets(fmspc)))


def _sized(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(data).to_bytes(4, "little") + data


def _enclave(attributes: bytes, signer: bytes, product: int, svn: int, report_data: bytes, measured: bytes = bytes(32)) -> bytes:
    """The report of an SGX enclave, 384 bytes: of one that is quoted, or of the one that quotes."""
    numbers = product.to_bytes(2, "little") + svn.to_bytes(2, "little")
    return bytes(48) + attributes + measured + bytes(32) + signer + bytes(96) + numbers + bytes(60) + report_data


@dataclass
class TDX:
    kind = "tdx"
    root: Issuer = field(default_factory=lambda: Issuer.root("Test SGX Root CA", ec.SECP256R1()))
    version: int = 4
    tee: int = 0x81
    attributes: bytes = bytes(8)
    svn: bytes = bytes([6, 1, 3]).ljust(16, b"\0")
    components: bytes = b"\3" * 16
    product: int = 2
    """Of the quoting enclave."""
    enclave_attributes: bytes = b"\x11".ljust(16, b"\0")
    enclave_svn: int = 8
    bound: bytes | None = None
    status: str = "UpToDate"
    until: str = "2025-10-01T00:00:00Z"
    revoked: tuple[int, ...] = ()
    behind: bytes = b""
    edit: Callable[[dict[str, Any], dict[str, Any]], None] = lambda info, identity: None
    """Of TCB info and identity, before Intel signs them."""

    def __post_init__(self) -> None:
        self.middle = self.root.issue("Test PCK Platform CA", Form(is_authority=True))
        self.signer = self.root.issue("Intel SGX TCB Signing", Form(serial=3))
        extensions = {"1.2.840.113741.1.13.1": _sgx(b"\1\2\3\4\5\6", self.components)}
        self.platform = self.middle.issue("Test PCK", Form(serial=9, extensions=extensions))
        self.attestation = Issuer.root("attestation", ec.SECP256R1())

    def evidence(self, report_data: bytes) -> bytes:
        head = self.version.to_bytes(2, "little") + b"\2\0" + self.tee.to_bytes(4, "little") + bytes(4)
        signed = head + bytes.fromhex("939a7233f79c4ca9940a0db3957f0607") + bytes(20) + self.body(report_data)
        bound = sha256((self.bound or self.attestation.point) + b"authentication").digest()
        enclave = _enclave(self.enclave_attributes, b"\xdc" * 32, self.product, self.enclave_svn, bound + bytes(32))
        chain = self.platform.pem + self.middle.pem + self.root.pem
        certified = enclave + b"".join(self.platform.sign(enclave)) + b"\x0e\0authentication" + _sized(5, chain)
        data = b"".join(self.attestation.sign(signed)) + self.attestation.point
        data += _sized(6, certified) if self.version > 3 else certified
        return signed + len(data).to_bytes(4, "little") + data + self.behind

    def body(self, report_data: bytes) -> bytes:
        body = (self.svn + ZEROS[:104] + self.attributes + bytes(8) + b"\xab" * 48).ljust(520, b"\0") + report_data
        return _sized(3, body + bytes(64)) if self.version == 5 else body

    def collateral(self) -> list[bytes]:
        lists, info, identity = [self.root.revoke(), self.middle.revoke(*self.revoked)], self.info(), self.identity()
        self.edit(info, identity)
        return [self.signer.pem, *lists, self.answer("tcbInfo", info), self.answer("enclaveIdentity", identity)]

    def answer(self, name: str, value: dict[str, Any]) -> bytes:
        text = json.dumps(value)
        return f'{{"{name}": {text}, "signature": "{b"".join(self.signer.sign(text.encode())).hex()}"}}'.encode()

    def info(self) -> dict[str, Any]:
        def level(svn: int, status: str) -> dict[str, Any]:
            tdx = [6, 0, 3] + [0] * 13
            return {"tcbStatus": status, "tcb": {
                "sgxtcbcomponents": [{"svn": svn}] * 16, "pcesvn": 11, "tdxtcbcomponents": [{"svn": item} for item in tdx]}}

        module = {"mrsigner": "00" * 48, "attributes": "00" * 8, "attributesMask": "FF" * 8}
        own = module | {"id": "TDX_01", "tcbLevels": [
            {"tcb": {"isvsvn": 6}, "tcbStatus": "UpToDate"}, {"tcb": {"isvsvn": 4}, "tcbStatus": "OutOfDate"}]}
        return {
            "id": "TDX", "version": 3, "issueDate": "2025-09-01T00:00:00Z", "nextUpdate": self.until, "fmspc": "010203040506",
            "pceId": "0000", "tcbType": 0, "tdxModule": module, "tdxModuleIdentities": [own],
            "tcbLevels": [level(3, self.status), level(2, "OutOfDate")]}

    def identity(self) -> dict[str, Any]:
        return {
            "id": "TD_QE", "version": 2, "issueDate": "2025-09-01T00:00:00Z", "nextUpdate": self.until, "miscselect": "00" * 4,
            "miscselectMask": "FF" * 4, "attributes": "11" + "00" * 15, "attributesMask": "FB" + "FF" * 7 + "00" * 8,
            "mrsigner": "dc" * 32, "isvprodid": 2, "tcbLevels": [
                {"tcb": {"isvsvn": 8}, "tcbStatus": "UpToDate"}, {"tcb": {"isvsvn": 6}, "tcbStatus": "OutOfDate"}]}


@dataclass
class SGX(TDX):
    kind = "sgx"
    version: int = 3
    tee: int = 0
    attributes: bytes = b"\5".ljust(16, b"\0")
    """Initialised, and of 64 bits."""
    product: int = 1
    listed: int = 3
    """The version of the TCB info: in version 2 it has neither an id nor lists."""

    def body(self, report_data: bytes) -> bytes:
        return _enclave(self.attributes, b"\x51" * 32, 0x0102, 0x0304, report_data, b"\xe1" * 32)

    def info(self) -> dict[str, Any]:
        def level(svn: int, status: str) -> dict[str, Any]:
            named = {f"sgxtcbcomp{at:02}svn": svn for at in range(1, 17)}
            components = named if self.listed == 2 else {"sgxtcbcomponents": [{"svn": svn}] * 16}
            return {"tcbStatus": status, "tcb": components | {"pcesvn": 11}}

        left_out = {"id", "tdxModule", "tdxModuleIdentities"}
        stated = {name: value for name, value in super().info().items() if name not in left_out}
        stated |= {"version": self.listed, "tcbLevels": [level(3, self.status), level(2, "OutOfDate")]}
        return stated if self.listed == 2 else stated | {"id": "SGX"}

    def identity(self) -> dict[str, Any]:
        return super().identity() | {"id": "QE", "isvprodid": 1}
