import Testing

@testable import Credit

@Suite struct LedgerBookTests {
  @Test func theBalancesAreTheSumsOfThePostings() throws {
    var book = LedgerBook()
    for entry in try ExportFixture.ledger() { try book.add(entry) }
    let balances: [Account: Int128] = [
      .payer("local"): -(1 << 61) - 3, .pending("=ada"): 1, .settled("=ada"): 1 << 61,
      .pending("https://b.example/x"): 0, .settled("https://b.example/x"): 2,
    ]
    #expect(book.balances == balances)
    #expect(
      book.entryCount == 3 && book.days?.lowerBound.text == "2025-09-04" && book.days?.upperBound.text == "2025-09-05")
  }

  /// What an entry may not be, after `ledger()`.
  private static let wrong: [(String, @Sendable () throws -> LedgerEntry)] = [
    ("follows entry 4", { try ExportFixture.pending(4, "r3", [("a", 1)]) }),
    ("posts nothing", { ExportFixture.entry(5, "r3", []) }),
    (
      "settles more than is pending for '=ada'", { try ExportFixture.settled(5, "r2", [("=ada", 2)]) }
    ),
    (
      "posts other lines than a settlement has",
      {
        var entry = try ExportFixture.settled(5, "r2", [("=ada", 1)])
        entry.postings.reverse()
        return entry
      }
    ),
    (
      "posts other lines than a pending has",
      {
        var entry = try ExportFixture.pending(5, "r3", [("a", 1)])
        entry.postings[0].amountNano -= 1
        return entry
      }
    ),
    (
      "is settled at no index of the log",
      {
        var entry = try ExportFixture.settled(5, "r2", [("=ada", 1)])
        entry.place = nil
        return entry
      }
    ),
    (
      "is pending and has a place in the log",
      {
        var entry = try ExportFixture.pending(5, "r3", [("a", 1)])
        entry.place = LedgerEntry.Place(receipt: ExportFixture.digest(""), index: 1)
        return entry
      }
    ),
  ]

  @Test(arguments: wrong.indices) func anEntryThatCannotFollowIsRefused(_ at: Int) throws {
    let entry = try Self.wrong[at].1()
    for format in LedgerFormat.allCases {
      var writer = format.writer()
      for sound in try ExportFixture.ledger() { _ = try writer.add(sound) }
      #expect(throws: CreditError.entry(number: entry.number, why: Self.wrong[at].0)) { try writer.add(entry) }
    }
  }

  @Test func anUnknownAccountOrNobodysAmountIsRefused() throws {
    var entry = try ExportFixture.pending(5, "r3", [("a", 1)])
    entry.postings[0].account = .payer("two words")
    #expect(throws: CreditError.invalidID(what: "owner", "two words")) {
      var book = LedgerBook()
      try book.add(entry)
    }
  }

  @Test(
    arguments: [
      (0, "1970-01-01", "1970-01-01T00:00:00.000Z"),
      (951_782_400_000, "2000-02-29", "2000-02-29T00:00:00.000Z"),
      (4_107_542_399_999, "2100-02-28", "2100-02-28T23:59:59.999Z"),
      (1_795_807_231_042, "2026-11-27", "2026-11-27T19:20:31.042Z"),
      (UInt64(1) << 48 - 1, "2999-12-30", "2999-12-30T23:59:59.999Z"),
    ] as [(UInt64, String, String)])
  func aDayIsThatOfTheCalendar(_ unixMs: UInt64, _ day: String, _ time: String) {
    #expect(UnixDay(unixMs: unixMs).text == day)
    #expect(UnixDay.time(unixMs: unixMs) == time)
  }
}
