"""A receipt that says that its attribution is pending, with what the log has behind it; honest unless edited.

The log: fillers, the receipt (4), a filler, the custody of the scores (6), the attribution (7), and `tail` entries of others."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import mint
from mint import KEYS, Draft, digest
from recipes import DOCUMENTS, RECEIPT_ID, Edit, Recipe
from sampled import put
from second import jcs
from second.statement import Statement
from second.values import sha256

RECEIPT = 4
PLACES = {"custody": 6, "attribution": 7}
SHOWN = [{"text": "Paris.", "contributor": "ada"}, {"text": "Rain.", "contributor": "bob"}]
VALUES = [-400_000, -100_000, -300_000, -50_000]


@dataclass
class Later:
    shown: list[dict[str, Any]] = field(default_factory=lambda: SHOWN)
    values: list[int] = field(default_factory=lambda: VALUES)
    ownership: dict[str, Any] = field(default_factory=dict)
    present: tuple[str, ...] = ("attribution", "custody")
    pending: bool = True
    edits: dict[str, Edit] = field(default_factory=dict)
    """Of "attribution" and "custody" the later ones; the others as in a recipe."""
    places: dict[str, int] = field(default_factory=dict)

    def mint(self) -> bytes:
        asked = {"asked": {"documents": self.shown}, "values": self.values, "ownership": self.ownership, "rules": DOCUMENTS}
        early = json.loads(Recipe(**asked).mint())
        scores = base64.b64decode(early["openings"]["scores"]) if self.values else b""

        def states(draft: Draft) -> None:
            if self.pending:
                draft.predicate.update(attribution="pending")

        def forgets(draft: Draft) -> None:
            draft.predicate["blobs"] = [blob for blob in draft.predicate["blobs"] if blob["name"] != digest(scores)]

        others = {kind: edit for kind, edit in self.edits.items() if kind not in PLACES}
        bundle = json.loads(Recipe(
            **asked, statements=("custody", "verdict", "model", "policy"),
            edits={"receipt": states, "custody": forgets} | others).mint())
        receipt = base64.b64decode(bundle["statements"]["receipt"])
        credited = Statement.parse(base64.b64decode(early["statements"]["attribution"]), "attribution").predicate
        kept = [{"name": digest(scores), "bytes": str(len(scores)), "retention": "opening"}] if scores else []
        made = {
            "custody": self._sign("custody", "storage", receipt, {
                "receipt_id": RECEIPT_ID, "blobs": kept, "kept_unix_ms": "1757000001000"}),
            "attribution": self._sign("attribution", "attribution", receipt, credited)}
        entries: list[bytes] = []
        put(entries, RECEIPT, receipt)
        for kind, statement in made.items():
            put(entries, (PLACES | self.places)[kind], statement)
        bundle |= {"as_of": str(len(entries)), "log": mint.log_parts(entries, RECEIPT, RECEIPT_ID)}
        if self.present:
            bundle["registered"] = {kind: {
                "statement": mint.b64(made[kind]),
                "tlog_proof": mint.log_parts(entries, entries.index(sha256(made[kind])), "")["tlog_proof"],
            } for kind in self.present}
        if "attribution" not in self.present:
            del bundle["statements"]["policy"]
            bundle["openings"].pop("scores", None)
        return jcs.canonical(bundle)

    def _sign(self, kind: str, owner: str, receipt: bytes, predicate: dict[str, Any]) -> bytes:
        draft = Draft(kind, KEYS[owner], RECEIPT_ID, digest(receipt), predicate)
        self.edits.get(kind, lambda draft: None)(draft)
        return draft.sign()
