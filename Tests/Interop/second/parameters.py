"""The parameters that a request's members lead to (Shared/Receipts/REQUEST.md)."""

from typing import Any

from . import output_parameters
from .asked import Members, flag, integer, number, real
from .jcs import Number
from .values import require

IGNORED = frozenset({
    "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
    "verbosity"})


def read_parameters(asked: Members) -> Members:
    """`asked` without `model`, `messages` and what is null."""
    asked = dict(asked)
    found: Members = {"ignored": []}
    flag(asked.pop("stream", False), "stream")
    _stream_options(asked.pop("stream_options", {}))
    for name, default, low, high in (("temperature", "1", 0, 2), ("top_p", "1", 0, 1), ("min_p", "0", 0, 1)):
        found[name] = real(asked.pop(name, Number(default)), name, low, high)
    require(number(found["top_p"]) > 0, "request: top_p is 0")
    found["top_k"] = integer(asked.pop("top_k", Number(0)), "top_k", 0, 1 << 20)
    found["n"] = integer(asked.pop("n", Number(1)), "n", 1, 8)
    limits = {
        integer(asked.pop(name), name, 1, 1 << 20) for name in ("max_tokens", "max_completion_tokens") if name in asked}
    require(len(limits) <= 1, "request: max_tokens and max_completion_tokens differ")
    if limits:
        found["max_tokens"] = limits.pop()
    if "seed" in asked:
        # A negative one stands for its two's complement.
        seed = integer(asked.pop("seed"), "seed", -(2**63), 2**64 - 1)
        found |= {"seed": str(seed % 2**64), "seed_source": "request"}
    for name, neutral, low, high in (
        ("presence_penalty", 0, "-2", 2), ("frequency_penalty", 0, "-2", 2), ("repetition_penalty", 1, "0.01", 100)):
        if name in asked and number(stated := real(asked.pop(name), name, low, high)) != neutral:
            found[name] = stated
    output_parameters.read(asked, found)
    for name, value in asked.items():
        require(name in IGNORED or (name, value) == ("modalities", ["text"]), f"request: {name} is not offered")
        found["ignored"] += [name] if name in IGNORED else []
    return found


def _stream_options(value: Any) -> None:
    require(isinstance(value, dict), "request: stream_options is no object")
    for name, item in value.items():
        require(name in ("include_usage", "include_obfuscation"), f"request: stream_options.{name} is not offered")
        require(item is None or isinstance(item, bool), f"request: stream_options.{name} is no flag")
