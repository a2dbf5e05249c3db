"""Real evidence of TPMs: one bit changed, or another machine's hardware report, fails the check that it breaks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from appraised import Appraised, second
from hardware_regions import Region, of_bare_quote, of_hcl_report, regions
from hardware_vector import Vector
from hardware_vectors import VECTORS
from second.hardware.sheet import Result
from second.hardware.written import of_any_form

TPMS = [vector for vector in VECTORS if vector.kind == "vtpm"]
WRITTEN = [vector for vector in TPMS if vector.file.endswith(".json")]
Path = tuple[str | int, ...]


@pytest.fixture(scope="module")
def appraised(tmp_path_factory) -> Appraised:
    return Appraised(tmp_path_factory.mktemp("tpm"))


def parts(value: dict[str, Any]) -> Iterator[tuple[Path, list[Region]]]:
    """Where each part of evidence in JSON stands, and what is signed or bound in it."""
    quote = "tpm_quote" if "tpm_quote" in value else "quote"
    for name in ("message", "signature"):
        yield (quote, name), [(0, len(form(value[quote][name])), "signature")]
    for at in range(len(value[quote]["pcrs"])):
        yield (quote, "pcrs", at), [(0, 32, "pcrs")]
    for name in {"hcl_report", "report"} & value.keys():
        yield (name,), of_hcl_report(form(value[name]))
    if "td_quote" in value:
        yield ("td_quote",), [(*place, f"hardware.{name}") for *place, name in regions("tdx", form(value["td_quote"]))]
    if "ak_public" in value:
        # The modulus of 2048 bits, and behind two bytes the exponent, at the end of a SubjectPublicKeyInfo.
        size = len(form(value["ak_public"]))
        yield ("ak_public",), [(size - 261, size - 5, "signature"), (size - 3, size, "signature")]


def form(written: Any) -> bytes:
    return bytes(written) if isinstance(written, list) else of_any_form(written, "a part")


def places(vector: Vector) -> Iterator[tuple[Path, int, str]]:
    """Each byte that counts; what has no part that is named stands in the evidence itself."""
    raw = vector.evidence
    if vector.file.endswith(".json"):
        found = [*parts(json.loads(raw))]
    else:
        found = [((), of_hcl_report(raw) if raw.startswith(b"HCLA") else of_bare_quote(raw))]
    return ((path, at, name) for path, listed in found for start, end, name in listed for at in range(start, end))


def changed(vector: Vector, path: Path, at: int, bit: int) -> bytes:
    """All but the part that is changed stays in the form in which it was written."""
    if not path:
        return flipped(vector.evidence, at, bit)
    value = json.loads(vector.evidence)
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = flipped(form(inner[path[-1]]), at, bit).hex()
    return json.dumps(value).encode()


def flipped(raw: bytes, at: int, bit: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1:]


def fails(found: Result, name: str) -> bool:
    """The check itself, or that what it looks at can be read."""
    read = "hardware.format" if name.startswith("hardware.") else "format"
    return "fail" in (found.states.get(name), found.states["format"], found.states.get(read)) and not found.accepted


@pytest.mark.parametrize("vector", TPMS, ids=str)
def test_one_changed_bit_is_refused_by_the_check_that_it_breaks(vector, appraised, seeded, is_long):
    states = second(vector).states
    # Of the report with the certificate of another chip the signature fails as it is.
    listed = [place for place in places(vector) if states[place[2]] != "fail"]
    names = dict.fromkeys(name for _, _, name in listed)
    chosen = listed if is_long else [seeded.choice([place for place in listed if place[2] == name]) for name in names]
    seeded.shuffle(chosen)
    for number, (path, at, name) in enumerate(chosen):
        evidence = changed(vector, path, at, seeded.randrange(8))
        found = (appraised if number < 2 else second)(vector, evidence)
        assert fails(found, name), (path, at, name)


@pytest.mark.parametrize("vector", [item for item in WRITTEN if "tdx" in item.file], ids=str)
def test_what_no_one_signed_of_a_report_of_trust_domains_is_believed_for_nothing(vector, seeded, is_long):
    whole = second(vector)
    unsigned = [*range(32, 160), *range(224, 1216)]
    for at in unsigned if is_long else seeded.sample(unsigned, 4):
        found = second(vector, changed(vector, ("hcl_report",), at, seeded.randrange(8)))
        assert (found.states, found.claims) == (whole.states, whole.claims), at


HARDWARE = ("hcl_report", "report", "vcek", "td_quote")


@pytest.mark.parametrize("vector", [item for item in WRITTEN if item.window], ids=str)
def test_no_quote_passes_with_the_hardware_report_of_another_machine(vector):
    mine = json.loads(vector.evidence)
    quote = {name: part for name, part in mine.items() if name not in HARDWARE}
    for other in WRITTEN:
        theirs = {name: part for name, part in json.loads(other.evidence).items() if name in HARDWARE}
        # Two samples of one machine have one key, and a TPM without hardware report has no other.
        if not theirs or runtime(theirs) == runtime(mine):
            continue
        found = second(other, json.dumps(quote | theirs).encode())
        assert (found.states["signature"], found.states["binding"]) == ("fail", "pass") and not found.accepted, other
        assert found.states[other.validity] == "pass", other


def runtime(value: dict[str, Any]) -> bytes:
    return form(value.get("hcl_report") or value["report"])[1236:]
