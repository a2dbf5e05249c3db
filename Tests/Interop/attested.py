"""Makes evidence documents and simulated evidence with nothing but `second`: FORMAT section 8 from the maker's side."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mint
from both import edited
from mint import KEYS, Key, b64, digest
from recipes import Recipe
from second import cbor, jcs
from second.tee import SIMULATED_TYPE, epoch_nonce, report_data
from second.values import digest_text

BEGAN = 1_757_000_000_000
"""When the executions of `Recipe` begin, in milliseconds."""
ROOT = Key("simulated root")
Edit = Callable[[dict[str, Any]], None]


@dataclass
class Attested:
    """A recipe whose execution names an evidence document; each edit is made before what covers it is signed."""

    statement: Edit = lambda stated: None
    """Of the simulated statement, before its root signs it."""
    document: Edit = lambda document: None
    envelope: Callable[[bytes], bytes] = lambda raw: raw
    """Of the evidence's bytes."""
    epoch: tuple[int, int] = (BEGAN - 1000, BEGAN + 1000)
    root: Key = ROOT
    headers: dict[Any, Any] = field(default_factory=dict)
    named: bool = True
    kept: bool = True

    def made(self) -> bytes:
        nonce, key = epoch_nonce(*self.epoch), digest_text(KEYS["inference"].kid)
        document = {
            "type": "urn:colophon:evidence:v1", "kind": "simulated", "key": key, "nonce": nonce.hex(),
            "epoch": {"from_unix_ms": str(self.epoch[0]), "to_unix_ms": str(self.epoch[1])},
            "evidence": b64(self.envelope(self.simulated(report_data(nonce, key))))}
        self.document(document)
        return jcs.canonical(document)

    def simulated(self, data: bytes) -> bytes:
        stated = {
            "type": "urn:colophon:simulated-evidence:v1", "report_data": data.hex(), "measurement": "07" * 32,
            "debug": False, "not_before_unix_s": str(BEGAN // 1000), "not_after_unix_s": str(BEGAN // 1000)}
        self.statement(stated)
        protected = cbor.encode({1: -8, 3: SIMULATED_TYPE, 4: self.root.kid} | self.headers)
        payload = jcs.canonical(stated)
        signature = self.root.sign(cbor.encode(["Signature1", protected, b"", payload]))
        return cbor.encode(cbor.Tagged(18, [protected, {}, payload, signature]))

    def mint(self, recipe: Recipe | None = None) -> bytes:
        recipe, made = recipe or Recipe(), self.made()
        if self.named:
            recipe.edits["execution"] = lambda draft: draft.predicate.update(evidence=digest(made))
        if self.kept:
            blob = {"name": digest(made), "bytes": str(len(made)), "retention": "evidence"}
            recipe.edits["custody"] = lambda draft: draft.predicate["blobs"].append(blob)
        return edited(recipe.mint(), lambda bundle: bundle.update(evidence=b64(made)))


def trusting(**changes: Any) -> dict[str, Any]:
    """A policy that requires `tee`, and names the root."""
    tee = {"kinds": ["simulated"], "roots": {"simulated": [b64(ROOT.raw)]}} | changes
    return mint.trust_policy(tee=tee, required=["tee"])
