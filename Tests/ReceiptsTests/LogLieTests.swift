import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// Proofs that are good by themselves and do not agree with each other.
@Suite struct LogLieTests {
  /// The receipt at index 4 of a log of eight, in a bundle whose COSE Receipt a test makes otherwise.
  private func report(
    _ cose: (TestTree, Digest32) throws -> COSEReceipt
  ) throws -> VerificationReport {
    var bundle = try World().sealed().bundle
    let receipt = try SignedStatement(try #require(bundle.statements[.receipt]))
    var log = TestTree([])
    log.put(receipt.digest, at: 4)
    log.put(receipt.digest, at: 6)
    log.put(SHA256.hash([1]), at: 7)
    bundle.tlogProof = try log.proof(4).encoded
    bundle.asOf = 8
    bundle.coseReceipt = try cose(log, receipt.digest).bytes
    return BundleVerifier(policy: try World.trust()).verify(try bundle.encoded())
  }

  private func made(_ index: Int, _ size: UInt64, _ log: TestTree, subject: String = World.id.description) throws
    -> COSEReceipt
  {
    let leaves = log.entries.map { TreeHash.leaf($0.bytes) }[...]
    return try COSEReceipt(
      proof: InclusionProof(index: UInt64(index), size: size, path: #require(MerkleTree.inclusionPath(index, leaves))),
      root: MerkleTree.root(leaves), issuer: "https://example.org/log", subject: subject, issuedAt: World.issuedAt,
      key: World.key("log receipt"))
  }

  @Test func `a COSE Receipt of another index, size, root or subject is refused`() throws {
    #expect(try report { log, _ in try made(4, 8, log) }.isAccepted)
    let lies: [(TestTree, Digest32) throws -> COSEReceipt] = [
      // The same entry twice: only the index differs.
      { log, _ in try made(6, 8, log) },
      // Of seven or of eight the path to entry 4 has the same shape, and nobody signs a size.
      { log, _ in try made(4, 7, log) },
      { log, _ in
        var fork = log
        fork.put(SHA256.hash([2]), at: 7)
        return try made(4, 8, fork)
      },
      { log, _ in try made(4, 8, log, subject: World.otherID.description) },
    ]
    for (number, lie) in lies.enumerated() {
      let report = try report(lie)
      #expect(report.failed == [.inclusion], "lie \(number): \(report.detail(.inclusion))")
      #expect(report.detail(.inclusion).contains(number < 3 ? "disagree" : "another subject"))
    }
  }

  @Test(arguments: [StatementKind.verdict, .draw])
  func `a statement at the receipt's own index is of another log`(kind: StatementKind) throws {
    var bundle = try Registered().bundle()
    let statement = try #require(bundle.registered[kind]).statement
    var fork = TestTree([])
    fork.put(SHA256.hash(statement), at: Registered.receiptIndex)
    fork.put(SHA256.hash([1]), at: 8)
    bundle.registered[kind] = RegisteredStatement(
      statement: statement, tlogProof: try fork.proof(Registered.receiptIndex).encoded)
    let report = BundleVerifier(policy: try Registered.trust()).verify(try bundle.encoded())
    #expect(report.failed == [.inclusion] && report.detail(.inclusion).contains("stands be"))
  }

  @Test func `a bundle of another size than its tree's is refused`() throws {
    for size in [UInt64(6), 8] {
      var bundle = try World().sealed().bundle
      #expect(bundle.asOf == 7)
      bundle.asOf = size
      let report = BundleVerifier(policy: try World.trust()).verify(try bundle.encoded())
      #expect(report.failed == [.inclusion] && report.detail(.inclusion).contains("as_of"))
    }
  }
}
