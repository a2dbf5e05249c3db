internal import Receipts
internal import ServiceKit

/// The trust policy of this orchestrator's owner. Read on each use: its owner may change it at any time.
enum TrustFile {
  static func read(_ path: String) throws -> TrustPolicy {
    try TrustPolicy(try SmallFile.read(path, limit: TrustPolicy.bytesMax))
  }
}
