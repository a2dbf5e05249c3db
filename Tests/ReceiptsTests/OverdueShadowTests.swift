import Cryptography
import Testing

@testable import Receipts

/// What somebody else signs hides no receipt that is overdue: not another receipt of its id, nor another key's draw.
@Suite struct OverdueShadowTests {
  @Test("a receipt that is about something else counts for nothing")
  func subjects() throws {
    let lies: [@Sendable (inout World.Frame) -> Void] = [
      { if $0.kind == .receipt { $0.subject = "x" } }, { if $0.kind == .receipt { $0.subject += "/1" } },
      { if $0.kind == .receipt { $0.subjectDigest = SHA256.hash([1]) } },
    ]
    for (number, lie) in lies.enumerated() {
      var log = OverdueLog()
      log.frame = lie
      #expect(try log.outcome(size: 50) == OverdueScan.Outcome(), "lie \(number)")
    }
  }

  @Test("a receipt of the same id under another subject, or by another listed key, leaves this one overdue")
  func shadows() throws {
    var log = OverdueLog()
    log.absent = [.verdict]
    let honest = try log.outcome(size: 50)
    #expect(honest.overdue.map(\.index) == [4])
    log.shadow = .init(subject: "x")
    #expect(try log.outcome(size: 50) == honest)
    // By a key that may sign receipts it is one more, judged by itself.
    log.shadow = .init(isSignedBySecondKey: true)
    var both = honest
    both.passedOver = 1
    #expect(try log.outcome(size: 50) == both)
    (log.absent, log.within) = ([], 7)
    #expect(try log.outcome(size: 50).verified == 1 && log.outcome(size: 50).passedOver == 1)
  }

  @Test("a verdict is on the receipt that its predicate names, and its subject too")
  func verdicts() throws {
    var log = OverdueLog()
    log.within = 7
    #expect(try log.outcome(size: 9).verified == 1)
    log.verdictOn = World.otherID
    #expect(try log.outcome(size: 9).overdue.count == 1)
    log.frame = { if $0.kind == .verdict { $0.subject = World.id.description } }
    #expect(try log.outcome(size: 9).overdue.count == 1)
  }

  @Test("each key that draws is held to its own draw, and the first deadline that was missed is named")
  func draws() throws {
    var log = OverdueLog()
    func overdue(_ at: UInt64, within: UInt64) throws -> [[UInt64]] {
      log.otherDraw = (at, within)
      return try log.outcome(size: 50).overdue.map { [$0.draw, $0.deadline] }
    }
    // The draw in entry 1 was missed at entry 5, by a verdict in entry 8.
    #expect(try overdue(2, within: .max) == [[1, 5]])
    #expect(try overdue(2, within: 2) == [[2, 4]] && overdue(2, within: 3) == [[1, 5]])
    #expect(try overdue(2, within: 4) == [[1, 5]])
    log.within = 7
    #expect(try overdue(2, within: 6) == [] && log.outcome(size: 50).verified == 1)
    #expect(try overdue(2, within: 5) == [[2, 7]])
    log.absent = [.verdict]
    log.within = .max
    #expect(try overdue(2, within: 5) == [[2, 7]])
    // Behind the receipt it begins an epoch of others.
    #expect(try overdue(5, within: 1) == [] && log.outcome(size: 50).due == 1)
  }

  @Test("a receipt that one draw passes over is still another's")
  func passedOver() throws {
    var log = OverdueLog()
    (log.policy, log.absent) = (.sample(basisPoints: 1), [.verdict])
    #expect(try log.outcome(size: 50).passedOver == 1)
    log.otherDraw = (2, .max)
    #expect(try log.outcome(size: 50) == expected { $0.due = 1 })
    log.absent = []
    #expect(try log.outcome(size: 50) == expected { $0.verified = 1 })
  }

  private func expected(_ edit: (inout OverdueScan.Outcome) -> Void) -> OverdueScan.Outcome {
    var outcome = OverdueScan.Outcome()
    edit(&outcome)
    return outcome
  }
}
