import Codec
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// A receipt that says that its attribution is pending, and what the log has behind it, honest unless a test edits it.
///
/// The log: fillers, the receipt (index 4), a filler, the custody (6), the attribution (7), and `tail` entries of others.
struct Later: Sendable {
  static let receiptIndex = 4

  var world: World
  /// Kinds that the bundle carries.
  var present: Set<StatementKind> = [.attribution, .custody]
  var isPending = true
  var attribution: World.Edit<AttributionPredicate> = { _ in }
  var custody: World.Edit<CustodyPredicate> = { _ in }
  /// Where the proofs say that the statements are.
  var places: [StatementKind: Int] = [:]

  init(_ world: World? = nil) throws { self.world = try world ?? DocumentTests.world() }

  func bundle() throws -> Bundle {
    var world = world
    let (edit, scores) = (world.receipt, try scoresBlob())
    world.absent.insert(.attribution)
    world.receipt = { [isPending] receipt in
      receipt.statements?.attribution = nil
      receipt.isAttributionPending = isPending
      edit(&receipt)
    }
    // The first custody was signed before there were scores.
    world.custody = { custody in custody.blobs.removeAll { blob in blob.name == scores.map { SHA256.hash($0) } } }
    let sealed = try world.sealed()
    var bundle = sealed.bundle
    let receipt = try SignedStatement(try #require(bundle.statements[.receipt]))
    var credited = try AttributionPredicate(try #require(sealed.statements[.attribution]).statement.predicate)
    attribution(&credited)
    var kept = CustodyPredicate(
      receiptID: World.id,
      blobs: scores.map { [.init(name: SHA256.hash($0), bytes: UInt64($0.count), retention: .opening)] } ?? [],
      keptUnixMs: 1_757_000_001_000)
    custody(&kept)
    let made: [(StatementKind, SignedStatement)] = [
      (.custody, try world.sign(.custody, World.id.description, receipt.digest, kept.json)),
      (.attribution, try world.sign(.attribution, World.id.description, receipt.digest, credited.json)),
    ]
    var log = TestTree([])
    log.put(receipt.digest, at: Self.receiptIndex)
    for (at, (kind, statement)) in made.enumerated() { log.put(statement.digest, at: places[kind] ?? 6 + at) }
    bundle.tlogProof = try log.proof(Self.receiptIndex).encoded
    bundle.coseReceipt = try log.coseReceipt(Self.receiptIndex).bytes
    bundle.asOf = UInt64(log.entries.count)
    for (kind, statement) in made where present.contains(kind) {
      let index = try #require(log.entries.firstIndex(of: statement.digest))
      bundle.registered[kind] = RegisteredStatement(
        statement: statement.bytes, tlogProof: try log.proof(index).encoded)
    }
    if !present.contains(.attribution) { (bundle.statements[.policy], bundle.openings[.scores]) = (nil, nil) }
    return bundle
  }

  private func scoresBlob() throws -> [UInt8]? {
    try world.values.map { values in
      try Opening(salt: World.salt("scores"), data: DocumentScores.data(values) + world.ownership).blob
    }
  }

  func report(_ trust: TrustPolicy? = nil) throws -> VerificationReport {
    BundleVerifier(policy: try trust ?? World.trust()).verify(try bundle().encoded())
  }
}
