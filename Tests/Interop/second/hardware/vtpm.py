"""A TPM's quote. On an Azure confidential VM the hardware's report vouches for the TPM's key and is appraised with it; for any other TPM a
certificate under a root of the policy must."""

from dataclasses import dataclass, replace
from typing import Any

from cryptography import x509

from .. import jcs
from ..values import require, sha256
from . import dcap, hcl, path, snp
from .certificate import Certificate, PublicKey
from .collateral import blocks
from .quote import Quote
from ..reader import Reader
from .sheet import Lacking, Sheet
from .tpm import MESSAGE_BYTES_MAX, PCR_BYTES, Attest, Signed
from .written import of_any_form

TPM_ATTESTATION = x509.ObjectIdentifier("2.23.133.8.3")
PLANNED = ("format", "signature", "pcrs", "binding", "debug", "measurements", "nonce", "report_data")


@dataclass
class Evidence:
    signed: Signed | None = None
    quote: Attest | None = None
    report: hcl.Report | None = None
    key: PublicKey | None = None
    vcek: Certificate | None = None
    td_quote: bytes | None = None

    @classmethod
    def read(cls, raw: bytes) -> "Evidence":
        """An HCL report, a quote, or both in JSON."""
        if raw.startswith(b"HCLA"):
            return cls(report=hcl.Report.read(raw))
        found = cls._json(raw) if raw.lstrip(b" \t\r\n").startswith(b"{") else cls(signed=_bare(raw))
        found.quote = Attest.read(found.signed.message)
        return found

    @classmethod
    def _json(cls, raw: bytes) -> "Evidence":
        value = jcs.parse(raw, "the TPM's evidence")
        part = value.get("tpm_quote", value.get("quote"))
        require(isinstance(part, dict) and isinstance(part.get("pcrs"), list), "the TPM's evidence has no quote with PCRs")
        message, signature = (of_any_form(part.get(name), name) for name in ("message", "signature"))
        found = cls(signed=Signed.read(message, signature, [of_any_form(pcr, "pcrs") for pcr in part["pcrs"]]))
        if named := next((name for name in ("hcl_report", "report") if name in value), None):
            found.report = hcl.Report.read(of_any_form(value[named], named))
        if "ak_public" in value:
            found.key = PublicKey.parse(of_any_form(value["ak_public"], "ak_public"))
        if "td_quote" in value:
            found.td_quote = of_any_form(value["td_quote"], "td_quote")
        if "vcek" in value:
            found.vcek = _certificate(value["vcek"])
        return found


def _certificate(value: Any) -> Certificate | None:
    if isinstance(value, str) and value.startswith("-----BEGIN"):
        return next((Certificate.parse(der) for name, der in blocks(value.encode()) if name == b"CERTIFICATE"), None)
    return Certificate.parse(of_any_form(value, "vcek"))


def _bare(raw: bytes) -> Signed:
    reader = Reader(raw, "the TPM's evidence")

    def length() -> int:
        found = reader.little(8)
        require(found <= MESSAGE_BYTES_MAX, "a length of the TPM's evidence is above 4096")
        return found

    signature, message = reader.take(length()), reader.take(length())
    pcrs = [reader.take(PCR_BYTES) for _ in range(length())]
    reader.end()
    return Signed.read(message, signature, pcrs)


def appraise(sheet: Sheet, raw: bytes) -> None:
    evidence = sheet.check("format", lambda: Evidence.read(raw))
    if evidence is None:
        return
    handed = evidence.key or next(iter(sheet.collateral.keys), None)
    key = evidence.report.key if evidence.report else handed and handed.key
    if evidence.signed and evidence.quote:
        _check_quote(sheet, evidence.signed, evidence.quote, key)
    else:
        sheet.lack(("signature", "pcrs", "debug"), "the evidence has no quote of the TPM")
    sheet.check("binding", lambda: _binding(evidence) if evidence.report else _certified(sheet, handed))
    if evidence.report:
        _hardware(sheet, evidence, evidence.report)
    sheet.check_fresh(evidence.quote and evidence.quote.nonce, evidence.report and evidence.report.user_data)


def _check_quote(sheet: Sheet, signed: Signed, quote: Attest, key: object) -> None:
    sheet.claims["nonce"] = quote.nonce.hex()
    sheet.claims |= {f"pcr{index}": value.hex() for index, value in enumerate(signed.pcrs)}

    def signature() -> None:
        if key is None:
            raise Lacking("the TPM's key was not handed in")
        require(signed.is_signed_by(key), "the signature is not the TPM's key's")

    def pcrs() -> bool:
        # A value that is shown and not quoted would be believed for nothing.
        require(quote.selection == list(range(len(signed.pcrs))), "other PCRs are quoted than are here")
        require(sha256(*signed.pcrs) == quote.digest, "the PCRs are not those that were quoted")
        return True

    def debug() -> None:
        require(signed.pcrs, "PCR0 was not quoted")
        require(any(signed.pcrs[0]) or sheet.policy.allow_debug, "PCR0 is zero: no firmware was measured")

    sheet.check("signature", signature)
    if sheet.check("pcrs", pcrs):
        sheet.check("debug", debug)


def _binding(evidence: Evidence) -> None:
    report = evidence.report
    require(report.report_data == report.bound, "the hardware's report is of other runtime data")
    if report.kind == hcl.TDX:
        # A TDREPORT is checked by its own machine alone: the quote that was made of it says the same.
        if evidence.td_quote is None:
            raise Lacking("the evidence has no TD quote")
        require(Quote.read(evidence.td_quote).body["report_data"] == report.bound, "the TD quote is of other runtime data")


def _certified(sheet: Sheet, key: PublicKey | None) -> None:
    certificates = sheet.collateral.certificates
    leaf = next((item for item in certificates if key and item.public_key.der == key.der), None)
    if leaf is None:
        raise Lacking("neither a hardware report nor a certificate vouches for the TPM's key")
    usage = path.extension(leaf, x509.ExtendedKeyUsage)
    require(usage is None or TPM_ATTESTATION in usage, "the certificate is for something else than a TPM's attestation")
    found = path.build(leaf, [item for item in certificates if item != leaf], sheet.policy.roots.get("vtpm", []))
    path.require_valid(found, sheet.time)
    if path.has_list(found, sheet.collateral.lists):
        path.require_unrevoked(found, sheet.collateral.lists, sheet.time)


def _hardware(sheet: Sheet, evidence: Evidence, report: hcl.Report) -> None:
    # Nonce, report data and measurements are the TPM's: what the hardware signed is seen to by `binding`.
    policy = replace(sheet.policy, nonce=None, report_data=None, measurements={})
    if report.kind == hcl.SNP:
        first = [evidence.vcek] if evidence.vcek else []
        handed = replace(sheet.collateral, certificates=[*first, *sheet.collateral.certificates])
        inner = Sheet("sev-snp", snp.PLANNED, snp.OPTIONAL, policy, handed, sheet.time)
        snp.appraise(inner, report.hardware)
    elif evidence.td_quote is not None:
        inner = Sheet("tdx", dcap.PLANNED, frozenset(), policy, sheet.collateral, sheet.time)
        dcap.appraise_tdx(inner, evidence.td_quote)
    else:
        return
    sheet.add_hardware(inner.result())
