internal import Cryptography

/// Appraises an ACI receipt against the policy's signers and our own bytes. The keyset that it names, and the upstream's session, are
/// appraised by themselves: a policy can list the digest of the one (`workload_keyset`) and the names of the other (`session`).
struct ACIAppraisal {
  /// Seconds by which the signer's clock may be ahead of the time of the appraisal.
  static let skewMax: UInt64 = 300

  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .aci, planned: [.format, .validity, .signature, .exchange, .upstream, .measurements], optional: [.upstream],
      policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let receipt = try ACIReceipt(evidence)
      return (receipt, "\(evidence.count) bytes, \(receipt.receiptID.prefix(80))")
    }
    guard let receipt = read else { return sheet.finish(at: time) }
    claim(receipt, in: &sheet)
    sheet.check(.validity) {
      guard time >= 0, receipt.servedAt <= UInt64(time) + Self.skewMax else {
        throw AppraisalError.refused("it was made at \(receipt.servedAt), after the time of the appraisal")
      }
      return "made \(receipt.servedAt) seconds after 1970"
    }
    sheet.check(.signature) {
      let keys = policy.signers.sorted().compactMap { Hex.decode($0).flatMap { try? VerifyingKey(raw: $0) } }
      guard !keys.isEmpty else { throw AppraisalError.missing("a policy with an Ed25519 key among its signers") }
      guard let key = keys.first(where: receipt.isSigned) else {
        throw AppraisalError.refused("the signature is that of none of the policy's signers")
      }
      return "Ed25519 by \(Hex.encode(key.raw))"
    }
    sheet.checkExchange(request: receipt.request, response: receipt.response, collateral)
    sheet.check(.upstream) {
      guard let upstream = receipt.upstream else { throw AppraisalError.missing("an event upstream.verified") }
      guard upstream.isVerified else {
        throw AppraisalError.refused(
          "the gateway could not verify whom it forwarded to\(upstream.isRequired ? "" : ", and went on")")
      }
      return "the gateway says that it verified whom it forwarded to"
    }
    return sheet.finish(at: time)
  }

  private func claim(_ receipt: ACIReceipt, in sheet: inout Worksheet) {
    sheet.claim("receipt_id", receipt.receiptID)
    sheet.claim("key_id", receipt.keyID)
    if let model = receipt.model { sheet.claim("model", model) }
    sheet.claim("workload_keyset", receipt.keyset.hex)
    sheet.claim("request_hash", receipt.request.hex)
    if let forwarded = receipt.forwarded { sheet.claim("forwarded_hash", forwarded.hex) }
    sheet.claim("response_hash", receipt.response.hex)
    if let session = receipt.upstream?.session { sheet.claim("session", session) }
  }
}
