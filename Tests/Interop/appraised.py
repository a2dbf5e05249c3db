"""Appraises by `colophon evidence appraise` and by the second appraiser, and insists that they say the same of each check."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hardware_vector import Vector
from issuer import NOW
from harness import programs
from second.hardware import appraise
from second.hardware.collateral import Collateral
from second.hardware.sheet import Policy, Result

# What no list of a policy names, and the second does not collect.
LEFT_OUT = {"advisories"}


@dataclass(frozen=True)
class Minted:
    """Evidence that a test made, in the place of a vector."""

    kind: str
    evidence: bytes
    handed: list[bytes]
    root_pem: str
    time: int = field(default=int(NOW.timestamp()))


def second(vector: Vector | Minted, evidence: bytes | None = None, time: int | None = None,
           tcb_statuses: list[str] | None = None) -> Result:
    roots = {vector.kind: Collateral.read([vector.root_pem.encode()]).certificates} if vector.root_pem else {}
    policy = Policy(roots=roots, tcb_statuses=frozenset(tcb_statuses or ["UpToDate"]))
    return appraise(vector.kind, vector.evidence if evidence is None else evidence, vector.handed, policy,
                    vector.time if time is None else time)


class Appraised:
    """Both, over files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runs = folder, 0
        self.folders: dict[tuple[bytes, ...], Path] = {}

    def __call__(self, vector: Vector | Minted, evidence: bytes | None = None, time: int | None = None, is_mutant: bool = False,
                 **changes: list[str]) -> Result:
        found = second(vector, evidence, time, **changes)
        self.runs += 1
        path, policy = self.folder / f"{self.runs}.evidence", self.folder / f"{self.runs}.policy"
        path.write_bytes(vector.evidence if evidence is None else evidence)
        roots = {"roots": {vector.kind: [vector.root_pem]}} if vector.root_pem else {}
        policy.write_text(json.dumps(changes | roots))
        at = datetime.fromtimestamp(vector.time if time is None else time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        result = programs.colophon(
            "evidence", "appraise", str(path), "--kind", vector.kind, "--at", at, "--json", "--policy", str(policy),
            *self.handed(vector))
        first = json.loads(result.stdout)
        states = {check["name"]: check["state"] for check in first["checks"]}
        details = {check["name"]: check["detail"] for check in first["checks"]}
        differ = {name: (details.get(name), found.checks.get(name)) for name in states.keys() | found.states.keys()
                  if states.get(name) != found.states.get(name)}
        assert first["accepted"] == found.accepted == (result.returncode == 0), f"{vector}: {differ}"
        # Two readers of certificates differ in how much of a damaged one they look at before its signature.
        read = [name for name in ("format", "chain", "hardware.chain") if "fail" in (states.get(name), found.states.get(name))]
        if is_mutant and differ and read:
            assert not found.accepted
            return found
        assert not differ, f"{vector}: the first, then the second: {differ}"
        assert set(first["required"]) == found.required, str(vector)
        assert {name: text for name, text in first["claims"].items() if name not in LEFT_OUT} == found.claims, str(vector)
        return found

    def handed(self, vector: Vector | Minted) -> list[str]:
        pieces = tuple(vector.handed)
        if pieces and pieces not in self.folders:
            folder = self.folders[pieces] = self.folder / f"collateral{len(self.folders)}"
            folder.mkdir()
            for at, data in enumerate(pieces):
                (folder / f"{at:02}").write_bytes(data)
        return ["--collateral", str(self.folders[pieces])] if pieces else []


def mutated(raw: bytes, seeded) -> bytes:
    """Some bytes changed, cut out or put in."""
    changed = bytearray(raw)
    for _ in range(seeded.randrange(1, 4)):
        at = seeded.randrange(len(changed))
        match seeded.randrange(4):
            case 0: changed[at] ^= 1 << seeded.randrange(8)
            case 1: changed[at] = seeded.choice((0, 0xff, 0x7f, 0x80, 0x30))
            case 2: del changed[at:at + seeded.randrange(1, 9)]
            case 3: changed[at:at] = seeded.randbytes(seeded.randrange(1, 9))
        if not changed:
            return b""
    return bytes(changed)
