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
    // Under the name of a first one.
    log.frame = { if $0.kind == .verdict { $0.subject = World.id.description } }
    #expect(try log.outcome(size: 9).overdue.count == 1)
    (log.supersedes, log.frame) = (nil, { _ in })
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
