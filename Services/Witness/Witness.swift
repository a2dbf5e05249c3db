internal import Cryptography
internal import Logging
public import MerkleLog
public import Stores

/// Cosigns what continues a log as it was seen before, and nothing else (c2sp.org/tlog-witness).
public struct Witness: Sendable {
  /// Beside the refusals of the rules: this witness cannot say now. 503
  enum Unable: Error, Equatable, CustomStringConvertible {
    case clockBehind(seconds: UInt64)

    var description: String {
      switch self {
      case .clockBehind(let seconds): "the clock is \(seconds) s behind the last cosignature of this log"
      }
    }
  }

  private let cosigner: Cosigner
  private let store: WitnessStore
  private let logs: [String: WitnessedLog]
  private let now: @Sendable () -> UInt64

  /// - Parameter now: seconds since 1970.
  public init(
    cosigner: Cosigner, store: WitnessStore, logs: [WitnessedLog], now: @escaping @Sendable () -> UInt64
  ) {
    self.cosigner = cosigner
    self.store = store
    self.logs = Dictionary(logs.map { ($0.origin, $0) }) { first, _ in first }
    self.now = now
  }

  public var verifierKey: NoteVerifierKey { cosigner.verifierKey }
  public var origins: [String] { logs.keys.sorted() }

  /// The cosignature of the checkpoint in this body. It is durable that the checkpoint was cosigned before this returns.
  /// Errors: ``WitnessRefusal``, and those of the database.
  public func add(_ body: [UInt8]) async throws -> NoteSignature {
    let request = try AddCheckpointRequest(parsing: body)
    let checkpoint = try WitnessRules.authenticate(request) { logs[$0] }
    do {
      // Look, check, cosign and keep in one transaction: a second request for this log waits, also in another process.
      let head = try await store.advance(checkpoint.origin) { [self] last in
        try WitnessRules.requireContinuation(request, checkpoint, of: last.map { ($0.size, $0.root) })
        return try cosigned(request, checkpoint, after: last)
      }
      return try ownLine(head)
    } catch let refusal as WitnessRefusal {
      if case .inconsistent(let why) = refusal {
        _ = try await store.keepEvidence(checkpoint.origin, timeSeconds: now(), why: why, request: body)
      }
      throw refusal
    }
  }

  private func cosigned(
    _ request: AddCheckpointRequest, _ checkpoint: Checkpoint, after last: WitnessedHead?
  ) throws -> WitnessedHead {
    let time = now()
    if let last, time < last.timeSeconds { throw Unable.clockBehind(seconds: last.timeSeconds - time) }
    // The same tree in the same second has this cosignature already.
    if let last, last.size == checkpoint.size, last.timeSeconds == time, hasText(last, request.note.text) {
      return last
    }
    guard let key = logs[checkpoint.origin]?.key else { throw WitnessRefusal.unknownOrigin(checkpoint.origin) }
    let note = try request.note.keeping(only: [key]).adding(cosigner.cosign(checkpoint, timeSeconds: time))
    return WitnessedHead(size: checkpoint.size, root: checkpoint.root, timeSeconds: time, note: note.encoded)
  }

  private func hasText(_ head: WitnessedHead, _ text: String) -> Bool {
    (try? SignedNote(parsing: head.note))?.text.utf8.elementsEqual(text.utf8) == true
  }

  private func ownLine(_ head: WitnessedHead) throws -> NoteSignature {
    let note = try SignedNote(parsing: head.note)
    guard let line = note.signatures.last, verifierKey.made(line) else { throw NoteError.noKnownSignature }
    return line
  }

  /// The checkpoint cosigned last of the log whose origin has this SHA-256 in lower-case hexadecimal.
  public func latest(originHash: String) async throws -> [UInt8]? {
    guard let origin = logs.keys.first(where: { SHA256.hash(Array($0.utf8)).hex == originHash }) else { return nil }
    return try await store.head(origin)?.note
  }
}
