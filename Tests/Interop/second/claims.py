"""The checks `model`, `reexecution`, `proof`, `attribution` and `custody`."""

from typing import Any

from . import credit, documents, drawn, nearest, request, sampling, spans
from .bundle import Bundle, Opening
from .log_checks import Inclusion
from .openings import commitment
from .report import NOT_CHECKED, NOT_OFFERED, PASS, Outcome
from .trust import Trust
from .values import Refused, digest_text, require, sha256

EXACT = "exact/1"
NOT_REPRODUCIBLE = ("opaque/1", "tolerant/1")


def model(bundle: Bundle, trust: Trust) -> Outcome:
    execution, manifest = bundle.predicate("execution"), bundle.statements.get("model")
    if not execution:
        return NOT_CHECKED, "nothing was executed"
    require(execution["profile"] in trust.profiles, "the policy does not list this profile")
    named = manifest.predicate_digest if manifest else execution["model"]["manifest"]
    if named in trust.manifest_digests:
        return PASS, f"{execution['model']['id']}, listed by its digest"
    if not manifest:
        return NOT_CHECKED, "the bundle holds no manifest, and the policy does not list its digest"
    signer = trust.issuer(manifest.kid)
    signed = signer and manifest.kid in trust.manifest_signers and manifest.message.is_signed_by(signer.key)
    require(signed, "the policy lists neither this manifest nor its signer")
    return PASS, f"{execution['model']['id']}, its manifest by a listed signer"


def reexecution(bundle: Bundle, trust: Trust, found: Inclusion) -> Outcome:
    """This program has no model: it can only believe a verdict of a listed key."""
    execution = bundle.statements.get("execution")
    statement = bundle.verdict_in_force
    if not execution:
        return NOT_CHECKED, "nothing was executed"
    if (profile := execution.predicate["profile"]) != EXACT:
        state = NOT_OFFERED if profile in NOT_REPRODUCIBLE else NOT_CHECKED
        return state, f"the profile {profile} is not reproducible, or unknown here"
    require(found.index is None or not sampling.is_overdue(bundle, found.entries), "no verdict by the deadline")
    if not statement:
        return NOT_CHECKED, "no verdict in the bundle"
    verdict, issuer = statement.predicate, trust.issuer(statement.kid)
    signed = issuer and "verdict" in issuer.kinds and statement.message.is_signed_by(issuer.key)
    require(signed, "the verdict is not signed by a key listed for verdicts")
    require(verdict["method"] == "reexecution/1", "the verdict is by another method")
    require(verdict["result"] == "pass", f"the verdict is fail: {verdict['finding']}")
    require(verdict["positions"] == execution.predicate["usage"]["completion_tokens"], "not all was recomputed")
    if not sampling.is_shown(bundle, found.entries):
        return NOT_CHECKED, "the draw is not here, so nobody can tell whether the verdict came in time"
    return PASS, f"{verdict['positions']} tokens recomputed by {statement.issuer}"


def proof(bundle: Bundle) -> Outcome:
    return NOT_OFFERED, "the execution comes with no proof of inference"


def attribution(bundle: Bundle, trust: Trust, found: Inclusion) -> Outcome:
    stated, policy = bundle.credited, bundle.statements.get("policy")
    manifest, execution = bundle.predicate("model"), bundle.statements.get("execution")
    if not stated or not execution:
        return NOT_CHECKED, "the bundle holds no attribution, or it is pending"
    if not policy:
        return NOT_CHECKED, "the bundle lacks the policy to recompute from"
    # Before all that leaves the check undecided: no opening and no score makes a policy one of the reader's.
    require(not trust.attribution_policies or policy.digest in trust.attribution_policies, "the policy is not listed")
    credit.check_policy(policy.predicate, "policy")
    require(policy.sub == policy.predicate["id"], "the policy's sub is not its id")
    require(credit.effective(policy.predicate, bundle.receipt["receipt_id"]), "the policy is not effective yet")
    require(stated["operator"] == execution.issuer, "the operator is not who executed")
    if not manifest:
        return NOT_CHECKED, "the bundle lacks the manifest to recompute from"
    if method := credit.not_served(policy.predicate):
        return NOT_CHECKED, f"the policy's method {method} needs scores that no statement has"
    names = ["request", "scores"] + ["retrieved"] * ("retrieved" in execution.predicate["commitments"])
    opened = [_opened(bundle, name) for name in names] if "scores" in stated else []
    if None in opened:
        return NOT_CHECKED, "the scores of its documents are closed"
    words = [_opened(bundle, name) for name in ("content", "spans")] if "spans" in stated else []
    if None in words:
        return NOT_CHECKED, "the spans of its answer are closed"
    if drawn.approximate(stated) and not bundle.registered_statement("reveal"):
        return NOT_CHECKED, "the seed of its scores is not here"
    near_to = [_opened(bundle, name) for name in ("content", "nearest")] if "nearest" in stated else []
    if None in near_to:
        return NOT_CHECKED, "the records near to its answer are closed"
    weights = _scores(bundle, stated["scores"], *opened).weights if opened else []
    if drawn.approximate(stated):
        drawn.check(bundle, policy.predicate, opened[1].data, stated["scores"]["documents"])
    registry = stated.get("scores", {}).get("registry")
    if registry:
        later = found.index is not None and int(registry["size"]) > found.index
        require(not later, "the registry is of a log that came later")
        near = any(role.keys() >= credit.NEAR for role in policy.predicate["roles"] if role["method"] == documents.METHOD)
        require(near == ("records" in registry), "near copies were looked for otherwise than the policy says")
    said = _spans(bundle, stated["spans"], policy.predicate, found, *words).weights if words else []
    earned = _nearest(bundle, stated["nearest"], policy.predicate, found, *near_to).weights if near_to else []
    due = credit.shares(stated, policy.predicate, manifest, weights, said, earned, execution.predicate)
    require(stated["shares"] == due, "the shares do not recompute")
    return PASS, f"{len(stated['shares'])} shares of {stated['price_nano']} nano-units by {policy.predicate['id']}"


def _opened(bundle: Bundle, name: str) -> Opening | None:
    """One that cannot be read is not here; the check `content` fails with it."""
    try:
        return Opening.parse(bundle.blobs[name], name)
    except (KeyError, Refused):
        return None


def _scores(
    bundle: Bundle, stated: dict[str, Any], body: Opening, values: Opening, retrieved: Opening | None = None,
) -> documents.Scores:
    same = commitment("request", body.salt, body.data) == bundle.receipt["request"]
    require(same, "request: opens another commitment")
    # One that nothing commits to is no reason to believe the rest.
    found_here = retrieved or _opened(bundle, "retrieved")
    stated_here = bundle.predicate("execution")["commitments"].get("retrieved")
    opened = found_here and commitment("retrieved", found_here.salt, found_here.data)
    require(opened == stated_here, "retrieved: opens another commitment")
    found = documents.scores(values, request.read(body.data, found_here and found_here.data).sources)
    require(found.stated == stated, "the scores do not recompute")
    return found


def _spans(
    bundle: Bundle, stated: dict[str, Any], policy: dict[str, Any], found: Inclusion, content: Opening, listed: Opening,
) -> spans.Spans:
    roles = [role for role in policy["roles"] if role["method"] == spans.METHOD]
    require(roles, "the policy looks for no spans")
    _require_content(bundle, content)
    opened = spans.spans(listed, content)
    require(opened.stated == stated, "the spans do not recompute")
    long = all(line["length"] >= roles[0]["length_min"] for line in opened.lines)
    require(long, "a span is shorter than the policy wants")
    later = found.index is not None and int(stated["registry"]["size"]) > found.index
    require(not later, "the texts are of a log that came later")
    return opened


def _nearest(
    bundle: Bundle, stated: dict[str, Any], policy: dict[str, Any], found: Inclusion, content: Opening, listed: Opening,
) -> nearest.Nearest:
    roles = [role for role in policy["roles"] if role["method"] == stated["method"]]
    require(roles, "the policy credits no nearest records by this method")
    _require_content(bundle, content)
    opened = nearest.nearest(listed, content)
    require(opened.stated == stated, "the nearest records do not recompute")
    kept = roles[0]["negatives"] == "net" or all(int(line["score"]) > 0 for line in opened.lines)
    require(kept, "a score below zero, which the policy drops")
    later = found.index is not None and int(stated["registry"]["size"]) > found.index
    require(not later, "the records are of a log that came later")
    return opened


def _require_content(bundle: Bundle, content: Opening) -> None:
    same = commitment("content", content.salt, content.data) == bundle.predicate("execution")["commitments"]["content"]
    require(same, "content: opens another commitment")


def custody(bundle: Bundle) -> Outcome:
    stated, execution = bundle.predicate("custody"), bundle.statements.get("execution")
    if not stated:
        return NOT_CHECKED, "the bundle holds no custody statement"
    # Of a name that stands twice the first counts.
    later = bundle.registered_statement("custody")
    named = stated["blobs"] + (later.predicate["blobs"] if later else [])
    kept = {blob["name"]: int(blob["bytes"]) for blob in reversed(named)}
    blobs = {"the execution statement": execution.message.raw} if execution else {}
    if bundle.evidence is not None:
        blobs["the evidence document"] = bundle.evidence
    blobs |= {f"the opening {name}": blob for name, blob in bundle.blobs.items()}
    for name, data in blobs.items():
        require(kept.get(digest_text(sha256(data))) == len(data), f"{name} is not among the kept blobs")
    return PASS, f"{len(named)} blobs kept, as storage signed"
