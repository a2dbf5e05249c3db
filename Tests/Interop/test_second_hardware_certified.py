"""A TPM whose key a certificate vouches for, and what the certificate must say that the key is for."""

import json

import pytest
from cryptography import x509
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
    found = Appraised(tmp_path)(certified(root, root.issue("TPM", Form(extensions=stated))))
    assert found.states["binding"] == state and found.states["signature"] == "pass" and found.accepted == (state == "pass")


def test_of_a_keys_certificates_the_first_counts(tmp_path):
    root, appraised = Issuer.root("TPM root", ec.SECP256R1()), Appraised(tmp_path)
    server = root.issue("TPM", Form(extensions={USAGE: der.encode(der.SEQUENCE, der.oid(SERVER))}))
    tpm = root.issue("TPM", key=server.key)
    for certificates, state in (((tpm, server), "pass"), ((server, tpm), "fail")):
        handed = [b"".join(item.pem for item in certificates)]
        assert appraised(certified(root, tpm, handed)).states["binding"] == state


@pytest.mark.parametrize(("serials", "state"), [((2,), "fail"), ((3,), "pass"), ((1,), "fail")], ids=str)
def test_a_certificate_that_a_list_names_is_no_tpms_any_more(serials, state, tmp_path):
    root = Issuer.root("TPM root", ec.SECP256R1())
    tpm = root.issue("TPM")
    assert Appraised(tmp_path)(certified(root, tpm, [root.revoke(*serials), tpm.pem])).states["binding"] == state


@pytest.mark.parametrize(("named", "state"), [(b"\7", "pass"), (b"\x08", "fail"), (None, "pass")], ids=str)
def test_a_list_is_of_the_key_that_it_names(named, state, tmp_path):
    root = Issuer.root("TPM root", ec.SECP256R1())
    maker = root.issue("TPM maker", Form(is_authority=True, extensions={"2.5.29.14": b"\4\1\7"}))
    tpm, key = maker.issue("TPM"), x509.AuthorityKeyIdentifier(named, None, None)
    lists = [root.revoke(), maker.revoke(extension=False, meaning=key) if named else maker.revoke()]
    assert Appraised(tmp_path)(certified(root, tpm, [*lists, maker.pem + tpm.pem])).states["binding"] == state


def certified(root: Issuer, tpm: Issuer, handed: list[bytes] | None = None) -> Minted:
    key = tpm.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Minted("vtpm", quoted(tpm), [*(handed or [tpm.pem]), key], root.pem.decode())
