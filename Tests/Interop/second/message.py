"""The messages of a request (Shared/Receipts/REQUEST.md): what would be rendered and is not known is refused."""

from typing import Any

from .asked import FUNCTION_NAME, is_text
from .jcs import parse
from .values import require

ROLES = {"system", "developer", "user", "assistant", "tool"}


def check_message(message: Any, path: str) -> None:
    require(isinstance(message, dict), f"{path} is no object")
    role = message.get("role")
    require(is_text(role) and role in ROLES, f"{path} has no role")
    known = {"role", "content", "name"} | {"assistant": {"tool_calls"}, "tool": {"tool_call_id"}}.get(role, set())
    _only(message, known, path)
    calls = message.get("tool_calls") if role == "assistant" else None
    require(calls is None or (isinstance(calls, list) and len(calls) <= 128), f"{path}.tool_calls is no list")
    for call in calls or []:
        _check_call(call, f"{path}.tool_calls")
    if role == "tool":
        _check_id(message.get("tool_call_id"), f"{path}.tool_call_id")
    if message.get("content") is not None or not calls:
        _check_content(message.get("content"), f"{path}.content")


def _check_content(content: Any, path: str) -> None:
    if is_text(content):
        return
    require(isinstance(content, list), f"{path} is neither text nor parts")
    for part in content:
        require(isinstance(part, dict) and part.get("type") == "text" and is_text(part.get("text")), f"{path}: no text")
        _only(part, {"type", "text"}, path)


def _check_call(call: Any, path: str) -> None:
    require(isinstance(call, dict) and call.get("type") == "function", f"{path} is no call of a function")
    function = call.get("function")
    require(isinstance(function, dict), f"{path}.function is no object")
    name, arguments = function.get("name"), function.get("arguments")
    require(is_text(name) and FUNCTION_NAME.fullmatch(name), f"{path} has no name of a function")
    require(is_text(arguments), f"{path} has no arguments")
    require(isinstance(parse(arguments.encode(), path), dict), f"{path} has arguments that are no object")
    _check_id(call.get("id"), path)


def _check_id(value: Any, path: str) -> None:
    require(is_text(value) and 1 <= len(value.encode()) <= 64, f"{path} has no id of 1 to 64 bytes")


def _only(value: dict[str, Any], known: set[str], path: str) -> None:
    extra = [name for name, item in value.items() if name not in known and item is not None]
    require(not extra, f"{path} has members that are not offered: {extra}")
