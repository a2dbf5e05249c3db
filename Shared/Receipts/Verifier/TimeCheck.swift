internal import Cryptography
internal import MerkleLog

extension BundleVerifier {
  /// How far the clocks of an executor and of a witness may lie apart.
  static let clockSecondsMax: UInt64 = 300

  /// Real time exists only as an upper bound (FORMAT section 4): by witnesses, by a timestamp of the checkpoint, or both,
  /// and then the earlier one holds. An execution that says it began after that lies.
  func timeCheck(_ evidence: Evidence, _ finding: InclusionFinding) -> Check {
    guard let head = finding.head else { return Check(.time, .notChecked, "the inclusion check failed") }
    var bounds: [(seconds: UInt64, by: String)] = []
    if let seconds = head.timeBoundSeconds { bounds.append((seconds, "its witnesses")) }
    if let token = evidence.bundle.timestamp {
      guard !policy.timestampRoots.isEmpty else {
        return Check(
          .time, .fail, "the bundle carries a timestamp, and the policy names no timestamp_roots to authenticate it by")
      }
      do {
        let imprint = SHA256.hash(Array(head.checkpoint.text.utf8))
        let seconds = try TimestampToken(token).verify(imprint: imprint, roots: policy.timestampRoots)
        bounds.append((seconds, "a timestamp"))
      } catch { return Check(.time, .fail, "\(error)") }
    }
    guard let first = bounds.min(by: { $0.seconds < $1.seconds }) else {
      return Check(
        .time, .notOffered, "no cosignature and no timestamp bounds the time: the statements' own are claims")
    }
    let began = (evidence.execution?.predicate.startedUnixMs ?? 0) / 1000
    guard max(began, Self.clockSecondsMax) - Self.clockSecondsMax <= first.seconds else {
      return Check(
        .time, .fail,
        "the execution says that it began \(began) s after 1970, and the log held it no later than \(first.seconds) s")
    }
    let all = bounds.map(\.by).joined(separator: " and ")
    return Check(.time, .pass, "the log held this no later than \(first.seconds) s after 1970, by \(all)")
  }
}
