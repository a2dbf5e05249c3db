"""A TPM whose key a certificate vouches for, and what the certificate must say that the key is for."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from appraised import Appraised, Minted
from issuer import Form, Issuer
from second import der
from second.values import sha256

ATTESTATION, SERVER, ANY = "2.23.133.8.3", "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"
USAGE = "2.5.29.37"


def quoted(tpm: Issuer) -> bytes:
    """TPM 2.0 Library part 2: a TPMS_ATTEST over 24 PCRs of SHA-256, and a TPMT_SIGNATURE with ECDSA."""
    pcrs = [bytes([at + 1]) * 32 for at in range(24)]
    message = bytes.fromhex("ff5443478018 0000 00020402") + bytes(25) + bytes.fromhex("00000001 000b 03ffffff 0020") + sha256(*pcrs)
    r, s = tpm.sign(message)
    quote = {"message": message.hex(), "signature": (b"\0\x18\0\x0b\0\x20" + r + b"\0\x20" + s).hex(), "pcrs": [pcr.hex() for pcr in pcrs]}
    return json.dumps({"quote": quote}).encode()


@pytest.mark.parametrize(("purposes", "state"), [
    (None, "pass"), ([ATTESTATION], "pass"), ([SERVER, ATTESTATION], "pass"), ([SERVER], "fail"), ([ANY], "fail"),
    ([ATTESTATION + ".1"], "fail")], ids=str)
def test_a_key_that_was_certified_for_something_else_is_no_tpms(purposes, state, tmp_path):
    root = Issuer.root("TPM root", ec.SECP256R1())
    stated = {} if purposes is None else {USAGE: der.encode(der.SEQUENCE, *map(der.oid, purposes))}
    tpm = root.issue("TPM", Form(extensions=stated))
    key = tpm.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    found = Appraised(tmp_path)(Minted("vtpm", quoted(tpm), [tpm.pem, key], root.pem.decode()))
    assert found.states["binding"] == state and found.states["signature"] == "pass" and found.accepted == (state == "pass")
