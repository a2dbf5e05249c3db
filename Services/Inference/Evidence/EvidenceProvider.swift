internal import Receipts

/// Where an executor gets evidence of trusted hardware from. One of its machine's own devices, or what stands for one.
protocol EvidenceProvider: Sendable {
  var kind: EvidenceDocument.Kind { get }
  /// Evidence that holds `reportData`, 64 bytes. It blocks for as long as the hardware takes.
  /// - Parameter untilUnixS: how long it is wanted for, in seconds since 1970. Hardware has its own mind about that.
  func evidence(reportData: [UInt8], untilUnixS: UInt64) throws -> Attested
}

/// What a provider gave.
struct Attested: Sendable, Equatable {
  var evidence: [UInt8]
  /// What came with it, each piece as `Collateral` reads it.
  var collateral: [[UInt8]] = []
}

/// Why there is no evidence. The text names what was tried and what to do.
enum EvidenceFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// A call of the system that failed.
  case failed(operation: String, path: String, why: String)
  /// What the device said or gave is not what it should be.
  case refused(String)
  /// The evidence does not hold what was asked for: it is somebody else's, or a stale one.
  case otherReportData(kind: EvidenceDocument.Kind, found: String)

  var description: String {
    switch self {
    case .failed(let operation, let path, let why): "\(operation) \(path) failed: \(why)"
    case .refused(let why): why
    case .otherReportData(let kind, let found):
      "the \(kind.rawValue) evidence holds the report data \(found), not that which was asked for"
    }
  }
}
