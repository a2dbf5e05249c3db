import Credit
import Cryptography
import Receipts
import Synchronization

@testable import Stores

/// Receipts of one day under a policy with three days of escrow, and those who pay and are paid.
extension LedgerFixture {
  static let day = 20_335
  static let evidence = SHA256.hash(Array("evidence".utf8))
  static let references = Dictionary(
    uniqueKeysWithValues: ["ada", "bob", "eve"].map { ($0, "https://wallet.example/\($0)") })

  static func dayID(_ number: Int) -> ReceiptID {
    ReceiptID(unixMs: UInt64(day) * 86_400_000 + UInt64(number), random: Array(1...10))
  }

  static func order(_ id: String, day: Int = day, minimum: UInt64 = 0, asset: String = "EUR") throws -> PayoutOrder {
    PayoutOrder(
      id: id, day: day, minimumNano: minimum,
      terms: try PayoutTerms(format: .openPayments, asset: asset, scale: 9, from: "$payer.example"))
  }

  func escrowPolicy(days: Int = 3) throws -> SignedStatement {
    try Self.sign(
      policy: AttributionPolicy(id: "escrow/\(days)", roles: AttributionPolicy.standard.roles, escrowDays: days),
      with: key)
  }

  /// Posts a receipt of that day; under the policy with escrow when it has days.
  func earn(_ store: LedgerStore, _ number: Int, escrow days: Int = 0, _ shares: [(String, UInt64)]) async throws {
    let kept = days > 0 ? try await store.keep(policy: escrowPolicy(days: days)) : policy
    let id = Self.dayID(number)
    let input = AttributionInput(
      receiptID: id, execution: SHA256.hash(Array("execution \(number)".utf8)),
      model: SHA256.hash(Array("model".utf8)), priceNano: shares.reduce(0) { $0 + $1.1 })
    let signed = try statement(
      input, shares: shares.map { Share(contributor: $0.0, amountNano: $0.1) }, policy: kept.digest)
    _ = try await store.post(input, signed, owner: "local")
  }

  static func log(_ store: LedgerStore, _ number: Int) async throws {
    _ = try await store.settle(
      dayID(number), receipt: SHA256.hash(Array("receipt \(number)".utf8)), index: UInt64(number))
  }

  static func pay(_ store: LedgerStore, _ order: PayoutOrder) async throws -> PostedAct? {
    try await store.pay(order, references: references, unixMs: 7).posted
  }
}

/// The machine stops: what was not committed is undone, and nobody learns what was.
struct Crash: Error {}

/// A database that stops the machine once: within a transaction after so many statements, or behind its commit.
final class CrashingDatabase: RowDatabase {
  private let inner: any RowDatabase
  private let left: Mutex<Int?>

  init(_ inner: any RowDatabase, after steps: Int?) {
    self.inner = inner
    left = Mutex(steps)
  }

  /// Whether it never came to the step.
  var isUnharmed: Bool { left.withLock { $0 != nil } }

  fileprivate func step() throws {
    let stops = left.withLock { left in
      guard let steps = left else { return false }
      left = steps == 0 ? nil : steps - 1
      return steps == 0
    }
    if stops { throw Crash() }
  }

  func write<T: Sendable>(
    _ isolation: Isolation, repeatable: Bool, _ body: @escaping @Sendable (any RowTransaction) throws -> T
  ) async throws -> T {
    let answer = try await inner.write(isolation, repeatable: repeatable) { db in
      try body(CrashingTransaction(inner: db, database: self))
    }
    try step()
    return answer
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (any RowTransaction) throws -> T) async throws -> T {
    try await inner.read(body)
  }

  var place: String { inner.place }
  func damage(of table: String) async throws -> String? { try await inner.damage(of: table) }
  func overwriteDeleted() async throws { try await inner.overwriteDeleted() }
}

private struct CrashingTransaction: RowTransaction {
  let inner: any RowTransaction
  let database: CrashingDatabase

  func batch(_ sql: String, _ lists: [[any SQLConvertible]]) throws -> [SQLResult] {
    // What only reads leaves nothing behind.
    if !sql.hasPrefix("SELECT") { try database.step() }
    return try inner.batch(sql, lists)
  }

  func cursor(_ sql: String, _ arguments: [any SQLConvertible], page: Int) throws -> () throws -> SQLRow? {
    try inner.cursor(sql, arguments, page: page)
  }

  var skipLocked: String { inner.skipLocked }
  func schemaVersion() throws -> Int { try inner.schemaVersion() }
  func take(_ step: Migration, number: Int) throws { try inner.take(step, number: number) }
}
