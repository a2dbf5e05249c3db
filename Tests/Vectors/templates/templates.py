"""Templates in the manner of the common families. The text of each is a file of families/, byte for byte: whether it ends
with a line end matters."""

import pathlib

FAMILIES = pathlib.Path(__file__).parent / "families"


def template(name, tools=False, **tokens):
    return name, {"text": (FAMILIES / f"{name}.jinja").read_bytes().decode(), "tools": tools, "tokens": tokens}


TEMPLATES = dict([
    template("smollm2"),
    template("chatml"),
    template("gemma3", bos_token="<bos>"),
    template("llama3", True, bos_token="<|begin_of_text|>"),
    template("qwen2.5", True),
    template("qwen3"),
    template("mistral", True, bos_token="<s>", eos_token="</s>"),
    template("phi", eos_token="<|endoftext|>"),
    template("llama2", bos_token="<s>", eos_token="</s>"),
    template("macros", True),
])
