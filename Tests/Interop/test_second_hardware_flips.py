"""Real hardware evidence with one bit changed, or with the certificates of another device: the second appraiser refuses each."""

import json

import pytest

from appraised import second
from hardware_vector import Vector
from hardware_vectors import VECTORS
from second import cbor
from second.hardware import foreign_cbor
from second.hardware.quote import Quote
from second.hardware.written import of_any_form, unwritten

QUOTES = [vector for vector in VECTORS if vector.kind in ("tdx", "sgx") and "chain" not in vector.failing]


def regions(vector: Vector) -> list[tuple[int, int, str]]:
    """Where what is signed and signatures stand, and which check a changed byte there fails."""
    raw = unwritten(vector.evidence)
    if vector.kind == "sev-snp":
        return [(0, 0x2a0 + 144, "signature")]
    if vector.kind == "nvidia-gpu":
        # What follows the signature is the end of a text of C.
        return [(0, len(raw.rstrip(b"\0")), "signature")]
    if vector.kind == "nitro":
        parts = foreign_cbor.decode(raw, "the document")
        return [(raw.index(part), raw.index(part) + len(part), "signature") for part in (parts[0], parts[2], parts[3])]
    quote = Quote.read(raw)
    start = len(quote.signed) + 4
    enclave = raw.index(quote.enclave_raw + quote.enclave_signature)
    behind = enclave + 448
    return [(0, start - 4, "signature"), (start, start + 64, "signature"), (start + 64, start + 128, "quoting_enclave"),
            (enclave, behind, "quoting_enclave"), (behind + 2, behind + 2 + len(quote.authentication), "quoting_enclave")]


WHOLE = [vector for vector in VECTORS if vector.kind != "vtpm" and not vector.file.endswith((".b64", ".hex", ".json"))
         and not {"signature", "format", "chain"} & {*vector.failing, *vector.unchecked}]


@pytest.mark.parametrize("vector", WHOLE, ids=str)
def test_one_changed_bit_of_what_is_signed_or_of_a_signature_is_refused(vector, seeded, is_long):
    places = [(at, name) for start, end, name in regions(vector) for at in range(start, end)]
    assert all(second(vector).states[name] == "pass" for _, name in places[::97])
    for at, name in places if is_long else seeded.sample(places, 5):
        raw = bytearray(unwritten(vector.evidence))
        raw[at] ^= 1 << seeded.randrange(8)
        found = second(vector, bytes(raw))
        assert not found.accepted and found.states[name] != "pass", at


@pytest.mark.parametrize("vector", [item for item in VECTORS if item.kind == "vtpm"][:3], ids=str)
def test_one_changed_bit_of_a_tpms_quote_or_of_its_hardware_report_is_refused(vector, seeded, is_long):
    value = json.loads(vector.evidence)
    quote, report = value.get("tpm_quote") or value["quote"], value.get("hcl_report") or value["report"]

    def form(written: object) -> bytes:
        return bytes(written) if isinstance(written, list) else of_any_form(written, "a part")

    parts = {
        "message": form(quote["message"]), "signature": form(quote["signature"]),
        "pcrs": b"".join(form(pcr) for pcr in quote["pcrs"]), "report": form(report)}

    def accepted(**changed: bytes) -> bool:
        now = parts | changed
        pcrs = [now["pcrs"][at:at + 32].hex() for at in range(0, len(now["pcrs"]), 32)]
        quoted = {"message": now["message"].hex(), "signature": now["signature"].hex(), "pcrs": pcrs}
        evidence = {"tpm_quote": quoted, "hcl_report": now["report"].hex(), "vcek": value["vcek"]}
        return second(vector, json.dumps(evidence).encode()).accepted

    assert accepted()
    size = int.from_bytes(parts["report"][1232:1236], "little")
    # What the hardware signed, and the runtime data that it binds.
    places = [("report", at) for at in (*range(32, 32 + 1184), *range(1236, 1236 + size))]
    places += [(name, at) for name in ("message", "signature", "pcrs") for at in range(len(parts[name]))]
    for name, at in places if is_long else seeded.sample(places, 5):
        changed = bytearray(parts[name])
        changed[at] ^= 1 << seeded.randrange(8)
        assert not accepted(**{name: bytes(changed)}), (name, at)


@pytest.mark.parametrize("vector", [item for item in WHOLE if item.kind == "nitro"], ids=str)
def test_no_nitro_document_passes_with_the_certificates_of_another_enclave(vector):
    parts = foreign_cbor.decode(vector.evidence, "the document")
    for other in WHOLE:
        if other.kind == "nitro" and other != vector:
            theirs = foreign_cbor.decode(foreign_cbor.decode(other.evidence, "the document")[2], "the payload")
            payload = foreign_cbor.decode(parts[2], "the payload")
            payload |= {name: theirs[name] for name in ("certificate", "cabundle")}
            swapped = cbor.encode([parts[0], {}, cbor.encode(payload), parts[3]])
            states = second(vector, swapped, time=other.time).states
            assert (states["chain"], states["signature"]) == ("pass", "fail"), other


@pytest.mark.parametrize("vector", [item for item in WHOLE if item.kind == "sev-snp"], ids=str)
def test_no_report_passes_with_the_certificate_of_another_chip(vector):
    for other in WHOLE:
        if other.kind == "sev-snp" and other.evidence != vector.evidence:
            found = second(other, vector.evidence, time=vector.time)
            assert found.states["signature"] == "fail" and not found.accepted, other


@pytest.mark.parametrize("vector", [item for item in WHOLE if item.kind == "nvidia-gpu"], ids=str)
def test_no_measurements_pass_with_the_chain_of_another_device(vector):
    for other in WHOLE:
        if other.kind == "nvidia-gpu" and other.handed[0][:600] != vector.handed[0][:600]:
            found = second(other, vector.evidence, time=vector.time)
            assert found.states["signature"] == "fail" and not found.accepted, other


@pytest.mark.parametrize("vector", QUOTES, ids=str)
def test_no_quote_passes_with_the_chain_of_another_platform(vector):
    quote = Quote.read(vector.evidence)
    for other in QUOTES:
        theirs = Quote.read(other.evidence)
        is_other = theirs.certification[:400] != quote.certification[:400]
        if other.kind == vector.kind and other.root == vector.root and is_other and len(theirs.certification) <= len(quote.certification):
            filled = theirs.certification.ljust(len(quote.certification), b"\n")
            found = second(vector, vector.evidence.replace(quote.certification, filled))
            assert (found.states["chain"], found.states["quoting_enclave"]) == ("pass", "fail"), other
