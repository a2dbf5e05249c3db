"""Intel's judgement of minted platforms at random: levels, statuses and fields. Both appraisers come to the same status."""

import pytest

from appraised import Appraised, Minted
from minted_hardware import SGX, TDX
from second.hardware.tcb import STATUSES, joined


@pytest.fixture(scope="module")
def appraised(tmp_path_factory) -> Appraised:
    return Appraised(tmp_path_factory.mktemp("levels"))


def minted(hardware: TDX) -> Minted:
    return Minted(hardware.kind, hardware.evidence(bytes(64)), hardware.collateral(), hardware.root.pem.decode())


@pytest.mark.parametrize("kind", [TDX, SGX])
def test_any_level_of_platform_module_and_quoting_enclave(kind, appraised, seeded, is_long):
    def level(**tcb):
        return {"tcb": tcb, "tcbStatus": seeded.choice(sorted(STATUSES))}

    def versions(most: int) -> list[dict]:
        return [{"svn": seeded.choice((0, most))} for _ in range(16)]

    statuses = set()
    for _ in range(200 if is_long else 4):
        svn, own = bytes(seeded.choice((2, 3)) for _ in range(16)), seeded.choice((0, 1))
        svn = bytes([seeded.randrange(3, 7), own]) + svn[2:]

        def edit(info, identity, own=own):
            info["tcbLevels"] = [
                level(sgxtcbcomponents=versions(3), tdxtcbcomponents=versions(3), pcesvn=seeded.choice((11, 11, 12))),
                level(sgxtcbcomponents=versions(2), tdxtcbcomponents=versions(seeded.choice((1, 2))), pcesvn=11),
                level(sgxtcbcomponents=versions(0), tdxtcbcomponents=versions(0), pcesvn=0)]
            for item in info["tcbLevels"] if info["version"] == 2 else []:
                item["tcb"] |= {f"sgxtcbcomp{at:02}svn": part["svn"] for at, part in enumerate(item["tcb"]["sgxtcbcomponents"], 1)}
            for module in info.get("tdxModuleIdentities", []):
                module["tcbLevels"] = [level(isvsvn=least) for least in (6, 5, 3)]
            identity["tcbLevels"] = [level(isvsvn=least) for least in (8, 6)]

        components = bytes(seeded.choice((2, 3, 3, 3)) for _ in range(16))
        parts = {"svn": svn} if kind is TDX else {"listed": seeded.choice((2, 3))}
        hardware = kind(components=components, enclave_svn=seeded.choice((6, 7, 8)), edit=edit, **parts)
        # No policy can accept what is revoked.
        accepted = seeded.sample([status for status in sorted(STATUSES) if status != "Revoked"], 4)
        found = appraised(minted(hardware), tcb_statuses=accepted)
        assert found.accepted == (found.claims["tcb_status"] in accepted)
        statuses.add(found.claims["tcb_status"])
    assert len(statuses) > 1 or not is_long


VALUES = (None, "", "zz", "00", "UpToDate", "2025-13-01T00:00:00Z", "2025-09-01T00:00:00", -1, 65536, 1, True, [], {}, [{}], [None])


@pytest.mark.parametrize("kind", [TDX, SGX])
def test_any_field_of_another_form_passes_nothing_and_fails_the_same_check(kind, appraised, seeded, is_long):
    for _ in range(150 if is_long else 3):
        def edit(info, identity):
            value = seeded.choice((info, identity))
            while True:
                at = seeded.choice([*value] if isinstance(value, dict) else range(len(value)))
                if not isinstance(value[at], (dict, list)) or not value[at] or seeded.randrange(4) == 0:
                    break
                value = value[at]
            if seeded.randrange(3) or isinstance(value, list):
                value[at] = seeded.choice(VALUES)
            else:
                del value[at]

        appraised(minted(kind(edit=edit)))


def test_statuses_are_joined_alike_in_any_order():
    for one in STATUSES:
        for other in STATUSES:
            assert joined(one, other) == joined(other, one) and joined(one, one) == one
            assert joined(one, joined(other, "UpToDate")) == joined(one, other)
