"""Real hardware evidence with one bit changed, or with the certificates of another device: the second appraiser refuses each."""

import pytest

from appraised import second
from hardware_regions import regions
from hardware_vectors import VECTORS
from second import cbor
from second.hardware import foreign_cbor
from second.hardware.quote import Quote
from second.hardware.written import unwritten

QUOTES = [vector for vector in VECTORS if vector.kind in ("tdx", "sgx") and "chain" not in vector.failing]
WHOLE = [vector for vector in VECTORS if vector.kind != "vtpm" and not vector.file.endswith((".b64", ".hex", ".json"))
         and not {"signature", "format", "chain"} & {*vector.failing, *vector.unchecked}]


@pytest.mark.parametrize("vector", WHOLE, ids=str)
def test_one_changed_bit_of_what_is_signed_or_of_a_signature_is_refused(vector, seeded, is_long):
    whole, states = unwritten(vector.evidence), second(vector).states
    places = [(at, name) for start, end, name in regions(vector.kind, whole) for at in range(start, end)]
    assert all(states[name] == "pass" for _, name in places)
    for at, name in places if is_long else seeded.sample(places, 5):
        raw = bytearray(whole)
        raw[at] ^= 1 << seeded.randrange(8)
        found = second(vector, bytes(raw))
        assert not found.accepted and found.states[name] != "pass", at


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
