internal import Cryptography

/// Appraises a TPM quote. On an Azure confidential VM the hardware's report vouches for the TPM's key, and is appraised
/// with it: its checks are `hardware.chain` and so on. For any other TPM a certificate under a root of the policy must.
struct VTPMAppraisal {
  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .vTPM, planned: [.format, .signature, .pcrs, .binding, .debug, .measurements, .nonce, .reportData], optional: [],
      policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let parsed = try VTPMEvidence(evidence)
      let quote = try parsed.quote.map { try TPMQuote($0.message) }
      return ((parsed, quote), parsed.hcl.map { "with an HCL report of \($0.hardware)" } ?? "without hardware report")
    }
    guard let (parsed, quote) = read else { return sheet.finish(at: time) }
    checkQuote(parsed, quote, &sheet)
    sheet.check(.binding) { try binding(parsed) }
    sheet.hardware = hardware(parsed)
    sheet.checkFreshness(nonce: quote?.nonce, reportData: parsed.hcl?.userData, policy)
    return sheet.finish(at: time)
  }

  /// The key that the evidence claims for the TPM.
  private func key(_ parsed: VTPMEvidence) -> X509PublicKey? {
    parsed.hcl?.attestationKey ?? parsed.attestationKey ?? collateral.publicKeys.first
  }

  private func checkQuote(_ parsed: VTPMEvidence, _ quote: TPMQuote?, _ sheet: inout Worksheet) {
    guard let signed = parsed.quote, let quote else {
      for name in [SubCheck.Name.signature, .pcrs, .debug] {
        sheet.record(name, .notChecked, "\(AppraisalError.missing("a quote of the TPM"))")
      }
      return
    }
    sheet.claim("nonce", quote.nonce)
    for (index, value) in signed.pcrs.enumerated() { sheet.claim("pcr\(index)", value) }
    sheet.check(.signature) {
      guard let key = key(parsed) else { throw AppraisalError.missing("the TPM's attestation key") }
      guard key.isValid(signature: signed.signature, for: signed.message, scheme: signed.scheme) else {
        throw AppraisalError.refused("the signature is not the attestation key's")
      }
      return "by the TPM's attestation key"
    }
    sheet.check(.pcrs) { try pcrs(signed, quote) }
    guard sheet.results[.pcrs]?.state == .pass else { return }
    sheet.check(.debug) {
      guard quote.selection.contains(0) else { throw AppraisalError.refused("PCR0 was not quoted") }
      if signed.pcrs[0].allSatisfy({ $0 == 0 }) {
        guard policy.allowsDebug else { throw AppraisalError.refused("PCR0 is zero: no firmware was measured") }
        return "PCR0 is zero, which the policy accepts"
      }
      return "PCR0 is not zero"
    }
  }

  private func pcrs(_ signed: SignedTPMQuote, _ quote: TPMQuote) throws(AppraisalError) -> String {
    // Each value that is shown must be covered by the quote, or it would be believed for nothing.
    guard quote.selection == Array(signed.pcrs.indices) else {
      throw .refused("the quote is over PCRs \(quote.selection), and \(signed.pcrs.count) values came with it")
    }
    guard SHA256.hash(signed.pcrs.flatMap { $0 }).bytes == quote.digest else {
      throw .refused("the values of the PCRs are not the quoted ones")
    }
    return "\(signed.pcrs.count) PCRs are the quoted ones"
  }

  private func binding(_ parsed: VTPMEvidence) throws -> String {
    guard let hcl = parsed.hcl else { return try certified(parsed) }
    guard hcl.reportData == hcl.bound else {
      throw AppraisalError.refused("the hardware report is of other runtime data")
    }
    if hcl.hardware == .tdx {
      // A TDREPORT has no signature: the quote made from it has, and must say the same.
      guard let bytes = parsed.tdQuote else { throw AppraisalError.missing("the TD quote") }
      guard try Quote(bytes).reportData == hcl.bound else {
        throw AppraisalError.refused("the TD quote is of other runtime data")
      }
    }
    return "the hardware's report data is the SHA-256 of the runtime data with the TPM's key"
  }

  /// A certificate for the TPM's key under a root of the policy.
  private func certified(_ parsed: VTPMEvidence) throws -> String {
    guard let key = key(parsed), let leaf = collateral.certificates.first(where: { $0.publicKey == key }) else {
      throw AppraisalError.missing("a hardware report or a certificate for the TPM's key")
    }
    // Any other key of that authority's would sign whatever it is given, also a quote.
    guard leaf.allowsTPMAttestation != false else {
      throw AppraisalError.refused("the certificate of '\(leaf.subject)' is not for a TPM's attestation (2.23.133.8.3)")
    }
    let path = try X509Path(
      from: leaf, through: collateral.certificates.filter { $0 != leaf }.withoutRepeats, to: policy.roots(.vTPM))
    try path.checkValidity(at: time)
    if collateral.hasList(of: path) {
      try path.checkRevocation(collateral.revocationLists, at: collateral.currentAt ?? time)
    }
    return "certified: \(path.certificates.map(\.subject).joined(separator: " <- "))"
  }

  private func hardware(_ parsed: VTPMEvidence) -> Appraisal? {
    guard let hcl = parsed.hcl else { return nil }
    var inner = policy
    // These are the TPM's: what the hardware signed is checked by `binding`, and its claims carry a prefix.
    inner.nonce = nil
    inner.reportData = nil
    inner.measurements = [:]
    var handed = collateral
    switch hcl.hardware {
    case .snp:
      // Only the evidence's own certificate may be the signer's, where it brings one.
      if let vcek = parsed.vcek { handed.certificates.insert(vcek, at: 0) }
      return SNPAppraisal(policy: inner, collateral: handed, time: time).appraise(hcl.hardwareReport)
    case .tdx:
      return parsed.tdQuote.map { DCAPAppraisal(.tdx, inner, handed, time).appraise($0) }
    }
  }
}
