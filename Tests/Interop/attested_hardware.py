"""Bundles whose execution names evidence of hardware: the evidence document around what `minted_hardware` makes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mint
from attested import Attested
from minted_hardware import SNP, TDX, Nitro
from mint import KEYS, b64
from second import jcs
from second.tee import epoch_nonce, report_data
from second.values import digest_text


@dataclass
class AttestedHardware(Attested):
    hardware: Nitro | SNP | TDX = field(default_factory=Nitro)
    handed: Callable[[list[bytes]], list[bytes]] = lambda pieces: pieces
    """Of the collateral, before the execution names the document."""
    bound: Callable[[bytes], bytes] = lambda data: data
    """Of the report data, before the hardware signs it."""

    def made(self) -> bytes:
        nonce, key = epoch_nonce(*self.epoch), digest_text(KEYS["inference"].kid)
        evidence = self.envelope(self.hardware.evidence(self.bound(report_data(nonce, key))))
        pieces = self.handed(self.hardware.collateral())
        document = {
            "type": "urn:colophon:evidence:v1", "kind": self.hardware.kind, "key": key, "nonce": nonce.hex(),
            "epoch": {"from_unix_ms": str(self.epoch[0]), "to_unix_ms": str(self.epoch[1])}, "evidence": b64(evidence)}
        document |= {"collateral": [b64(piece) for piece in pieces]} if pieces else {}
        self.document(document)
        return jcs.canonical(document)


def trusting(hardware: Nitro | SNP | TDX, **changes: Any) -> dict[str, Any]:
    """A policy that requires `tee`, and names the root of this hardware."""
    tee = {"kinds": [hardware.kind], "roots": {hardware.kind: [b64(hardware.root.der)]}} | changes
    return mint.trust_policy(tee=tee, required=["tee"])
