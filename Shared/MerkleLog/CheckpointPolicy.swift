/// Whose checkpoints to believe: one log, and k of n witnesses. It comes from the verifier's owner, never from a proof.
public struct CheckpointPolicy: Hashable, Sendable {
  public let origin: String
  public let logKey: NoteVerifierKey
  public let witnesses: [NoteVerifierKey]
  /// How many of the witnesses must have cosigned; 0 asks for none.
  public let quorum: Int

  /// Refuses a policy that counts one key as two witnesses, or the log as its own. Errors: ``CheckpointError``.
  public init(
    origin: String, logKey: NoteVerifierKey, witnesses: [NoteVerifierKey] = [], quorum: Int = 0
  ) throws(CheckpointError) {
    guard NoteName.isValid(origin) else { throw .origin(origin) }
    guard logKey.kind == .ed25519 else { throw .policyLogKey(logKey.name) }
    for (position, witness) in witnesses.enumerated() {
      guard witness.kind == .cosignature else { throw .policyWitness(witness.name, why: "is not of signature type 4") }
      guard witness.key != logKey.key else { throw .policyWitness(witness.name, why: "is the log's own key") }
      guard !witnesses[..<position].contains(where: { $0.key == witness.key }) else {
        throw .policyWitness(witness.name, why: "is listed twice")
      }
    }
    guard (0...witnesses.count).contains(quorum) else { throw .policyQuorum(quorum, witnesses: witnesses.count) }
    self.origin = origin
    self.logKey = logKey
    self.witnesses = witnesses
    self.quorum = quorum
  }

  /// The checkpoint in this note, when the log signed it and enough witnesses cosigned it.
  ///
  /// - Parameters:
  ///   - refusingUnknown: refuse a line by a key outside the policy, so that all of the note is authenticated.
  ///   - requiringQuorum: refuse a note that too few witnesses cosigned; where not, whoever asks looks at
  ///     ``VerifiedCheckpoint/isWitnessed``.
  /// - Throws: ``CheckpointError``.
  public func verify(
    _ note: SignedNote, refusingUnknown: Bool = false, requiringQuorum: Bool = true
  ) throws(CheckpointError) -> VerifiedCheckpoint {
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
      throw .originMismatch(found: checkpoint.origin, expected: origin)
    }
    let verified: [VerifiedSignature]
    do {
      verified = try note.verify(with: [logKey] + witnesses, refusingUnknown: refusingUnknown)
    } catch .noKnownSignature {
      throw .notSignedByLog(logKey.name)
    } catch {
      throw .note(error)
    }
    guard verified.contains(where: { $0.key == logKey }) else { throw .notSignedByLog(logKey.name) }
    let cosignatures = verified.filter { $0.key.kind == .cosignature }
    let isWitnessed = cosignatures.count >= quorum
    guard isWitnessed || !requiringQuorum else { throw .quorum(found: cosignatures.count, needed: quorum) }
    let times = quorum > 0 ? cosignatures.compactMap(\.timeSeconds).sorted() : []
    return VerifiedCheckpoint(
      checkpoint: checkpoint, cosignatures: cosignatures, isWitnessed: isWitnessed,
      timeBoundSeconds: times.dropFirst(max(0, quorum - 1)).first)
  }
}

/// A checkpoint that a policy accepted.
public struct VerifiedCheckpoint: Hashable, Sendable {
  public let checkpoint: Checkpoint
  /// Those of the policy's witnesses that cosigned, with their times: all verified.
  public let cosignatures: [VerifiedSignature]
  /// Whether they are as many as the policy's quorum.
  public let isWitnessed: Bool
  /// The checkpoint existed by this time, in seconds since 1970: the quorum-th smallest of the cosignature times, so it
  /// holds when one witness of any quorum is honest. Nil when the policy needs no witness: nobody vouches for time.
  public let timeBoundSeconds: UInt64?
}
