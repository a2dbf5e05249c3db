internal import Cryptography

/// Appraises a gateway's signed text against our own bytes of the request and the response. What the signer is worth is for its
/// attestation report to say: the policy lists the signers whose reports somebody has appraised.
struct SignedTextAppraisal {
  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .signedText, planned: [.format, .signature, .signer, .exchange, .measurements], optional: [], policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let text = try SignedText(evidence)
      return (text, "\(text.algorithm.rawValue) over \(text.text.utf8.count) bytes")
    }
    guard let text = read else { return sheet.finish(at: time) }
    sheet.claim("signer", text.signer)
    if let model = text.model { sheet.claim("model", model) }
    sheet.claim("request_hash", text.request.hex)
    sheet.claim("response_hash", text.response.hex)
    sheet.check(.signature) {
      guard text.isSigned() else { throw AppraisalError.refused("the signature over the text is not the signer's") }
      return "by \(Hex.encode(text.signer))"
    }
    sheet.checkSigner(text.signer, policy)
    sheet.checkExchange(request: text.request, response: text.response, collateral)
    return sheet.finish(at: time)
  }
}

extension Worksheet {
  /// `signer`: the key or address is one that the policy lists.
  mutating func checkSigner(_ signer: [UInt8], _ policy: AppraisalPolicy) {
    check(.signer) {
      guard !policy.signers.isEmpty else { throw AppraisalError.missing("a policy with signers") }
      guard policy.signers.contains(Hex.encode(signer)) else {
        throw AppraisalError.refused("\(Hex.encode(signer)) is none of the policy's signers")
      }
      return "is one of the policy's \(policy.signers.count)"
    }
  }

  /// `exchange`: what was signed is of the very bytes that we sent and got.
  mutating func checkExchange(request: Digest32, response: Digest32, _ collateral: Collateral) {
    check(.exchange) {
      for (name, stated, own) in [
        ("request", request, collateral.request), ("response", response, collateral.response),
      ] {
        guard let own else { throw AppraisalError.missing("the \(name) as it went over the wire") }
        guard SHA256.hash(own) == stated else {
          throw AppraisalError.refused(
            "our \(name) has the SHA-256 \(SHA256.hash(own).hex), the one that was signed \(stated.hex)")
        }
      }
      return "request and response are ours"
    }
  }
}
