"""All checks of a bundle under a trust policy, in the order of FORMAT section 5."""

from collections.abc import Callable

from . import binding, claims, content, log_checks, tee
from .bundle import Bundle
from .own import Copies
from .report import FAIL, NOT_CHECKED, Outcome, Report
from .trust import CHECKS, Trust
from .values import Refused


def verify(data: bytes, trust: Trust, copies: Copies = Copies()) -> Report:
    """Never raises for what the bundle holds: what cannot be read fails."""
    # Who sets a quorum needs it, and who holds a copy wants it compared.
    asked = {"witnesses": trust.quorum > 0, "content": copies != Copies()}
    required = trust.required | {name for name, is_asked in asked.items() if is_asked}
    try:
        bundle = Bundle.parse(data)
    except Refused as error:
        checks = {name: (NOT_CHECKED, "unreadable bundle") for name in CHECKS}
        return Report(None, checks | {"signatures": (FAIL, f"the bundle cannot be read: {error}")}, required)
    included = log_checks.inclusion(bundle, trust)
    checks: dict[str, Callable[[], Outcome]] = {
        "signatures": lambda: log_checks.signatures(bundle, trust, included),
        "binding": lambda: binding.binding(bundle),
        "content": lambda: content.content(bundle, copies),
        "inclusion": lambda: included.outcome,
        "witnesses": lambda: log_checks.witnesses(included, trust),
        "time": lambda: log_checks.time(bundle, included, trust),
        "model": lambda: claims.model(bundle, trust),
        "reexecution": lambda: claims.reexecution(bundle, trust, included),
        "tee": lambda: tee.tee(bundle, trust),
        "proof": lambda: claims.proof(bundle),
        "attribution": lambda: claims.attribution(bundle, trust, included),
        "custody": lambda: claims.custody(bundle),
    }
    assert tuple(checks) == CHECKS
    return Report(bundle.receipt_id, {name: _outcome(check) for name, check in checks.items()}, required)


def _outcome(check: Callable[[], Outcome]) -> Outcome:
    try:
        return check()
    except Refused as error:
        return FAIL, str(error)
