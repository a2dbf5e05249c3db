import Codec
import Cryptography
import Foundation
import Logging
import Receipts
import Synchronization

@testable import InferenceService

/// Keys, clocks and providers for tests of evidence.
enum EvidenceParts {
  static let key = Result { try SigningKey(seed: SHA256.hash([5]).bytes) }
  static let root = Result { try SigningKey(seed: SHA256.hash([6]).bytes) }

  static func keyID() throws -> Digest32 { COSEKey(try key.get().publicKey).thumbprint }

  /// A real piece of evidence of somebody else's.
  static func vector(_ path: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).appending(path: "../../../Vectors/evidence").standardized
    return try [UInt8](Data(contentsOf: folder.appending(path: path)))
  }

  static func simulated(_ now: @escaping @Sendable () -> UInt64) throws -> SimulatedProvider {
    SimulatedProvider(root: try root.get(), measurement: SHA256.hash([7]), now: now)
  }

  static func source(_ provider: any EvidenceProvider, collateral: [[UInt8]] = []) throws -> EvidenceSource {
    EvidenceSource(provider: provider, keyID: try keyID(), collateral: { collateral })
  }

  static let nonce = Result { try EvidenceNonce(asked: Array(1...32)) }
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// What a test turns on and off, and counts.
final class EvidenceBench: Sendable {
  struct State {
    var nowMs: UInt64 = 1_800_000_000_000
    var providerError: (any Error)?
    var keepError: (any Error)?
    var made = 0
    var kept: [Digest32: [UInt8]] = [:]
    var keepCalls = 0
  }

  let state = Mutex(State())

  func set(_ edit: (inout State) -> Void) { state.withLock { edit(&$0) } }

  func get<Value: Sendable>(_ read: (State) -> Value) -> Value { state.withLock { read($0) } }

  /// - Parameter epochMs: four times what a document has left when the next is made.
  func evidence(epochMs: UInt64 = 40_000) throws -> KeyEvidence {
    let now: @Sendable () -> UInt64 = { self.get { $0.nowMs } }
    let provider = Scripted(bench: self, inner: try EvidenceParts.simulated(now))
    return try KeyEvidence(
      EvidenceParts.source(provider), epochMs: epochMs, logger: EvidenceParts.silent, now: now
    ) { bytes, digest in
      try self.state.withLock { state in
        state.keepCalls += 1
        if let error = state.keepError { throw error }
        state.kept[digest] = bytes
      }
    }
  }

  private struct Scripted: EvidenceProvider {
    let bench: EvidenceBench
    let inner: SimulatedProvider
    var kind: EvidenceDocument.Kind { inner.kind }

    func evidence(reportData: [UInt8], untilUnixS: UInt64) throws -> Attested {
      try bench.state.withLock { state in
        if let error = state.providerError { throw error }
        state.made += 1
      }
      return try inner.evidence(reportData: reportData, untilUnixS: untilUnixS)
    }
  }
}
