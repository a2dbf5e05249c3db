internal import Cryptography
internal import MerkleLog

/// Where the statements stand that have an entry of their own.
struct RegisteredEntries {
  var index: [StatementKind: UInt64] = [:]
  /// Of the verdicts that supersede others, in their order.
  var superseding: [UInt64] = []
  /// What the bundle's proofs show, the receipt's and each of theirs; empty where the check `inclusion` failed.
  var proven: [Proven] = []

  /// Of the largest tree that the bundle proves.
  var size: UInt64 { proven.map(\.found.checkpoint.size).max() ?? 0 }
}

extension BundleVerifier {
  /// The part of `inclusion` that is about them: each is in the log, and where its meaning needs it to be.
  func registeredEntries(_ evidence: Evidence, receipt: VerifiedInclusion) throws -> RegisteredEntries {
    var entries = RegisteredEntries(proven: [Proven(of: "receipt", receipt)])
    let receiptIndex = receipt.index
    for signed in evidence.registered {
      let kind = signed.statement.kind
      guard let registered = evidence.bundle.registered[kind] else { continue }
      do {
        let found = try registered.verified(entry: signed.digest.bytes, policy: policy.log)
        entries.index[kind] = found.index
        entries.proven.append(Proven(of: "\(kind)", found))
      } catch { throw Refusal("\(kind): \(error)") }
    }
    if let verdict = entries.index[.verdict], verdict <= receiptIndex {
      throw Refusal("verdict: stands before the receipt that it is about")
    }
    for kind in [StatementKind.attribution, .custody] {
      guard entries.index[kind].map({ $0 > receiptIndex }) ?? true else {
        throw Refusal("\(kind): stands before the receipt that it is about")
      }
    }
    try addSuperseding(evidence, after: entries.index[.verdict] ?? receiptIndex, to: &entries)
    if let draw = entries.index[.draw], draw >= receiptIndex {
      throw Refusal("draw: stands behind the receipt, whose epoch it does not begin")
    }
    var revealed: Checkpoint?
    if let reveal = evidence.reveal?.predicate, let index = entries.index[.reveal] {
      let checkpoint = try revealedCheckpoint(reveal)
      revealed = checkpoint
      guard receiptIndex <= reveal.last else { throw Refusal("reveal: the receipt stands behind its epoch") }
      guard reveal.last < checkpoint.size, checkpoint.size <= index else {
        throw Refusal("reveal: its checkpoint is not past the epoch's last entry, or is past the reveal's own")
      }
    }
    try requireOneLog(entries.proven, revealed)
    return entries
  }

  private func revealedCheckpoint(_ reveal: RevealPredicate) throws -> Checkpoint {
    let alone = try CheckpointPolicy(origin: policy.log.origin, logKey: policy.log.logKey)
    do {
      return try alone.verify(SignedNote(parsing: Array(reveal.checkpoint.utf8)), refusingUnknown: true).checkpoint
    } catch { throw Refusal("reveal: its checkpoint is refused: \(error)") }
  }

  /// The part of `binding` that is about them: they speak of this receipt, and the reveal of this draw.
  func bindRegistered(_ evidence: Evidence) throws {
    if let later = evidence.later {
      guard evidence.receiptPredicate.statements?.verdict == nil else {
        throw Refusal("verdict: the receipt binds one already")
      }
      try bindVerdict(later, subject: evidence.receiptPredicate.receiptID.description, evidence)
    }
    try bindSuperseding(evidence)
    guard let draw = evidence.draw else {
      guard evidence.reveal == nil else { throw Refusal("reveal: its draw is absent from the bundle") }
      return
    }
    guard evidence.needsDraw else {
      throw Refusal("draw: the receipt is not of sampled verification, and nothing of its credit was drawn")
    }
    try require(draw.signed, isAbout: draw.predicate.subject, draw.predicate.digest())
    guard let reveal = evidence.reveal else { return }
    try require(reveal.signed, isAbout: reveal.predicate.subject, reveal.predicate.digest())
    guard reveal.predicate.draw == draw.signed.digest, reveal.predicate.number == draw.predicate.number,
      reveal.signed.keyID == draw.signed.keyID
    else { throw Refusal("reveal: is of another draw") }
    guard Draw.commitment(to: reveal.predicate.seed) == draw.predicate.seed else {
      throw Refusal("reveal: its seed is not the one that was logged before")
    }
  }

  /// A verdict with an entry of its own is about this receipt, and about what it binds.
  func bindVerdict(_ part: Evidence.Part<VerdictPredicate>, subject: String, _ evidence: Evidence) throws {
    guard let execution = evidence.execution else { throw Refusal("verdict: nothing was executed") }
    let verdict = part.predicate
    try require(part.signed, isAbout: subject, evidence.receipt.digest)
    guard verdict.receiptID == evidence.receiptPredicate.receiptID, verdict.execution == execution.signed.digest,
      verdict.profile.hasSameBytes(as: execution.predicate.profile)
    else { throw Refusal("verdict: is about another execution") }
    try bindAppraisal(verdict, execution.predicate)
  }

  func require(_ signed: SignedStatement, isAbout subject: String, _ digest: Digest32) throws {
    guard signed.statement.subject.hasSameBytes(as: subject), signed.statement.subjectDigest == digest else {
      throw Refusal("\(signed.statement.kind): is about something else")
    }
  }
}
