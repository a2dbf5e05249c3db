"""The states of a check, and a report of all."""

from dataclasses import dataclass

PASS, FAIL, NOT_CHECKED, NOT_OFFERED = "pass", "fail", "not_checked", "not_offered"
Outcome = tuple[str, str]


@dataclass(frozen=True)
class Report:
    receipt_id: str | None
    checks: dict[str, Outcome]
    required: frozenset[str]

    @property
    def states(self) -> dict[str, str]:
        return {name: state for name, (state, _) in self.checks.items()}

    @property
    def required_unmet(self) -> list[str]:
        return [name for name, state in self.states.items() if name in self.required and state != PASS]

    @property
    def accepted(self) -> bool:
        return FAIL not in self.states.values() and not self.required_unmet

    def table(self) -> str:
        lines = [f"  {name:<12} {state:<12} {detail}" for name, (state, detail) in self.checks.items()]
        return "\n".join([*lines, "accepted" if self.accepted else "refused"])
