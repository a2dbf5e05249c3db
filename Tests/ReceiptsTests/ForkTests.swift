import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// A log that shows one tree to the receipt and another to a statement beside it.
@Suite struct ForkTests {
  /// The honest bundle, in which the statement of this kind is proven by another tree of the log's own key: with nothing of
  /// the honest one but that statement.
  private func forked(_ kind: StatementKind, at index: Int, size: Int, _ registered: Registered = Registered()) throws
    -> Bundle
  {
    var bundle = try registered.bundle()
    var fork = TestTree([])
    fork.put(SHA256.hash(try #require(bundle.registered[kind]).statement), at: index)
    if size > index + 1 { fork.put(SHA256.hash([7]), at: size - 1) }
    bundle.registered[kind]?.tlogProof = try fork.proof(index).encoded
    return bundle
  }

  private func report(_ bundle: Bundle, witnesses: Int = 0, quorum: Int = 0) throws -> VerificationReport {
    var trust = try Registered.trust()
    trust.log = try World.trust(witnesses: witnesses, quorum: quorum).log
    return BundleVerifier(policy: trust).verify(try bundle.encoded())
  }

  @Test(
    "two trees of one size with two roots are refused",
    arguments: [(StatementKind.verdict, 8), (.reveal, 7), (.draw, 1)])
  func roots(kind: StatementKind, index: Int) throws {
    let report = try report(forked(kind, at: index, size: 9))
    #expect(report.failed == [.inclusion])
    #expect(report.detail(.inclusion).contains("two trees of size 9"))
    // Of trees of two sizes nobody can tell without the log, or its witnesses.
    #expect(try self.report(forked(kind, at: index, size: 10)).isAccepted)
  }

  @Test("the checkpoint that a reveal shows is of the same log")
  func revealed() throws {
    let report = try report(forked(.draw, at: 1, size: Registered().checkpointSize))
    #expect(report.failed == [.inclusion])
    #expect(report.detail(.inclusion).hasPrefix("reveal's checkpoint: the log has two trees of size 7"))
    #expect(try self.report(forked(.draw, at: 1, size: Registered().checkpointSize - 1)).isAccepted)
    // Without the reveal there is one tree of that size.
    var registered = Registered()
    registered.present = [.draw, .verdict]
    #expect(try self.report(forked(.draw, at: 1, size: registered.checkpointSize, registered)).isAccepted)
  }

  @Test("two statements at one index are refused")
  func indices() throws {
    let report = try report(forked(.verdict, at: Registered.revealIndex, size: 8))
    #expect(report.failed == [.inclusion])
    #expect(report.detail(.inclusion).contains("has the index of the"))
    #expect(try self.report(forked(.verdict, at: 5, size: 8)).isAccepted)
  }

  @Test("the largest of the trees says how far the log went, whichever proof it is in")
  func largest() throws {
    var registered = Registered()
    (registered.present, registered.within, registered.places) = ([.draw, .reveal], 8, [.verdict: 6])
    // Due by entry 9: of a tree of 10. The other proofs are of one of 8.
    for (size, failed) in [(9, []), (10, [.reexecution])] as [(Int, [Check.Name])] {
      #expect(try report(forked(.draw, at: 1, size: size, registered)).failed == failed, "\(size)")
    }
  }

  @Test("every tree needs the quorum, and who is short is named", arguments: Registered.kinds.union([.receipt]))
  func quorum(kind: StatementKind) throws {
    var registered = Registered()
    for other in Registered.kinds.union([.receipt]) { registered.witnesses[other] = 2 }
    let whole = try report(registered.bundle(), witnesses: 2, quorum: 2)
    #expect(whole.isAccepted && whole.detail(.witnesses) == "cosigned by 2/2, quorum 2")
    registered.witnesses[kind] = 1
    let short = try report(registered.bundle(), witnesses: 2, quorum: 2)
    #expect(short[.witnesses]?.state == .notChecked && short.failed.isEmpty && short.unmet == [.witnesses])
    #expect(short.detail(.witnesses).hasPrefix("the tree that has the \(kind) is cosigned by 1/2, quorum 2: witnesses"))
    let enough = try report(registered.bundle(), witnesses: 2, quorum: 1)
    #expect(enough.isAccepted && enough.detail(.witnesses) == "cosigned by 1/2, quorum 1")
    // Where nobody is needed somebody is: a check that nobody made does not pass.
    registered.witnesses[kind] = 0
    let nobody = try report(registered.bundle(), witnesses: 2, quorum: 0)
    #expect(nobody[.witnesses]?.state == .notChecked && nobody.isAccepted)
    #expect(try report(Registered().bundle())[.witnesses]?.state == .notOffered)
  }

  @Test("a retired key's verdict in a fork that no witness saw is not accepted beside a receipt that they saw")
  func attack() throws {
    var registered = Registered()
    (registered.policy, registered.present, registered.witnesses) = (.onDemand, [.verdict], [.receipt: 2, .verdict: 2])
    #expect(try report(registered.bundle(), witnesses: 2, quorum: 2).isAccepted)
    let bundle = try forked(.verdict, at: Registered.receiptIndex + 1, size: 6, registered)
    let report = try report(bundle, witnesses: 2, quorum: 2)
    #expect(report[.witnesses]?.state == .notChecked && report[.reexecution]?.state == .pass && !report.isAccepted)
    #expect(report.detail(.witnesses).contains("get the bundle again later"))
  }
}
