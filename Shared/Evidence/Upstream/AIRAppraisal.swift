internal import Cryptography

/// Appraises an AIR receipt against the policy's signers and our own bytes. The platform's evidence, of which it has the hash, is
/// appraised by itself.
struct AIRAppraisal {
  /// Seconds by which the signer's clock may be ahead of the time of the appraisal.
  static let skewMax: UInt64 = 300

  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .air, planned: [.format, .validity, .signature, .debug, .exchange, .measurements, .nonce, .reportData],
      optional: [],
      policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let receipt = try AIRReceipt(evidence)
      return (receipt, "\(evidence.count) bytes, by \(receipt.issuer)")
    }
    guard let receipt = read else { return sheet.finish(at: time) }
    for claim in receipt.claims { sheet.claim(claim.name, claim.value) }
    sheet.check(.validity) {
      guard time >= 0, receipt.issuedAt <= UInt64(time) + Self.skewMax else {
        throw AppraisalError.refused("it was issued at \(receipt.issuedAt), after the time of the appraisal")
      }
      return "issued \(receipt.issuedAt) seconds after 1970"
    }
    sheet.check(.signature) {
      let keys = policy.signers.sorted().compactMap { Hex.decode($0).flatMap { try? VerifyingKey(raw: $0) } }
      guard !keys.isEmpty else { throw AppraisalError.missing("a policy with an Ed25519 key among its signers") }
      guard let key = keys.first(where: receipt.isSigned) else {
        throw AppraisalError.refused("the signature is that of none of the policy's signers")
      }
      return "Ed25519 by \(Hex.encode(key.raw))"
    }
    sheet.check(.debug) {
      let mode = receipt.claims.first { $0.name == "security_mode" }?.value ?? ""
      guard mode == "production" || policy.allowsDebug else {
        throw AppraisalError.refused("its security_mode is \(mode.prefix(80)), not production")
      }
      return "its security_mode is \(mode.prefix(80))"
    }
    sheet.checkExchange(request: receipt.request, response: receipt.response, collateral)
    sheet.checkFreshness(nonce: receipt.nonce, reportData: nil, policy)
    return sheet.finish(at: time)
  }
}
