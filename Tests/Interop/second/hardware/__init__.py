"""The appraisal of hardware evidence (FORMAT section 8), from the vendors' own formats and the tables there: a function of the evidence,
what was handed in beside it, a policy and a time. Every malformed byte ends in a check that fails."""

from collections.abc import Callable, Iterable

from ..values import Refused, require
from . import dcap, nitro, nvidia, snp, vtpm
from .collateral import Collateral
from .sheet import Policy, Result, Sheet
from .written import unwritten

EVIDENCE_BYTES_MAX = 1 << 20
_KINDS: dict[str, tuple[Callable[..., None], tuple[str, ...], frozenset[str]]] = {
    "nitro": (nitro.appraise, nitro.PLANNED, nitro.OPTIONAL),
    "sev-snp": (snp.appraise, snp.PLANNED, snp.OPTIONAL),
    "tdx": (dcap.appraise_tdx, dcap.PLANNED, frozenset()),
    "sgx": (dcap.appraise_sgx, dcap.PLANNED, frozenset()),
    "nvidia-gpu": (nvidia.appraise, nvidia.PLANNED, nvidia.OPTIONAL),
    "vtpm": (vtpm.appraise, vtpm.PLANNED, frozenset()),
}
APPRAISED = frozenset(_KINDS)


def appraise(kind: str, evidence: bytes, handed: Iterable[bytes], policy: Policy, time: int) -> Result:
    """As of `time`, in seconds since 1970. Raises Refused for collateral that is none."""
    steps, planned, optional = _KINDS[kind]
    collateral = Collateral.read(handed)
    sheet = Sheet(kind, planned, optional, policy, collateral, time)
    try:
        # The size before anything else: what is too large is not even taken out of its text.
        require(len(evidence) <= 2 * EVIDENCE_BYTES_MAX, "the evidence is above 2 MiB of text")
        raw = unwritten(evidence)
        require(len(raw) <= EVIDENCE_BYTES_MAX, "the evidence is above 1 MiB")
    except Refused as refused:
        sheet.fail("format", str(refused))
        return sheet.result()
    steps(sheet, raw)
    return sheet.result()
