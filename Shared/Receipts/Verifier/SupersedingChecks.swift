internal import Cryptography
internal import MerkleLog

extension BundleVerifier {
  /// The part of `inclusion` that is about verdicts which supersede others: each stands behind the one whose place it takes.
  func addSuperseding(_ evidence: Evidence, after first: UInt64, to entries: inout RegisteredEntries) throws {
    var last = first
    for (part, registered) in zip(evidence.superseding, evidence.bundle.superseding) {
      do {
        let found = try registered.verified(entry: part.signed.digest.bytes, policy: policy.log)
        entries.superseding.append(found.index)
        entries.proven.append(Proven(of: "verdict \(entries.superseding.count)", found))
        guard found.index > last else { throw Refusal("it stands before the one that it supersedes") }
        last = found.index
      } catch { throw Refusal("verdict \(entries.superseding.count): \((error as? Refusal)?.why ?? "\(error)")") }
    }
  }

  /// The part of `binding`: they are about this receipt and its execution, numbered from 1, and each names the one before it.
  func bindSuperseding(_ evidence: Evidence) throws {
    guard evidence.firstVerdict?.predicate.supersedes == nil else {
      throw Refusal("verdict: it supersedes one that is not here")
    }
    guard var before = evidence.firstVerdict?.signed.digest else {
      guard evidence.superseding.isEmpty else { throw Refusal("verdict: the one that is superseded is not here") }
      return
    }
    for (at, part) in evidence.superseding.enumerated() {
      guard let superseded = part.predicate.supersedes, superseded.number == at + 1 else {
        throw Refusal("verdict: number \(at + 1) of those that supersede others has another number")
      }
      guard superseded.verdict == before else { throw Refusal("verdict \(at + 1): it supersedes another one") }
      try bindVerdict(part, subject: part.predicate.subject, evidence)
      before = part.signed.digest
    }
  }
}
