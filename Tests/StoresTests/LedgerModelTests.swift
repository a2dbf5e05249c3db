import Credit
import Cryptography
import Foundation
import Receipts
import TestKit
import Testing

@testable import Stores

/// The ledger against `LedgerModel` while the machine stops at any write, calls come twice, and come in any order.
@Suite struct LedgerModelTests {
  enum Step: Sendable {
    case earn(Int, escrow: Int, [String: Int64])
    case log(Int)
    case open(Int, String)
    case close(Int, String, upheld: Bool)
    case adjust(Int, [String: Int64])
    case pay(String, day: Int)

    private static func dispute(_ number: Int, _ contributor: String) throws -> String {
      try LedgerDetail.id(
        .open(LedgerAct.Contest(contributor: contributor, evidence: LedgerFixture.evidence)),
        receipt: LedgerFixture.dayID(number).description)
    }

    func take(_ fixture: LedgerFixture, _ store: LedgerStore) async throws {
      switch self {
      case .earn(let number, let days, let shares):
        let sorted = shares.sorted { $0.key < $1.key }.map { ($0.key, UInt64($0.value)) }
        try await fixture.earn(store, number, escrow: days, sorted)
      case .log(let number): try await LedgerFixture.log(store, number)
      case .open(let number, let contributor):
        _ = try await store.open(
          LedgerAct.Contest(contributor: contributor, evidence: LedgerFixture.evidence),
          of: LedgerFixture.dayID(number), unixMs: 5)
      case .close(let number, let contributor, let upheld):
        _ = try await store.close(
          Self.dispute(number, contributor), shares: upheld ? [] : nil, evidence: LedgerFixture.evidence, unixMs: 6)
      case .adjust(let number, let shares):
        let sorted = shares.sorted { $0.key < $1.key }.map { Share(contributor: $0.key, amountNano: UInt64($0.value)) }
        _ = try await store.adjust(
          LedgerFixture.dayID(number),
          LedgerAct.Adjustment(reason: .feedback, evidence: LedgerFixture.evidence, shares: sorted), unixMs: 6)
      case .pay(let id, let day):
        _ = try await LedgerFixture.pay(store, LedgerFixture.order(id, day: LedgerFixture.day + day))
      }
    }

    func take(_ model: inout LedgerModel) throws {
      switch self {
      case .earn(let number, let days, let shares): model.earn(number, escrow: days, shares)
      case .log(let number): model.log(number)
      case .open(let number, let contributor): model.open(number, contributor, try Self.dispute(number, contributor))
      case .close(let number, let contributor, let upheld):
        model.close(number, try Self.dispute(number, contributor), to: upheld ? CreditID.unattributed : nil)
      case .adjust(let number, let shares):
        model.adjust(number, to: shares, "adjust \(number) \(shares.sorted { $0.key < $1.key })")
      case .pay(let id, let day): model.pay("pay \(id) \(day)", day: day, ["ada", "bob", "eve"])
      }
    }
  }

  /// Takes a step, and says whether it was refused as one that cannot be done now.
  private func take(_ step: Step, _ fixture: LedgerFixture, _ store: LedgerStore) async throws {
    do { try await step.take(fixture, store) } catch CreditError.refusedAct {} catch LedgerError.notAttributed {
    } catch LedgerError.unknownDispute {}
  }

  private func requireEqual(_ store: LedgerStore, _ model: LedgerModel) async throws {
    let balances = try await store.database.read { db in
      try db.rows("SELECT account, amount_nano FROM balance").map {
        (try $0["account"] as String, try $0["amount_nano"] as Int64)
      }
    }
    let found = Dictionary(uniqueKeysWithValues: balances).filter { $0.value != 0 }
    #expect(found == model.balances.filter { $0.value != 0 })
  }

  private func requireSound(_ store: LedgerStore) async throws {
    let audit = try await store.audit(.statements)
    var replay = LedgerReplay()
    var after: (UInt64, UInt64) = (0, 0)
    while true {
      let parts = try await store.parts(afterEntry: after.0, line: after.1)
      guard let last = parts.last else { break }
      for part in parts { try replay.add(part.entry) }
      after = (last.entry.number, last.firstLine + UInt64(last.entry.postings.count) - 1)
    }
    #expect(replay.book.entryCount == audit.entries)
    #expect(try await replay.book.state == store.state())
  }

  private static let script: [Step] = [
    .earn(1, escrow: 0, ["ada": 700, "bob": 300]), .log(1), .earn(2, escrow: 3, ["ada": 500, "eve": 500]), .log(2),
    .open(1, "bob"), .open(2, "eve"), .pay("a", day: 2), .close(1, "bob", upheld: false),
    .adjust(1, ["ada": 100, "bob": 900]), .pay("b", day: 3), .close(2, "eve", upheld: true), .pay("c", day: 3),
    .earn(3, escrow: 0, ["ada": 1_000]), .log(3), .pay("d", day: 4), .open(3, "ada"),
  ]

  @Test(arguments: Backend.long) func aCrashAtAnyWriteLosesNothingAndPaysNothingTwice(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      _ = try await store.keep(policy: fixture.escrowPolicy())
      var model = LedgerModel()
      var crashes = 0
      for step in Self.script {
        try step.take(&model)
        for at in 0... {
          let database = CrashingDatabase(store.database, after: at)
          do { try await take(step, fixture, LedgerStore(database)) } catch is Crash {}
          if database.isUnharmed { break }
          crashes += 1
          _ = try await store.audit(.postings)
        }
        // Once more, as after an answer that was lost.
        try await take(step, fixture, store)
        try await requireEqual(store, model)
      }
      #expect(crashes > 3 * Self.script.count)
      try await requireSound(store)
    }
  }

  private static let seeds: [UInt64] =
    ProcessInfo.processInfo.environment["COLOPHON_TEST_LONG"] == nil ? [1, 2] : Array(1...40)

  @Test(arguments: seeds, Backend.long)
  func anyOrderOfCallsWithRepeatsAndCrashesIsWhatTheModelSays(_ seed: UInt64, _ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      for days in 1...2 { _ = try await store.keep(policy: fixture.escrowPolicy(days: days)) }
      var random = SplitMix64(state: seed)
      var model = LedgerModel()
      for _ in 0..<120 {
        let step = Self.step(&random)
        try step.take(&model)
        if Bool.random(using: &random) {
          let database = CrashingDatabase(store.database, after: Int.random(in: 0..<8, using: &random))
          do { try await take(step, fixture, LedgerStore(database)) } catch is Crash {}
        }
        try await take(step, fixture, store)
      }
      try await requireEqual(store, model)
      try await requireSound(store)
    }
  }

  private static func step(_ random: inout SplitMix64) -> Step {
    let number = Int.random(in: 0..<8, using: &random)
    let whom = ["ada", "bob", "eve"][Int.random(in: 0..<3, using: &random)]
    switch Int.random(in: 0..<12, using: &random) {
    // What a receipt shares, and under which policy, is a function of its number.
    case 0...2: return .earn(number, escrow: number % 3, ["ada": 100, "bob": Int64(number) + 1, "eve": 7])
    case 3...5: return .log(number)
    case 6...7: return .open(number, whom)
    case 8: return .close(number, whom, upheld: number % 2 == 0)
    case 9: return .adjust(number, [whom: 108 + Int64(number)])
    default:
      let name = Int.random(in: 0..<12, using: &random)
      return .pay("p\(name)", day: name % 4)
    }
  }
}
