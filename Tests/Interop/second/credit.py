"""Attribution (FORMAT section 7), in Python's integers: a product of 128 bits, and more, is exact here."""

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from . import lineage
from .shape import decimal, digest, identifier, integer, list_of, one_of, record, text, that
from .values import PRICE_MAX, Refused, is_id, require

UNATTRIBUTED = "unattributed"
WHOLE = 10_000
DAYS = (date(1970, 1, 1), date(2999, 12, 30))
WEIGHTS_MAX = 1 << 20
_SPLIT = integer(1, WHOLE)
NEAR = {"shingle", "words", "near_bp"}
_COMMON = {"role": identifier, "basis_points": _SPLIT, "method": text()}
_NEAREST = {
    "negatives": one_of(["dropped", "net"]), "shift": integer(0, 31), "near_bp": integer(1, WHOLE)}
_ROLES = {
    "lineage/1": record(**_COMMON), "operator/1": record(**_COMMON), "feedback/1": record(**_COMMON, judge_=identifier),
    "metered/1": record(**_COMMON, per_token=integer(0, (1 << 32) - 1), per_millisecond=integer(0, (1 << 32) - 1)),
    "context-shapley/1": record(
        **_COMMON, shingle_=integer(1, 64), words_=integer(1, 512), near_bp_=integer(1, 10_000),
        permutations_=integer(1, 65_536)),
    "span/1": record(
        **_COMMON, length_min=integer(1, 1024), rarity_min=integer(0, 1 << 40), rarity_table=digest,
        shingle=integer(1, 64), words=integer(1, 512), near_bp=integer(1, 10_000)),
    "knn-shapley/1": record(**_COMMON, neighbours=integer(1, 1 << 20), **_NEAREST),
    "tknn-shapley/1": record(**_COMMON, radius=integer(-(1 << 31), (1 << 31) - 1), **_NEAREST),
    "equal/1": record(**_COMMON, contributors=list_of(identifier, 1, 4096)),
    "fixed/1": record(**_COMMON, parts=list_of(record(contributor=identifier, basis_points=_SPLIT), 1, 4096))}


def apportion(price: int, weights: list[tuple[str, int]]) -> dict[str, int]:
    """Splits a price by weights; every unit of it is given to somebody."""
    require(0 <= price <= PRICE_MAX and len(weights) <= WEIGHTS_MAX, "a price or a list of weights above its limit")
    sums: dict[str, int] = defaultdict(int)
    for name, weight in weights:
        sums[name] += weight
    sums = {name: max(weight, 0) for name, weight in sums.items()}
    shift = max(max(sums.values(), default=0).bit_length() - 62, 0)
    sums = {name: weight >> shift for name, weight in sums.items()}
    total = sum(sums.values())
    if not total:
        return {UNATTRIBUTED: price} if price else {}
    parts = {name: price * weight // total for name, weight in sums.items()}
    left = price - sum(parts.values())
    for name in sorted(sums, key=lambda name: (-(price * sums[name] % total), name.encode()))[:left]:
        parts[name] += 1
    return {name: part for name, part in parts.items() if part}


def _whole(parts: list[dict[str, Any]], what: str) -> None:
    require(sum(part["basis_points"] for part in parts) == WHOLE, f"{what} does not give away 10000 basis points")


def _day(value: Any, path: str) -> None:
    require(isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII), f"{path} is no day")
    try:
        require(DAYS[0] <= date.fromisoformat(value) <= DAYS[1], f"{path} is out of range")
    except ValueError as error:
        raise Refused(f"{path}: {error}") from None


def effective(policy: dict[str, Any], receipt: str) -> bool:
    """Whether the policy may share a receipt: its id begins with 48 bits of milliseconds since 1970."""
    milliseconds = int(receipt.replace("-", "")[:12], 16)
    number = min(milliseconds // 86_400_000, (DAYS[1] - DAYS[0]).days)
    return DAYS[0] + timedelta(days=number) >= date.fromisoformat(policy.get("effective_from", "1970-01-01"))


def check_policy(value: Any, path: str) -> None:
    """The shape of a policy's predicate (FORMAT section 2)."""
    def role_shape(role: Any, where: str) -> None:
        _ROLES[_method(role, where)](role, where)

    def minimum(amount: Any, where: str) -> None:
        decimal(PRICE_MAX)(amount, where)
        that(lambda text: text != "0", "absent where it is 0")(amount, where)

    # What a payout does with both is no part of what a bundle shows.
    record(id=identifier, roles=list_of(role_shape, 1, 16), escrow_days_=integer(1, 3650),
           minimum_payout_nano_=minimum, effective_from_=_day)(value, path)
    _distinct([role["role"] for role in value["roles"]], f"{path}.roles")
    _whole(value["roles"], path)
    forms = {role["method"] for role in value["roles"]} & {"knn-shapley/1", "tknn-shapley/1"}
    require(len(forms) <= 1, f"{path}: both methods of nearest records")
    for role in value["roles"]:
        near = NEAR & role.keys()
        require(role["method"] != "context-shapley/1" or near in (set(), NEAR), f"{path}: a part of near copies' members")
        _distinct(role.get("contributors", []), role["role"])
        require(role["method"] != "metered/1" or role["per_token"] or role["per_millisecond"], f"{path}: counts nothing")
        if parts := role.get("parts"):
            _distinct([part["contributor"] for part in parts], role["role"])
            _whole(parts, role["role"])


def not_served(policy: dict[str, Any]) -> str | None:
    """A method whose weights no statement has."""
    methods = [role["method"] for role in policy["roles"] if role["method"] == "feedback/1" and "judge" not in role]
    return next(iter(methods), None)


def _method(role: Any, path: str) -> str:
    method = role.get("method") if isinstance(role, dict) else None
    require(isinstance(method, str) and method in _ROLES, f"{path} has no known method")
    return method


def _distinct(names: list[str], what: str) -> None:
    require(len(set(names)) == len(names), f"{what}: a name stands twice")


def shares(
    attribution: dict[str, Any], policy: dict[str, Any], model: dict[str, Any], documents: list[tuple[str, int]] = [],
    spans: list[tuple[str, int]] = [], nearest: list[tuple[str, int]] = [], run: dict[str, Any] = {},
) -> list[dict[str, str]]:
    """The list of shares that the statement has to hold; `documents` are the scores of those in the prompt, `spans` and `nearest` those of
    the answer, `run` is the execution."""
    roles = policy["roles"]
    require(is_id(attribution["operator"]), "the operator is no id")
    parts = apportion(int(attribution["price_nano"]), [(role["role"], role["basis_points"]) for role in roles])
    earned: dict[str, int] = defaultdict(int)
    for role in roles:
        found = {
            "context-shapley/1": documents, "span/1": spans, "knn-shapley/1": nearest, "tknn-shapley/1": nearest}
        weights = found.get(role["method"])
        if weights is None:
            weights = _weights(role, model, attribution["operator"], run)
        for name, amount in apportion(parts.get(role["role"], 0), weights).items():
            earned[name] += amount
    names = sorted(earned, key=str.encode)
    return [{"contributor": name, "amount_nano": str(earned[name])} for name in names]


def _weights(role: dict[str, Any], model: dict[str, Any], operator: str, run: dict[str, Any]) -> list[tuple[str, int]]:
    match role["method"]:
        case "lineage/1":
            return lineage.weights(model["lineage"])
        case "operator/1":
            return [(operator, 1)]
        case "feedback/1":
            return []  # nobody knows how an answer turns out when it is attributed
        case "metered/1":
            milliseconds = max(0, int(run["ended_unix_ms"]) - int(run["started_unix_ms"]))
            tokens = run["usage"]["prompt_tokens"] + run["usage"]["completion_tokens"]
            return [(operator, tokens * role["per_token"] + milliseconds * role["per_millisecond"])]
        case "equal/1":
            return [(name, 1) for name in role["contributors"]]
        case _:
            return [(part["contributor"], part["basis_points"]) for part in role["parts"]]
