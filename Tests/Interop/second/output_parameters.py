"""The members of a request that say how an answer ends and what form it has (Shared/Receipts/REQUEST.md)."""

import re
from typing import Any

from .asked import FUNCTION_NAME, Members, flag, integer, is_text, real
from .jcs import Number
from .values import require

_TOKEN = re.compile(r"0|[1-9][0-9]{0,9}")


def read(asked: Members, found: Members) -> None:
    """Takes its members out of `asked` and states in `found` what they say beyond the defaults."""
    if bias := _logit_bias(asked.pop("logit_bias", {})):
        found["logit_bias"] = bias
    if stops := _stops(asked.pop("stop", [])):
        found["stop"] = stops
    wants = flag(asked.pop("logprobs", False), "logprobs")
    top = integer(asked.pop("top_logprobs", Number(0)), "top_logprobs", 0, 20)
    require(wants or not top, "request: top_logprobs without logprobs")
    if wants:
        found["top_logprobs"] = top
    if (form := _response_format(asked.pop("response_format", {"type": "text"}))) != "text":
        found["response_format"] = form
    # How many there are, a request alone does not say.
    asked.pop("documents", [])
    names = [_tool(tool) for tool in _list(asked.pop("tools", []), "tools", 128)]
    require(len(set(names)) == len(names), "request: two tools of one name")
    choice = _choice(asked.pop("tool_choice", "auto"), names)
    if "parallel_tool_calls" in asked:
        parallel = flag(asked.pop("parallel_tool_calls"), "parallel_tool_calls")
        if not names:
            found["ignored"].append("parallel_tool_calls")
        elif choice != "none" and not parallel:
            found["parallel_tool_calls"] = False
    if names and choice != "none":
        require(form == "text", "request: response_format with tools")
        found |= {"tools": len(names), "tool_choice": choice}


def _list(value: Any, name: str, high: int) -> list[Any]:
    require(isinstance(value, list) and len(value) <= high, f"request: {name} is no list of at most {high}")
    return value


def _object(value: Any, name: str, known: set[str]) -> Members:
    require(isinstance(value, dict) and value.keys() <= known, f"request: {name} is no object, or has unknown members")
    return value


def _logit_bias(value: Any) -> list[Any]:
    require(isinstance(value, dict) and len(value) <= 1024, "request: logit_bias is no object of at most 1024")
    for name in value:
        require(_TOKEN.fullmatch(name) and int(name) < 2**32, "request: logit_bias has a name that is no token")
    return [[int(name), real(value[name], "logit_bias", -100, 100)] for name in sorted(value, key=int)]


def _stops(value: Any) -> int:
    stops = [value] if is_text(value) else _list(value, "stop", 4)
    for stop in stops:
        require(is_text(stop) and 1 <= len(stop.encode()) <= 256, "request: stop holds no text of 1 to 256 bytes")
    return len(stops)


def _response_format(value: Any) -> str:
    require(isinstance(value, dict), "request: response_format is no object")
    kind = value.get("type")
    require(is_text(kind) and kind in ("text", "json_object", "json_schema"), "request: another response_format")
    _object(value, "response_format", {"type", "json_schema"} if kind == "json_schema" else {"type"})
    if kind == "json_schema":
        given = _object(value.get("json_schema"), "json_schema", {"name", "description", "schema", "strict"})
        require(isinstance(given.get("schema"), dict), "request: json_schema without a schema")
    return kind


def _tool(value: Any) -> str:
    require(_object(value, "tool", {"type", "function"}).get("type") == "function", "request: a tool of another type")
    function = _object(value.get("function"), "tool", {"name", "description", "parameters", "strict"})
    name, schema = function.get("name"), function.get("parameters")
    require(is_text(name) and FUNCTION_NAME.fullmatch(name), "request: a tool without a name")
    require(schema is None or isinstance(schema, dict), "request: a tool whose parameters are no schema")
    return name


def _choice(value: Any, names: list[str]) -> str:
    if isinstance(value, dict):
        function = value.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        named = is_text(name) and name in names
        require(value.get("type") == "function" and named, "request: tool_choice names no tool")
        return "function"
    require(is_text(value) and value in ("none", "auto", "required"), "request: another tool_choice")
    require(names or value != "required", "request: tool_choice needs tools")
    return value
