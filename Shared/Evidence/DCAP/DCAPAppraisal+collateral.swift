internal import Codec
internal import Cryptography
internal import Receipts

/// What Intel signs about a platform: its TCB levels and the identity of its quoting enclave.
extension DCAPAppraisal {
  /// As of when Intel's answers must be current.
  private var now: Int64 { collateral.currentAt ?? time }

  /// `quoting_enclave_identity`, `tcb_info` and `tcb`.
  func checkCollateral(
    _ quote: Quote, _ platform: PCKCertificate, _ root: X509Certificate, _ sheet: inout Worksheet
  ) {
    let enclave = sheet.check(.quotingEnclaveIdentity) {
      let id = quote.domain == nil ? "QE" : "TD_QE"
      let found = try collateral.documents.newest(at: now) { document throws(AppraisalError) in
        let isNamed = document.json["id"]?.stringValue == id && document.json["mrsigner"] != nil
        return isNamed ? try EnclaveIdentity(document.json) : nil
      }
      guard let (document, identity) = found else {
        throw AppraisalError.missing("the identity of the quoting enclave (\(id))")
      }
      try checkSigned(document, identity, root)
      let status = try identity.status(of: quote.enclaveReport)
      return (status, "Intel's \(id), version \(quote.enclaveReport.isvSVN): \(status.rawValue)")
    }
    let list = sheet.check(.tcbInfo) {
      let (document, info) = try tcbInfo(platform, tdx: quote.domain != nil)
      try checkSigned(document, info, root)
      return (info, "signed by Intel, for FMSPC \(Hex.encode(info.fmspc))")
    }
    guard let enclave, let list else { return }
    var found: (TCBStatus, [String])?
    sheet.check(.tcb) {
      let result = try tcb(quote, platform, list, enclave)
      found = result
      guard TCBStatus.acceptable.contains(result.0) else {
        throw AppraisalError.refused("the TCB is \(result.0.rawValue)\(Self.list(result.1)): no policy can accept it")
      }
      guard policy.tcbStatuses.contains(result.0.rawValue) else {
        throw AppraisalError.refused(
          "the TCB is \(result.0.rawValue)\(Self.list(result.1)); the policy accepts "
            + policy.tcbStatuses.sorted().joined(separator: ", "))
      }
      return "\(result.0.rawValue)\(Self.list(result.1))"
    }
    if let found {
      sheet.claim("tcb_status", found.0.rawValue)
      sheet.claim("advisories", found.1.joined(separator: ","))
    }
  }

  private static func list(_ advisories: [String]) -> String {
    advisories.isEmpty ? "" : " (\(advisories.joined(separator: ", ")))"
  }

  /// The TCB info of this platform's family.
  private func tcbInfo(_ platform: PCKCertificate, tdx: Bool) throws(AppraisalError) -> (SignedDocument, TCBInfo) {
    var others: [String] = []
    let found = try collateral.documents.newest(at: now) { document throws(AppraisalError) -> TCBInfo? in
      guard document.json["fmspc"] != nil else { return nil }
      let info = try TCBInfo(document.json)
      if info.isTDX == tdx, info.fmspc == platform.fmspc, info.pceID == platform.pceID { return info }
      others.append(Hex.encode(info.fmspc))
      return nil
    }
    if let found { return found }
    guard !others.isEmpty else { throw .missing("the TCB info") }
    throw .refused(
      "the TCB info is for FMSPC \(others.joined(separator: ", ")), the platform's is \(Hex.encode(platform.fmspc))")
  }

  private func tcb(
    _ quote: Quote, _ platform: PCKCertificate, _ list: TCBInfo, _ enclave: TCBStatus
  ) throws(AppraisalError) -> (TCBStatus, [String]) {
    let level = try list.level(of: platform, svn: quote.domain?.teeTCBSVN)
    var status = level.status.joined(with: enclave)
    var advisories = level.advisories
    if let report = quote.domain {
      let module = try list.module(of: report)
      status = status.joined(with: module.status)
      advisories += module.advisories.filter { !advisories.contains($0) }
    }
    return (status, advisories)
  }

  /// Whether Intel's signing certificate, under the platform's own root and valid and unrevoked, signed the document's exact
  /// bytes, and the document is current.
  private func checkSigned(_ document: SignedDocument, _ answer: some IntelAnswer, _ root: X509Certificate) throws {
    let signers = collateral.certificates.filter { $0.commonName == "Intel SGX TCB Signing" }
    guard !signers.isEmpty else { throw AppraisalError.missing("the certificate 'Intel SGX TCB Signing'") }
    let signer = signers.first {
      $0.publicKey.isValid(signature: document.signature, for: document.body, scheme: .ecdsaP256SHA256)
    }
    guard let signer else { throw AppraisalError.refused("the signature is not that of 'Intel SGX TCB Signing'") }
    let path = try X509Path(from: signer, through: collateral.certificates.withoutRepeats, to: [root])
    try path.checkValidity(at: now)
    guard answer.isCurrent(at: now) else {
      throw AppraisalError.refused(
        "it is for \(answer.issueDate) to \(answer.nextUpdate), the time is \(now) (seconds since 1970)")
    }
    guard !collateral.revocationLists.isEmpty else { throw AppraisalError.missing("a revocation list") }
    try path.checkRevocation(collateral.revocationLists, at: now)
  }
}
