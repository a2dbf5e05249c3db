"""One piece of real evidence under Tests/Vectors/evidence, what is handed in beside it, a time, and what must come out."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from harness import programs

FOLDER = programs.ROOT / "Tests/Vectors/evidence"
FREE = ("measurements", "nonce", "report_data")
"""What only a policy asks for."""
BARE = ("revocation", "quoting_enclave_identity", "tcb_info", "tcb")
"""What stays open without what Intel signs about the platform."""


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@dataclass(frozen=True)
class Vector:
    kind: str
    file: str
    at: str
    collateral: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    window: tuple[str, str] | None = None
    """When the certificates are valid, both inclusive."""
    root: str | None = None
    """Of Intel's test tools, in place of the vendor's."""

    def __str__(self) -> str:
        return f"{self.kind}/{self.file}" + (f"+{len(self.collateral)}" if self.collateral else "") + ("+root" if self.root else "")

    @property
    def time(self) -> int:
        return seconds(self.at)

    @property
    def validity(self) -> str:
        """The check that the window is of."""
        return "hardware.validity" if self.kind == "vtpm" else "validity"

    @property
    def path(self):
        return FOLDER / self.kind / self.file

    @cached_property
    def evidence(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def handed(self) -> list[bytes]:
        return [(FOLDER / name).read_bytes() for name in self.collateral]

    @cached_property
    def root_pem(self) -> str | None:
        return (FOLDER / self.root).read_text() if self.root else None

    def expected(self, required: frozenset[str], names: list[str]) -> dict[str, str]:
        def state(name: str) -> str:
            if name in self.failing:
                return "fail"
            is_free = name.removeprefix("hardware.") in FREE or name not in required
            return "not_checked" if name in self.unchecked or is_free else "pass"

        return {name: state(name) for name in names}
