"""Where in hardware evidence what is signed and signatures stand, and which check a changed byte there fails."""

from second.hardware import foreign_cbor
from second.hardware.quote import Quote

Region = tuple[int, int, str]


def regions(kind: str, raw: bytes) -> list[Region]:
    if kind == "sev-snp":
        return [(0, 0x2a0 + 144, "signature")]
    if kind == "nvidia-gpu":
        # What follows the signature is the end of a text of C.
        return [(0, len(raw.rstrip(b"\0")), "signature")]
    if kind == "nitro":
        parts = foreign_cbor.decode(raw, "the document")
        return [(raw.index(part), raw.index(part) + len(part), "signature") for part in (parts[0], parts[2], parts[3])]
    quote = Quote.read(raw)
    start = len(quote.signed) + 4
    enclave = raw.index(quote.enclave_raw + quote.enclave_signature)
    behind = enclave + 448
    return [
        (0, start - 4, "signature"), (start, start + 64, "signature"), (start + 64, start + 128, "quoting_enclave"),
        (enclave, behind, "quoting_enclave"), (behind + 2, behind + 2 + len(quote.authentication), "quoting_enclave")]


def of_hcl_report(raw: bytes) -> list[Region]:
    """The frame; what the hardware signed, with its signature; the runtime data, which is bound."""
    runtime = 1236 + int.from_bytes(raw[1232:1236], "little")
    frame = [(0, 8, "format"), (1224, 1236, "format"), (1236, runtime, "binding")]
    if raw[1224] == 2:
        return [*frame, (32, 1216, "hardware.signature")]
    # Of a TDREPORT, which its own machine alone could check, the report data counts.
    return [*frame, (160, 224, "binding")]


def of_bare_quote(raw: bytes) -> list[Region]:
    """A TPM's quote by itself: lengths of 64 bits before signature, message and PCRs."""
    found, at = [], 0
    for name in ("signature", "signature", "pcrs"):
        size = int.from_bytes(raw[at:at + 8], "little") * (32 if name == "pcrs" else 1)
        found += [(at, at + 8, "format"), (at + 8, at + 8 + size, name)]
        at += 8 + size
    return found
