import Codec
import Credit
import Cryptography
import Foundation
import Receipts
import Stores

/// A ledger in a folder of its own, and the statements that are posted in it.
struct LedgerFixture {
  let backend: Backend
  let folder: String
  let key: SigningKey
  let policy: SignedStatement

  init(_ backend: Backend = .sqlite) throws {
    self.backend = backend
    folder = "\(NSTemporaryDirectory())/colophon-ledger-\(Hex.encode(try SecureRandom.bytes(8)))"
    key = try SigningKey(seed: SHA256.hash(Array("ledger".utf8)).bytes)
    policy = try Self.sign(policy: .standard, with: key)
  }

  var path: String { "\(folder)/ledger.sqlite" }

  /// Opens the ledger: a second time as after a crash, for nothing is ever closed in an orderly way.
  func open() async throws -> LedgerStore {
    let store = try await LedgerStore(backend.location(path))
    _ = try await store.keep(policy: policy)
    return store
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  static func sign(
    policy: AttributionPolicy, with key: SigningKey, issuer: String = "https://example.org/attribution", at: Int64 = 1
  ) throws -> SignedStatement {
    try SignedStatement(
      signing: Statement(
        kind: .policy, issuer: issuer, subject: policy.id, subjectDigest: SHA256.hash(JCS.encode(policy.json)),
        issuedAt: at, predicate: policy.json),
      with: key)
  }

  static func id(_ number: Int) -> ReceiptID { ReceiptID(unixMs: UInt64(number), random: Array(1...10)) }

  static func input(_ number: Int, price: UInt64) -> AttributionInput {
    AttributionInput(
      receiptID: id(number), execution: SHA256.hash(Array("execution \(number)".utf8)),
      model: SHA256.hash(Array("model".utf8)), priceNano: price)
  }

  /// A statement that shares the price of an input; what it signs of price and shares can be made to lie.
  func statement(
    _ input: AttributionInput, shares: [Share], at: Int64 = 1, kind: StatementKind = .attribution,
    price: UInt64? = nil, execution: Digest32? = nil, policy: Digest32? = nil
  ) throws -> SignedStatement {
    let predicate = AttributionPredicate(
      receiptID: input.receiptID, policy: policy ?? self.policy.digest, manifest: SHA256.hash([]), operatorID: "op",
      priceNano: price ?? input.priceNano, shares: shares)
    return try SignedStatement(
      signing: Statement(
        kind: kind, issuer: "https://example.org/attribution", subject: input.receiptID.description,
        subjectDigest: execution ?? input.execution, issuedAt: at, predicate: predicate.json),
      with: key)
  }

  /// Posts a receipt shared as given.
  func post(_ store: LedgerStore, _ number: Int, _ shares: [(String, UInt64)]) async throws -> KeptAttribution {
    let input = Self.input(number, price: shares.reduce(0) { $0 + $1.1 })
    let signed = try statement(input, shares: shares.map { Share(contributor: $0.0, amountNano: $0.1) })
    return try await store.post(input, signed, owner: "local")
  }

  static func settle(_ store: LedgerStore, _ number: Int) async throws -> UInt64? {
    try await store.settle(id(number), receipt: SHA256.hash(Array("receipt \(number)".utf8)), index: UInt64(number))
  }
}

/// Runs `work` with a fresh ledger and removes it afterwards.
func withLedger(
  _ backend: Backend = .sqlite, _ work: (LedgerFixture, LedgerStore) async throws -> Void
) async throws {
  let fixture = try LedgerFixture(backend)
  defer { fixture.remove() }
  try await work(fixture, fixture.open())
}
