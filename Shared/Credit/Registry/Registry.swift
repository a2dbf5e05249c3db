public import Cryptography

/// Who brought what, as a log says up to an index. A pure function of the contributions in the order of the log: whoever
/// has the log has the same registry (FORMAT section 7).
///
/// What is revealed late changes who owns what from then on, never what was computed before: a snapshot names the size of
/// the log that it was made from.
public struct Registry: Sendable {
  /// A commitment is void when it is not revealed within so many indices: it must not be an option for ever.
  public static let revealIndicesMax: UInt64 = 1 << 20

  /// A contributor, and since which index its key speaks for it.
  public struct Member: Hashable, Sendable {
    public let contributor: Contributor
    public let since: UInt64
  }

  /// A revealed asset.
  public struct Holding: Hashable, Sendable {
    public let asset: Asset
    public let contributor: String
    /// Log index of the commitment: the smaller, the better the claim.
    public let committed: UInt64
    public let revealed: UInt64
  }

  /// By id.
  public private(set) var members: [String: Member] = [:]
  /// By the index of their commitments.
  public private(set) var holdings: [UInt64: Holding] = [:]
  private var ids: [[UInt8]: String] = [:]
  private var commitments: [UInt64: (keyID: [UInt8], digest: Digest32)] = [:]
  private var contentHolders: [Digest32: UInt64] = [:]
  /// Who held a content before an older commitment was revealed, in the order of their reveals.
  private var formerHolders: [Digest32: [UInt64]] = [:]
  private var assetHolders: [String: UInt64] = [:]
  private var next: UInt64 = 0

  public init() {}

  /// Takes the contribution at a log index, signed by a key with this thumbprint.
  ///
  /// Errors: ``RegistryRefusal``; such a contribution stands in the log and changes nothing.
  public mutating func add(_ contribution: Contribution, keyID: [UInt8], at index: UInt64) throws(RegistryRefusal) {
    guard index >= next else { throw .order(index: index, next: next) }
    next = index + 1
    switch contribution {
    case .contributor(let contributor): try add(contributor, keyID, index)
    case .commitment(let digest):
      guard ids[keyID] != nil else { throw .unknownKey }
      commitments[index] = (keyID, digest)
    case .asset(let reveal): try add(reveal, keyID, index)
    }
  }

  /// The id that a key speaks for.
  public func contributor(of keyID: [UInt8]) -> String? { ids[keyID] }

  /// Who owns a file or record: of those who revealed it, the one that committed to it first. Nil when nobody has.
  public func owner(of content: Digest32) -> Holding? { contentHolders[content].flatMap { holdings[$0] } }

  /// Who owned it in the log of so many entries: what is revealed later changes no snapshot that was made before.
  public func owner(of content: Digest32, inLogOf size: UInt64) -> Holding? {
    let all = formerHolders[content, default: []] + [contentHolders[content]].compactMap(\.self)
    return all.last { (holdings[$0]?.revealed ?? .max) < size }.flatMap { holdings[$0] }
  }

  /// The holding of an asset's id: the earliest committed one.
  public func holding(of asset: String) -> Holding? { assetHolders[asset].flatMap { holdings[$0] } }

  private mutating func add(_ contributor: Contributor, _ keyID: [UInt8], _ index: UInt64) throws(RegistryRefusal) {
    if let known = members[contributor.id], ids[keyID] != contributor.id { throw .taken(id: known.contributor.id) }
    if let id = ids[keyID], id != contributor.id { throw .otherID(id) }
    let since = members[contributor.id]?.since ?? index
    members[contributor.id] = Member(contributor: contributor, since: since)
    ids[keyID] = contributor.id
  }

  private mutating func add(_ reveal: Contribution.Reveal, _ keyID: [UInt8], _ index: UInt64) throws(RegistryRefusal) {
    guard let id = ids[keyID] else { throw .unknownKey }
    guard reveal.index < index, let commitment = commitments[reveal.index], commitment.keyID == keyID else {
      throw .noCommitment(at: reveal.index)
    }
    guard index - reveal.index <= Self.revealIndicesMax else { throw .late(committed: reveal.index, index: index) }
    guard let digest = try? Contribution.commitment(to: reveal.asset, by: keyID, salt: reveal.salt),
      digest == commitment.digest
    else { throw .doesNotOpen(at: reveal.index) }
    // One opening each: a second statement of the same reveal says nothing new.
    commitments[reveal.index] = nil
    holdings[reveal.index] = Holding(asset: reveal.asset, contributor: id, committed: reveal.index, revealed: index)
    assetHolders[reveal.asset.id] = min(assetHolders[reveal.asset.id] ?? .max, reveal.index)
    for content in reveal.asset.contents {
      guard let holder = contentHolders[content] else {
        contentHolders[content] = reveal.index
        continue
      }
      guard reveal.index < holder else { continue }
      formerHolders[content, default: []].append(holder)
      contentHolders[content] = reveal.index
    }
  }
}
