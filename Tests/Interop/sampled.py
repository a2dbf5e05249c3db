"""A receipt whose verdict is not bound, with what the log has by itself about its verification; honest unless edited.

The log: 0, the draw (1), 2, 3, the receipt (4), 5, the next draw (6: the epoch's last entry), the reveal (7), the verdict (8),
`again` verdicts that supersede it (9, ...), and `tail` entries of others."""

import json
from dataclasses import dataclass, field
from typing import Any

import mint
from mint import KEYS, Draft, digest
from recipes import RECEIPT_ID, Edit, Recipe
from second import jcs
from second.values import sha256

RECEIPT, LAST = 4, 6
PLACES = {"draw": 1, "reveal": 7, "verdict": 8}
ALWAYS_DRAWN: dict[str, Any] = {"policy": "sample", "rate_bp": 10_000}
HARDLY_DRAWN: dict[str, Any] = {"policy": "sample", "rate_bp": 1}


@dataclass
class Sampled:
    policy: dict[str, Any] | None = field(default_factory=lambda: ALWAYS_DRAWN)
    present: tuple[str, ...] = ("verdict", "draw", "reveal")
    within: int = 10
    tail: int = 0
    again: int = 0
    """Edited under the names "again/1", "again/2" and so on; so are their places."""
    edits: dict[str, Edit] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    cosigners: dict[str, list[str]] = field(default_factory=dict)
    """Who cosigned the tree of each proof, by the same names and "receipt"; nobody where none is said."""

    def mint(self) -> bytes:
        def states(draft: Draft) -> None:
            if self.policy is not None:
                draft.predicate.update(verification=self.policy)

        kept = ("custody", "attribution", "model", "policy")
        bundle = json.loads(Recipe(statements=kept, edits={"receipt": states} | self.edits).mint())
        receipt = mint.base64.b64decode(bundle["statements"]["receipt"])
        execution = digest(mint.base64.b64decode(bundle["statements"]["execution"]))
        seed, places = sha256(b"a seed"), PLACES | self.places
        entries = [sha256(b"entry", bytes([at])) for at in range(LAST + 1)]
        draw = self._sign("draw", "draw/0", {"number": "0", "seed": digest(seed), "within": str(self.within)})
        put(entries, places["draw"], draw)
        put(entries, RECEIPT, receipt)
        reveal = self._sign("reveal", "reveal/0", {
            "number": "0", "draw": digest(draw), "last": str(LAST), "seed": mint.b64(seed),
            "checkpoint": mint.note_of(entries)})
        verdict = self._sign("verdict", RECEIPT_ID, {
            "receipt_id": RECEIPT_ID, "method": "reexecution/1", "profile": "exact/1", "execution": execution,
            "result": "pass", "positions": 2, "finding": ""}, digest(receipt))
        put(entries, places["reveal"], reveal)
        put(entries, places["verdict"], verdict)
        superseding, before = [], verdict
        for number in range(1, self.again + 1):
            before = self._sign("verdict", f"{RECEIPT_ID}/{number}", {
                "receipt_id": RECEIPT_ID, "method": "reexecution/1", "profile": "exact/1", "execution": execution,
                "result": "pass", "positions": 2, "finding": "",
                "supersedes": {"number": number, "verdict": digest(before), "reason": "made again"},
            }, digest(receipt), f"again/{number}")
            put(entries, self.places.get(f"again/{number}", PLACES["verdict"] + number), before)
            superseding.append(before)
        entries += [sha256(b"tail", bytes([at])) for at in range(self.tail)]
        bundle |= {"as_of": str(len(entries)), "log": mint.log_parts(
            entries, RECEIPT, RECEIPT_ID, self.cosigners.get("receipt", []))}
        made = {"draw": draw, "reveal": reveal, "verdict": verdict}

        def proven(name: str, statement: bytes) -> dict[str, str]:
            log = mint.log_parts(entries, entries.index(sha256(statement)), "", self.cosigners.get(name, []))
            return {"statement": mint.b64(statement), "tlog_proof": log["tlog_proof"]}

        if self.present:
            bundle["registered"] = {kind: proven(kind, made[kind]) for kind in self.present}
        if superseding:
            bundle["superseding"] = [proven(f"again/{at}", one) for at, one in enumerate(superseding, 1)]
        return jcs.canonical(bundle)

    def _sign(
        self, kind: str, sub: str, predicate: dict[str, Any], subject: str | None = None, name: str | None = None,
    ) -> bytes:
        draft = Draft(kind, KEYS["verification"], sub, "", predicate)
        edit = self.edits.get(name or kind, lambda draft: None)
        edit(draft)
        draft.subject = draft.subject or subject or digest(jcs.canonical(draft.predicate))
        return draft.sign()


def put(entries: list[bytes], place: int, statement: bytes) -> None:
    while len(entries) <= place:
        entries.append(sha256(b"filler", bytes([len(entries)])))
    entries[place] = sha256(statement)
