internal import Codec
internal import Cryptography

/// Appraises a DCAP quote of Intel SGX or TDX, with everything that Intel's own verification library checks: see
/// `DCAPAppraisal+collateral` for what Intel signs about the platform.
struct DCAPAppraisal {
  let kind: EvidenceKind
  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  init(_ kind: EvidenceKind, _ policy: AppraisalPolicy, _ collateral: Collateral, _ time: Int64) {
    self.kind = kind
    self.policy = policy
    self.collateral = collateral
    self.time = time
  }

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      kind,
      planned: [
        .format, .chain, .validity, .revocation, .signature, .quotingEnclave, .quotingEnclaveIdentity, .tcbInfo, .tcb,
        .debug, .measurements, .nonce, .reportData,
      ], optional: [], policy: policy)
    guard let quote = sheet.check(.format, { try read(evidence) }) else { return sheet.finish(at: time) }
    claim(quote, in: &sheet)
    checkDebug(quote, &sheet)
    sheet.checkFreshness(nonce: nil, reportData: quote.reportData, policy)
    sheet.check(.signature) {
      let key = try X509PublicKey(point: quote.attestationKey)
      guard key.isValid(signature: quote.signature, for: quote.signed, scheme: .ecdsaP256SHA256) else {
        throw AppraisalError.refused("the signature is not the attestation key's")
      }
      return "ECDSA P-256 by the attestation key"
    }
    let chain = sheet.check(.chain) {
      let (leaf, others) = try certificates(quote)
      return ((try PCKCertificate(leaf), others), leaf.subject)
    }
    guard let (platform, others) = chain else { return sheet.finish(at: time) }
    sheet.claim("fmspc", platform.fmspc)
    let path = sheet.checkPath(from: platform.certificate, through: others, collateral, policy, at: time)
    sheet.check(.quotingEnclave) { try quotingEnclave(quote, platform) }
    // What Intel says is believed under the root that the platform's chain ends at.
    guard let root = path?.certificates.last else { return sheet.finish(at: time) }
    checkCollateral(quote, platform, root, &sheet)
    return sheet.finish(at: time)
  }

  private func read(_ evidence: [UInt8]) throws -> (Quote, String) {
    try Appraiser.checkSize(evidence)
    let quote = try Quote(evidence)
    switch (kind, quote.body) {
    case (.sgx, .enclave), (.tdx, .domain):
      let after = quote.trailingCount == 0 ? "" : ", followed by \(quote.trailingCount) bytes that nothing signs"
      return (quote, "version \(quote.version)\(after)")
    default: throw AppraisalError.format("the quote", why: "it is of the other kind: give --kind tdx or sgx as it is")
    }
  }

  /// The platform's certificate and its issuers: from the quote, or from collateral where the quote only names it.
  private func certificates(_ quote: Quote) throws -> (X509Certificate, [X509Certificate]) {
    if quote.certificationType == 5 {
      let chain = try X509Bundle(quote.certificationData).certificates
      // The platform's own comes first but for Intel's test tools, and is the one with the extension.
      guard let leaf = chain.first(where: { $0.extensionValue(PCKCertificate.oid) != nil }) ?? chain.first else {
        throw AppraisalError.format("the quote", why: "its chain has no certificate")
      }
      return (leaf, chain)
    }
    guard (1...3).contains(quote.certificationType) else {
      throw AppraisalError.format(
        "the quote", why: "certification data type \(quote.certificationType) is not 1, 2, 3 or 5")
    }
    let named = collateral.certificates.filter { $0.extensionValue(PCKCertificate.oid) != nil }
    guard let first = named.first else { throw AppraisalError.missing("the platform's PCK certificate") }
    return (named.first { signed(quote, by: $0) } ?? first, [])
  }

  private func signed(_ quote: Quote, by certificate: X509Certificate) -> Bool {
    certificate.publicKey.isValid(
      signature: quote.enclaveSignature, for: quote.enclaveReport.bytes, scheme: .ecdsaP256SHA256)
  }

  /// The platform's key signed the quoting enclave's report, which names the key that signed the quote.
  private func quotingEnclave(_ quote: Quote, _ platform: PCKCertificate) throws(AppraisalError) -> String {
    guard signed(quote, by: platform.certificate) else {
      throw .refused("the report of the quoting enclave is not signed by the platform's key")
    }
    let bound = SHA256.hash(quote.attestationKey + quote.authenticationData).bytes
    guard quote.enclaveReport.reportData == bound + [UInt8](repeating: 0, count: 32) else {
      throw .refused("the report of the quoting enclave names another attestation key")
    }
    return "the platform's key vouches for the attestation key"
  }

  private func checkDebug(_ quote: Quote, _ sheet: inout Worksheet) {
    sheet.check(.debug) {
      guard quote.isDebug else { return "the attributes forbid debugging" }
      guard policy.allowsDebug else { throw AppraisalError.refused("the attributes allow debugging") }
      return "the attributes allow debugging, which the policy accepts"
    }
  }
}

extension Quote {
  var isDebug: Bool {
    switch body {
    case .enclave(let report): report.isDebug
    case .domain(let report): report.isDebug
    }
  }

  var reportData: [UInt8] {
    switch body {
    case .enclave(let report): report.reportData
    case .domain(let report): report.reportData
    }
  }

  /// The report of a trust domain; nil for an enclave's.
  var domain: TDReport? {
    if case .domain(let report) = body { report } else { nil }
  }
}
