import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// Statements behind a receipt that are signed and proven, and are not about it, or not behind it.
@Suite struct LaterLieTests {
  @Test("a custody that came later is about this receipt, whatever it holds")
  func otherCustody() throws {
    let honest = try Later().bundle()
    let custody = try SignedStatement(try #require(honest.registered[.custody]).statement).statement
    for (subject, digest) in [
      (World.otherID.description, custody.subjectDigest), (custody.subject, SHA256.hash([9])),
    ] {
      let other = try World().sign(.custody, subject, digest, custody.predicate)
      var (bundle, log) = (honest, TestTree([]))
      log.put(other.digest, at: 6)
      bundle.registered[.custody] = RegisteredStatement(statement: other.bytes, tlogProof: try log.proof(6).encoded)
      let report = BundleVerifier(policy: try World.trust()).verify(try bundle.encoded())
      #expect(report[.binding]?.state == .fail && report.detail(.binding) == "custody: is about something else")
    }
  }

  @Test(
    "no two statements have one index, whatever trees a log has signed",
    arguments: [StatementKind.attribution, .custody])
  func fork(kind: StatementKind) throws {
    var bundle = try Later().bundle()
    let signed = try SignedStatement(try #require(bundle.registered[kind]).statement)
    var other = TestTree([])
    other.put(signed.digest, at: Later.receiptIndex)
    bundle.registered[kind]?.tlogProof = try other.proof(Later.receiptIndex).encoded
    let report = BundleVerifier(policy: try World.trust()).verify(try bundle.encoded())
    #expect(report.failed == [.inclusion] && report.detail(.inclusion).contains("stands before the receipt"))
  }

  @Test("of an attribution that nobody has promised it is said that there is none")
  func never() throws {
    var world = World()
    world.absent = [.attribution, .policy]
    world.receipt = { $0.statements?.attribution = nil }
    #expect(try world.report().detail(.attribution) == "the bundle holds no attribution")
  }
}
