"""The checks of one appraisal while it is made, and what comes of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ..report import FAIL, NOT_CHECKED, PASS, Outcome
from ..values import Refused, require
from . import path, roots
from .certificate import Certificate
from .collateral import Collateral

Value = TypeVar("Value")
_UNREACHED = "the policy has none, or an earlier check failed"


class Lacking(Exception):
    """Something that was not handed in: nothing is known, and nothing failed."""


@dataclass(frozen=True)
class Policy:
    """What is believed: by default the vendors' own roots, no debugging, no TCB that is not up to date, any software."""

    roots: dict[str, list[Certificate]] = field(default_factory=dict)
    """By kind, in place of the vendor's."""
    measurements: dict[str, list[str]] = field(default_factory=dict)
    nonce: bytes | None = None
    report_data: bytes | None = None
    tcb_statuses: frozenset[str] = frozenset({"UpToDate"})
    tcb_minimum: dict[str, int] = field(default_factory=dict)
    allow_debug: bool = False
    require: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Result:
    checks: dict[str, Outcome]
    required: frozenset[str]
    claims: dict[str, str]

    @property
    def states(self) -> dict[str, str]:
        return {name: state for name, (state, _) in self.checks.items()}

    @property
    def accepted(self) -> bool:
        return FAIL not in self.states.values() and all(self.states[name] == PASS for name in self.required)

    def details(self, state: str) -> str:
        return "; ".join(f"{name}: {detail}" for name, (found, detail) in self.checks.items() if found == state)


class Sheet:
    def __init__(self, kind: str, planned: tuple[str, ...], optional: frozenset[str], policy: Policy,
                 collateral: Collateral, time: int) -> None:
        self.kind, self.policy, self.collateral, self.time = kind, policy, collateral, time
        self.claims: dict[str, str] = {}
        self._planned, self._checks = planned, dict[str, Outcome]()
        asked = {"measurements": bool(policy.measurements), "nonce": policy.nonce is not None,
                 "report_data": policy.report_data is not None}
        always = (set(planned) - optional | policy.require & set(planned)) - asked.keys()
        self._required = frozenset(always | {name for name, is_asked in asked.items() if is_asked})

    def check(self, name: str, body: Callable[[], Value]) -> Value | None:
        """What `body` gives where it passes."""
        try:
            value = body()
        except Lacking as lacking:
            self._record(name, (NOT_CHECKED, str(lacking)))
        except Refused as refused:
            self.fail(name, str(refused))
        else:
            self._record(name, (PASS, ""))
            return value
        return None

    def fail(self, name: str, why: str) -> None:
        self._record(name, (FAIL, why))

    def _record(self, name: str, outcome: Outcome) -> None:
        """Of several outcomes of one check, of several devices say, the worst stays."""
        order = (FAIL, NOT_CHECKED, PASS)
        self._checks[name] = min(self._checks.get(name, outcome), outcome, key=lambda item: order.index(item[0]))

    def lack(self, names: tuple[str, ...], what: str) -> None:
        for name in names:
            self._record(name, (NOT_CHECKED, what))

    def add_hardware(self, inner: "Result") -> None:
        """Of the hardware's report inside of this evidence."""
        self._checks |= {f"hardware.{name}": outcome for name, outcome in inner.checks.items()}
        self._required |= {f"hardware.{name}" for name in inner.required}
        self.claims |= {f"hardware.{name}": value for name, value in inner.claims.items()}

    def check_path(self, leaf: Certificate, others: list[Certificate], more: Callable[[], None] = lambda: None) -> list[Certificate] | None:
        """`chain`, `validity` (and `more` of it) and `revocation`."""
        trusted = self.policy.roots[self.kind] if self.kind in self.policy.roots else roots.of(self.kind)
        found = self.check("chain", lambda: path.build(leaf, [*others, *self.collateral.certificates], trusted))
        if found is None:
            self.lack(("validity", "revocation"), _UNREACHED)
            return None

        def validity() -> None:
            path.require_valid(found, self.time)
            more()

        def revocation() -> None:
            if not path.has_list(found, self.collateral.lists):
                raise Lacking("no revocation list of these issuers was handed in")
            path.require_unrevoked(found, self.collateral.lists, self.time)

        self.check("validity", validity)
        self.check("revocation", revocation)
        return found

    def check_fresh(self, nonce: bytes | None, report_data: bytes | None) -> None:
        """`nonce` and `report_data`, as far as the policy has any."""
        policy = self.policy
        # A field of a fixed size is longer than what was put in: zeros follow.
        width = len(report_data) if report_data is not None else 0
        wanted = policy.report_data and policy.report_data.ljust(width, b"\0")
        for name, expected, body in (
                ("nonce", policy.nonce, lambda: require(nonce == policy.nonce, "it is not the policy's")),
                ("report_data", policy.report_data, lambda: require(report_data == wanted, "it is not the policy's"))):
            if expected is None:
                self._record(name, (NOT_CHECKED, "the policy expects none"))
            else:
                self.check(name, body)

    def _check_measurements(self) -> None:
        for name, allowed in self.policy.measurements.items():
            require(self.claims.get(name) in allowed, f"{name} is not as the policy lists it")

    def result(self) -> Result:
        """With `measurements`, now that the claims are complete."""
        if self._checks["format"][0] == PASS and self.policy.measurements:
            self.check("measurements", self._check_measurements)
        whole = dict.fromkeys(self._planned, (NOT_CHECKED, _UNREACHED)) | self._checks
        return Result(whole, self._required, self.claims)
