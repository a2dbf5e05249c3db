internal import Cryptography

/// Appraises an AWS Nitro Enclaves attestation document.
struct NitroAppraisal {
  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .nitro,
      planned: [.format, .chain, .validity, .revocation, .signature, .debug, .measurements, .nonce, .reportData],
      // The certificate of an enclave lives three hours, which is how AWS ends it.
      optional: [.revocation], policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let document = try NitroDocument(evidence)
      let leaf = try X509Certificate(der: document.certificate)
      let bundle = try document.bundle.map { try X509Certificate(der: $0) }
      return ((document, leaf, bundle), "\(evidence.count) bytes, module \(document.moduleID)")
    }
    guard let (document, leaf, bundle) = read else { return sheet.finish(at: time) }
    claim(document, in: &sheet)
    if sheet.checkPath(from: leaf, through: bundle, collateral, policy, at: time) != nil {
      sheet.check(.validity) { try validity(document, leaf, bundle.count + 1) }
    }
    sheet.check(.signature) {
      guard leaf.publicKey.isValid(signature: document.signature, for: document.toBeSigned, scheme: .ecdsaP384SHA384)
      else { throw AppraisalError.refused("the signature is not the certificate's key's") }
      return "ES384 by \(leaf.subject)"
    }
    sheet.check(.debug) { try debug(document) }
    sheet.checkFreshness(nonce: document.nonce, reportData: document.userData, policy)
    return sheet.finish(at: time)
  }

  private func validity(_ document: NitroDocument, _ leaf: X509Certificate, _ count: Int) throws(AppraisalError)
    -> String
  {
    let made = Int64(document.timestampMs / 1000)
    guard made >= leaf.notBefore, made <= leaf.notAfter else {
      throw .refused("the document was made at \(made), outside its certificate's validity")
    }
    return "all \(count) certificates are valid at the time, and the document was made within theirs"
  }

  /// PCR 0 to 2 measure the image, the kernel and the application; an enclave in debug mode has zeros there.
  private func debug(_ document: NitroDocument) throws(AppraisalError) -> String {
    for index in 0...2 {
      guard let pcr = document.pcrs[index] else { throw .refused("PCR\(index) is missing") }
      if pcr.allSatisfy({ $0 == 0 }) {
        guard policy.allowsDebug else { throw .refused("PCR\(index) is zero: the enclave runs in debug mode") }
        return "PCR\(index) is zero: the enclave runs in debug mode, which the policy accepts"
      }
    }
    return "PCR0, PCR1 and PCR2 are not zero"
  }

  private func claim(_ document: NitroDocument, in sheet: inout Worksheet) {
    sheet.claim("module_id", document.moduleID)
    sheet.claim("timestamp_ms", String(document.timestampMs))
    for (index, digest) in document.pcrs.sorted(by: { $0.key < $1.key }) { sheet.claim("pcr\(index)", digest) }
    if let bytes = document.publicKey { sheet.claim("public_key", bytes) }
    if let bytes = document.userData { sheet.claim("user_data", bytes) }
    if let bytes = document.nonce { sheet.claim("nonce", bytes) }
  }
}
