import Codec
import Credit
import Cryptography
import MerkleLog
import Receipts
import Testing

@testable import Stores

@Suite struct ContributionTests {
  private typealias Logged = ContributionStore.Logged

  private func commitment(_ number: UInt8, at index: UInt64) throws -> Logged {
    let key = try SigningKey(seed: SHA256.hash([0]).bytes)
    let signed = try RegistryReader.sign(
      .commitment(SHA256.hash([number])), issuer: "urn:colophon:contributor:ada", issuedAt: 1, with: key)
    return Logged(index: index, statement: signed.bytes)
  }

  @Test(arguments: Backend.allCases) func theLogIsFollowedInOrderAndOnce(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, ledger in
      let store = ContributionStore(ledger)
      let items = [try commitment(1, at: 3), try commitment(2, at: 4), try commitment(3, at: 9)]
      #expect(try await store.page(from: 0).size == 0)
      #expect(try await store.follow(from: 0, to: 5, Array(items[..<2])) == 5)
      #expect(try await store.follow(from: 0, to: 5, Array(items[..<2])) == 5)
      await #expect(throws: ContributionError.gap(followed: 5, start: 6)) {
        try await store.follow(from: 6, to: 7, [])
      }
      #expect(try await store.follow(from: 5, to: 10, [items[2]]) == 10)
      #expect(try await store.follow(from: 4, to: 4, []) == 10)
      let again = ContributionStore(try await fixture.open())
      let page = try await again.page(from: 4)
      #expect(page.size == 10 && page.contributions == Array(items[1...]))
      #expect(try await again.page(from: .max).contributions.isEmpty)
    }
  }

  private func head(_ size: UInt64, _ root: UInt8 = 0, vkey: String = "k") -> LogHead {
    LogHead(origin: "log.test", vkey: vkey, size: size, root: SHA256.hash([root]))
  }

  @Test(arguments: Backend.allCases) func theHeadIsKeptWithWhatItProves(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, ledger in
      let store = ContributionStore(ledger)
      #expect(try await store.head() == nil)
      let first = try commitment(1, at: 3)
      #expect(try await store.follow(from: 0, to: head(5), [first]) == 5)
      #expect(try await store.head() == head(5))
      #expect(try await store.follow(from: 5, to: head(9), []) == 9)
      // A slower process, and one that follows another log.
      #expect(try await store.follow(from: 0, to: head(7, 1), [first]) == 9)
      #expect(try await store.follow(from: 9, to: head(12, vkey: "l"), []) == 12)
      #expect(try await ContributionStore(try await fixture.open()).head() == head(9))
      await #expect(throws: ContributionError.gap(followed: 12, start: 13)) {
        try await store.follow(from: 13, to: head(14), [])
      }
      #expect(try await store.head() == head(9), "nothing is taken, and no head kept")
    }
  }

  @Test(arguments: Backend.allCases) func whatTheLogDoesNotSayIsRefused(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, ledger in
      let store = ContributionStore(ledger)
      let (first, second) = (try commitment(1, at: 3), try commitment(2, at: 4))
      #expect(try await store.follow(from: 0, to: 5, [first]) == 5)
      let refused: [(ContributionError, UInt64, UInt64, [Logged])] = [
        (.range(5, 4), 5, 4, []), (.range(0, .max), 0, .max, []), (.index(3, 5, 9), 5, 9, [first]),
        (.index(9, 5, 9), 5, 9, [try commitment(1, at: 9)]),
        (.index(6, 5, 9), 5, 9, [try commitment(1, at: 7), try commitment(2, at: 6)]),
        (.noContribution(5), 5, 9, [Logged(index: 5, statement: fixture.policy.bytes)]),
        (.noContribution(5), 5, 9, [Logged(index: 5, statement: [1])]),
        // Where something else, or nothing, was before.
        (.differs(3), 0, 5, [try commitment(7, at: 3)]), (.differs(4), 0, 5, [first, second]),
        (.differs(3), 0, 5, []), (.differs(3), 2, 9, [try commitment(3, at: 8)]),
      ]
      for (error, start, end, items) in refused {
        await #expect(throws: error) { try await store.follow(from: start, to: end, items) }
      }
      let page = try await store.page(from: 0)
      #expect(page.size == 5 && page.contributions == [first])
    }
  }
}
