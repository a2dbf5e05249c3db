import Codec
import Cryptography
import Testing

@testable import Credit

@Suite struct RegistryTests {
  private let ada = [UInt8](repeating: 1, count: 32)
  private let eve = [UInt8](repeating: 2, count: 32)
  private let salt = SHA256.hash([7])

  private static func asset(_ id: String = "corpus", _ contents: [UInt8] = [1, 2]) throws -> Asset {
    try Asset(
      id: id, kind: .dataset, name: "A corpus", licence: "CC0-1.0", contents: contents.map { SHA256.hash([$0]) })
  }

  private func person(_ id: String, _ key: [UInt8], name: String? = nil) throws -> Contribution {
    .contributor(try Contributor(id: id, key: SigningKey(seed: key).publicKey, name: name ?? id))
  }

  /// Ada at 1, Eve at 2.
  private func start() throws -> Registry {
    var registry = Registry()
    try registry.add(person("ada", ada), keyID: ada, at: 1)
    try registry.add(person("eve", eve), keyID: eve, at: 2)
    return registry
  }

  private func commit(_ registry: inout Registry, _ asset: Asset, by key: [UInt8], at index: UInt64) throws {
    try registry.add(
      .commitment(Contribution.commitment(to: asset, by: key, salt: salt)), keyID: key, at: index)
  }

  private func reveal(
    _ registry: inout Registry, _ asset: Asset, by key: [UInt8], committed: UInt64, at index: UInt64
  ) throws {
    try registry.add(.asset(.init(asset, committedAt: committed, salt: salt)), keyID: key, at: index)
  }

  @Test func whoCommittedFirstOwnsWhatWasRevealed() throws {
    var registry = try start()
    let asset = try Self.asset()
    try commit(&registry, asset, by: ada, at: 5)
    #expect(registry.owner(of: SHA256.hash([1])) == nil)
    try reveal(&registry, asset, by: ada, committed: 5, at: 9)
    #expect(registry.owner(of: SHA256.hash([1]))?.contributor == "ada")
    #expect(registry.holding(of: "corpus")?.committed == 5)
  }

  @Test func aSnapshotKeepsTheOwnerThatItHad() throws {
    var registry = try start()
    let (asset, other, third) = (try Self.asset(), try Self.asset("mine", [1]), try Self.asset("ours", [1]))
    try commit(&registry, asset, by: ada, at: 3)
    try commit(&registry, other, by: eve, at: 5)
    try commit(&registry, third, by: eve, at: 6)
    // Eve reveals first, the later of her two at first; Ada was first to commit.
    try reveal(&registry, third, by: eve, committed: 6, at: 7)
    try reveal(&registry, other, by: eve, committed: 5, at: 8)
    try reveal(&registry, asset, by: ada, committed: 3, at: 10)
    let content = SHA256.hash([1])
    let owners = (0...12).map { registry.owner(of: content, inLogOf: $0)?.committed }
    #expect(owners == [nil, nil, nil, nil, nil, nil, nil, nil, 6, 5, 5, 3, 3])
    #expect(registry.owner(of: SHA256.hash([2]), inLogOf: 10) == nil)
    #expect(registry.owner(of: SHA256.hash([2]), inLogOf: 11)?.contributor == "ada")
    #expect(registry.owner(of: content) == registry.owner(of: content, inLogOf: .max))
  }

  @Test func whoCopiesWhatWasRevealedComesTooLate() throws {
    var registry = try start()
    let asset = try Self.asset()
    try commit(&registry, asset, by: ada, at: 5)
    try reveal(&registry, asset, by: ada, committed: 5, at: 9)
    // One file of Ada's beside one of her own: the copied one stays Ada's.
    let copy = try Self.asset("mine", [1, 3])
    try commit(&registry, copy, by: eve, at: 10)
    try reveal(&registry, copy, by: eve, committed: 10, at: 11)
    #expect(registry.owner(of: SHA256.hash([1]))?.contributor == "ada")
    #expect(registry.owner(of: SHA256.hash([3]))?.contributor == "eve")
  }

  @Test func whoCopiesACommitmentCanNeverOpenIt() throws {
    var registry = try start()
    let asset = try Self.asset()
    let seen = try Contribution.commitment(to: asset, by: ada, salt: salt)
    // Eve sees Ada's commitment on its way and is first in the log with the same digest.
    try registry.add(.commitment(seen), keyID: eve, at: 4)
    try registry.add(.commitment(seen), keyID: ada, at: 5)
    // Then she sees the reveal on its way, and is first with that, too.
    #expect(throws: RegistryRefusal.doesNotOpen(at: 4)) {
      try reveal(&registry, asset, by: eve, committed: 4, at: 8)
    }
    #expect(throws: RegistryRefusal.noCommitment(at: 5)) {
      try reveal(&registry, asset, by: eve, committed: 5, at: 9)
    }
    try reveal(&registry, asset, by: ada, committed: 5, at: 10)
    #expect(registry.owner(of: SHA256.hash([1]))?.contributor == "ada")
  }

  /// Older evidence that is revealed later takes over, for those who ask from then on.
  @Test func anEarlierCommitmentThatIsRevealedLaterTakesOver() throws {
    var registry = try start()
    let asset = try Self.asset()
    try commit(&registry, asset, by: ada, at: 5)
    try commit(&registry, asset, by: eve, at: 6)
    try reveal(&registry, asset, by: eve, committed: 6, at: 7)
    let before = registry
    try reveal(&registry, asset, by: ada, committed: 5, at: 8)
    #expect(before.owner(of: SHA256.hash([2]))?.contributor == "eve")
    #expect(registry.owner(of: SHA256.hash([2]))?.contributor == "ada")
    #expect(registry.holding(of: "corpus")?.contributor == "ada")
    #expect(registry.holdings.count == 2)
  }

  @Test func aRevealIsTimelyOfOneCommitmentAndOnce() throws {
    var registry = try start()
    let asset = try Self.asset()
    try commit(&registry, asset, by: ada, at: 5)
    var same = registry
    let last = 5 + Registry.revealIndicesMax
    try reveal(&same, asset, by: ada, committed: 5, at: last)
    #expect(throws: RegistryRefusal.noCommitment(at: 5)) {
      try reveal(&same, asset, by: ada, committed: 5, at: last + 1)
    }
    let late = registry
    #expect(throws: RegistryRefusal.late(committed: 5, index: last + 1)) {
      var registry = late
      try reveal(&registry, asset, by: ada, committed: 5, at: last + 1)
    }
    #expect(throws: RegistryRefusal.doesNotOpen(at: 5)) {
      var registry = late
      try reveal(&registry, Self.asset("corpus", [1, 9]), by: ada, committed: 5, at: 6)
    }
    for wrong in [4, 6, 7] as [UInt64] {
      #expect(throws: RegistryRefusal.noCommitment(at: wrong)) {
        var registry = late
        try reveal(&registry, asset, by: ada, committed: wrong, at: 6)
      }
    }
  }

  @Test func anIDBelongsToItsFirstKey() throws {
    var registry = try start()
    let (taken, other) = (try person("ada", eve), try person("eve", ada))
    #expect(throws: RegistryRefusal.taken(id: "ada")) { try registry.add(taken, keyID: eve, at: 3) }
    #expect(throws: RegistryRefusal.taken(id: "eve")) { try registry.add(other, keyID: ada, at: 4) }
    let third = try person("third", ada)
    #expect(throws: RegistryRefusal.otherID("ada")) { try registry.add(third, keyID: ada, at: 5) }
    try registry.add(person("ada", ada, name: "Ada L."), keyID: ada, at: 6)
    #expect(registry.members["ada"]?.contributor.name == "Ada L." && registry.members["ada"]?.since == 1)
    #expect(registry.members.count == 2)
  }

  @Test func strangersAndOldIndicesChangeNothing() throws {
    var registry = try start()
    let asset = try Self.asset()
    let stranger = [UInt8](repeating: 3, count: 32)
    #expect(throws: RegistryRefusal.unknownKey) { try commit(&registry, asset, by: stranger, at: 3) }
    #expect(throws: RegistryRefusal.unknownKey) { try reveal(&registry, asset, by: stranger, committed: 1, at: 4) }
    #expect(throws: RegistryRefusal.order(index: 4, next: 5)) { try commit(&registry, asset, by: ada, at: 4) }
  }
}
