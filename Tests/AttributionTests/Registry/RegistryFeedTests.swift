import Cryptography
import Logging
import MerkleLog
import RPC
import Receipts
import Stores
import Synchronization
import Testing
import Wire

@testable import AttributionService

@Suite struct RegistryFeedTests {
  /// A feed over a ledger of its own in this folder: opened again, as after a crash.
  private func feed(_ office: Office, _ log: TownLog) async throws -> RegistryFeed {
    try #require(try await office.open(following: log).feed)
  }

  private func town() throws -> TownLog {
    let log = try TownLog()
    try log.add("ada", "eve")
    let at = try log.commit("Paris.", as: "book", by: "ada")
    log.fill(3)
    try log.reveal("Paris.", as: "book", by: "ada", committed: at)
    return log
  }

  private func owner(_ feed: RegistryFeed, _ text: String) async throws -> DocumentOwner {
    let source = DocumentSource(contributor: "asker", record: SHA256.hash(Array(text.utf8)))
    return try await feed.owners(of: [source]).owners[0]
  }

  @Test func `the log is followed by itself, and again behind a restart`() async throws {
    try await withOffice { office in
      let log = try town()
      let first = try await feed(office, log)
      #expect(await first.refusal?.isWrong == false)
      await first.check()
      #expect(await first.refusal == nil)
      #expect(await first.head?.size == 8)
      #expect(try await owner(first, "Paris.").contributor == "ada")
      #expect(try await owner(first, "Rain.") == .claimed(contributor: "asker", asset: nil))
      // More than one tile of others' receipts, then another asset.
      log.fill(600)
      let at = try log.commit("Rain.", as: "weather", by: "eve")
      try log.reveal("Rain.", as: "weather", by: "eve", committed: at)
      await first.check()
      #expect(try await owner(first, "Rain.").contributor == "eve")
      let calls = log.state.withLock { $0.calls }
      let second = try await feed(office, log)
      await second.check()
      #expect(try await owner(second, "Rain.") == owner(first, "Rain."))
      #expect(try await owner(second, "Paris.") == owner(first, "Paris."))
      #expect(log.state.withLock { $0.calls } - calls < 5, "what was followed is not read again")
    }
  }

  @Test func `a log that was rolled back or forked is refused until one is back that continues it`() async throws {
    try await withOffice { office in
      let log = try town()
      let feed = try await feed(office, log)
      await feed.check()
      let whole = log.state.withLock { $0 }
      log.edit { $0.entries.removeLast() }
      await feed.check()
      let found = try #require(await feed.refusal)
      #expect(found.isWrong && found.why.contains("rolled back"))
      let refused = try await refusal { try await owner(feed, "Paris.") }
      #expect(refused?.code == .failedPrecondition && refused?.message.contains("rolled back") == true)
      log.edit { state in
        state.entries[5] = [UInt8](repeating: 5, count: 32)
        state.entries += [state.entries[1], state.entries[2]]
      }
      let again = try await self.feed(office, log)
      await again.check()
      #expect(await again.refusal?.why.contains("does not continue") == true, "a restart forgets nothing")
      log.edit { $0 = whole }
      await again.check()
      #expect(await again.refusal == nil)
      let other = try town()
      let third = try await self.feed(office, other)
      await third.check()
      #expect(await third.refusal?.why.contains("first contact") == true)
    }
  }

  @Test func `tiles that hide a contribution or bring one do not lead to the signed root`() async throws {
    try await withOffice { office in
      let log = try town()
      log.edit { $0.swapped[3] = $0.entries[4] }
      let feed = try await feed(office, log)
      await feed.check()
      #expect(await feed.refusal?.isWrong == true)
      #expect(await feed.refusal?.why.contains("do not lead to the root") == true)
      #expect(try await ContributionStore(office.open().ledger).page(from: 0).contributions.isEmpty)
      log.edit { $0.swapped = [:] }
      await feed.check()
      #expect(try await owner(feed, "Paris.").contributor == "ada")
    }
  }

  @Test func `a log that does not answer is not known at first, and later what it was`() async throws {
    try await withOffice { office in
      let log = try town()
      log.edit { $0.isDown = true }
      let feed = try await feed(office, log)
      await feed.check()
      #expect(try await refusal { try await owner(feed, "Paris.") }?.code == .unavailable)
      log.edit { $0.isDown = false }
      await feed.check()
      log.edit { $0.isDown = true }
      await feed.check()
      #expect(try await owner(feed, "Paris.").contributor == "ada")
    }
  }

  @Test func `what the command line brings is read from the log instead`() async throws {
    try await withOffice { office in
      let log = try town()
      let service = try await office.open(following: log)
      let forged = LoggedContribution(index: 3, statement: [1, 2, 3])
      let answer = try await service.follow(FollowLogRequest(start: 0, end: 99, contributions: [forged]))
      #expect(answer.logSize == 8)
      let page = try await service.list(ListContributionsRequest())
      #expect(page.contributions.map(\.index) == [1, 2, 3, 7])
      log.edit { $0.isDown = true }
      #expect(try await service.follow(FollowLogRequest()).logSize == 8)
    }
  }

  @Test func `rows that came without the log's proofs are read again, and must be there`() async throws {
    try await withOffice { office in
      let log = try town()
      let real = try #require(try log.state.withLock { $0.statements[try Digest32($0.entries[1])] })
      let store = ContributionStore(try await office.open().ledger)
      _ = try await store.follow(from: 0, to: 6, [.init(index: 1, statement: real), .init(index: 5, statement: real)])
      let feed = try await feed(office, log)
      await feed.check()
      #expect(await feed.refusal?.isWrong == true, "the log has no contribution at 5")
    }
  }

  @Test func `an erased contribution is none, and is counted`() async throws {
    try await withOffice { office in
      let log = try town()
      log.edit { state in state.statements = state.statements.filter { (try? Digest32(state.entries[7])) != $0.key } }
      let feed = try await feed(office, log)
      await feed.check()
      #expect(await feed.refusal == nil)
      #expect(try await owner(feed, "Paris.").ground == "claimed")
    }
  }
}
