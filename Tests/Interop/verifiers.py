"""What the third-party libraries say of an export. Each function returns when they accept it and raises when not."""

import hashlib
import json

import aics_tlog
import cbor2
import cwt
import rfc8785
import scitt_cose
from aics_tlog.tiles import MemoryTileReader
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from pycose.keys import EC2Key, OKPKey
from pycose.keys.curves import P256, Ed25519
from pycose.messages import CoseMessage
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from export import Export, Refused, exact_base64, require
from witness_check import witness_refuses_fork

COSE_KEY_ID = 4
RECEIPTS = 394
PROOFS = 396
SHA_256 = -16


def key_id(message: bytes) -> bytes:
    return cbor2.loads(cbor2.loads(message).value[0])[COSE_KEY_ID]


# The statement.


def statement(export: Export) -> None:
    """scitt-cose: the signature, the issuer and the subject; and that the payload beside it is what was signed."""
    parsed = scitt_cose.parse_signed_statement(
        export["receipt/statement.cose"], public_key_pem=export["keys/issuer.pem"])
    require(parsed["signature_verified"] is True, "signature of the statement")
    require(parsed["issuer"] == export.meta["issuer"], "issuer of the statement")
    require(parsed["subject"] == export.meta["subject"], "subject of the statement")
    require(parsed["payload"] == export["receipt/payload.json"], "payload of the statement")


def statement_by_pycose(export: Export) -> None:
    require(_verifies(export["receipt/statement.cose"], export["keys/issuer.pem"]), "signature of the statement")


def statement_by_cwt(export: Export) -> None:
    signed = export["receipt/statement.cose"]
    key = cwt.COSEKey.from_pem(export["keys/issuer.pem"], kid=key_id(signed), alg="EdDSA")
    require(cwt.COSE.new().decode(signed, key) == export["receipt/payload.json"], "payload of the statement")


def payload(export: Export) -> None:
    """in-toto-attestation and rfc8785: a valid Statement v1, in the one form that JCS gives it."""
    data = export["receipt/payload.json"]
    message = statement_pb2.Statement()
    json_format.Parse(data, message)
    Statement.copy_from_pb(message).validate()
    require(rfc8785.dumps(json.loads(data)) == data, "payload is not its own JCS form")


# The same statement in other envelopes.


def statement_es256(export: Export) -> None:
    """scitt-cose and pycose: the same payload and claims, signed by the operator's key on P-256."""
    signed, pem = export["receipt/statement_es256.cose"], export["keys/issuer_es256.pem"]
    parsed = scitt_cose.parse_signed_statement(signed, public_key_pem=pem)
    require(parsed["signature_verified"] is True, "signature of the ES256 statement")
    require(parsed["payload"] == export["receipt/payload.json"], "payload of the ES256 statement")
    require(
        (parsed["issuer"], parsed["subject"]) == (export.meta["issuer"], export.meta["subject"]), "claims by ES256")
    require(_verifies(signed, pem), "signature of the ES256 statement, by pycose")
    numbers = serialization.load_pem_public_key(pem).public_numbers()
    x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
    thumbprint = hashlib.sha256(cbor2.dumps({1: 2, -1: 1, -2: x, -3: y}, canonical=True)).digest()
    require(key_id(signed) == thumbprint, "key id of the ES256 statement")


def hash_envelope(export: Export) -> None:
    """pycose: RFC 9995, by the key of the statement: its payload is the hash, and the headers say of what and by which."""
    signed = export["receipt/hash_envelope.cose"]
    require(_verifies(signed, export["keys/issuer.pem"]), "signature of the hash envelope")
    protected, unprotected, digest, _ = cbor2.loads(signed).value
    require(digest == hashlib.sha256(export["receipt/payload.json"]).digest(), "hash of the payload")
    header, stated = cbor2.loads(protected), cbor2.loads(cbor2.loads(export["receipt/statement.cose"]).value[0])
    require((header[258], header[259], unprotected) == (SHA_256, stated[3], {}), "headers of the hash envelope")
    require({k: header[k] for k in (1, 4, 15)} == {k: stated[k] for k in (1, 4, 15)} and 3 not in header, "claims")


def dsse(export: Export) -> None:
    """securesystemslib: a DSSE envelope around the same payload, by the key of the statement."""
    data = export["receipt/statement.dsse.json"]
    read = json.loads(data)
    (signature,) = read["signatures"]
    require(signature["keyid"] == key_id(export["receipt/statement.cose"]).hex(), "keyid of the DSSE envelope")
    require(exact_base64(read["payload"]) == export["receipt/payload.json"], "payload of the DSSE envelope")
    exact_base64(signature["sig"])
    require(json.dumps(read, separators=(",", ":")).encode() == data, "another spelling of the DSSE envelope")
    key = SSlibKey.from_crypto(serialization.load_pem_public_key(export["keys/issuer.pem"]), signature["keyid"])
    require(len(Envelope.from_dict(read).verify([key], 1)) == 1, "signature of the DSSE envelope")


# The COSE Receipt.


def cose_receipt(export: Export) -> None:
    """scitt-cose: RFC 9942 inclusion of the statement's digest, in the tree that the checkpoint names."""
    result = scitt_cose.verify_receipt(
        export["receipt/receipt.cose"], leaf_entry_hex=export.entry.hex(),
        log_public_key_pem=export["keys/log-receipt.pem"])
    meta = export.meta
    require(result.ok, f"COSE Receipt: {result.errors}")
    require((result.root, result.tree_size, result.leaf_index) == (meta["root"], meta["size"], meta["index"]), "tree")
    require((result.issuer, result.subject) == (meta["log_issuer"], meta["subject"]), "claims of the COSE Receipt")


def cose_receipt_by_pycose(export: Export) -> None:
    signed, pem = export["receipt/receipt.cose"], export["keys/log-receipt.pem"]
    require(_verifies(signed, pem, export.root), "signature of the COSE Receipt")


def cose_receipt_by_cwt(export: Export) -> None:
    signed = export["receipt/receipt.cose"]
    key = cwt.COSEKey.from_pem(export["keys/log-receipt.pem"], kid=key_id(signed), alg="EdDSA")
    cwt.COSE.new().decode(signed, key, detached_payload=export.root)


def cose_receipt_path(export: Export) -> None:
    """aics-tlog: the path inside the COSE Receipt is the one that the tiles give."""
    proof = cbor2.loads(cbor2.loads(export["receipt/receipt.cose"]).value[1][PROOFS][-1][0])
    meta = export.meta
    path = aics_tlog.inclusion_proof_from_tiles(MemoryTileReader(export.tiles), meta["index"], meta["size"])
    require(list(proof[2]) == path, "path of the COSE Receipt")


def transparent_statement(export: Export) -> None:
    """scitt-cose: label 394 holds exactly the COSE Receipt, and taking it off leaves the logged bytes."""
    transparent = export["receipt/transparent.cose"]
    require(scitt_cose.extract_receipts(transparent) == [export["receipt/receipt.cose"]], "receipts at label 394")
    attached = scitt_cose.attach_receipts(export["receipt/statement.cose"], [export["receipt/receipt.cose"]])
    require(attached == transparent, "bytes of the transparent statement")


def key_set(export: Export) -> None:
    """cwt: the published COSE_KeySet, whose first key signed the COSE Receipt under its RFC 9679 thumbprint."""
    published = export["keys/scitt-keys.cbor"]
    first = cbor2.loads(published)[0]
    thumbprint = hashlib.sha256(cbor2.dumps({1: 1, -1: 6, -2: first[-2]}, canonical=True)).digest()
    require(first[2] == thumbprint == key_id(export["receipt/receipt.cose"]), "key id of the log")
    require(cbor2.dumps(first[-2]) == cbor2.dumps(raw_key(export["keys/log-receipt.pem"])), "key of the log")
    cwt.COSEKey.new(dict(first))
    # Libraries pass over labels that they do not know: that there are none, and that alg is EdDSA, is checked here.
    whole = {1: 1, 2: thumbprint, 3: -8, -1: 6, -2: first[-2]}
    require(published == cbor2.dumps([whole], canonical=True), "members of the key")


# The log.


def checkpoint(export: Export) -> None:
    """aics-tlog: the log's signature and the head that the other artefacts speak of."""
    meta = export.meta
    result = _verified(export, export["log/checkpoint"])
    require((result.size, result.root) == (meta["size"], export.root), "head of the checkpoint")


def tiles(export: Export) -> None:
    """aics-tlog: every tile and entry bundle, from the leaves to the signed root, and our entry among them."""
    reader, meta = MemoryTileReader(export.tiles), export.meta
    require(aics_tlog.tree_root_from_tiles(reader, meta["size"]) == export.root, "root of the tiles")
    require(aics_tlog.audit_tiles(reader, meta["size"], export.root).size == meta["size"], "audit")
    require(aics_tlog.read_entry(reader, meta["index"], meta["size"]) == export.entry, "entry of the statement")
    path = aics_tlog.inclusion_proof_from_tiles(reader, meta["index"], meta["size"])
    require(
        aics_tlog.verify_leaf_inclusion(export.entry, meta["index"], meta["size"], path, export.root), "inclusion")


def consistency(export: Export) -> None:
    """aics-tlog: the older head is a prefix of the newer one, by the exported path, which is that of the tiles."""
    old, meta = _verified(export, export["old/checkpoint"], quorum=0), export.meta
    require(0 < old.size < meta["size"], "the old checkpoint is not older")
    path = export.consistency
    require(aics_tlog.verify_consistency(old.size, meta["size"], old.root, export.root, path), "consistency")
    reader = MemoryTileReader(export.tiles)
    require(path == aics_tlog.consistency_proof_from_tiles(reader, old.size, meta["size"]), "consistency from tiles")
    require(not aics_tlog.verify_consistency(old.size, meta["size"], export.root, export.root, path), "any root passes")


def tlog_proof(export: Export) -> None:
    """aics-tlog: index, path and checkpoint of the tlog-proof file."""
    head, _, note = export["receipt/receipt.tlog-proof"].decode().partition("\n\n")
    version, index, *lines = head.split("\n")
    require(version == "c2sp.org/tlog-proof@v1", "version of the tlog-proof")
    require(index == f"index {export.meta['index']}", "index of the tlog-proof")
    result = _verified(export, note.encode())
    path = [exact_base64(line) for line in lines]
    require(
        aics_tlog.verify_leaf_inclusion(export.entry, export.meta["index"], result.size, path, result.root),
        "inclusion by the tlog-proof")


def witness_keys(export: Export) -> list:
    """The witnesses that `quorum` counts; an export of a log without witnesses has no such file."""
    if "keys/witnesses.vkeys" not in export.files:
        return []
    return [aics_tlog.parse_vkey(line) for line in export["keys/witnesses.vkeys"].decode().split()]


def quorum_is_counted(export: Export) -> None:
    """aics-tlog: one more witness than there is cannot have cosigned."""
    keys, log = witness_keys(export), aics_tlog.parse_vkey(export["keys/log.vkey"].decode().strip())
    note = aics_tlog.parse_note(export["log/checkpoint"])
    try:
        over = aics_tlog.verify_checkpoint(note, log, keys, len(keys) + 1, expected_origin=export.meta["origin"])
    except ValueError:
        return
    require(not over.ok, "a quorum beyond the witnesses")


ALL = [
    statement, statement_by_pycose, statement_by_cwt, payload, statement_es256, hash_envelope, dsse, cose_receipt, cose_receipt_by_pycose,
    cose_receipt_by_cwt, cose_receipt_path, transparent_statement, key_set, checkpoint, quorum_is_counted, tiles,
    consistency, tlog_proof, witness_refuses_fork,
]


def _verified(export: Export, note: bytes, quorum: int | None = None):
    key = aics_tlog.parse_vkey(export["keys/log.vkey"].decode().strip())
    result = aics_tlog.verify_checkpoint(
        aics_tlog.parse_note(note), key, witness_keys(export), export.meta["quorum"] if quorum is None else quorum,
        expected_origin=export.meta["origin"])
    require(result.ok, f"checkpoint: {result.error}")
    return result


def raw_key(pem: bytes) -> bytes:
    key = serialization.load_pem_public_key(pem)
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _verifies(message: bytes, pem: bytes, *detached: bytes) -> bool:
    """pycose: whether the key signed, whatever of the two kinds it is."""
    decoded, key = CoseMessage.decode(message), serialization.load_pem_public_key(pem)
    if isinstance(key, EllipticCurvePublicKey):
        numbers = key.public_numbers()
        decoded.key = EC2Key(crv=P256, x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big"))
    else:
        decoded.key = OKPKey(crv=Ed25519, x=raw_key(pem))
    return decoded.verify_signature(*detached)
