internal import Cryptography
internal import Evidence
internal import Receipts

/// Stands for hardware where there is none: signs with a root key of its own. What it makes counts only where a trust policy names
/// that root, and shows as simulated even there.
struct SimulatedProvider: EvidenceProvider {
  let root: SigningKey
  /// 32 bytes: what would be measured.
  let measurement: Digest32
  /// Milliseconds since 1970.
  let now: @Sendable () -> UInt64

  var kind: EvidenceDocument.Kind { .simulated }

  func evidence(reportData: [UInt8], untilUnixS: UInt64) throws -> Attested {
    let statement = SimulatedStatement(
      reportData: reportData, measurement: measurement.bytes, notBefore: min(now() / 1000, untilUnixS),
      notAfter: untilUnixS)
    return Attested(evidence: try statement.signed(by: root))
  }
}
