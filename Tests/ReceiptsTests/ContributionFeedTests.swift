import Codec
import Credit
import Cryptography
import MerkleLog
import Synchronization
import Testing

@testable import Receipts

/// What a feed takes of a log, and where its pages end.
@Suite struct ContributionFeedTests {
  /// A log of one tile of entries and more, whose statements stand beside it.
  private final class Log: Sendable {
    let entries: [Digest32]
    let statements: [Digest32: [UInt8]]
    let asked = Mutex(0)

    /// Entry 0 is the log's own; nil is one that was erased.
    init(_ list: [[UInt8]?]) {
      var (entries, statements) = ([SHA256.hash([0])], [Digest32: [UInt8]]())
      var known: [[UInt8]: Digest32] = [:]
      for statement in list {
        guard let statement else {
          entries.append(SHA256.hash([1]))
          continue
        }
        let digest = known[statement] ?? SHA256.hash(statement)
        (known[statement], statements[digest]) = (digest, statement)
        entries.append(digest)
      }
      (self.entries, self.statements) = (entries, statements)
    }

    var head: LogHead {
      LogHead(
        origin: "log.test", vkey: "k", size: UInt64(entries.count),
        root: MerkleTree.root(entries.map { TreeHash.leaf($0.bytes) }[...]))
    }

    func page(from start: UInt64 = 0, swapping: Digest32? = nil) async throws -> ContributionFeed.Page {
      let source = ContributionFeed.Source(
        tile: { [self] tile in try bytes(tile) }, path: { _, _ in [] },
        statement: { [self] entry in
          asked.withLock { $0 += 1 }
          return entry == swapping ? [1, 2, 3] : statements[entry]
        })
      return try await ContributionFeed(source).page(from: start, to: head)
    }

    private func bytes(_ tile: Tile) throws -> [UInt8] {
      let first = Int(tile.index) * 256
      let part = entries[first..<first + tile.width]
      guard tile.kind != .entries else { return try Tile.encode(entries: part.map(\.bytes)) }
      guard case .hashes(let level) = tile.kind, level == 0 else {
        let leaves = entries.map { TreeHash.leaf($0.bytes) }
        return Tile.encode((first..<first + tile.width).map { MerkleTree.root(leaves[$0 * 256..<$0 * 256 + 256]) })
      }
      return Tile.encode(part.map { TreeHash.leaf($0.bytes) })
    }
  }

  private static func key() throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array("ada".utf8)).bytes) }

  private static func signed(_ contribution: Contribution) throws -> [UInt8] {
    try RegistryReader.sign(contribution, issuer: "urn:ada", issuedAt: 1, with: key()).bytes
  }

  private static func commitment(_ number: UInt8) throws -> [UInt8] { try signed(.commitment(SHA256.hash([number]))) }

  /// An asset of so many contents, whose name has so many letters.
  private static func asset(_ contents: Int, _ letters: Int) throws -> [UInt8] {
    let digests = try (0..<contents).map { number in
      try Digest32(
        [UInt8](repeating: 0, count: 28) + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) })
    }
    let asset = try Asset(
      id: "book", kind: .documents, name: String(repeating: "n", count: letters), licence: "MIT", contents: digests)
    return try signed(.asset(.init(asset, committedAt: 1, salt: SHA256.hash([7]))))
  }

  /// A contribution of exactly so many bytes.
  private static func sized(_ count: Int) throws -> [UInt8] {
    let one = try asset(1, 1).count
    let contents = 1 + (count - one - 8) / 74
    let found = try asset(contents, 1 + count - asset(contents, 1).count)
    #expect(found.count == count)
    return found
  }

  @Test func `contributions are taken in order with their indices, and what is none or is gone is passed over`()
    async throws
  {
    let (first, second) = (try Self.commitment(1), try Self.commitment(2))
    let other = try #require(try World().sealed().statements[.model]).bytes
    let page = try await Log([first, other, nil, [1, 2], second]).page()
    #expect(page.contributions.map(\.index) == [1, 5] && page.contributions.map(\.statement) == [first, second])
    // The log's own entry has no statement, and is not counted.
    #expect(page.unread == 1 && page.start == 0 && page.head.size == 6)
    let tail = try await Log([first, nil, second]).page(from: 2)
    #expect(tail.contributions.map(\.index) == [3] && tail.unread == 1)
    let none = try await Log([]).page()
    #expect(none.contributions.isEmpty && none.unread == 0)
  }

  @Test func `other bytes than the log has under an entry are refused, whoever signed them`() async throws {
    let statement = try Self.commitment(1)
    await #expect(throws: LogStretchError.self) {
      try await Log([statement]).page(swapping: SHA256.hash(statement))
    }
  }

  @Test func `a page has 1,024 contributions, and no more than 64 statements beyond them are asked for`() async throws {
    let statement = try Self.commitment(1)
    let log = Log(Array(repeating: statement, count: 1_200))
    let page = try await log.page()
    #expect(page.contributions.count == 1_024 && page.head.size == 1_025)
    #expect(page.contributions.last?.index == 1_024)
    // Entries 0 to 1,087: seventeen times 64.
    let asked = log.asked.withLock { $0 }
    #expect(asked == 1_088)
    let leaves = log.entries.prefix(1_025).map { TreeHash.leaf($0.bytes) }
    #expect(page.head.root == MerkleTree.root(leaves[...]))
    let exact = try await Log(Array(repeating: statement, count: 1_024)).page()
    #expect(exact.contributions.count == 1_024 && exact.head.size == 1_025)
  }

  @Test func `a page has 2 MiB of statements, to the byte`() async throws {
    let large = try Self.asset(4_096, 1)
    let whole = (2 << 20) / large.count
    let rest = 2 << 20 - whole * large.count
    for (more, count) in [(0, whole + 1), (1, whole)] {
      let page = try await Log(Array(repeating: large, count: whole) + [Self.sized(rest + more)]).page()
      #expect(page.contributions.count == count && page.head.size == UInt64(count + 1))
    }
  }
}
