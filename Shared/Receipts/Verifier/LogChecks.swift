internal import Cryptography
internal import MerkleLog

/// What the inclusion check found, for the checks that build on it.
struct InclusionFinding {
  let check: Check
  let index: UInt64?
  let head: VerifiedCheckpoint?
  /// Where the statements are that have an entry of their own.
  var registered = RegisteredEntries()
}

extension BundleVerifier {
  /// The receipt is in the log: by its C2SP proof and by its COSE Receipt, which must agree.
  func inclusionCheck(_ evidence: Evidence) -> InclusionFinding {
    var found: VerifiedInclusion?
    var entries = RegisteredEntries()
    let check = run(.inclusion) {
      let entry = evidence.receipt.digest.bytes
      // Too few witnesses are the next check's finding.
      let verified = try TlogProof(parsing: evidence.bundle.tlogProof)
        .verify(entry: entry, policy: policy.log, requiringQuorum: false)
      let receipt = try COSEReceipt(evidence.bundle.coseReceipt)
      let root = try receipt.verify(entry: entry, key: policy.receiptLogKey)
      let checkpoint = verified.checkpoint
      guard receipt.index == verified.index, receipt.size == checkpoint.size, root == checkpoint.root else {
        throw Refusal("the COSE Receipt and the tlog-proof disagree on index, size or root")
      }
      guard receipt.subject.hasSameBytes(as: evidence.receipt.statement.subject) else {
        throw Refusal("the COSE Receipt is about another subject")
      }
      guard evidence.bundle.asOf == checkpoint.size else { throw Refusal("as_of is not the size of the proven tree") }
      entries = try registeredEntries(evidence, receipt: verified)
      found = verified
      return "entry \(verified.index) of \(checkpoint.size) in \(checkpoint.origin), by tlog-proof and COSE Receipt"
    }
    return InclusionFinding(check: check, index: found?.index, head: found?.head, registered: entries)
  }

  func witnessesCheck(_ finding: InclusionFinding) -> Check {
    let n = policy.log.witnesses.count
    guard n > 0 else { return Check(.witnesses, .notOffered, "the policy names no witness: 0/0") }
    // A tree that nobody saw may be a fork, whoever saw the receipt's: the one that the fewest saw speaks for all.
    guard let least = finding.registered.proven.min(by: { $0.witnesses < $1.witnesses }) else {
      return Check(.witnesses, .notChecked, "the inclusion check failed")
    }
    let found = "cosigned by \(least.witnesses)/\(n), quorum \(policy.log.quorum)"
    guard least.found.head.isWitnessed, least.witnesses > 0 else {
      return Check(
        .witnesses, .notChecked,
        "the tree that has the \(least.of) is \(found): witnesses follow the log, so get the bundle again later")
    }
    return Check(.witnesses, .pass, found)
  }
}
