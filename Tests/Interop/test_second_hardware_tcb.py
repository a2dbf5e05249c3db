"""How new a platform's firmware has to be is the policy's to say: the two verifiers follow it alike."""

import pytest

from attested_hardware import AttestedHardware, trusting
from both import failed
from minted_hardware import SNP, TDX
from second.trust import TCB_STATUSES

TURIN = {
    "family": 0x1a, "chip": b"\xc5" * 8 + bytes(56), "tcb": bytes([3, 4, 0, 24, 0, 0, 0, 0xdb]),
    "current": bytes([3, 4, 0, 24, 0, 0, 0, 0xdb]), "extensions": {"2": b"\x16\x08Turin-A0", "3.9": b"\2\1\3", "4": b"\xc5" * 8}}


@pytest.mark.parametrize("status", [*TCB_STATUSES, "Revoked"])
def test_a_status_passes_where_the_policy_lists_it(status, both):
    hardware = TDX(status=status)
    bundle = AttestedHardware(hardware=hardware).mint()
    policies = [{"tdx": list(TCB_STATUSES)}, {"tdx": [name for name in TCB_STATUSES if name != status]}, {}]
    policies += [{"tdx": [status]}] if status in TCB_STATUSES else []
    for listed in policies:
        report = both(bundle, trusting(hardware, tcb_statuses=listed), what=(status, listed))
        assert failed(report) == (set() if status in listed.get("tdx", ["UpToDate"]) else {"tee"}), (listed, report.table())


# Boot loader 4, TEE 0, SNP 24, microcode 219; Turin has an FMC, at 3.
@pytest.mark.parametrize(("hardware", "least", "passes"), [
    (SNP(), {"boot_loader": 4, "tee": 0, "snp": 24, "microcode": 219}, True), (SNP(), {"fmc": 255}, True),
    (SNP(), {"boot_loader": 5}, False), (SNP(), {"tee": 1}, False), (SNP(), {"snp": 25}, False),
    (SNP(), {"snp": 0, "microcode": 220}, False), (SNP(**TURIN), {"fmc": 3, "snp": 24}, True),
    (SNP(**TURIN), {"fmc": 4}, False)], ids=lambda value: getattr(value, "kind", str(value)))
def test_a_version_passes_from_the_policy_s_least_on(hardware, least, passes, both):
    report = both(AttestedHardware(hardware=hardware).mint(), trusting(hardware, tcb_minimum={"sev-snp": least}))
    assert failed(report) == (set() if passes else {"tee"}), report.table()
