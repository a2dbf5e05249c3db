"""Renders chat templates with Jinja, for TemplateVectorTests.

    pip install jinja2==3.1.6
    python3 generate.py > vectors.json

The environment is the one in which Hugging Face's `apply_chat_template` renders: ImmutableSandboxedEnvironment with
trim_blocks, lstrip_blocks and loop controls, `tojson` as plain json.dumps, `raise_exception`. `strftime_now` is left
undefined: exact/1 has no clock. `tools` and `documents` are None when absent.

The templates were written for this file, each in the manner of a family (which constructs, which white space control),
except `smollm2`, which is the text of SmolLM2-Instruct's own file and checked to be so by a test.
"""

import json
import sys

import jinja2
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from conversations import CONVERSATIONS
from snippets import CONTEXT, SNIPPETS
from templates import TEMPLATES


class Refused(Exception):
    pass


def raise_exception(message):
    raise Refused(str(message))


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    return made


def render(text, variables):
    try:
        return {"output": environment().from_string(text).render(**variables)}
    except Refused as refusal:
        return {"refused": str(refusal)}
    except (TemplateError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        return {"error": type(error).__name__}


def main():
    cases = []
    for name, template in TEMPLATES.items():
        for title, conversation in CONVERSATIONS.items():
            if conversation.get("tools") and not template["tools"]:
                continue
            variables = {
                "messages": conversation["messages"], "tools": conversation.get("tools"), "documents": None,
                "add_generation_prompt": True, **template["tokens"]}
            cases.append({"template": name, "conversation": title, **render(template["text"], variables)})
    json.dump(
        {
            "made_with": f"jinja2 {jinja2.__version__}",
            "templates": TEMPLATES, "conversations": CONVERSATIONS, "cases": cases,
            "context": CONTEXT,
            "snippets": [{"template": text, **render(text, CONTEXT)} for text in SNIPPETS],
        }, sys.stdout, ensure_ascii=False, indent=1)
    print()


main()
