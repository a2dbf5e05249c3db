"""Selective disclosure: a bundle that opens some messages and hides the rest (FORMAT section 5, Disclosure)."""

import json

from . import jcs
from .values import require

# Each of these would show more than its name says: `activation` has the salt by which prompts can be tried.
WHOLE = {"request", "retrieved", "content", "tokens", "wire", "stream", "activation"}


def disclosed(bundle: bytes, names: set[str]) -> bytes:
    """An owner's bundle with the openings of these messages alone. Statements and proofs stay: they hide what they
    commit to, but for how many messages and tokens there are and how long each opening is."""
    value = json.loads(bundle)
    shown = sorted(names & WHOLE)
    require(not shown, f"{', '.join(shown)}: would show more than single messages")
    missing = sorted(names - value["openings"].keys())
    require(not missing, f"{', '.join(missing)}: the bundle does not open them")
    value["openings"] = {name: value["openings"][name] for name in sorted(names)}
    return jcs.canonical(value)
