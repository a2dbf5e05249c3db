"""Where `colophon verify` once said otherwise than the second verifier, and FORMAT sided with the latter."""

import json

import mint
from both import Both
from recipes import RECEIPT_ID, Recipe
from second import jcs
from test_second_log import cose_receipt, proofs


def test_the_ids_of_calls_are_those_of_the_receipt(both: Both):
    """FORMAT section 2, parameters: the id of a call is made of the receipt id. The verifier did not look
    at it."""
    call = {"id": "call_of_another_answer", "name": "now", "arguments": "{}"}
    choice = {"finish_reason": "tool_calls", "index": 0, "text": "", "tool_calls": [call]}
    part = {"index": 0, "message": {"tool_calls": [{"id": call["id"], "function": {"name": "now", "arguments": "{}"}}]}}
    changed = {"content": jcs.canonical({"choices": [choice]}), "wire": json.dumps({"choices": [part]}).encode()}
    assert both(Recipe(calls=True, changed=changed).mint(), mint.trust_policy()).states["content"] == "fail"


def test_a_cose_receipt_says_when_it_was_issued(both: Both):
    """FORMAT section 4: claims are iss, sub and iat. One without iat was taken."""
    bundle = Recipe().mint()
    without = cose_receipt(bundle, {15: {1: mint.LOG_ISS, 2: RECEIPT_ID}}, proofs(bundle))
    assert both(without, mint.trust_policy()).states["inclusion"] == "fail"


def test_what_was_delivered_without_an_execution_is_not_open(both: Both):
    """FORMAT section 5: what was delivered and is not opened makes `content` not_checked. It was asked for only beside
    an execution; a stream that broke before one has none."""
    stream = {"mode": "stream", "chunks": "1", "chain": "sha256:" + "1" * 64}
    recipe = Recipe(outcome="failed", edits={"receipt": lambda draft: draft.predicate.update(delivery=stream)})
    assert both(recipe.mint(), mint.trust_policy()).states["content"] == "not_checked"


def test_a_long_body_with_log_probabilities_is_honest(both: Both):
    """An answer of 8 choices with 20 log-probabilities a token passes 2^20 JSON values at some 1090 tokens a choice, well
    below the 16 MiB of an opening. It was read with the default limits."""
    top = [{"token": "ab", "logprob": -1.25, "bytes": [97, 98]}] * 20
    told = {"content": [{"token": "ab", "logprob": -1, "bytes": [97, 98], "top_logprobs": top}] * 1100}
    parts = [{"index": at, "message": {"content": f"Paris \u00e9 {at}."}, "logprobs": told} for at in range(8)]
    recipe = Recipe(
        choices=8, asked={"logprobs": True, "top_logprobs": 20}, changed={"wire": mint.as_json({"choices": parts})})
    assert both(recipe.mint(), mint.trust_policy()).accepted
