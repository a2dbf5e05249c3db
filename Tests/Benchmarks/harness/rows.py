"""One line of a result: our value, one peer's, and what the machine allows."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    name: str
    unit: str
    ours: float
    peer: str | None
    peer_value: float | None
    peer_build: str | None
    """Ours by the peer's: the median of the rounds' own ratios. Whether more is better follows from the unit."""
    ratio: float | None
    """What the machine allows, in the row's unit, measured in the same run; for memory, what must be held."""
    bound: float | None
    machine: str


def write_json(rows: list[Row], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
