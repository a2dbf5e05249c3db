"""DCAP quotes: SGX version 3 (Intel SGX ECDSA Quote Library API, appendix A.4), TDX version 4 and 5 (Intel TDX DCAP Quoting Library API,
appendix A.3). Little-endian."""

from dataclasses import dataclass

from ..values import require
from ..reader import Reader

INTEL = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
ECDSA_P256 = 2
TDX = 0x81
SIGNATURE_DATA_MAX = 32 << 10
ENCLAVE_BYTES, DOMAIN_BYTES = 384, {2: 584, 3: 648}
# Certification data: a chain, or the report of the quoting enclave around what certifies it.
CHAIN, ENCLAVE_REPORT = 5, 6
_DOMAIN = (
    ("tee_tcb_svn", 16), ("mr_seam", 48), ("mr_signer_seam", 48), ("seam_attributes", 8), ("td_attributes", 8), ("xfam", 8),
    ("mr_td", 48), ("mr_config_id", 48), ("mr_owner", 48), ("mr_owner_config", 48), ("rtmr0", 48), ("rtmr1", 48), ("rtmr2", 48),
    ("rtmr3", 48), ("report_data", 64), ("tee_tcb_svn2", 16), ("mr_service_td", 48))
_ENCLAVE = (
    ("cpu_svn", 16), ("misc_select", 4), ("", 28), ("attributes", 16), ("mr_enclave", 32), ("", 32), ("mr_signer", 32), ("", 96),
    ("isv_prod_id", 2), ("isv_svn", 2), ("", 60), ("report_data", 64))


@dataclass(frozen=True)
class Quote:
    version: int
    is_domain: bool
    body: dict[str, bytes]
    signed: bytes
    signature: bytes
    key: bytes
    enclave_raw: bytes
    enclave: dict[str, bytes]
    enclave_signature: bytes
    authentication: bytes
    certification_type: int
    certification: bytes

    @classmethod
    def read(cls, raw: bytes) -> "Quote":
        reader = Reader(raw, "the quote")
        version, key_type, tee = reader.little(2), reader.little(2), reader.little(4)
        require(key_type == ECDSA_P256, "the quote's key is not of ECDSA P-256")
        reader.take(4)
        require(reader.take(16) == INTEL, "the quoting enclave is not Intel's")
        reader.take(20)
        require((version, tee) in ((3, 0), (4, TDX), (5, TDX)), "the quote is neither SGX version 3 nor TDX version 4 or 5")
        body = _body(reader, version)
        signed = raw[:reader.at]
        size = reader.little(4)
        require(size <= SIGNATURE_DATA_MAX, "the signature data is above 32 KiB")
        # What follows is the rest of the buffer that the quote came in: nothing signs it.
        data = Reader(reader.take(size), "the signature data")
        signature, key = data.take(64), data.take(64)
        if version > 3:
            require(data.little(2) == ENCLAVE_REPORT, "the certification data is no report of the quoting enclave")
            inner = data.take(data.little(4))
            data.end(padded=True)
            data = Reader(inner, "the certification data")
        enclave, enclave_signature = data.take(ENCLAVE_BYTES), data.take(64)
        authentication = data.take(data.little(2))
        kind, certification = data.little(2), data.take(data.little(4))
        data.end(padded=True)
        return cls(
            version, version > 3, body, signed, signature, key, enclave, _fields(_ENCLAVE, enclave), enclave_signature,
            authentication, kind, certification)

    @property
    def is_debug(self) -> bool:
        """SGX: bit 1 of the flags. TDX: any bit of the group TUD, 0 to 7."""
        return self.body["td_attributes"][0] != 0 if self.is_domain else bool(self.body["attributes"][0] & 2)

    def claims(self) -> dict[str, str]:
        if self.is_domain:
            left_out: set[str] = {"mr_signer_seam", "seam_attributes"}
            return {"version": str(self.version)} | {
                name: value.hex() for name, value in self.body.items() if name not in left_out}
        numbers = {name: str(number(self.body[name])) for name in ("isv_prod_id", "isv_svn")}
        names = ("mr_enclave", "mr_signer", "attributes", "cpu_svn", "report_data")
        return {"version": str(self.version)} | numbers | {name: self.body[name].hex() for name in names}


def number(field: bytes) -> int:
    return int.from_bytes(field, "little")


def _body(reader: Reader, version: int) -> dict[str, bytes]:
    if version == 3:
        return _fields(_ENCLAVE, reader.take(ENCLAVE_BYTES))
    kind, size = (reader.little(2), reader.little(4)) if version == 5 else (2, DOMAIN_BYTES[2])
    require(DOMAIN_BYTES.get(kind) == size, "the body is none of a trust domain")
    return _fields(_DOMAIN[:-2] if kind == 2 else _DOMAIN, reader.take(size))


def _fields(layout: tuple[tuple[str, int], ...], raw: bytes) -> dict[str, bytes]:
    reader, found = Reader(raw, "a report"), {}
    for name, size in layout:
        value = reader.take(size)
        if name:
            found[name] = value
    reader.end()
    return found
