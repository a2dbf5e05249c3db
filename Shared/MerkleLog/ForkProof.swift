internal import Codec
public import Cryptography

/// Two checkpoints that one log key signed and that no one history has: a proof of misbehaviour that anybody with the
/// log's public key can check, offline.
///
/// For checkpoints of one size the two roots are all there is to it. Otherwise `root` and `path` show what root the tree
/// of the newer checkpoint has at the older size: the path leads from it to the newer signed root, and it is not the
/// root that was signed.
public struct ForkProof: Sendable, Equatable {
  public static let type = "urn:colophon:log-fork:v1"
  public static let bytesMax = 2 * SignedNote.bytesMax + 64 * 1024

  public let older: SignedNote
  public let newer: SignedNote
  /// The root that the newer tree has at the older size.
  public let root: Digest32
  public let path: [Digest32]

  public init(older: SignedNote, newer: SignedNote, root: Digest32, path: [Digest32]) {
    self.older = older
    self.newer = newer
    self.root = root
    self.path = path
  }

  /// Throws unless the log of this policy has signed two histories. Errors: ``CheckpointError``, ``ProofError``,
  /// ``ForkProofError``.
  public func verify(policy: CheckpointPolicy) throws {
    let unwitnessed = try CheckpointPolicy(origin: policy.origin, logKey: policy.logKey)
    let old = try unwitnessed.verify(older).checkpoint
    let new = try unwitnessed.verify(newer).checkpoint
    try ConsistencyProof.verify(old: old.size, new: new.size, path: path, oldRoot: root, newRoot: new.root)
    guard root != old.root else { throw ForkProofError.consistent(old: old.size, new: new.size) }
  }

  /// As the file that a monitor writes.
  public var encoded: [UInt8] {
    let json: JSON = [
      "type": .string(Self.type), "older": .string(String(decoding: older.encoded, as: UTF8.self)),
      "newer": .string(String(decoding: newer.encoded, as: UTF8.self)), "root": .string(Base64.encode(root.bytes)),
      "path": .array(path.map { .string(Base64.encode($0.bytes)) }),
    ]
    return json.serialized() + [SignedNote.newline]
  }

  /// Errors: ``ForkProofError/malformed(_:)``, ``NoteError``.
  public init(parsing bytes: [UInt8]) throws {
    let json: JSON
    do { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 4)) } catch {
      throw ForkProofError.malformed("\(error)")
    }
    guard json["type"]?.stringValue == Self.type else { throw ForkProofError.malformed("type is not \(Self.type)") }
    guard let older = json["older"]?.stringValue, let newer = json["newer"]?.stringValue,
      let root = Self.digest(json["root"]), let hashes = json["path"]?.arrayValue, hashes.count <= TlogProof.pathMax * 2
    else { throw ForkProofError.malformed("it must have older, newer, root and path") }
    path = try hashes.map {
      guard let hash = Self.digest($0) else { throw ForkProofError.malformed("a path hash is no digest") }
      return hash
    }
    self.older = try SignedNote(parsing: Array(older.utf8))
    self.newer = try SignedNote(parsing: Array(newer.utf8))
    self.root = root
  }

  private static func digest(_ json: JSON?) -> Digest32? {
    json?.stringValue.flatMap { Base64Line.digest(Array($0.utf8)[...]) }
  }
}

/// A file that shows no fork.
public enum ForkProofError: Error, Equatable, Sendable, CustomStringConvertible {
  case malformed(String)
  /// The newer tree has, at the older size, the very root that was signed.
  case consistent(old: UInt64, new: UInt64)

  public var description: String {
    switch self {
    case .malformed(let why): "this is no proof of a fork: \(why)"
    case .consistent(let old, let new): "the tree of \(new) entries continues that of \(old): this shows no fork"
    }
  }
}
