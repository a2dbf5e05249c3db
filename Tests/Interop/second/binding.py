"""The check `binding`: all statements speak of one request, and the receipt binds exactly those that are here."""

from . import drawn, later, sampling
from .bundle import Bundle
from .report import PASS, Outcome
from .values import digest_text, require, sha256

# Statements about one request; the others are about a model or a rule.
OF_REQUEST = ("receipt", "execution", "custody", "attribution", "verdict")


def binding(bundle: Bundle) -> Outcome:
    for kind in OF_REQUEST:
        if statement := bundle.statements.get(kind):
            require(statement.sub == bundle.receipt_id, f"{kind}: its sub is of another request")
            require(statement.predicate["receipt_id"] == bundle.receipt_id, f"{kind}: is of another receipt id")
    _subjects(bundle)
    _bound(bundle)
    _agreement(bundle)
    sampling.bound(bundle)
    later.bound(bundle)
    drawn.bound(bundle)
    receipt = bundle.receipt
    return PASS, f"one request, digests agree, outcome {receipt['outcome']}, sequence {receipt['sequence']}"


def _subjects(bundle: Bundle) -> None:
    """Subject digests, by the table of statement kinds in FORMAT section 2."""
    execution, receipt = bundle.statements.get("execution"), bundle.receipt
    if execution:
        content = execution.predicate["commitments"]["content"]
        require(execution.subject_digest == content, "execution: its subject is not its content")
    executed = receipt.get("statements", {}).get("execution")
    subject = bundle.statements["receipt"].subject_digest
    require(subject == (executed or receipt["request"]), "receipt: its subject is neither execution nor request")
    for kind in ("custody", "attribution", "verdict"):
        if statement := bundle.statements.get(kind):
            require(statement.subject_digest == executed, f"{kind}: its subject is not the execution")
    for kind in ("model", "policy"):
        if statement := bundle.statements.get(kind):
            require(statement.subject_digest == statement.predicate_digest, f"{kind}: its subject is not its content")
    if model := bundle.statements.get("model"):
        require(model.sub == model.predicate["id"], "model: its sub is not its id")


def _bound(bundle: Bundle) -> None:
    bound = bundle.receipt.get("statements", {})
    for kind in ("execution", "custody", "attribution", "verdict"):
        statement = bundle.statements.get(kind)
        require(statement or kind not in bound, f"{kind}: bound by the receipt, absent from the bundle")
        require(not statement or bound.get(kind) == statement.digest, f"{kind}: the receipt binds another")


    # A manifest and evidence stand beside an execution, and a policy beside an attribution, which it never lacks.
    require("execution" in bundle.statements or "model" not in bundle.statements, "model: no execution names it")
    require("execution" in bundle.statements or bundle.evidence is None, "evidence: no execution names it")
    require((bundle.credited is not None) == ("policy" in bundle.statements), "attribution and its policy")


def _agreement(bundle: Bundle) -> None:
    """What two statements both say is the same."""
    execution, receipt = bundle.predicate("execution"), bundle.receipt
    model, policy = bundle.statements.get("model"), bundle.statements.get("policy")
    if execution:
        require(execution["commitments"]["request"] == receipt["request"], "execution and receipt: another request")
        evidence = bundle.evidence
        named = evidence is None or execution.get("evidence") == digest_text(sha256(evidence))
        require(named, "execution: names other evidence than the bundle's, or none")
        if model:
            require(execution["model"]["manifest"] == model.predicate_digest, "execution: another manifest")
            require(execution["model"]["id"] == model.predicate["id"], "execution: another model id")
            require(execution["profile"] == model.predicate["profile"], "execution and manifest: another profile")
    if attribution := bundle.credited:
        require(attribution["price_nano"] == receipt["price_nano"], "attribution and receipt: another price")
        if execution:
            require(attribution["manifest"] == execution["model"]["manifest"], "attribution: another manifest")
        require(not policy or attribution["policy"] == policy.digest, "attribution: another policy")
    if verdict := bundle.predicate("verdict"):
        require(verdict["execution"] == receipt.get("statements", {}).get("execution"), "verdict: another execution")
        require(not execution or verdict["profile"] == execution["profile"], "verdict: another profile")
        require(not execution or sampling.appraises_evidence_of(execution, verdict), "verdict: appraises other evidence than the execution names")
