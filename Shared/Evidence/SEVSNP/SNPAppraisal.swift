internal import Cryptography

/// Appraises an AMD SEV-SNP attestation report. The VCEK or VLEK certificate and AMD's intermediate (ASK, ASVK) are
/// collateral.
struct SNPAppraisal {
  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .sevSNP,
      planned: [
        .format, .chain, .validity, .revocation, .signature, .identity, .tcb, .debug, .measurements, .nonce,
        .reportData,
      ],
      // AMD's lists name intermediates only; a policy may ask for them.
      optional: [.revocation], policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let report = try SNPReport(evidence)
      return (report, "version \(report.version), signed by the \(report.signingKey == .vcek ? "VCEK" : "VLEK")")
    }
    guard let report = read else { return sheet.finish(at: time) }
    claim(report, in: &sheet)
    sheet.check(.debug) {
      if report.policy & 1 << 19 != 0 {
        guard policy.allowsDebug else { throw AppraisalError.refused("the guest's policy allows debugging (bit 19)") }
        return "the guest's policy allows debugging, which the policy accepts"
      }
      return "the guest's policy forbids debugging"
    }
    sheet.checkFreshness(nonce: nil, reportData: report.reportData, policy)
    guard let signer = sheet.check(.chain, { try signer(of: report) }) else { return sheet.finish(at: time) }
    _ = sheet.checkPath(from: signer.certificate, through: [], collateral, policy, at: time)
    sheet.check(.signature) {
      let key = signer.certificate.publicKey
      guard key.isValid(signature: report.signature, for: report.signed, scheme: .ecdsaP384SHA384) else {
        throw AppraisalError.refused("the signature is not that of the \(signer.product) certificate's key")
      }
      return "ECDSA P-384 by \(signer.product)"
    }
    sheet.check(.identity) { try identity(report, signer) }
    sheet.check(.tcb) { try tcb(report, signer) }
    return sheet.finish(at: time)
  }

  /// The VCEK or VLEK certificate: where several were handed in, the one whose key signed.
  private func signer(of report: SNPReport) throws -> (SNPCertificate, String) {
    let candidates = collateral.certificates.filter { $0.extensionValue(SNPCertificate.marker) != nil }
    guard let first = candidates.first else { throw AppraisalError.missing("a VCEK or VLEK certificate") }
    let signed = candidates.first {
      $0.publicKey.isValid(signature: report.signature, for: report.signed, scheme: .ecdsaP384SHA384)
    }
    let signer = try SNPCertificate(signed ?? first)
    return (signer, signer.product)
  }

  private func identity(_ report: SNPReport, _ signer: SNPCertificate) throws(AppraisalError) -> String {
    guard report.signingKey == signer.signingKey else {
      throw .refused("the report names the other kind of key than the certificate's")
    }
    if let cpuid = report.cpuid, (cpuid[0] == 0x1a) != signer.isTurin {
      throw .refused("the report's processor family is not the certificate's")
    }
    guard let hardwareID = signer.hardwareID else { return "a VLEK, which belongs to a provider and not to a chip" }
    // Turin's certificate has the 8 bytes that its report begins with.
    let wanted = hardwareID + [UInt8](repeating: 0, count: max(0, report.chipID.count - hardwareID.count))
    guard hardwareID.count == (signer.isTurin ? 8 : 64), wanted == report.chipID else {
      throw .refused("the certificate is for another chip than the report's")
    }
    return "the certificate is for this chip"
  }

  /// AMD has no list of levels: a key is derived from the versions, so the certificate vouches for them, and how new
  /// they must be is the policy's.
  private func tcb(_ report: SNPReport, _ signer: SNPCertificate) throws(AppraisalError) -> String {
    let reported = SNPVersion(report.reportedTCB, turin: signer.isTurin)
    guard reported == SNPVersion(signer) else {
      throw .refused("the report's TCB (\(reported)) is not the certificate's (\(SNPVersion(signer)))")
    }
    guard SNPVersion(report.currentTCB, turin: signer.isTurin).isAtLeast(reported) else {
      throw .refused("the report claims a newer TCB (\(reported)) than the platform runs")
    }
    for (name, least) in policy.tcbMinimum.sorted(by: { $0.key < $1.key }) {
      // Only Turin has an FMC.
      guard let found = reported.parts[name] else { continue }
      guard found >= least else { throw .refused("\(name) is at \(found), the policy's least is \(least)") }
    }
    return "\(reported), as the certificate says"
  }

  private func claim(_ report: SNPReport, in sheet: inout Worksheet) {
    sheet.claim("version", String(report.version))
    sheet.claim("guest_svn", String(report.guestSVN))
    sheet.claim("policy", "0x" + String(report.policy, radix: 16))
    sheet.claim("vmpl", String(report.vmpl))
    sheet.claim("platform_info", "0x" + String(report.platformInfo, radix: 16))
    sheet.claim("report_data", report.reportData)
    sheet.claim("measurement", report.measurement)
    sheet.claim("host_data", report.hostData)
    sheet.claim("id_key_digest", report.idKeyDigest)
    sheet.claim("author_key_digest", report.authorKeyDigest)
    sheet.claim("report_id", report.reportID)
    sheet.claim("reported_tcb", report.reportedTCB)
    sheet.claim("current_tcb", report.currentTCB)
    sheet.claim("committed_tcb", report.committedTCB)
    sheet.claim("launch_tcb", report.launchTCB)
    sheet.claim("chip_id", report.chipID)
  }
}
