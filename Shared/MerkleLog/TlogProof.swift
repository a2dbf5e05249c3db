public import Cryptography

/// A file that shows, offline, that an entry is in a log (c2sp.org/tlog-proof@v1): index, inclusion path, checkpoint.
public struct TlogProof: Hashable, Sendable {
  public static let header = "c2sp.org/tlog-proof@v1"
  /// A path never has more hashes: a size is below 2^64.
  public static let pathMax = 64

  public let index: UInt64
  public let path: [Digest32]
  public let note: SignedNote
  /// Opaque data that nothing authenticates. This suite writes none and refuses a proof that has some.
  public let extra: [UInt8]?

  /// Errors: ``TlogProofError/pathTooLong(max:)``.
  public init(index: UInt64, path: [Digest32], note: SignedNote, extra: [UInt8]? = nil) throws(TlogProofError) {
    guard path.count <= Self.pathMax else { throw .pathTooLong(max: Self.pathMax) }
    self.index = index
    self.path = path
    self.note = note
    self.extra = extra
  }

  /// The bytes of the file.
  public var encoded: [UInt8] {
    var lines = [Self.header]
    if let extra { lines.append("extra \(Base64Line.encode(extra))") }
    lines.append("index \(index)")
    lines += path.map { Base64Line.encode($0.bytes) }
    return Array((lines.joined(separator: "\n") + "\n\n").utf8) + note.encoded
  }
}

/// What a verified proof shows.
public struct VerifiedInclusion: Hashable, Sendable {
  public let index: UInt64
  /// The checkpoint that has the entry, with the witnesses that cosigned it and the time they vouch for.
  public let head: VerifiedCheckpoint

  public var checkpoint: Checkpoint { head.checkpoint }
}

extension TlogProof {
  /// Throws unless `entry` is in the log of the policy at this proof's index.
  ///
  /// A line that no key and no path covers is refused, so each byte of the file matters; `allowingUnknownSignatures`
  /// passes over lines by keys outside the policy, for files of logs with more witnesses than the verifier knows.
  /// Without `requiringQuorum` a proof verifies that too few witnesses cosigned: its head says so.
  /// Errors: ``TlogProofError``.
  public func verify(
    entry: [UInt8], policy: CheckpointPolicy, allowingUnknownSignatures: Bool = false, requiringQuorum: Bool = true
  ) throws(TlogProofError) -> VerifiedInclusion {
    guard extra == nil else { throw .extra }
    let head: VerifiedCheckpoint
    do {
      head = try policy.verify(
        note, refusingUnknown: !allowingUnknownSignatures, requiringQuorum: requiringQuorum)
    } catch {
      throw .checkpoint(error)
    }
    do {
      try InclusionProof(index: index, size: head.checkpoint.size, path: path)
        .verify(leafHash: TreeHash.leaf(entry), root: head.checkpoint.root)
    } catch {
      throw .inclusion(error)
    }
    return VerifiedInclusion(index: index, head: head)
  }

  /// The proof with the lines of these keys alone, each verified: what a reader who knows them can authenticate.
  /// Errors: as ``SignedNote/keeping(only:)``.
  public func keeping(only keys: [NoteVerifierKey]) throws -> TlogProof {
    try TlogProof(index: index, path: path, note: note.keeping(only: keys), extra: extra)
  }
}
