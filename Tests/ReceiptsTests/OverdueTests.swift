import Cryptography
import Testing

@testable import Receipts

/// Which receipts of a whole log are overdue.
@Suite struct OverdueTests {
  @Test("a selected receipt is due until its deadline, verified by a verdict up to there, and overdue otherwise")
  func deadlines() throws {
    var log = OverdueLog()
    #expect(try log.outcome(size: 5).due == 1)
    // The draw is entry 1: the verdict in entry 8 comes three entries late.
    let late = try log.outcome(size: 9).overdue
    #expect(
      late.map(\.lateVerdict) == [8] && late[0].deadline == 5 && late[0].isRevealed && late[0].receiptID == World.id)
    log.within = 7
    #expect(try log.outcome(size: 50).verified == 1)
    log.absent = [.verdict]
    #expect(try log.outcome(size: 8).due == 1)
    let overdue = try log.outcome(size: 9)
    #expect(
      overdue.overdue.map(\.lateVerdict) == [nil] && overdue.overdue[0].index == 4 && overdue.overdue[0].draw == 1)
    log.within = .max
    #expect(try log.outcome(size: 1 << 40).due == 1)
  }

  @Test("what the draw passes over, what no draw is before, and other policies are never overdue")
  func others() throws {
    var log = OverdueLog()
    log.absent = [.verdict]
    log.policy = .sample(basisPoints: 1)
    #expect(try log.outcome(size: 50) == expected { $0.passedOver = 1 })
    log.absent.insert(.draw)
    #expect(try log.outcome(size: 50) == expected { $0.notDrawn = 1 })
    log = OverdueLog()
    log.policy = .onDemand
    #expect(try log.outcome(size: 50) == OverdueScan.Outcome())
  }

  @Test("a draw that was not revealed, or not as it had to be, hides nothing")
  func unrevealed() throws {
    var log = OverdueLog()
    log.policy = .sample(basisPoints: 1)
    log.absent = [.verdict, .reveal]
    #expect(try log.outcome(size: 50).overdue.map(\.isRevealed) == [false])
    log.absent = [.verdict]
    // The epoch ends with the key's next draw, in entry 6, and nowhere else.
    log.last = 5
    #expect(try log.outcome(size: 50).overdue.map(\.isRevealed) == [false])
    log.last = 6
    log.signers = [.reveal: try World.key("a stranger")]
    #expect(try log.outcome(size: 50).overdue.map(\.isRevealed) == [false])
  }

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
      { $0.frame = { if $0.kind == .reveal { $0.subject = "reveal/1" } } },
      { $0.frame = { if $0.kind == .reveal { $0.subjectDigest = SHA256.hash([1]) } } },
    ]
    for (number, lie) in lies.enumerated() {
      var log = honest
      lie(&log)
      #expect(try log.outcome(size: 50).overdue.map(\.isRevealed) == [false], "lie \(number)")
    }
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
    (log.verdictAt, log.again) = (8, [9])
    #expect(try log.outcome(size: 50).verified == 1)
    log.frame = { if $0.kind == .verdict { $0.subject = "another" } }
    #expect(try log.outcome(size: 50).overdue.count == 1)
  }

  @Test("a verdict by a stranger, about something else, or that supersedes another is none by the deadline")
  func verdicts() throws {
    var log = OverdueLog()
    log.within = 7
    log.signers = [.verdict: try World.key("a stranger")]
    #expect(try log.outcome(size: 9).overdue.count == 1)
    log.signers = [:]
    log.frame = { if $0.kind == .verdict { $0.subjectDigest = SHA256.hash([]) } }
    #expect(try log.outcome(size: 9).overdue.count == 1)
    log.frame = { _ in }
    log.supersedes = Superseded(number: 1, verdict: SHA256.hash([]), reason: "x")
    #expect(try log.outcome(size: 9).overdue.count == 1)
    log.supersedes = nil
    log.verdictAt = 3
    #expect(try log.outcome(size: 9).overdue.count == 1)
  }

  @Test("a receipt by a stranger counts for nothing")
  func strangers() throws {
    var log = OverdueLog()
    log.signers = [.receipt: try World.key("a stranger")]
    #expect(try log.outcome(size: 50) == OverdueScan.Outcome())
  }

  private func expected(_ edit: (inout OverdueScan.Outcome) -> Void) -> OverdueScan.Outcome {
    var outcome = OverdueScan.Outcome()
    edit(&outcome)
    return outcome
  }
}
