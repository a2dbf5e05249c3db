import Credit
import Cryptography
import Receipts
import Testing

@testable import Stores

/// Posts that meet are one transaction, and stand or fall each for itself.
@Suite struct LedgerPostsTests {
  private func post(
    _ fixture: LedgerFixture, _ number: Int, _ shares: [(String, UInt64)], at: Int64 = 1, policy: Digest32? = nil
  ) throws -> LedgerPost {
    let input = LedgerFixture.input(number, price: shares.reduce(0) { $0 + $1.1 })
    let shares = shares.map { Share(contributor: $0.0, amountNano: $0.1) }
    return LedgerPost(
      input: input, signed: try fixture.statement(input, shares: shares, at: at, policy: policy), owner: "local",
      policy: policy ?? fixture.policy.digest, postings: try LedgerRules.pending(owner: "local", shares: shares))
  }

  private func refusal(_ answer: Result<KeptAttribution, any Error>) -> LedgerError? {
    guard case .failure(let error) = answer else { return nil }
    return error as? LedgerError
  }

  /// The keys of all entries, in the order of the chain, which holds.
  private func keys(_ store: LedgerStore) async throws -> [String] {
    var replay = LedgerReplay()
    let entries = try await store.parts(afterEntry: 0, line: 0).map(\.entry)
    for entry in entries { try replay.add(entry) }
    #expect(try await store.state() == replay.book.state)
    return entries.map(\.key)
  }

  private func key(_ number: Int) -> String { LedgerEntry.key(.pending, LedgerFixture.id(number).description) }

  @Test(arguments: Backend.allCases) func whatIsRefusedUndoesNothingOfTheOthers(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      _ = try await fixture.post(store, 1, [("ada", 10)])
      let unknown = SHA256.hash([7])
      let most = LedgerRules.priceNanoMax
      let posts = [
        try post(fixture, 2, [("ada", 5), ("bob", 5)]),
        try post(fixture, 3, [("ada", 5)], policy: unknown),
        try post(fixture, 1, [("ada", 11)]),
        try post(fixture, 2, [("ada", 5), ("bob", 5)], at: 2),
        try post(fixture, 2, [("ada", 6), ("bob", 5)]),
        try post(fixture, 4, [("eve", most)]),
        try post(fixture, 5, [("bob", 1), ("eve", most - 1)]),
        try post(fixture, 1, [("ada", 10)], at: 2),
        try post(fixture, 6, [("bob", 7)]),
      ]
      let answers = try await store.database.write(LedgerStore.writes) { db in try LedgerPost.write(db, posts) }
      #expect(answers.count == posts.count)
      #expect(try answers[0].get().statement == posts[0].signed.bytes)
      #expect(refusal(answers[1]) == .unknownPolicy(unknown))
      #expect(refusal(answers[2]) == .attributedOtherwise(LedgerFixture.id(1), what: "price"))
      #expect(try answers[3].get() == answers[0].get())
      #expect(refusal(answers[4]) == .attributedOtherwise(LedgerFixture.id(2), what: "price"))
      #expect(try answers[5].get().policyStatement == fixture.policy.bytes)
      #expect(refusal(answers[6]) == .balanceTooLarge(account: "payer:local"))
      #expect(try answers[7].get().statement != posts[7].signed.bytes)
      #expect(try answers[8].get().statement == posts[8].signed.bytes)
      #expect(try await store.balance(of: "bob").pendingNano == 12)
      #expect(try await store.balance(of: "eve").pendingNano == most)
      let audit = try await store.audit(.statements)
      #expect(audit.receipts == 4 && audit.entries == 4)
      #expect(try await keys(store) == [1, 2, 4, 6].map(key))
    }
  }

  @Test(arguments: Backend.allCases) func aCutAnywhereKeepsAllOrNothing(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      let posts = try (1...5).map { try post(fixture, $0, [("ada", UInt64($0)), ("bob", 2)]) }
      for at in 0... {
        let database = CrashingDatabase(store.database, after: at)
        do {
          _ = try await database.write(LedgerStore.writes, repeatable: true) { db in try LedgerPost.write(db, posts) }
        } catch is Crash {}
        let count = try await store.audit(.postings).receipts
        #expect(count == 0 || count == 5)
        if database.isUnharmed { break }
      }
      #expect(try await keys(store) == (1...5).map(key))
    }
  }

  /// Posts one, and while its commit waits, the others.
  private func meet(
    _ database: MeetingDatabase, _ posts: [LedgerPost]
  ) async throws -> [Result<KeptAttribution, any Error>] {
    let queue = LedgerPosts(database)
    return try await withThrowingTaskGroup(of: (Int, Result<KeptAttribution, any Error>).self) { group in
      func add(_ at: Int) {
        group.addTask {
          do { return (at, .success(try await queue.take(posts[at]))) } catch { return (at, .failure(error)) }
        }
      }
      add(0)
      while database.writeCount == 0 { await Task.yield() }
      for at in 1..<posts.count { add(at) }
      while await queue.waitingCount < posts.count - 1 { await Task.yield() }
      database.letGo()
      var answers: [Int: Result<KeptAttribution, any Error>] = [:]
      for try await (at, answer) in group { answers[at] = answer }
      return posts.indices.compactMap { answers[$0] }
    }
  }

  @Test(arguments: Backend.allCases) func callsThatMeetAreOneCommit(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      let posts = try (1...6).map { try post(fixture, $0, [("ada", UInt64($0)), ("bob", 2)]) }
      let database = MeetingDatabase(store.database)
      let answers = try await meet(database, posts)
      #expect(try answers.map { try $0.get().statement } == posts.map(\.signed.bytes))
      #expect(database.writeCount == 2)
      #expect(try await store.audit(.statements).receipts == 6)
      #expect(Set(try await keys(store)) == Set((1...6).map(key)))
    }
  }

  @Test(arguments: Backend.allCases) func whatTheDatabaseRefusesOfOneTheOthersDoNotPayFor(_ backend: Backend)
    async throws
  {
    try await withLedger(backend) { fixture, store in
      // Damage: the key of the third is taken by an entry of another receipt.
      _ = try await fixture.post(store, 9, [("ada", 10)])
      let taken = key(3)
      try await store.database.write { db in _ = try db.run("UPDATE entry SET key = ?", [taken]) }
      let posts = try (1...5).map { try post(fixture, $0, [("ada", UInt64($0))]) }
      let database = MeetingDatabase(store.database)
      let answers = try await meet(database, posts)
      for (at, answer) in answers.enumerated() {
        if at == 2 {
          #expect(throws: (any Error).self) { try answer.get() }
        } else {
          #expect(try answer.get().statement == posts[at].signed.bytes)
        }
      }
      // The first, the four that met, and each of them.
      #expect(database.writeCount == 6)
      #expect(try await store.balance(of: "ada").pendingNano == 22)
    }
  }

  @Test func whoComesToAFullQueueIsToldSo() async throws {
    try await withLedger { fixture, store in
      let database = MeetingDatabase(store.database)
      let queue = LedgerPosts(database, queueMax: 1)
      let posts = try (1...3).map { try post(fixture, $0, [("ada", UInt64($0))]) }
      async let first = queue.take(posts[0])
      while database.writeCount == 0 { await Task.yield() }
      async let second = queue.take(posts[1])
      while await queue.waitingCount == 0 { await Task.yield() }
      await #expect(throws: LedgerError.queueFull(max: 1)) { try await queue.take(posts[2]) }
      database.letGo()
      #expect(try await [first, second].map(\.statement) == posts[..<2].map(\.signed.bytes))
      #expect(try await queue.take(posts[2]).statement == posts[2].signed.bytes)
    }
  }
}
