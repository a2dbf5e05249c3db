"""A receipt of more documents than can be enumerated, and the attribution that was drawn for it behind its epoch; honest
unless edited.

The log: 0, the draw (1), 2, 3, the receipt (4), 5, the next draw (6: the epoch's last entry), the reveal (7), the custody of the
scores (8), the attribution (9)."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import mint
from mint import KEYS, Draft, digest
from recipes import DOCUMENTS, MANIFEST, PRICE, RECEIPT_ID, Edit, Recipe
from sampled import put
from second import credit, documents, drawn, jcs
from second.bundle import Opening
from second.openings import commitment
from second.values import Refused, sha256, u64

RECEIPT, LAST = 4, 6
PLACES = {"draw": 1, "reveal": 7, "custody": 8, "attribution": 9}
THIRTEEN = [{"text": f"Text {at}.", "contributor": f"c{at % 5}"} for at in range(13)]
TOKENS = 2
"""What the recipe's one choice has."""


def rules(permutations: int | None = 2) -> dict[str, Any]:
    said = {} if permutations is None else {"permutations": permutations}
    roles = [DOCUMENTS["roles"][0] | said, *DOCUMENTS["roles"][1:]]
    return DOCUMENTS | {"roles": roles}


def value(given: int, count: int) -> int:
    """Each document adds something, the first most, and one of them harms."""
    bits = [given >> count - 1 - at & 1 for at in range(count)]
    return -8_000_000 + sum(bit * (9_000 if at != 3 else -4_000) // (1 + at) for at, bit in enumerate(bits))


@dataclass
class Drawn:
    shown: list[dict[str, Any]] = field(default_factory=lambda: THIRTEEN)
    rules: dict[str, Any] = field(default_factory=rules)
    ownership: dict[str, Any] = field(default_factory=dict)
    present: tuple[str, ...] = ("draw", "reveal", "custody", "attribution")
    verification: dict[str, Any] | None = None
    """What the receipt says; None: a verdict is bound."""
    sample: Callable[[drawn.Sample], drawn.Sample] = lambda sample: sample
    """What the scores are of, in place of the honest sample."""
    data: Callable[[bytes], bytes] = lambda data: data
    edits: dict[str, Edit] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def mint(self) -> bytes:
        def states(draft: Draft) -> None:
            draft.predicate.update(attribution="pending")
            if self.verification:
                draft.predicate.update(verification=self.verification)

        kept = ("custody", "model", "policy") + (() if self.verification else ("verdict",))
        bundle = json.loads(Recipe(
            asked={"documents": self.shown}, rules=self.rules, statements=kept, edits={"receipt": states} | {
                kind: edit for kind, edit in self.edits.items() if kind not in PLACES}).mint())
        receipt = base64.b64decode(bundle["statements"]["receipt"])
        seed, places = sha256(b"a seed"), PLACES | self.places
        entries = [sha256(b"entry", bytes([at])) for at in range(LAST + 1)]
        made = {"draw": self._sign("draw", "draw/0", {"number": "0", "seed": digest(seed), "within": "10"})}
        put(entries, places["draw"], made["draw"])
        put(entries, RECEIPT, receipt)
        made["reveal"] = self._sign("reveal", "reveal/0", {
            "number": "0", "draw": digest(made["draw"]), "last": str(LAST), "seed": mint.b64(seed),
            "checkpoint": mint.note_of(entries)})
        honest = drawn.due(seed, digest(made["reveal"]), digest(receipt), self.rules, len(self.shown), TOKENS)
        scores = self._scores(self.sample(honest))
        made["custody"] = self._sign("custody", RECEIPT_ID, {
            "receipt_id": RECEIPT_ID, "kept_unix_ms": "1757000001000",
            "blobs": [{"name": digest(scores), "bytes": str(len(scores)), "retention": "opening"}]}, digest(receipt))
        policy = base64.b64decode(bundle["statements"]["policy"])
        made["attribution"] = self._sign(
            "attribution", RECEIPT_ID, self._attribution(scores, honest, digest(policy)), digest(receipt))
        for kind in ("reveal", "custody", "attribution"):
            put(entries, places[kind], made[kind])
        bundle |= {"as_of": str(len(entries)), "log": mint.log_parts(entries, RECEIPT, RECEIPT_ID)}
        bundle["registered"] = {kind: {
            "statement": mint.b64(made[kind]),
            "tlog_proof": mint.log_parts(entries, entries.index(sha256(made[kind])), "")["tlog_proof"],
        } for kind in self.present}
        if not self.present:
            del bundle["registered"]
        if "attribution" in self.present:
            bundle["openings"]["scores"] = mint.b64(scores)
        else:
            del bundle["statements"]["policy"]
        return jcs.canonical(bundle)

    def _scores(self, sample: drawn.Sample) -> bytes:
        count = len(self.shown)
        values = b"".join(value(given, count).to_bytes(8, "big", signed=True) for given in sample.sets(count))
        data = self.data(sample.front + values) + (jcs.canonical(self.ownership) if self.ownership else b"")
        return sha256(b"salt of scores") + u64(len(data)) + data

    def _attribution(self, scores: bytes, honest: drawn.Sample, policy: str) -> dict[str, Any]:
        sources = [
            {"contributor": "unattributed", "record": digest(shown["text"].encode())}
            | {name: shown[name] for name in ("contributor", "asset") if name in shown} for shown in self.shown]
        opening = Opening.parse(scores, "scores")
        try:
            found = documents.scores(opening, sources)
        except Refused:
            # A liar whose scores nobody can read states those of others.
            other = replace(self, data=lambda data: data)._scores(honest)
            found = documents.scores(Opening.parse(other, "scores"), sources)
            found.stated["commitment"] = commitment("scores", opening.salt, opening.data)
        stated = {
            "receipt_id": RECEIPT_ID, "policy": policy, "manifest": digest(jcs.canonical(MANIFEST)),
            "operator": KEYS["inference"].iss, "price_nano": str(PRICE)}
        shares = credit.shares(stated, self.rules, MANIFEST, found.weights)
        return stated | {"shares": shares, "scores": found.stated}

    def _sign(self, kind: str, sub: str, predicate: dict[str, Any], subject: str | None = None) -> bytes:
        owner = next(name for name, kinds in mint.ISSUERS.items() if kind in kinds)
        draft = Draft(kind, KEYS[owner], sub, "", predicate)
        self.edits.get(kind, lambda draft: None)(draft)
        draft.subject = draft.subject or subject or digest(jcs.canonical(draft.predicate))
        return draft.sign()
