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
  /// The receipt that the verdict names.
  var verdictOn = World.id
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
  /// A draw of another key's, never revealed.
  var otherDraw: (at: UInt64, within: UInt64)?
  /// Another receipt that calls itself by this one's id, of the lowest rate, at index 2.
  var shadow: Shadow?
  var receiptAgain: UInt64?
  var trust: (TrustPolicy.Issuer) -> TrustPolicy.Issuer = { $0 }

  struct Shadow {
    var subject = World.id.description
    var isSignedBySecondKey = false
  }

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
      receiptID: verdictOn, profile: "exact/1", execution: SHA256.hash([1]), result: .fail, positions: 1,
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
      .init(issuer: "https://example.org/second", key: second.publicKey, kinds: [.draw, .reveal, .receipt]))
    var theirs = world
    for kind in [StatementKind.draw, .receipt] {
      (theirs.signers[kind], theirs.issuers[kind]) = (second, "https://example.org/second")
    }
    if let otherDraw {
      let draw = DrawPredicate(number: 9, seed: Draw.commitment(to: seed), within: otherDraw.within)
      statements.append((otherDraw.at, .policy, try theirs.sign(.draw, draw.subject, draw.digest(), draw.json)))
    }
    if let shadow {
      var predicate = try ReceiptPredicate(receipt.statement.predicate)
      predicate.verification = .sample(basisPoints: 1)
      let signer = shadow.isSignedBySecondKey ? theirs : world
      let signed = try signer.sign(.receipt, shadow.subject, predicate.subjectDigest, predicate.json)
      statements.append((2, .receipt, signed))
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
