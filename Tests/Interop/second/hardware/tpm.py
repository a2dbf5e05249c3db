"""What a TPM 2.0 signs when it quotes its PCRs (TPM 2.0 Library part 2: TPMS_ATTEST, 10.12.8; TPMT_SIGNATURE, 11.3.4). Big-endian."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ..values import Refused, require
from ..reader import Reader
from .signature import is_ecdsa

MESSAGE_BYTES_MAX = 4096
PCRS_MAX, PCR_BYTES = 32, 32
GENERATED, ATTEST_QUOTE = b"\xff\x54\x43\x47", b"\x80\x18"
SHA256 = 0x000b
RSASSA, RSAPSS, ECDSA = 0x0014, 0x0016, 0x0018


@dataclass(frozen=True)
class Attest:
    nonce: bytes
    selection: list[int]
    digest: bytes

    @classmethod
    def read(cls, message: bytes) -> "Attest":
        require(len(message) <= MESSAGE_BYTES_MAX, "the TPM's message is above 4096 bytes")
        reader = Reader(message, "the TPM's message")
        require(reader.take(6) == GENERATED + ATTEST_QUOTE, "the TPM's message is no quote that a TPM made")
        reader.take(reader.big(2))
        nonce = reader.take(reader.big(2))
        # Clock and version of the firmware.
        reader.take(25)
        require(reader.big(4) == 1 and reader.big(2) == SHA256, "the quote is not of the one bank of SHA-256")
        bits = int.from_bytes(reader.take(reader.big(1)), "little")
        digest = reader.take(reader.big(2))
        require(len(digest) == 32, "the digest of the quote has not 32 bytes")
        reader.end()
        return cls(nonce, [at for at in range(bits.bit_length()) if bits >> at & 1], digest)


@dataclass(frozen=True)
class Signed:
    """A quote as it travels."""

    message: bytes
    algorithm: int
    signature: bytes
    pcrs: list[bytes]

    @classmethod
    def read(cls, message: bytes, signature: bytes, pcrs: list[bytes]) -> "Signed":
        require(len(pcrs) <= PCRS_MAX and all(len(pcr) == PCR_BYTES for pcr in pcrs), "the PCRs are not at most 32 of 32 bytes")
        return cls(message, *_signature(signature), pcrs)

    def is_signed_by(self, key: object) -> bool:
        if self.algorithm == ECDSA:
            return is_ecdsa(key, self.signature, self.message)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        scheme = padding.PKCS1v15() if self.algorithm == RSASSA else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        try:
            key.verify(self.signature, self.message, scheme, hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def _signature(raw: bytes) -> tuple[int, bytes]:
    """The number of RSASSA with SHA-256 by itself, which is as long as a modulus; or what says of itself how it was made."""
    if len(raw) % 64 == 0:
        return RSASSA, raw
    reader = Reader(raw, "the TPM's signature")
    algorithm = reader.big(2)
    require(algorithm in (RSASSA, RSAPSS, ECDSA) and reader.big(2) == SHA256, "the TPM signed in another way")
    numbers = [reader.take(reader.big(2)) for _ in range(2 if algorithm == ECDSA else 1)]
    reader.end()
    if algorithm != ECDSA:
        return algorithm, numbers[0]
    if any(len(number) > 32 for number in numbers):
        raise Refused("a number of the TPM's signature is too large")
    return algorithm, b"".join(number.rjust(32, b"\0") for number in numbers)
