import Cryptography
import MerkleLog
import TestKit
import Testing

@testable import Receipts

/// Verdicts that supersede earlier ones; Tests/Interop/test_second_superseding.py has more lies, told to both verifiers.
@Suite struct SupersedingTests {
  /// A bundle whose verdict (index 8) was made again `count` times, at indices 9, 10, ..., in a tree that so many witnesses
  /// saw; where any did, two saw that of the other statements.
  private func bundle(
    _ count: Int, places: [Int: Int] = [:], witnesses: Int = 0,
    _ edit: (Int, inout VerdictPredicate) -> Void = { _, _ in }
  ) throws -> Bundle {
    let world = World()
    var registered = Registered()
    if witnesses > 0 { for kind in Registered.kinds.union([.receipt]) { registered.witnesses[kind] = 2 } }
    var bundle = try registered.bundle()
    let receipt = try SignedStatement(try #require(bundle.statements[.receipt]))
    let execution = try SignedStatement(try #require(bundle.statements[.execution]))
    var before = try #require(bundle.registered[.verdict]).statement
    var tree = TestTree([])
    for place in 0..<Registered.verdictIndex { tree.entries.append(SHA256.hash([UInt8(place)])) }
    tree.put(receipt.digest, at: Registered.receiptIndex)
    for (kind, place) in [
      (StatementKind.draw, 1), (.reveal, Registered.revealIndex), (.verdict, Registered.verdictIndex),
    ] {
      tree.put(SHA256.hash(try #require(bundle.registered[kind]).statement), at: place)
    }
    var made: [[UInt8]] = []
    for number in 1...max(1, count) where count > 0 {
      var again = VerdictPredicate(
        receiptID: World.id, profile: "exact/1", execution: execution.digest, result: .pass,
        positions: World.tokens.count,
        supersedes: Superseded(number: number, verdict: SHA256.hash(before), reason: "made again"))
      edit(number, &again)
      let signed = try world.sign(.verdict, again.subject, receipt.digest, again.json)
      tree.put(signed.digest, at: places[number] ?? Registered.verdictIndex + number)
      made.append(signed.bytes)
      before = signed.bytes
    }
    bundle.superseding = try made.map { statement in
      let index = try #require(tree.entries.firstIndex(of: SHA256.hash(statement)))
      return RegisteredStatement(statement: statement, tlogProof: try tree.proof(index, witnesses: witnesses).encoded)
    }
    return bundle
  }

  private func report(_ bundle: Bundle) throws -> VerificationReport {
    BundleVerifier(policy: try Registered.trust()).verify(try bundle.encoded())
  }

  @Test("the last verdict holds, and says why it was made")
  func last() throws {
    let passed = try report(try bundle(2))
    #expect(passed.isAccepted && passed.detail(.reexecution).contains("supersedes an earlier verdict: made again"))
    #expect(try report(try bundle(Superseded.numberMax)).isAccepted)
    let failed = try report(try bundle(2) { number, verdict in if number == 2 { verdict.result = .fail } })
    #expect(failed.failed == [.reexecution])
    #expect(try report(try bundle(2) { number, verdict in if number == 1 { verdict.result = .fail } }).isAccepted)
  }

  @Test("one that names another verdict, number, execution or receipt is refused by binding")
  func lies() throws {
    let other = SHA256.hash([9])
    #expect(
      try report(bundle(2) { number, verdict in if number == 2 { verdict.supersedes?.verdict = other } }).failed == [
        .binding
      ])
    #expect(try report(bundle(1) { _, verdict in verdict.supersedes?.number = 2 }).failed == [.binding])
    // It then has the bytes of the first one, and its entry.
    let appraisal = VerdictPredicate.Appraisal(evidence: other, result: TEECheckTests.result)
    #expect(try report(bundle(2) { _, verdict in verdict.appraisal = appraisal }).failed == [.binding])
    #expect(
      try report(bundle(1) { _, verdict in verdict.supersedes = nil }).failed.prefix(2) == [.binding, .inclusion])
    #expect(try report(bundle(1) { _, verdict in verdict.execution = other }).failed == [.binding])
    #expect(try report(bundle(1) { _, verdict in verdict.receiptID = World.otherID }).failed == [.binding])
    var without = try bundle(1)
    without.registered[.verdict] = nil
    #expect(try report(without).failed.contains(.binding))
    var missing = try bundle(2)
    missing.superseding.removeFirst()
    #expect(try report(missing).failed == [.binding])
  }

  @Test("one that stands before what it supersedes is refused by inclusion")
  func places() throws {
    // Its very place is before it too.
    for (number, places) in [(1, [1: 3]), (1, [1: 8]), (2, [1: 12, 2: 11])] {
      let moved = try report(bundle(2, places: places))
      #expect(moved.failed == [.inclusion])
      #expect(moved.detail(.inclusion).hasPrefix("verdict \(number): it stands before the one"))
    }
  }

  @Test("one in another tree of the same size, or in one that too few witnesses saw, is not believed")
  func forks() throws {
    for (size, failed) in [(11, [.inclusion]), (12, [])] as [(Int, [Check.Name])] {
      var forked = try bundle(2)
      var tree = TestTree([])
      tree.put(SHA256.hash(forked.superseding[1].statement), at: 10)
      if size > 11 { tree.put(SHA256.hash([7]), at: size - 1) }
      forked.superseding[1].tlogProof = try tree.proof(10).encoded
      let report = try report(forked)
      #expect(report.failed == failed)
      #expect(failed.isEmpty || report.detail(.inclusion).hasPrefix("verdict 2: the log has two trees of size 11"))
    }
    var trust = try Registered.trust()
    trust.log = try World.trust(witnesses: 2, quorum: 2).log
    for (witnesses, state) in [(1, Check.State.notChecked), (2, .pass)] {
      let report = BundleVerifier(policy: trust).verify(try bundle(2, witnesses: witnesses).encoded())
      #expect(report[.witnesses]?.state == state && report.isAccepted == (state == .pass))
      #expect(report.detail(.witnesses).contains("has the verdict 1") == (state == .notChecked))
    }
  }

  @Test("its key must be good at its own index")
  func keys() throws {
    for (to, failed) in [(9, []), (8, [.signatures])] as [(UInt64, [Check.Name])] {
      var trust = try Registered.trust()
      trust.issuers = trust.issuers.map { issuer in
        guard issuer.kinds.contains(.verdict) else { return issuer }
        return .init(issuer: issuer.issuer, key: issuer.key, kinds: issuer.kinds, toIndex: to)
      }
      #expect(try BundleVerifier(policy: trust).verify(bundle(1).encoded()).failed == failed)
    }
  }

  @Test("every byte of it and of its proof matters")
  func flips() throws {
    let honest = try bundle(1)
    let verifier = BundleVerifier(policy: try Registered.trust())
    let part = try #require(honest.superseding.first)
    for (bytes, isProof) in [(part.statement, false), (part.tlogProof, true)] {
      for at in TestSize.places(bytes.indices) {
        var (flipped, changed) = (bytes, honest)
        flipped[at] ^= UInt8(1 << (at % 8))
        if isProof { changed.superseding[0].tlogProof = flipped } else { changed.superseding[0].statement = flipped }
        guard let encoded = try? changed.encoded() else { continue }
        let report = verifier.verify(encoded)
        #expect(
          report[isProof ? .inclusion : .signatures]?.state == .fail && !report.isAccepted, "\(isProof) byte \(at)")
      }
    }
  }

  @Test("numbers and reasons have limits, and a bundle takes as many as there are numbers")
  func limits() throws {
    for wrong in [
      Superseded(number: 0, verdict: SHA256.hash([]), reason: "x"),
      Superseded(number: 17, verdict: SHA256.hash([]), reason: "x"),
      Superseded(number: 1, verdict: SHA256.hash([]), reason: ""),
      Superseded(number: 1, verdict: SHA256.hash([]), reason: String(repeating: "x", count: 1025)),
    ] {
      #expect(throws: ReceiptError.self) { try Superseded(wrong.json) }
    }
    var many = try bundle(1)
    many.superseding = Array(repeating: many.superseding[0], count: 17)
    #expect(throws: ReceiptError.self) { try Bundle(many.encoded()) }
  }
}
