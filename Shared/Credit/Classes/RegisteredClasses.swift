public import Cryptography

/// The classes of registered texts at one size of the log, by the deterministic scan of FORMAT section 7, and to which of
/// them a document belongs: a near copy is its original's, whoever registered it.
public struct RegisteredClasses: Sendable {
  /// `H("colophon/records/v1" ‖ 0 ‖ ids of the texts that were scanned, ascending)`.
  public let records: Digest32
  private let registry: Registry
  private let size: UInt64
  private let hash: MinHash
  private let agreeing: Int
  /// By the id of a scanned text, its leader's.
  private let leaderOf: [Digest32: Digest32]
  /// In the order of the scan.
  let leaders: [Leader]

  struct Leader: Sendable {
    let holding: Registry.Holding
    let id: Digest32
    let signature: [UInt64]?
  }

  /// - Parameters:
  ///   - texts: tokens of texts by the SHA-256 of their bytes; those that are not registered take no part.
  ///   - seed: the root of the log's tree of `size` entries, which nobody knew when the texts were committed to.
  public init(
    _ texts: [Digest32: [UInt32]], in registry: Registry, size: UInt64, seed: Digest32, near: NearTexts
  ) throws(CreditError) {
    hash = try near.minHash(seed: seed)
    agreeing = hash.agreeing
    self.registry = registry
    self.size = size
    var found: [(id: Digest32, holding: Registry.Holding)] = []
    for id in texts.keys.sorted() {
      if let holding = registry.owner(of: id, inLogOf: size) { found.append((id, holding)) }
    }
    records = SHA256.hash(DomainTag.records.prefix + found.flatMap(\.id.bytes))
    let scanned = found.map { item in
      Record(
        contributor: item.holding.contributor, commitment: item.holding.committed, id: item.id,
        content: .text(texts[item.id] ?? []))
    }
    let places = try ClassScan.leaders(scanned, .minHash(hash))
    var leaderOf: [Digest32: Digest32] = [:]
    for (at, leader) in places.enumerated() { leaderOf[found[at].id] = found[leader].id }
    self.leaderOf = leaderOf
    let leading = places.indices.filter { places[$0] == $0 }.sorted {
      ClassScan.precedes(scanned[$0], scanned[$1])
    }
    leaders = leading.map { [hash] at in
      Leader(holding: found[at].holding, id: found[at].id, signature: hash.signature(texts[found[at].id] ?? []))
    }
  }

  /// The class of a text and whose it is; nil for one that is neither registered nor near one that leads.
  public func owner(of id: Digest32, tokens: [UInt32]) -> (holding: Registry.Holding, leader: Digest32)? {
    if let leader = leaderOf[id], let holding = registry.owner(of: leader, inLogOf: size) { return (holding, leader) }
    let own = registry.owner(of: id, inLogOf: size)
    guard let signature = hash.signature(tokens) else { return own.map { ($0, id) } }
    for leader in leaders {
      if let own, (own.committed, id) < (leader.holding.committed, leader.id) { break }
      guard let theirs = leader.signature, zip(signature, theirs).count(where: { $0 == $1 }) >= agreeing else {
        continue
      }
      return (leader.holding, leader.id)
    }
    return own.map { ($0, id) }
  }
}
