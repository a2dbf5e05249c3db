import Codec
import Credit
import Cryptography
import MerkleLog

@testable import Receipts

/// A whole suite in memory with fixed keys, salts and times, so that every byte it makes is the same on every run. Each
/// closure edits one statement before it is signed: that is how a test makes a signer lie.
struct World: Sendable {
  typealias Edit<Predicate> = @Sendable (inout Predicate) -> Void

  static let origin = "log.example/colophon"
  static let id = ReceiptID(unixMs: 0x0199_0000_0000, random: Array(1...10))
  static let otherID = ReceiptID(unixMs: 0x0199_0000_0001, random: Array(1...10))
  static let issuedAt: Int64 = 1_757_000_000
  static let price: UInt64 = 1_000_003
  static let tokens: [UInt32] = [17, 400, 2]
  static let text = "Paris. \u{00e9}"

  static func key(_ name: String) throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array(name.utf8)).bytes) }
  static func salt(_ name: String) -> [UInt8] { SHA256.hash(Array("salt \(name)".utf8)).bytes }
  static func issuer(_ kind: StatementKind) -> String {
    switch kind {
    case .execution: "https://example.org/inference"
    case .custody: "https://example.org/storage"
    case .attribution, .policy: "https://example.org/attribution"
    case .verdict, .draw, .reveal: "https://example.org/verification"
    case .receipt: "https://example.org/orchestrator"
    default: "https://example.org/operator"
    }
  }

  /// Kind to signer, where it is not `issuer(_:)` with the key of that name.
  var signers: [StatementKind: SigningKey] = [:]
  var issuers: [StatementKind: String] = [:]
  /// Statements left out of the bundle.
  var absent: Set<StatementKind> = []
  var body = Array(
    #"{"model":"tiny","messages":[{"role":"system","content":"Be brief."}, {"role":"user","content":"Capital of France?"}],"temperature":0.50,"seed":7,"max_tokens":16,"user":"u1"}"#
      .utf8)
  var sentText = text
  var streamed = false
  var outcome = Outcome.answered
  var witnesses = 0
  var witnessSeconds: UInt64 = 1_757_000_010

  var manifest: Edit<ModelManifest> = { _ in }
  var rules = AttributionPolicy.standard
  /// Documents of the collections that `body` names, as they are committed to; nil: it names none.
  var retrieved: [UInt8]?
  /// What parameters are stated from, where it is not the body with what was retrieved.
  var readAs: ChatRequest?
  /// Values of the documents in `body`; nil: they are not scored.
  var values: [Int64]?
  /// Behind the values, as it is signed.
  var ownership: [UInt8] = []
  /// The data of the opening `spans`; nil: none were looked for.
  var spans: [UInt8]?
  /// The data of the opening `nearest`; nil: none were looked for.
  var nearest: [UInt8]?
  var execution: Edit<ExecutionPredicate> = { _ in }
  var custody: Edit<CustodyPredicate> = { _ in }
  var attribution: Edit<AttributionPredicate> = { _ in }
  var verdict: Edit<VerdictPredicate> = { _ in }
  var receipt: Edit<ReceiptPredicate> = { _ in }
  /// Edits any statement's frame: issuer, subject, subject digest.
  var frame: @Sendable (inout Frame) -> Void = { _ in }
  /// The bundle's evidence document.
  var evidence: [UInt8]?
  var openings: @Sendable (inout [CommittedField: Opening]) -> Void = { _ in }

  struct Frame {
    let kind: StatementKind
    var subject: String
    var subjectDigest: Digest32
  }

  func sign(_ kind: StatementKind, _ subject: String, _ digest: Digest32, _ predicate: JSON) throws -> SignedStatement {
    var frame = Frame(kind: kind, subject: subject, subjectDigest: digest)
    self.frame(&frame)
    let issuer = issuers[kind] ?? Self.issuer(kind)
    let statement = Statement(
      kind: kind, issuer: issuer, subject: frame.subject, subjectDigest: frame.subjectDigest, issuedAt: Self.issuedAt,
      predicate: predicate)
    return try SignedStatement(signing: statement, with: signers[kind] ?? Self.key(Self.issuer(kind)))
  }

  func madeManifest() throws -> ModelManifest {
    let lineage = try Lineage(
      root: "tiny",
      nodes: [
        LineageNode(
          id: "tiny", kind: .model, name: "Tiny", contributor: "example.org/maker", retainedBasisPoints: 6_000,
          parents: [LineageParent(id: "corpus", basisPoints: 4_000)]),
        LineageNode(id: "corpus", kind: .dataset, name: "Corpus", contributor: CreditID.unattributed),
      ])
    var manifest = ModelManifest(
      id: "tiny", name: "Tiny", architecture: "llama", fileName: "tiny.gguf", fileDigest: SHA256.hash([1]),
      fileBytes: 1,
      quantization: "Q4_1", template: SHA256.hash([2]), profile: "exact/1", contextLength: 64, licence: "Apache-2.0",
      lineage: lineage)
    self.manifest(&manifest)
    return manifest
  }
}
