internal import Codec
internal import Cryptography

/// Appraises simulated evidence. It counts where the policy names its root, and shows no hardware even there.
struct SimulatedAppraisal {
  let policy: AppraisalPolicy
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .simulated, planned: [.format, .chain, .validity, .signature, .debug, .measurements, .reportData], optional: [],
      policy: policy)
    let read = sheet.check(.format) {
      let signed = try SignedSimulation(evidence)
      return (signed, "\(evidence.count) bytes, simulated: no hardware stands behind it")
    }
    guard let signed = read else { return sheet.finish(at: time) }
    let statement = signed.statement
    sheet.claim("simulated", "true")
    sheet.claim("root", signed.keyID)
    sheet.claim("measurement", statement.measurement)
    sheet.claim("report_data", statement.reportData)
    let root = sheet.check(.chain) {
      let roots = policy.simulatedRoots.sorted().compactMap { Hex.decode($0).flatMap { try? VerifyingKey(raw: $0) } }
      guard let root = roots.first(where: { COSEKey($0).keyID == signed.keyID }) else {
        throw AppraisalError.refused(
          "its root \(Hex.encode(signed.keyID)) is none that the policy names for simulated evidence")
      }
      return (root, "the policy names the simulated root \(Hex.encode(signed.keyID))")
    }
    sheet.check(.validity) {
      guard time >= 0, statement.notBefore <= UInt64(time), UInt64(time) <= statement.notAfter else {
        throw AppraisalError.refused(
          "it counts from \(statement.notBefore) to \(statement.notAfter), the time is \(time)")
      }
      return "counts from \(statement.notBefore) to \(statement.notAfter)"
    }
    if let root {
      sheet.check(.signature) {
        guard signed.isSigned(by: root) else { throw AppraisalError.refused("the signature is not the root's") }
        return "Ed25519 by the simulated root"
      }
    }
    sheet.check(.debug) {
      guard !statement.isDebug || policy.allowsDebug else {
        throw AppraisalError.refused("it stands for an environment in debug mode")
      }
      return statement.isDebug ? "debug mode, which the policy accepts" : "stands for an environment that is closed"
    }
    sheet.checkFreshness(nonce: nil, reportData: statement.reportData, policy)
    return sheet.finish(at: time)
  }
}
