"""The checks `signatures`, `inclusion`, `witnesses` and `time`."""

from dataclasses import dataclass

from . import sampling, timestamp
from .bundle import Bundle
from .cose import SUB, parse_receipt, thumbprint
from .merkle import root_of_path
from .note import LogProof
from .report import FAIL, NOT_CHECKED, NOT_OFFERED, PASS, Outcome
from .statement import Statement
from .trust import Trust
from .values import Refused, require, sha256

# Statements with an index of their own, which the bundle does not prove (FORMAT section 5, Roles).
ELSEWHERE = {"model", "policy"}
# How far the clocks of an executor and of a witness may lie apart.
CLOCK_SECONDS_MAX = 300


@dataclass(frozen=True)
class Inclusion:
    """What the check `inclusion` found; without an index it failed."""

    outcome: Outcome
    index: int | None = None
    cosigned: tuple[int, ...] = ()
    text: str = ""
    """Of the proven checkpoint."""
    entries: sampling.Entries = sampling.Entries()


def inclusion(bundle: Bundle, trust: Trust) -> Inclusion:
    try:
        return _included(bundle, trust)
    except Refused as error:
        return Inclusion((FAIL, str(error)))


def _included(bundle: Bundle, trust: Trust) -> Inclusion:
    proof = LogProof.parse(bundle.tlog_proof)
    require(proof.checkpoint.origin == trust.origin, "the checkpoint is of another origin")
    cosigned = proof.note.verify(trust.checkpoint_key, trust.witnesses)
    entry = bytes.fromhex(bundle.statements["receipt"].digest.removeprefix("sha256:"))
    root = root_of_path(entry, proof.index, proof.checkpoint.size, proof.path)
    require(root == proof.checkpoint.root, "the path does not lead to the checkpoint's root")
    receipt = parse_receipt(bundle.cose_receipt)
    require((receipt.index, receipt.size) == (proof.index, proof.checkpoint.size), "the two proofs differ")
    require(root_of_path(entry, receipt.index, receipt.size, receipt.path) == root, "the two proofs differ in the root")
    require(receipt.message.kid == thumbprint(trust.receipt_log_key), "the COSE Receipt is by another key")
    require(receipt.message.is_signed_by(trust.receipt_log_key, detached=root), "the COSE Receipt has a bad signature")
    require(receipt.message.claims[SUB] == bundle.statements["receipt"].sub, "the COSE Receipt is of another receipt")
    require(bundle.as_of == receipt.size, "as_of is not the size of the tree")
    said = f"entry {proof.index} of {receipt.size} in {trust.origin}, by tlog-proof and COSE Receipt"
    own = sampling.Proven("receipt", proof.index, proof.checkpoint, len(cosigned))
    entries = sampling.included(bundle, trust, own)
    return Inclusion((PASS, said), proof.index, tuple(cosigned), proof.note.text, entries)


def signatures(bundle: Bundle, trust: Trust, found: Inclusion) -> Outcome:
    trust.check_roles()
    for kind, statement in bundle.statements.items():
        _signature(statement, kind, found.index, trust)
    for kind, (statement, _) in bundle.registered.items():
        _signature(statement, kind, found.entries.index.get(kind), trust)
    for at, (statement, _) in enumerate(bundle.superseding):
        indices = found.entries.superseding
        _signature(statement, "verdict", indices[at] if at < len(indices) else None, trust)
    count = len(bundle.statements) + len(bundle.registered) + len(bundle.superseding)
    return PASS, f"{count} statements, each by a key listed for its kind"


def _signature(statement: Statement, kind: str, index: int | None, trust: Trust) -> None:
    issuer = trust.issuer(statement.kid)
    require(issuer, f"{kind}: no key of the policy has its kid")
    require(kind in issuer.kinds, f"{kind}: its key is not listed for this kind")
    require(issuer.iss == statement.issuer, f"{kind}: its key belongs to another iss")
    require(statement.message.is_signed_by(issuer.key), f"{kind}: the signature is not its key's")
    if index is None:
        return
    ended = issuer.to_index is not None and issuer.to_index < index
    if kind in ELSEWHERE:
        listed = trust.manifest_digests if kind == "model" else trust.attribution_policies
        named = statement.subject_digest if kind == "model" else statement.digest
        require(not ended or named in listed, f"{kind}: its key has ended, and the policy does not list it")
    else:
        require(issuer.from_index <= index and not ended, f"{kind}: the index is outside its key's interval")


def witnesses(found: Inclusion, trust: Trust) -> Outcome:
    known = len(trust.witnesses)
    if not known:
        return NOT_OFFERED, "the policy names no witness: 0/0"
    if found.index is None:
        return NOT_CHECKED, "the inclusion check failed"
    # Whoever can sign a tree for the log can put anything into one that no witness saw.
    least = min(found.entries.proven, key=lambda one: one.cosigned)
    said = f"{least.name}: cosigned by {least.cosigned}/{known}, quorum {trust.quorum}"
    return PASS if least.cosigned >= max(1, trust.quorum) else NOT_CHECKED, said


def time(bundle: Bundle, found: Inclusion, trust: Trust) -> Outcome:
    if found.index is None:
        return NOT_CHECKED, "the inclusion check failed"
    bounds = []
    # Where no witness is needed, nobody whom the policy relies on vouches for a time.
    if 0 < trust.quorum <= len(found.cosigned):
        bounds.append((found.cosigned[trust.quorum - 1], "its witnesses"))
    if bundle.timestamp is not None:
        require(trust.timestamp_roots, "the policy names no root to authenticate the timestamp by")
        imprint = sha256(found.text.encode())
        bounds.append((timestamp.bound(bundle.timestamp, imprint, trust.timestamp_roots), "a timestamp"))
    if not bounds:
        return NOT_OFFERED, "no cosignature and no timestamp bounds the time: the statements' own are claims"
    names, bound = " and ".join(name for _, name in bounds), min(bounds)[0]
    execution = bundle.statements.get("execution")
    began = int(execution.predicate["started_unix_ms"]) // 1000 if execution else 0
    require(began <= bound + CLOCK_SECONDS_MAX, "the execution says that it began after the log held it")
    return PASS, f"the log held this no later than {bound} s after 1970, by {names}"
