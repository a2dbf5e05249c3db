public import Cryptography

/// A log that a witness follows: whose signature makes a checkpoint of that origin one to look at.
public struct WitnessedLog: Hashable, Sendable {
  public let origin: String
  public let key: NoteVerifierKey

  /// Errors: ``CheckpointError`` for an origin or a key that no log may have.
  public init(origin: String, key: NoteVerifierKey) throws(CheckpointError) {
    guard NoteName.isValid(origin) else { throw .origin(origin) }
    guard key.kind == .ed25519 else { throw .policyLogKey(key.name) }
    self.origin = origin
    self.key = key
  }
}

/// Why a witness does not cosign, in the order in which c2sp.org/tlog-witness has it look.
public enum WitnessRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// 400
  case malformed(String)
  /// 404
  case unknownOrigin(String)
  /// 403: the log did not sign this, or a line that says so is broken.
  case notSigned(String)
  /// 400
  case oldBeyondNew(old: UInt64, new: UInt64)
  /// 409: the request starts from another tree than the one cosigned last.
  case conflict(known: UInt64)
  /// 422: signed by the log, and not a continuation of what was cosigned: evidence against the log.
  case inconsistent(String)

  public var description: String {
    switch self {
    case .malformed(let why): why
    case .unknownOrigin(let origin): "log \"\(origin)\" is not followed here: ask this witness's operator to list it"
    case .notSigned(let why): why
    case .oldBeyondNew(let old, let new): "old size \(old) is larger than the checkpoint's size \(new)"
    case .conflict(let known): "the tree cosigned last has size \(known): start from it"
    case .inconsistent(let why): why
    }
  }
}

/// The decisions of a witness: pure, so that server and tests decide alike.
public enum WitnessRules {
  /// SQLite's integers and cosignature times end there; no real log comes near.
  public static let sizeMax = UInt64(Int64.max)

  /// The checkpoint of a request, once it is one that a followed log signed. Lines by other keys are passed over.
  public static func authenticate(
    _ request: AddCheckpointRequest, log: (_ origin: String) -> WitnessedLog?
  ) throws(WitnessRefusal) -> Checkpoint {
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint(text: request.note.text, allowingExtensions: true) } catch {
      throw .malformed("\(error)")
    }
    // As bytes: Swift strings also equate different spellings of one text.
    guard let log = log(checkpoint.origin), log.origin.utf8.elementsEqual(checkpoint.origin.utf8) else {
      throw .unknownOrigin(checkpoint.origin)
    }
    do { _ = try request.note.verify(with: [log.key]) } catch { throw .notSigned("\(error)") }
    guard checkpoint.size <= sizeMax else {
      throw .malformed("tree size \(checkpoint.size) is beyond this witness's limit of \(sizeMax)")
    }
    guard request.old <= checkpoint.size else { throw .oldBeyondNew(old: request.old, new: checkpoint.size) }
    return checkpoint
  }

  /// Throws unless the checkpoint continues the tree that was cosigned last; nil when none was.
  public static func requireContinuation(
    _ request: AddCheckpointRequest, _ checkpoint: Checkpoint, of last: (size: UInt64, root: Digest32)?
  ) throws(WitnessRefusal) {
    let known = last?.size ?? 0
    guard request.old == known else { throw .conflict(known: known) }
    let root = last?.root ?? TreeHash.empty
    do {
      try ConsistencyProof.verify(
        old: known, new: checkpoint.size, path: request.path, oldRoot: root, newRoot: checkpoint.root)
    } catch { throw .inconsistent("\(error)") }
  }
}
