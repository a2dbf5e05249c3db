import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// A log that a scan reads, that of ``Registered``: genesis, draw (1), 2, 3, the receipt (4), 5, the next draw (6), the reveal
/// (7), the verdict (8), and others.
struct OverdueLog {
  var policy = VerificationPolicy.sample(basisPoints: 10_000)
  var within: UInt64 = 4
  var absent: Set<StatementKind> = []
  var last: UInt64 = 6
  var verdictAt: UInt64 = 8
  var signers: [StatementKind: SigningKey] = [:]
  var issuers: [StatementKind: String] = [:]
  var frame: @Sendable (inout World.Frame) -> Void = { _ in }
  var supersedes: Superseded?
  var seed = SHA256.hash([0x5E]).bytes
  /// Where reveals stand, and the size of the tree whose root each names.
  var reveals: [(at: UInt64, size: Int)] = [(7, 7)]
  var reveal: World.Edit<RevealPredicate> = { _ in }
  /// Indices of the verdict when it is there more than once.
  var again: [UInt64] = []
  /// Statements whose signature is broken.
  var forged: Set<StatementKind> = []
  /// A draw of another key's at index 5.
  var otherDraw = false
  var receiptAgain: UInt64?
  var trust: (TrustPolicy.Issuer) -> TrustPolicy.Issuer = { $0 }

  func outcome(size: UInt64) throws -> OverdueScan.Outcome {
    var world = World()
    (world.signers, world.issuers, world.frame) = (signers, issuers, frame)
    world.receipt = { [policy] receipt in
      receipt.statements?.verdict = nil
      receipt.verification = policy
    }
    world.absent = [.verdict]
    let receipt = try #require(try world.sealed().statements[.receipt])
    func draw(_ number: UInt64) throws -> SignedStatement {
      let draw = DrawPredicate(number: number, seed: Draw.commitment(to: seed), within: within)
      return try world.sign(.draw, draw.subject, draw.digest(), draw.json)
    }
    let first = try draw(0)
    var tree = TestTree([])
    tree.put(receipt.digest, at: 6)
    tree.put(SHA256.hash([1]), at: 11)
    func shown(_ size: Int) throws -> SignedStatement {
      var reveal = RevealPredicate(
        number: 0, draw: first.digest, last: last, seed: seed,
        checkpoint: String(decoding: try tree.note(size).encoded, as: UTF8.self))
      self.reveal(&reveal)
      return try world.sign(.reveal, reveal.subject, reveal.digest(), reveal.json)
    }
    let verdict = VerdictPredicate(
      receiptID: World.id, profile: "exact/1", execution: SHA256.hash([1]), result: .fail, positions: 1,
      supersedes: supersedes)
    var statements: [(UInt64, StatementKind, SignedStatement)] = [
      (1, .draw, first), (4, .receipt, receipt), (6, .policy, try draw(1)),
    ]
    for (at, size) in reveals { statements.append((at, .reveal, try shown(size))) }
    let judged = try world.sign(.verdict, verdict.subject, receipt.digest, verdict.json)
    for at in [verdictAt] + again { statements.append((at, .verdict, judged)) }
    var trust = try Registered.trust()
    trust.issuers = trust.issuers.map(self.trust)
    let second = try World.key("second verification")
    trust.issuers.append(
      .init(issuer: "https://example.org/second", key: second.publicKey, kinds: [.draw, .reveal]))
    if otherDraw {
      var theirs = world
      (theirs.signers[.draw], theirs.issuers[.draw]) = (second, "https://example.org/second")
      let draw = DrawPredicate(number: 9, seed: Draw.commitment(to: seed), within: within)
      statements.append((5, .policy, try theirs.sign(.draw, draw.subject, draw.digest(), draw.json)))
    }
    if let receiptAgain { statements.append((receiptAgain, .receipt, receipt)) }
    var scan = OverdueScan(policy: trust)
    for (index, kind, signed) in statements.sorted(by: { $0.0 < $1.0 }) where index < size && !absent.contains(kind) {
      var bytes = signed.bytes
      if forged.contains(kind) { bytes[bytes.count - 1] ^= 1 }
      scan.take(try SignedStatement(bytes), at: index)
    }
    return scan.outcome(size: size)
  }
}
