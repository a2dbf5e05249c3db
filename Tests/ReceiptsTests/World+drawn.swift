import Codec
import Credit
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// A receipt of more documents than can be enumerated, with the attribution that was drawn for it behind its epoch, honest
/// unless a test edits it.
///
/// The log: fillers, the draw (index 1), the receipt (4), the next draw (6: the epoch's last), the reveal (7), the custody of
/// the scores (8), the attribution (9).
struct Drawn: Sendable {
  static let receiptIndex = 4
  static let lastIndex = 6
  static let documents = 13

  var world: World
  /// Kinds that the bundle carries.
  var present: Set<StatementKind> = [.draw, .reveal, .custody, .attribution]
  var verification = VerificationPolicy.always
  var seed = SHA256.hash([0x5E]).bytes
  var draw: World.Edit<DrawPredicate> = { _ in }
  var reveal: World.Edit<RevealPredicate> = { _ in }
  var attribution: World.Edit<AttributionPredicate> = { _ in }
  /// What the scores are of, in place of the honest sample.
  var sample: @Sendable (ScoreSample) throws -> ScoreSample = { $0 }
  /// The beginning of the opening, sample and values.
  var data: @Sendable ([UInt8]) -> [UInt8] = { $0 }
  var ownership: [UInt8] = []
  /// Where the proofs say that the statements are.
  var places: [StatementKind: Int] = [:]

  init(permutations: Int? = 2) throws {
    var world = World()
    let list = (0..<Self.documents).map { #"{"text":"Text \#($0).","contributor":"c\#($0 % 5)"}"# }
    world.body = Array(
      (String(decoding: world.body, as: UTF8.self).dropLast() + #","documents":[\#(list.joined(separator: ","))]}"#)
        .utf8)
    let method: AttributionMethod =
      try permutations.map { .contextShapleyBy(try ContextParameters(permutations: $0)) } ?? .contextShapley
    world.rules = try AttributionPolicy(
      id: "drawn/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: method)])
    self.world = world
  }

  /// Each document adds something, the first most, and one of them harms.
  static func value(_ set: DocumentSet) -> Int64 {
    set.documents.reduce(-8_000_000) { $0 + ($1 == 3 ? -1_000 : 9_000 / Int64(1 + $1)) }
  }

  func bundle() throws -> Bundle {
    var world = world
    let edit = world.receipt
    world.absent.insert(.attribution)
    if verification != .always { world.absent.insert(.verdict) }
    world.receipt = { [verification] receipt in
      receipt.statements?.attribution = nil
      receipt.isAttributionPending = true
      if verification != .always {
        receipt.statements?.verdict = nil
        receipt.verification = verification
      }
      edit(&receipt)
    }
    let sealed = try world.sealed()
    var bundle = sealed.bundle
    let receipt = try SignedStatement(try #require(bundle.statements[.receipt]))
    var begun = DrawPredicate(number: 0, seed: Draw.commitment(to: seed), within: 10)
    draw(&begun)
    let first = try world.sign(.draw, begun.subject, begun.digest(), begun.json)
    var log = TestTree([])
    log.put(first.digest, at: places[.draw] ?? 1)
    log.put(receipt.digest, at: Self.receiptIndex)
    log.put(SHA256.hash([0xD1]), at: Self.lastIndex)
    var shown = RevealPredicate(
      number: 0, draw: first.digest, last: UInt64(Self.lastIndex), seed: seed,
      checkpoint: String(decoding: try log.note(Self.lastIndex + 1).encoded, as: UTF8.self))
    reveal(&shown)
    let second = try world.sign(.reveal, shown.subject, shown.digest(), shown.json)

    let honest = ScoreSample(
      revealed: seed, reveal: second.digest, receipt: receipt.digest, permutations: world.rules.permutations,
      documents: Self.documents, answerTokens: World.tokens.count)
    let opening = try opening(sample(honest), data)
    let (custody, credited) = try credit(opening, honest, sealed, about: receipt.digest)
    let made: [(StatementKind, SignedStatement)] = [
      (.draw, first), (.reveal, second), (.custody, custody), (.attribution, credited),
    ]
    for (at, (kind, statement)) in made.dropFirst().enumerated() {
      log.put(statement.digest, at: places[kind] ?? 7 + at)
    }
    bundle.tlogProof = try log.proof(Self.receiptIndex).encoded
    bundle.coseReceipt = try log.coseReceipt(Self.receiptIndex).bytes
    bundle.asOf = UInt64(log.entries.count)
    for (kind, statement) in made where present.contains(kind) {
      let index = try #require(log.entries.firstIndex(of: statement.digest))
      bundle.registered[kind] = RegisteredStatement(
        statement: statement.bytes, tlogProof: try log.proof(index).encoded)
    }
    if present.contains(.attribution) {
      bundle.openings[.scores] = opening.blob
    } else {
      bundle.statements[.policy] = nil
    }
    return bundle
  }

  private func opening(_ sample: ScoreSample, _ edit: ([UInt8]) -> [UInt8]) throws -> Opening {
    let values = try sample.drawn(documents: Self.documents).coalitions.map(Self.value)
    return try Opening(
      salt: World.salt("scores"), data: edit(DocumentScores.data(values, of: sample)) + ownership)
  }

  /// The custody of the scores, and the attribution by them; a liar whose scores nobody can read states others under their
  /// commitment.
  private func credit(
    _ opened: Opening, _ honest: ScoreSample, _ sealed: World.Sealed, about receipt: Digest32
  ) throws -> (SignedStatement, SignedStatement) {
    let sources = try ChatRequest(body: world.body).parameters.documents.map(\.source)
    let scores =
      try (try? DocumentScores(opened, sources: sources))
      ?? DocumentScores(opening(honest) { $0 }, sources: sources)
    var credited = try AttributionPredicate(try #require(sealed.statements[.attribution]).statement.predicate)
    credited.scores = scores.stated
    credited.scores?.commitment = Commitment.make(.commitmentScores, salt: opened.salt, data: opened.data)
    credited.shares = try computeShares(
      policy: world.rules, lineage: world.madeManifest().lineage, operator: World.issuer(.execution),
      price: World.price, scores: [DocumentScores.method: scores.weights])
    attribution(&credited)
    let kept = CustodyPredicate(
      receiptID: World.id,
      blobs: [.init(name: SHA256.hash(opened.blob), bytes: UInt64(opened.blob.count), retention: .opening)],
      keptUnixMs: 1_757_000_001_000)
    return (
      try world.sign(.custody, World.id.description, receipt, kept.json),
      try world.sign(.attribution, World.id.description, receipt, credited.json)
    )
  }

  func report() throws -> VerificationReport {
    BundleVerifier(policy: try Registered.trust()).verify(try bundle().encoded())
  }
}
