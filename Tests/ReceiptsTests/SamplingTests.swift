import Codec
import Cryptography
import Testing

@testable import Receipts

/// Verdicts that came later, and receipts of which the draw decides whether they need one.
@Suite struct SamplingTests {
  private func expect(
    _ registered: Registered, _ state: Check.State, _ detail: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let report = try registered.report()
    let found = try #require(report[.reexecution])
    #expect(found.state == state && found.detail.contains(detail), "\(found)", sourceLocation: sourceLocation)
    #expect(report.failed == (state == .fail ? [.reexecution] : []), sourceLocation: sourceLocation)
    #expect(report.isAccepted == (state == .pass), sourceLocation: sourceLocation)
  }

  @Test("a later verdict is judged as an inner one is", arguments: [VerificationPolicy.onDemand, .never, .always])
  func later(policy: VerificationPolicy) throws {
    var registered = Registered()
    registered.policy = policy
    registered.present = [.verdict]
    try expect(registered, .pass, "3 tokens recomputed")
    registered.verdict = { ($0.result, $0.finding) = (.fail, "token 2 differs") }
    try expect(registered, .fail, "token 2 differs")
    registered.verdict = { $0.positions = 2 }
    try expect(registered, .fail, "covers 2 of 3")
    registered.verdict = { $0.method = "looked/1" }
    try expect(registered, .fail, "looked/1")
    registered.present = []
    try expect(registered, .notChecked, policy == .never ? "does not verify" : "no verdict")
    #expect(try JSON(parsing: registered.bundle().encoded())["registered"] == nil)
  }

  @Test("a selected receipt passes by its verdict, is due until the deadline, and fails after it")
  func selected() throws {
    var registered = Registered()
    try expect(registered, .pass, "3 tokens recomputed")
    registered.present = [.draw, .reveal]
    // The draw is entry 1, so that the deadline is entry 11: of a tree of 12.
    registered.tail = 2
    try expect(registered, .notChecked, "due by entry 11")
    registered.tail = 3
    try expect(registered, .fail, "no verdict was in the log by its deadline, entry 11")
    registered.present.insert(.verdict)
    try expect(registered, .pass, "3 tokens recomputed")
    registered.within = 7
    try expect(registered, .pass, "3 tokens recomputed")
    registered.within = 6
    try expect(registered, .fail, "deadline, entry 7")
    registered.within = .max
    try expect(registered, .pass, "3 tokens recomputed")
  }

  @Test(
    "whoever leaves out the draw does not make a late verdict one that came in time", arguments: [6, .max] as [UInt64])
  func withoutDraw(within: UInt64) throws {
    var registered = Registered()
    registered.within = within
    registered.present = [.verdict, .reveal]
    let revealed = try registered.report()
    #expect(revealed[.reexecution]?.state == .notChecked && revealed.failed == [.binding])
    registered.present = [.verdict]
    try expect(registered, .notChecked, "none is proven here")
    registered.verdict = { ($0.result, $0.finding) = (.fail, "token 2 differs") }
    try expect(registered, .fail, "token 2 differs")
    // Nor is one believed whose place in the log is a lie.
    registered.verdict = { _ in }
    (registered.present, registered.places) = (Registered.kinds, [.draw: 5])
    let report = try registered.report()
    #expect(report.failed == [.inclusion] && report[.reexecution]?.state == .notChecked)
  }

  @Test("a receipt that the draw passes over needs no verdict, whatever the log's size")
  func passedOver() throws {
    var registered = Registered()
    registered.policy = .sample(basisPoints: 1)
    registered.present = [.draw, .reveal]
    registered.tail = 9
    try expect(registered, .notChecked, "did not select it")
    registered.present.insert(.verdict)
    try expect(registered, .pass, "3 tokens recomputed")
  }

  @Test("a draw that is not revealed by the deadline passes over nobody")
  func hidden() throws {
    var registered = Registered()
    registered.policy = .sample(basisPoints: 1)
    registered.present = [.draw]
    try expect(registered, .notChecked, "does not show what the draw selected")
    registered.tail = 3
    try expect(registered, .fail, "the draw was not revealed")
    registered.present = []
    try expect(registered, .notChecked, "does not show what the draw selected")
  }

  @Test("who does it again himself needs no verdict")
  func own() throws {
    var registered = Registered()
    (registered.present, registered.tail) = ([.draw, .reveal], 3)
    let bundle = try registered.bundle().encoded()
    var verifier = BundleVerifier(policy: try Registered.trust())
    verifier.reexecute = { _, _, _ in Check(.reexecution, .pass, "own") }
    #expect(verifier.verify(bundle).isAccepted)
  }

  @Test("who does it again himself is not told that a bundle is accepted where that could not be done")
  func ownNotChecked() throws {
    var policy = try Registered.trust()
    policy.required = []
    var verifier = BundleVerifier(policy: policy)
    verifier.reexecute = { _, _, _ in Check(.reexecution, .notChecked, "own") }
    #expect(verifier.verify(try Registered().bundle().encoded()).unmet == [.reexecution])
  }
}
