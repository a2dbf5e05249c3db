"""The members of each predicate (FORMAT section 2, Predicates)."""

import base64
import re
from typing import Any

from . import lineage
from .shape import decimal, digest, exactly, identifier, integer, list_of, one_of, receipt_id, record, text, that
from .values import Refused, binary32, from_base64, require

_BITS = re.compile(r"[0-9a-f]{8}")
_CODE = re.compile(r"[a-z0-9_.-]{1,64}")


def nonce(value: Any, path: str) -> None:
    """Base64url without padding, of 1 to 64 bytes."""
    require(isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,86}", value), f"{path} is no base64url")
    padded = value + "=" * (-len(value) % 4)
    try:
        data = base64.urlsafe_b64decode(padded)
    except ValueError as error:
        raise Refused(f"{path} is no base64url") from error
    require(1 <= len(data) <= 64 and base64.urlsafe_b64encode(data).decode().rstrip("=") == value, f"{path} is no nonce")


def real(value: Any, path: str) -> None:
    record(**{"as": text(1, 64), "bits": that(lambda bits: isinstance(bits, str) and _BITS.fullmatch(bits), "hex")})(
        value, path)
    require(binary32(value["as"]).hex() == value["bits"], f"{path}: the literal does not round to its bits")


_TIER = integer(-128, 127)
_APPRAISED = record(
    ear_status=one_of(["none", "affirming", "warning", "contraindicated"]),
    ear_trustworthiness_vector=record(**{
        name: _TIER for name in ("instance-identity", "configuration", "executables", "hardware")}))


def attestation_result(value: Any, path: str) -> None:
    """What came of an appraisal, about one kind of evidence that an execution can name."""
    record(
        eat_profile=exactly("tag:ietf.org,2026:rats/ear#04"), iat=integer(),
        ear_verifier_id=record(developer=text(1, 256), build=text(1, 256)),
        submods=record(simulated_=_APPRAISED, nitro_=_APPRAISED, tdx_=_APPRAISED, **{"sev-snp_": _APPRAISED}))(value, path)
    require(len(value["submods"]) == 1, f"{path}.submods is not about one kind of evidence")


def real_but(neutral: str) -> Any:
    """A real that says something: `neutral` is left out instead."""
    def check(value: Any, path: str) -> None:
        real(value, path)
        silent = {binary32(neutral).hex(), binary32("-0").hex() if neutral == "0" else ""}
        require(value["bits"] not in silent, f"{path} stands with its default")

    return check


def parameters(value: Any, path: str) -> None:
    bias = that(lambda pair: isinstance(pair, list) and len(pair) == 2, "[token, real]")
    record(
        temperature=real, top_p=real, min_p=real, top_k=integer(), max_tokens=integer(), n=integer(1, 8),
        seed=decimal(), seed_source=one_of(["request", "drawn"]), ignored=list_of(text()),
        presence_penalty_=real_but("0"), frequency_penalty_=real_but("0"), repetition_penalty_=real_but("1"),
        logit_bias_=list_of(bias, 1, 1024), stop_=integer(1, 4), top_logprobs_=integer(0, 20),
        response_format_=one_of(["json_object", "json_schema"]), tools_=integer(1, 128),
        tool_choice_=one_of(["auto", "required", "function"]), parallel_tool_calls_=exactly(False), documents_=integer(1, 256))(value, path)
    tokens = []
    for at, (token, added) in enumerate(value.get("logit_bias", [])):
        integer(0, 2**32 - 1)(token, f"{path}.logit_bias[{at}]")
        real(added, f"{path}.logit_bias[{at}]")
        tokens.append(token)
    require(all(a < b for a, b in zip(tokens, tokens[1:])), f"{path}.logit_bias is not ascending")


def shares(value: Any, path: str) -> None:
    """Their order and their sum are what the check `attribution` recomputes."""
    list_of(record(contributor=identifier, amount_nano=decimal()))(value, path)
    require(len({share["contributor"] for share in value}) == len(value), f"{path}: a contributor stands twice")


def receipt(value: Any, path: str) -> None:
    body = record(mode=exactly("body"), wire=digest)
    stream = record(mode=exactly("stream"), chunks=decimal(), chain=digest)

    def delivery(item: Any, where: str) -> None:
        (body if isinstance(item, dict) and item.get("mode") == "body" else stream)(item, where)

    record(
        receipt_id=receipt_id, outcome=one_of(["answered", "refused", "failed", "cancelled"]), sequence=decimal(),
        request=digest, statements_=record(execution=digest, custody_=digest, attribution_=digest, verdict_=digest),
        delivery_=delivery, error_=record(code=that(lambda c: isinstance(c, str) and _CODE.fullmatch(c), "a code")),
        price_nano=decimal(), accepted_unix_ms=decimal(), verification_=_verification, attribution_=exactly("pending"))(
            value, path)
    has_statements = "statements" in value
    require(has_statements != ("error" in value), f"{path} has both statements and error, or neither")
    answered, refused = value["outcome"] == "answered", value["outcome"] == "refused"
    require(not answered or (has_statements and "delivery" in value), f"{path}: an answer without its delivery")
    require(not (refused and has_statements), f"{path}: a refusal with statements")
    alone = has_statements and "verdict" not in value["statements"]
    require(alone or "verification" not in value, f"{path}: a policy of verification beside a verdict, or nothing executed")
    unshared = has_statements and "attribution" not in value["statements"]
    require(unshared or "attribution" not in value, f"{path}: pending beside an attribution, or nothing executed")


def _verification(value: Any, path: str) -> None:
    sampled = record(policy=exactly("sample"), rate_bp=integer(1, 10_000))
    other = record(policy=one_of(["on-demand", "none"]))
    (sampled if isinstance(value, dict) and value.get("policy") == "sample" else other)(value, path)


def _within(value: Any, path: str) -> None:
    decimal()(value, path)
    require(int(value) > 0, f"{path} is 0")


def _scores(value: Any, path: str) -> None:
    record(
        method=exactly("context-shapley/1"), documents=integer(1, 256), commitment=digest, root=digest,
        registry_=record(size=decimal(), root=digest, records_=digest),
        approximate_=record(permutations=integer(1, 65_536), error=decimal(), reveal=digest))(value, path)
    require(("approximate" in value) == (value["documents"] > 12), f"{path}: approximate, or not, for so many documents")


def _spans(value: Any, path: str) -> None:
    record(
        method=exactly("span/1"), tokens=integer(0, 1 << 20), spans=integer(0, 16_384), commitment=digest, root=digest,
        registry=record(size=decimal(), root=digest, records=digest))(value, path)
    require(value["spans"] <= value["tokens"], f"{path}: more spans than words")


def _nearest(value: Any, path: str) -> None:
    record(
        method=one_of(["knn-shapley/1", "tknn-shapley/1"]), encoder=digest, queries=integer(1, 8),
        classes=integer(0, 1 << 18), lines=integer(0, 16_384), commitment=digest, root=digest,
        registry=record(size=decimal(), root=digest, records=digest))(value, path)
    require(value["lines"] <= value["classes"], f"{path}: more lines than classes")


_NAME = text(1, 1024)

PREDICATES = {
    "execution": record(
        receipt_id=receipt_id, nonce_=nonce,
        commitments=record(request=digest, retrieved_=digest, messages=list_of(digest, 0, 1024), content=digest, tokens=digest),
        model=record(id=_NAME, manifest=digest), profile=_NAME, engine=record(build=_NAME),
        parameters=parameters, usage=record(prompt_tokens=integer(), completion_tokens=integer()),
        finish_reason=one_of(["stop", "length", "tool_calls", "cancelled"]), started_unix_ms=decimal(),
        ended_unix_ms=decimal(), activation=digest, evidence_=digest),
    "custody": record(
        receipt_id=receipt_id, kept_unix_ms=decimal(),
        blobs=list_of(record(
            name=digest, bytes=decimal(),
            retention=one_of(["statement", "opening", "content", "model", "evidence"])), 0, 4096)),
    "attribution": record(
        receipt_id=receipt_id, policy=digest, manifest=digest, operator=text(), price_nano=decimal(), shares=shares,
        scores_=_scores,
        spans_=_spans, nearest_=_nearest),
    "verdict": record(
        receipt_id=receipt_id, method=text(), profile=text(), execution=digest,
        result=one_of(["pass", "fail"]), positions=integer(), first_position_=integer(), finding=text(0, 1024),
        appraisal_=record(evidence=digest, ear=attestation_result),
        supersedes_=record(number=integer(1, 16), verdict=digest, reason=text(1, 1024))),
    "receipt": receipt,
    "draw": record(number=decimal(), seed=digest, within=_within),
    "reveal": record(
        number=decimal(), draw=digest, last=decimal(), checkpoint=text(1, 4096),
        seed=lambda value, path: require(len(from_base64(value, path)) == 32, f"{path} has not 32 bytes")),
    "model": record(
        id=_NAME, name=text(), architecture=text(), profile=text(), context_length=integer(), licence=text(),
        weights=record(format=exactly("gguf"), file=text(), digest=digest, bytes=decimal(), quantization=text()),
        template=digest, lineage=lineage.check),
    # Its form is for the check `attribution`, which alone uses it.
    "policy": that(lambda value: isinstance(value, dict), "an object"),
}
