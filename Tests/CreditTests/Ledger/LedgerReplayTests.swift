import Cryptography
import Testing

@testable import Credit

/// Each case changes one entry of a sound ledger, whose chain is made to fit: the replay names that entry.
@Suite struct LedgerReplayTests {
  private static let entries = (try? ActFixture.full().entries) ?? []

  private static func at(_ event: LedgerEntry.Event) -> Int { entries.firstIndex { $0.event == event } ?? 0 }

  private func refusal(_ entries: [LedgerEntry], rechained: Bool = true) -> CreditError? {
    var replay = LedgerReplay()
    for var entry in entries {
      if rechained { entry.chain = LedgerChain.next(replay.book.head, entry) }
      do throws(CreditError) { try replay.add(entry) } catch { return error }
    }
    return nil
  }

  enum Change: CaseIterable {
    case order, count, amount, amounts, key, number, noDetail, detail, origin, place

    func callAsFunction(_ entry: inout LedgerEntry) {
      switch self {
      case .order: entry.postings.reverse()
      case .count: entry.postings.removeLast()
      case .amount: entry.postings[0].amountNano += 1
      case .amounts:
        // Balanced, of the right accounts, and not what the event posts.
        entry.postings[0].amountNano -= 1
        entry.postings[1].amountNano += 1
      case .key: entry.key += "0 "
      case .number: entry.number -= 1
      case .noDetail: entry.detail = entry.detail.isEmpty ? "{}" : ""
      case .detail: entry.detail += " "
      case .origin: entry.origin = entry.origin == nil ? ExportFixture.origin("r1") : nil
      case .place:
        let place = LedgerEntry.Place(receipt: ExportFixture.digest(""), index: 1)
        entry.place = entry.place == nil ? place : nil
      }
    }
  }

  @Test(arguments: LedgerEntry.Event.allCases, Change.allCases)
  func anEntryThatWasChangedIsRefused(_ event: LedgerEntry.Event, _ change: Change) {
    var entries = Self.entries
    change(&entries[Self.at(event)])
    #expect(refusal(entries) != nil)
  }

  @Test(arguments: entries.indices) func anEntryIsNotLeftOutAndDoesNotStandTwice(_ at: Int) {
    var without = Self.entries
    without.remove(at: at)
    // Without the last one it is a sound ledger, of another state.
    #expect((refusal(without, rechained: false) == nil) == (at == Self.entries.count - 1))
    var twice = Self.entries
    twice.insert(Self.entries[at], at: at + 1)
    for number in twice.indices { twice[number].number = UInt64(number) + 1 }
    #expect(refusal(twice) != nil)
  }

  @Test func aFlippedBitOfAnythingBreaksTheChain() throws {
    for (at, entry) in Self.entries.enumerated() {
      var other = entry
      other.unixMs += 1
      #expect(LedgerChain.next(LedgerChain.start, other) == LedgerChain.next(LedgerChain.start, entry))
      var entries = Self.entries
      var bytes = try #require(entry.chain).bytes
      bytes[at % 32] ^= 1
      entries[at].chain = try Digest32(bytes)
      let why = "does not follow from those before it"
      #expect(refusal(entries, rechained: false) == .entry(number: entry.number, why: why))
    }
  }

  @Test func aPayoutTakesNoMoreAndNoLessThanItsTermsLetIt() throws {
    var ledger = ActFixture()
    try ledger.pending("r", [("ada", 1_500), ("bob", 999), ("unattributed", 7)])
    try ledger.settle("r")
    var paid = ledger
    try paid.pay("whole", scale: 6, ["ada"])
    #expect(paid.balance(.paid("ada")) == 1_000 && paid.balance(.settled("ada")) == 500)
    for (minimum, scale, whom) in [
      (0, 6, ["bob"]), (1_600, 9, ["ada"]), (0, 9, ["eve"]), (0, 9, ["unattributed"]), (0, 9, ["ada", "ada"]),
      (0, 9, []),
    ] as [(UInt64, Int, [String])] {
      var ledger = ledger
      #expect(throws: CreditError.self) { try ledger.pay("p", minimum: minimum, scale: scale, whom) }
    }
    for id in ["", "two words", "a/b", String(repeating: "a", count: 65)] {
      var ledger = ledger
      #expect(throws: CreditError.self) { try ledger.pay(id, ["ada"]) }
    }
    var again = paid
    try again.pay("rest", ["ada"])
    #expect(again.balance(.paid("ada")) == 1_500)
    #expect(throws: CreditError.self) { try again.pay("more", ["ada"]) }
  }
}
