import Codec
import Cryptography
import Testing

@testable import Receipts

/// What counts for nothing in a log that is read for overdue receipts.
@Suite struct OverdueLieTests {
  @Test("a reveal is its draw's, of the log as it was, and the first of its draw")
  func reveals() throws {
    var honest = OverdueLog()
    (honest.policy, honest.absent) = (.sample(basisPoints: 1), [.verdict])
    #expect(try honest.outcome(size: 50).passedOver == 1)
    let lies: [(inout OverdueLog) -> Void] = [
      { $0.reveal = { $0.number = 1 } }, { $0.reveal = { $0.seed = SHA256.hash([1]).bytes } },
      { $0.reveal = { $0.draw = SHA256.hash([1]) } }, { $0.reveals = [(7, 6)] }, { $0.reveals = [(7, 8)] },
      { $0.reveal = { $0.checkpoint = $0.checkpoint.replacing("colophon", with: "elsewhere") } },
      { $0.reveal = { $0.checkpoint += $0.checkpoint.split(separator: "\n").last.map { "\($0)\n" } ?? "" } },
      { $0.reveal = { $0.checkpoint += "\u{2014} stranger.example \(Base64.encode(Array(1...68)))\n" } },
      { $0.frame = { if $0.kind == .reveal { $0.subject = "reveal/1" } } },
      { $0.frame = { if $0.kind == .reveal { $0.subjectDigest = SHA256.hash([1]) } } },
    ]
    for (number, lie) in lies.enumerated() {
      var log = honest
      lie(&log)
      #expect(try log.outcome(size: 50).overdue.map(\.isRevealed) == [false], "lie \(number)")
    }
    var stranger = honest
    (stranger.signers, stranger.issuers) = (
      [.reveal: try World.key("second verification")], [.reveal: "https://example.org/second"]
    )
    #expect(try stranger.outcome(size: 50).overdue.map(\.isRevealed) == [false])
    // Another key's draw ends no epoch of this one's.
    var between = honest
    between.otherDraw = (5, 4)
    between.receiptAgain = nil
    #expect(try between.outcome(size: 50).passedOver == 1)
    // Of a draw whose entry is not its subject nothing is known.
    var log = honest
    log.frame = { if $0.kind == .draw { $0.subjectDigest = SHA256.hash([1]) } }
    #expect(try log.outcome(size: 50).notDrawn == 1)
    // A second root would be a second draw.
    log = honest
    log.policy = .sample(basisPoints: 5_000)
    var found = false
    for seed in 0..<64 where !found {
      log.seed = SHA256.hash([UInt8(seed)]).bytes
      log.reveals = [(7, 7)]
      let first = try log.outcome(size: 50)
      log.reveals = [(9, 9)]
      guard try log.outcome(size: 50) != first else { continue }
      log.reveals = [(7, 7), (9, 9)]
      #expect(try log.outcome(size: 50) == first)
      found = true
    }
    #expect(found)
  }

  @Test("a key counts for its kinds, in its own name and interval; the first verdict counts")
  func keys() throws {
    var log = OverdueLog()
    log.within = 7
    func outcome(_ edit: @escaping (TrustPolicy.Issuer) -> TrustPolicy.Issuer) throws -> OverdueScan.Outcome {
      var log = log
      log.trust = { $0.kinds.isDisjoint(with: [.verdict, .receipt]) ? $0 : edit($0) }
      return try log.outcome(size: 50)
    }
    func key(_ from: UInt64, _ to: UInt64?, without kind: StatementKind? = nil) throws -> OverdueScan.Outcome {
      try outcome {
        .init(
          issuer: $0.issuer, key: $0.key, kinds: $0.kinds.subtracting(kind.map { [$0] } ?? []), fromIndex: from,
          toIndex: to)
      }
    }
    #expect(try key(1, 8).verified == 1 && key(2, 8).notDrawn == 1 && key(1, 7).overdue.count == 1)
    #expect(try key(5, 8) == OverdueScan.Outcome())
    for (kind, expected) in [
      (StatementKind.verdict, { $0.overdue.count }), (.draw, { $0.notDrawn }), (.receipt, { 1 - $0.verified }),
    ] as [(StatementKind, (OverdueScan.Outcome) -> Int)] {
      #expect(try expected(key(0, nil, without: kind)) == 1, "\(kind)")
    }
    for (kind, expected) in [
      (StatementKind.verdict, { $0.overdue.count }), (.draw, { $0.notDrawn }), (.receipt, { 1 - $0.verified }),
    ] as [(StatementKind, (OverdueScan.Outcome) -> Int)] {
      var other = log
      other.issuers = [kind: "https://example.org/other"]
      #expect(try expected(other.outcome(size: 50)) == 1, "\(kind)")
    }
    log.forged = [.receipt]
    #expect(try log.outcome(size: 50) == OverdueScan.Outcome())
    log.forged = [.verdict]
    log.receiptAgain = 5
    #expect(try log.outcome(size: 50).overdue.map(\.index) == [4])
    (log.forged, log.receiptAgain) = ([], nil)
    (log.verdictAt, log.again) = (8, [9])
    #expect(try log.outcome(size: 50).verified == 1)
    log.frame = { if $0.kind == .verdict { $0.subject = "another" } }
    #expect(try log.outcome(size: 50).overdue.count == 1)
  }

  @Test("what is overdue is named in the order of the log")
  func order() throws {
    let world = World()
    var scan = OverdueScan(policy: try Registered.trust())
    let draw = DrawPredicate(number: 0, seed: SHA256.hash([1]), within: 1)
    scan.take(try world.sign(.draw, draw.subject, draw.digest(), draw.json), at: 1)
    let digest = SHA256.hash([2])
    for index in [9, 4, 7, 3, 8, 6, 5, 2, 1] as [UInt64] {
      let id = ReceiptID(unixMs: index, random: Array(1...10))
      let receipt = ReceiptPredicate(
        receiptID: id, outcome: .cancelled, sequence: index, request: digest,
        statements: .init(execution: digest, custody: nil, attribution: nil, verdict: nil), delivery: nil,
        errorCode: nil,
        priceNano: 0, acceptedUnixMs: 0, verification: .sample(basisPoints: 1))
      scan.take(try world.sign(.receipt, id.description, receipt.subjectDigest, receipt.json), at: index)
    }
    // What is said to be at a draw's own index is not behind it; the key's next draw begins another epoch.
    let next = DrawPredicate(number: 1, seed: SHA256.hash([3]), within: .max)
    scan.take(try world.sign(.draw, next.subject, next.digest(), next.json), at: 5)
    let outcome = scan.outcome(size: 20)
    #expect(outcome.overdue.map(\.index) == Array(2...5) && outcome.notDrawn == 1 && outcome.due == 4)
  }
}
