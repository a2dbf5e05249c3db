"""The check `tee` (FORMAT section 8): what binds an evidence document to an execution, simulated evidence, and what `hardware` says of the
evidence of real hardware."""

import hashlib
import re
from typing import Any

from . import cbor, jcs
from .bundle import Bundle
from .cose import ALG, CONTENT_TYPE, EDDSA, KID, is_signature, thumbprint
from .hardware import appraise
from .hardware.certificate import Certificate
from .hardware.sheet import Policy
from .report import FAIL, NOT_CHECKED, NOT_OFFERED, PASS, Outcome
from .shape import decimal, digest, exactly, list_of, one_of, record, that
from .trust import EVIDENCE_KINDS, TEE, Trust
from .values import digest_text, from_base64, from_decimal, require, sha256, u64

DOCUMENT_BYTES_MAX = 1 << 20
SIMULATED_BYTES_MAX = 4096
SIMULATED_TYPE = "application/vnd.colophon.simulated-evidence+json"


def _hex(count: int) -> Any:
    pattern = re.compile(f"[0-9a-f]{{{2 * count}}}")
    return that(lambda value: isinstance(value, str) and pattern.fullmatch(value), f"{count} bytes in hexadecimal")


def _bytes(value: Any, path: str) -> None:
    require(from_base64(value, path), f"{path} is empty")


def tee(bundle: Bundle, trust: Trust) -> Outcome:
    execution = bundle.statements.get("execution")
    if not execution or "evidence" not in execution.predicate:
        return NOT_OFFERED, "the execution states no evidence of trusted hardware"
    if bundle.evidence is None:
        return NOT_CHECKED, "the bundle does not hold the evidence that the execution names"
    require(digest_text(sha256(bundle.evidence)) == execution.predicate["evidence"], "other evidence than was named")
    document = parse(bundle.evidence)
    require(document["key"] == execution.kid, "the evidence is of another key")
    require("epoch" in document, "the evidence is of no epoch")
    began, epoch = int(execution.predicate["started_unix_ms"]), document["epoch"]
    require(int(epoch["from_unix_ms"]) <= began < int(epoch["to_unix_ms"]), "the execution began outside the epoch")
    if trust.tee is None:
        return NOT_CHECKED, f"evidence of kind {document['kind']}, of which the policy says nothing"
    require(document["kind"] in trust.tee.kinds, f"the policy does not accept evidence of kind {document['kind']}")
    if document["kind"] != "simulated":
        return _hardware(document, trust.tee, began // 1000)
    _simulated(document, trust, began // 1000)
    return PASS, "simulated, no trusted hardware"


def _hardware(document: dict[str, Any], trusted: TEE, time: int) -> Outcome:
    kind = document["kind"]
    policy = Policy(
        roots={kind: [Certificate.parse(root) for root in trusted.roots[kind]]} if kind in trusted.roots else {},
        measurements=trusted.measurements.get(kind, {}), report_data=report_data(bytes.fromhex(document["nonce"]), document["key"]),
        tcb_statuses=frozenset(trusted.tcb_statuses.get(kind, ["UpToDate"])), tcb_minimum=trusted.tcb_minimum.get(kind, {}))
    handed = [from_base64(piece, "collateral") for piece in document.get("collateral", [])]
    found = appraise(kind, from_base64(document["evidence"], "evidence"), handed, policy, time)
    if found.accepted:
        return PASS, f"{kind}: evidence of the execution key"
    require(FAIL not in found.states.values(), f"{kind}: {found.details(FAIL)}")
    return NOT_CHECKED, f"{kind}: {found.details(NOT_CHECKED)}"


def parse(data: bytes) -> dict[str, Any]:
    require(len(data) <= DOCUMENT_BYTES_MAX, "the evidence document is above 1 MiB")
    value = jcs.parse_canonical(data, "evidence document")
    record(
        type=exactly("urn:colophon:evidence:v1"), kind=one_of(EVIDENCE_KINDS), key=digest, nonce=_hex(32),
        epoch_=record(from_unix_ms=decimal(), to_unix_ms=decimal()), evidence=_bytes,
        collateral_=list_of(_bytes, 1, 64))(value, "evidence document")
    require(value["kind"] != "simulated" or "collateral" not in value, "collateral beside simulated evidence")
    nonce = bytes.fromhex(value["nonce"])
    if "epoch" not in value:
        require(not nonce.startswith(b"epoch/v1"), "a nonce that begins like that of an epoch")
        return value
    first, end = (from_decimal(value["epoch"][name], name) for name in ("from_unix_ms", "to_unix_ms"))
    require(first < end, "an epoch that ends before it begins")
    require(nonce == epoch_nonce(first, end), "the nonce is not that of the epoch")
    return value


def epoch_nonce(first: int, end: int) -> bytes:
    return b"epoch/v1" + sha256(b"colophon/evidence/epoch/v1\0", u64(first), u64(end))[:24]


def report_data(nonce: bytes, key: str) -> bytes:
    """The 64 bytes that evidence for this nonce and this thumbprint holds."""
    return hashlib.sha512(b"colophon/evidence/v1\0" + nonce + bytes.fromhex(key.removeprefix("sha256:"))).digest()


def _simulated(document: dict[str, Any], trust: Trust, time: int) -> None:
    raw = from_base64(document["evidence"], "evidence")
    require(len(raw) <= SIMULATED_BYTES_MAX, "simulated evidence is above 4096 bytes")
    message = cbor.decode(raw, "simulated evidence")
    require(isinstance(message, cbor.Tagged) and message.tag == 18, "simulated evidence has not tag 18")
    parts = message.value
    require(isinstance(parts, list) and len(parts) == 4 and parts[1] == {}, "simulated evidence is no bare COSE_Sign1")
    protected, _, payload, signature = parts
    require(all(isinstance(part, bytes) for part in (protected, payload, signature)), "simulated evidence lacks a part")
    headers = cbor.decode(protected, "simulated evidence: protected header")
    require(isinstance(headers, dict) and set(headers) == {ALG, CONTENT_TYPE, KID}, "simulated evidence: other headers")
    require(headers[ALG] == EDDSA and headers[CONTENT_TYPE] == SIMULATED_TYPE, "simulated evidence: another type")
    stated = jcs.parse_canonical(payload, "simulated evidence")
    flag = that(lambda value: isinstance(value, bool), "a flag")
    record(
        type=exactly("urn:colophon:simulated-evidence:v1"), report_data=_hex(64), measurement=_hex(32), debug=flag,
        not_before_unix_s=decimal(), not_after_unix_s=decimal())(stated, "simulated evidence")
    root = next((key for key in trust.tee.roots.get("simulated", []) if thumbprint(key) == headers[KID]), None)
    require(root, "the policy does not name the root of the simulated evidence")
    signed = cbor.encode(["Signature1", protected, b"", payload])
    require(is_signature(root, signature, signed), "the simulated evidence is not signed by its root")
    require(int(stated["not_before_unix_s"]) <= time <= int(stated["not_after_unix_s"]), "it counts for other times")
    require(not stated["debug"], "it stands for an environment in debug mode")
    for name, allowed in trust.tee.measurements.get("simulated", {}).items():
        # The claims of simulated evidence, by the names that an appraisal gives them.
        claims = {"simulated": "true", "root": headers[KID].hex(), **{n: stated[n] for n in ("measurement", "report_data")}}
        require(claims.get(name) in allowed, f"{name} is not as the policy lists it")
    wanted = report_data(bytes.fromhex(document["nonce"]), document["key"])
    require(stated["report_data"] == wanted.hex(), "the report data is not that of the document")
