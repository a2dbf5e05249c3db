"""What holds for every statement that stands in the log by itself and in a bundle with its own proof."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any

import mint
from both import Both, edited, failed


def verdict_trust(**changes: Any) -> dict:
    """The policy, with changes to what it says of the key of verdicts."""
    value = mint.trust_policy()
    for issuer in value["issuers"]:
        if "verdict" in issuer["kinds"]:
            issuer.update(changes)
    return value


def check_flips(
    bundle: bytes, parts: Callable[[dict[str, Any]], dict[str, str]], both: Both, seeded: Random, is_long: bool
) -> None:
    """One changed byte of the statement fails the signatures, one of its proof the inclusion: two of each, or all.

    `parts` finds `statement` and `tlog_proof` in an opened bundle."""
    found = parts(json.loads(bundle))
    statement, proof = base64.b64decode(found["statement"]), found["tlog_proof"]
    for at in range(len(statement)) if is_long else seeded.sample(range(len(statement)), 2):
        flipped = statement[:at] + bytes([statement[at] ^ 1 << seeded.randrange(8)]) + statement[at + 1:]
        changed = edited(bundle, lambda value: parts(value).update(statement=mint.b64(flipped)))
        assert "signatures" in failed(both(changed, mint.trust_policy(), what=("statement", at)))
    for at in range(len(proof)) if is_long else seeded.sample(range(len(proof)), 2):
        flipped = proof[:at] + chr(ord(proof[at]) ^ 1 << seeded.randrange(7)) + proof[at + 1:]
        changed = edited(bundle, lambda value: parts(value).update(tlog_proof=flipped))
        assert failed(both(changed, mint.trust_policy(), what=("proof", at))) == {"inclusion"}
