"""Quotes of Intel TDX and SGX: the platform's key signs the quoting enclave's report, which names the key that signed the quote, and
Intel says of platform, quoting enclave and TDX module how good they are."""

from ..values import require, sha256
from . import tcb
from .certificate import Certificate
from .collateral import Collateral, Signed
from .intel import newest, require_signed
from .pck import SGX, Platform
from .quote import CHAIN, Quote
from .sheet import Lacking, Sheet
from .signature import is_ecdsa, p256_key

PLANNED = (
    "format", "chain", "validity", "revocation", "signature", "quoting_enclave", "quoting_enclave_identity", "tcb_info", "tcb",
    "debug", "measurements", "nonce", "report_data")


def appraise_tdx(sheet: Sheet, raw: bytes) -> None:
    _appraise(sheet, raw, is_domain=True)


def appraise_sgx(sheet: Sheet, raw: bytes) -> None:
    _appraise(sheet, raw, is_domain=False)


def _appraise(sheet: Sheet, raw: bytes, is_domain: bool) -> None:
    def read() -> Quote:
        quote = Quote.read(raw)
        require(quote.is_domain == is_domain, "the quote is of the other kind")
        return quote

    quote = sheet.check("format", read)
    if quote is None:
        return
    sheet.claims |= quote.claims()
    sheet.check("debug", lambda: require(not quote.is_debug or sheet.policy.allow_debug, "the attributes allow debugging"))
    sheet.check_fresh(None, quote.body["report_data"])
    sheet.check("signature", lambda: require(
        is_ecdsa(p256_key(quote.key), quote.signature, quote.signed), "the signature is not the attestation key's"))
    found = sheet.check("chain", lambda: _platform(quote, sheet.collateral))
    if found is None:
        return
    platform, others = found
    sheet.claims["fmspc"] = platform.fmspc.hex()
    path = sheet.check_path(platform.certificate, others)
    sheet.check("quoting_enclave", lambda: _quoting_enclave(quote, platform))
    if path is not None:
        # Intel is believed under the root that the platform's own path ends at.
        _judge(sheet, quote, platform, path[-1])


def _platform(quote: Quote, collateral: Collateral) -> tuple[Platform, list[Certificate]]:
    """The platform's certificate and its issuers: in the quote, or handed in where the quote only names it."""
    if quote.certification_type == CHAIN:
        inside = Collateral()
        inside.certified(quote.certification)
        chain = inside.certificates
        require(chain, "the quote's chain has no certificate")
        leaf = next((item for item in chain if item.extension(SGX) is not None), chain[0])
        return Platform.read(leaf), [item for item in chain if item != leaf]
    require(1 <= quote.certification_type <= 3, "the certification data is of another type than 1, 2, 3 and 5")
    named = [item for item in collateral.certificates if item.extension(SGX) is not None]
    if not named:
        raise Lacking("the platform's PCK certificate was not handed in")
    return Platform.read(next((item for item in named if _is_signed(quote, item)), named[0])), []


def _is_signed(quote: Quote, certificate: Certificate) -> bool:
    return is_ecdsa(certificate.key, quote.enclave_signature, quote.enclave_raw)


def _quoting_enclave(quote: Quote, platform: Platform) -> None:
    require(_is_signed(quote, platform.certificate), "the quoting enclave's report is not signed by the platform's key")
    require(quote.enclave["report_data"] == sha256(quote.key, quote.authentication) + bytes(32),
            "the quoting enclave's report names another attestation key")


def _judge(sheet: Sheet, quote: Quote, platform: Platform, root: Certificate) -> None:
    documents = sheet.collateral.documents

    def identity() -> str:
        name = "TD_QE" if quote.is_domain else "QE"
        named = [item for item in documents if item.value.get("id") == name and "mrsigner" in item.value]
        if not named:
            raise Lacking(f"the identity {name} was not handed in")
        for item in named:
            tcb.require_identity(item.value)
        found = newest(named, sheet.time)
        require_signed(found, root, sheet.collateral, sheet.time)
        return tcb.enclave_status(found.value, quote)

    def info() -> tcb.Info:
        document = newest(_infos(documents, platform, quote.is_domain), sheet.time)
        require_signed(document, root, sheet.collateral, sheet.time)
        return tcb.Info(document.value)

    enclave, levels = sheet.check("quoting_enclave_identity", identity), sheet.check("tcb_info", info)
    if enclave is None or levels is None:
        return

    def status() -> None:
        found = sheet.claims["tcb_status"] = levels.status(platform, quote, enclave)
        require(found in sheet.policy.tcb_statuses, f"the TCB is {found}")

    sheet.check("tcb", status)


def _infos(documents: list[Signed], platform: Platform, is_tdx: bool) -> list[Signed]:
    """Every TCB info of this platform's family, in the order in which they were handed in."""
    named = [(item, tcb.Info(item.value)) for item in documents if "fmspc" in item.value]
    if not named:
        raise Lacking("the TCB info was not handed in")
    wanted = is_tdx, platform.fmspc, platform.pce_id
    fitting = [item for item, info in named if (info.is_tdx, info.fmspc, info.pce_id) == wanted]
    require(fitting, "the TCB info is of another platform")
    return fitting
