"""Real measurements of NVIDIA's GPUs and switches, one and several: a changed bit, or another device's certificates."""

import base64
import json
from dataclasses import dataclass
from functools import cache

import pytest

from appraised import Appraised, second
from hardware_regions import regions
from hardware_vector import Vector
from hardware_vectors import VECTORS
from second.hardware.collateral import blocks
from second.hardware.written import unwritten

GOOD = [vector for vector in VECTORS if vector.kind == "nvidia-gpu" and not vector.failing]
WRITTEN = [vector for vector in GOOD if vector.file.endswith(".json")]
NVTRUST = next(vector for vector in WRITTEN if vector.file == "nvtrust/gpu_evidence.json")


@dataclass(frozen=True)
class Device:
    raw: bytes
    chain: bytes
    name: str

    @property
    def leaf(self) -> bytes:
        return blocks(self.chain)[0][1]


def of(vector: Vector) -> list[Device]:
    if not vector.file.endswith(".json"):
        return [Device(unwritten(vector.evidence), vector.handed[0], vector.file)]
    return [Device(base64.b64decode(item["evidence"]), base64.b64decode(item["certificate"]), f"{vector.file}[{at}]")
            for at, item in enumerate(json.loads(vector.evidence))]


@cache
def every() -> list[Device]:
    """One GPU's stand in two files, and one switch's four times in another."""
    return [*{device.raw: device for vector in GOOD for device in of(vector)}.values()]


def evidence(*devices: tuple[bytes, bytes]) -> bytes:
    return json.dumps([
        {"evidence": base64.b64encode(raw).decode(), "certificate": base64.b64encode(chain).decode(),
         "nonce": raw[4:36].hex()} for raw, chain in devices]).encode()


@pytest.fixture(scope="module")
def appraised(tmp_path_factory) -> Appraised:
    return Appraised(tmp_path_factory.mktemp("devices"))


@pytest.mark.parametrize("vector", WRITTEN, ids=str)
def test_one_changed_bit_of_any_device_is_refused(vector, appraised, seeded, is_long):
    devices, value = of(vector), json.loads(vector.evidence)
    assert all(base64.b64decode(item["evidence"])[4:36].hex() == item["nonce"] for item in value)
    for number, device in enumerate(devices):
        start, end, name = regions("nvidia-gpu", device.raw)[0]
        # A long run takes all of the first, by itself, and samples the others, since all are appraised each time.
        is_alone = is_long and not number
        chosen = range(start, end) if is_alone else seeded.sample(range(start, end), 60 if is_long else 1)
        for at in chosen:
            raw = bytearray(device.raw)
            raw[at] ^= 1 << seeded.randrange(8)
            value[number]["evidence"] = base64.b64encode(raw).decode()
            written = json.dumps(value[:1] if is_alone else value).encode()
            found = (appraised if at == chosen[0] and not number else second)(vector, written)
            # What the device signed of the nonce has to be the nonce beside it.
            assert "fail" in (found.states["format"], found.states[name]) and not found.accepted, (number, at)
        value[number]["evidence"] = base64.b64encode(device.raw).decode()
    assert second(vector, json.dumps(value).encode()).accepted


@pytest.mark.parametrize("vector", GOOD, ids=str)
def test_no_measurements_pass_with_the_chain_of_another_device(vector, appraised, seeded, is_long):
    mine = of(vector)
    assert second(NVTRUST, evidence(*((device.raw, device.chain) for device in mine))).accepted
    pairs = [(device, other) for device in mine for other in every() if other.leaf != device.leaf]
    for number, (device, other) in enumerate(pairs if is_long else seeded.sample(pairs, 3)):
        found = (second if number else appraised)(NVTRUST, evidence((device.raw, other.chain)))
        assert (found.states["chain"], found.states["signature"]) == ("pass", "fail"), (device.name, other.name)
        assert not found.accepted


def test_two_devices_in_one_json_cannot_lend_each_other_their_chains(seeded, is_long):
    for vector in (item for item in WRITTEN if len({device.leaf for device in of(item)}) > 1):
        devices = of(vector)
        pairs = [(one, other) for one in range(len(devices)) for other in range(one)]
        for one, other in pairs if is_long else seeded.sample(pairs, 2):
            chains = [device.chain for device in devices]
            chains[one], chains[other] = chains[other], chains[one]
            found = second(vector, evidence(*((device.raw, chain) for device, chain in zip(devices, chains))))
            assert (found.states["chain"], found.states["signature"]) == ("pass", "fail") and not found.accepted, vector


def test_a_device_s_bad_word_is_not_outvoted(seeded):
    """The worst of all devices stays, wherever it stands."""
    devices = seeded.sample(every(), 4)
    good = [(device.raw, device.chain) for device in devices]
    bad = (devices[0].raw[:-100] + bytes([devices[0].raw[-100] ^ 1]) + devices[0].raw[-99:], devices[0].chain)
    assert second(NVTRUST, evidence(*good)).accepted
    for at in range(len(good) + 1):
        assert not second(NVTRUST, evidence(*good[:at], bad, *good[at:])).accepted
    for name, broken in (("no leaf", (good[0][0], b"")), ("no measurements", (b"", good[0][1]))):
        assert not second(NVTRUST, evidence(*good, broken)).accepted, name
