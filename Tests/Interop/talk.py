"""What is said in a recipe: the request's body, the answer as committed, and its parts as a client receives them."""

from typing import TYPE_CHECKING, Any

from mint import as_json

if TYPE_CHECKING:
    from recipes import Recipe


def body(recipe: "Recipe") -> bytes:
    tools = [{"type": "function", "function": {"name": "now"}}]
    asked = {
        "model": "tiny", "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital of France? \u00e9"}]}
    asked |= {"n": recipe.choices} if recipe.choices > 1 else {}
    asked |= {"tools": tools} if recipe.calls else {}
    return as_json(asked | {"stream": recipe.stream} | recipe.asked)


def choices(recipe: "Recipe") -> list[dict[str, Any]]:
    end = recipe.receipt_id.replace("-", "")[-16:]
    reason = "cancelled" if recipe.outcome == "cancelled" else "tool_calls" if recipe.calls else "stop"
    return [
        {"index": at, "finish_reason": reason, "text": "" if recipe.calls else f"Paris \u00e9 {at}.",
         "tool_calls": [{"id": f"call_{end}{at:02x}00", "name": "now", "arguments": "{}"}] if recipe.calls else []}
        for at in range(recipe.choices)]


def part(choice: dict[str, Any]) -> dict[str, Any]:
    calls = [
        {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}
        for call in choice["tool_calls"]]
    return {"role": "assistant", "content": choice["text"] or None} | ({"tool_calls": calls} if calls else {})


def deltas(choice: dict[str, Any]) -> list[dict[str, Any]]:
    text, calls = choice["text"], part(choice).get("tool_calls", [])
    pieces = [{"role": "assistant"}, {"content": text[:3]}, {"content": text[3:]}]
    return pieces + [{"tool_calls": [{"index": at} | call]} for at, call in enumerate(calls)]
