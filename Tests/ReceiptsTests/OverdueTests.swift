import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// Which receipts of a whole log are overdue. The log is that of ``Registered``: genesis, draw (1), 2, 3, the receipt (4), 5, the
/// next draw (6), the reveal (7), the verdict (8), and others.
@Suite struct OverdueTests {
  private struct Log {
    var policy = VerificationPolicy.sample(basisPoints: 10_000)
    var within: UInt64 = 4
    var absent: Set<StatementKind> = []
    var last: UInt64 = 6
    var verdictAt: UInt64 = 8
    var signers: [StatementKind: SigningKey] = [:]
    var frame: @Sendable (inout World.Frame) -> Void = { _ in }
    var supersedes: Superseded?

    func outcome(size: UInt64) throws -> OverdueScan.Outcome {
      var world = World()
      (world.signers, world.frame) = (signers, frame)
      world.receipt = { [policy] receipt in
        receipt.statements?.verdict = nil
        receipt.verification = policy
      }
      world.absent = [.verdict]
      let receipt = try #require(try world.sealed().statements[.receipt])
      let seed = SHA256.hash([0x5E]).bytes
      func draw(_ number: UInt64) throws -> SignedStatement {
        let draw = DrawPredicate(number: number, seed: Draw.commitment(to: seed), within: within)
        return try world.sign(.draw, draw.subject, draw.digest(), draw.json)
      }
      let first = try draw(0)
      var tree = TestTree([])
      tree.put(receipt.digest, at: 6)
      let reveal = RevealPredicate(
        number: 0, draw: first.digest, last: last, seed: seed,
        checkpoint: String(decoding: try tree.note(7).encoded, as: UTF8.self))
      let verdict = VerdictPredicate(
        receiptID: World.id, profile: "exact/1", execution: SHA256.hash([1]), result: .fail, positions: 1,
        supersedes: supersedes)
      let statements: [(UInt64, StatementKind, SignedStatement)] = [
        (1, .draw, first), (4, .receipt, receipt), (6, .policy, try draw(1)),
        (7, .reveal, try world.sign(.reveal, reveal.subject, reveal.digest(), reveal.json)),
        (verdictAt, .verdict, try world.sign(.verdict, verdict.subject, receipt.digest, verdict.json)),
      ]
      var scan = OverdueScan(policy: try Registered.trust())
      for (index, kind, signed) in statements.sorted(by: { $0.0 < $1.0 }) where index < size && !absent.contains(kind) {
        scan.take(signed, at: index)
      }
      return scan.outcome(size: size)
    }
  }

  @Test("a selected receipt is due until its deadline, verified by a verdict up to there, and overdue otherwise")
  func deadlines() throws {
    var log = Log()
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
    var log = Log()
    log.absent = [.verdict]
    log.policy = .sample(basisPoints: 1)
    #expect(try log.outcome(size: 50) == expected { $0.passedOver = 1 })
    log.absent.insert(.draw)
    #expect(try log.outcome(size: 50) == expected { $0.notDrawn = 1 })
    log = Log()
    log.policy = .onDemand
    #expect(try log.outcome(size: 50) == OverdueScan.Outcome())
  }

  @Test("a draw that was not revealed, or not as it had to be, hides nothing")
  func unrevealed() throws {
    var log = Log()
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
    var log = Log()
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
    var log = Log()
    log.signers = [.receipt: try World.key("a stranger")]
    #expect(try log.outcome(size: 50) == OverdueScan.Outcome())
  }

  private func expected(_ edit: (inout OverdueScan.Outcome) -> Void) -> OverdueScan.Outcome {
    var outcome = OverdueScan.Outcome()
    edit(&outcome)
    return outcome
  }
}
