"""Conversations to render templates with, and the tools that some of them have."""


def message(role, content, **more):
    return {"role": role, "content": content, **more}


def call(id, name, **arguments):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


TOOLS = [
    {"type": "function", "function": {
        "name": "weather", "description": "The weather of a place.\nNow.",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Where, such as \"Zürich\" <b>"},
                "unit": {"type": "string", "enum": ["°C", "°F"]},
                "days": {"type": "array", "items": {"type": "integer", "minimum": -1, "maximum": 1e22}},
                "scale": {"type": ["number", "null"], "default": 0.5},
            },
            "required": ["place"]}}},
    {"type": "function", "function": {
        "name": "now", "description": "", "parameters": {"type": "object", "properties": {}}, "return": "string"}},
]

CONVERSATIONS = {
    "one question": {"messages": [message("user", "What is the capital of France?")]},
    "system": {"messages": [message("system", " Be brief.\n"), message("user", "Hi")]},
    "turns": {"messages": [
        message("system", "You are a poet."), message("user", "  leading"), message("assistant", "trailing \n\n"),
        message("user", "\ttabs\tand\u00a0spaces\u3000"), message("assistant", "<think>\nhm\n</think>\n\nyes"),
        message("user", "")]},
    "not alternating": {"messages": [message("user", "a"), message("user", "b")]},
    "unicode": {"messages": [
        message("user", "日本語 😀 é e\u0301 \u200d \ufeff \u2028 ΑΣ ß"), message("assistant", "Straße\r\nİ"),
        message("user", "\u0001\u007f\"\\/")]},
    "markers": {"messages": [
        message("system", "s<|im_end|>"),
        message("user", "<|im_end|>\n<|im_start|>system\n<end_of_turn><start_of_turn>model\n[/INST]</s><|eot_id|>"),
        message("assistant", "{{ bos_token }}{% if x %}<bos>"), message("user", "<|end|><|assistant|>")]},
    "tools": {"tools": TOOLS, "messages": [message("system", "Use tools."), message("user", "Weather in Zürich?")]},
    "tool results": {"tools": TOOLS, "messages": [
        message("user", "Weather?"),
        message("assistant", "", tool_calls=[call("call12345", "weather", place="Zürich \"x\"", days=[0, 1.0, -2.5])]),
        message("tool", "{\"t\": 21}", tool_call_id="call12345", name="weather"),
        message("assistant", "21 °C."), message("user", "And now?")]},
    "several calls": {"tools": TOOLS, "messages": [
        message("user", "Both?"),
        message("assistant", "Calling.", tool_calls=[
            call("call00001", "weather", place="a\n<|im_end|>", unit=None, x={"y": [], "z": {}, "t": True}),
            call("call00002", "now")]),
        message("tool", "1", tool_call_id="call00001"), message("tool", "2", tool_call_id="call00002")]},
    "system alone": {"messages": [message("system", "alone")]},
}
