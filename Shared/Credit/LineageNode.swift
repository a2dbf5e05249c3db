/// What an asset is.
public enum AssetKind: String, CaseIterable, Hashable, Sendable {
  case model, adapter, dataset, documents, code, machine, `operator`
}

/// How far the claim of an asset's contributor is backed.
public enum Claim: String, CaseIterable, Hashable, Sendable {
  /// Stated by whoever signed the manifest; the contributor has not said so.
  case declared
  /// The contributor signed a contribution statement for the asset.
  case confirmed
}

/// An asset that another one was made from, and what is passed on to it.
public struct LineageParent: Hashable, Sendable {
  public var id: String
  /// Of the child's weight. 0 says: made from it, credits it nothing.
  public var basisPoints: Int

  public init(id: String, basisPoints: Int) {
    self.id = id
    self.basisPoints = basisPoints
  }
}

/// One asset of a lineage. `retainedBasisPoints` and those of all parents add up to 10,000.
public struct LineageNode: Hashable, Sendable {
  /// Bytes of a name.
  public static let nameByteCountMax = 256

  public var id: String
  public var kind: AssetKind
  /// For people; not part of any computation.
  public var name: String
  /// Who is credited: an id, or `CreditID.unattributed` where nobody claimed the asset.
  public var contributor: String
  public var claim: Claim
  /// What the contributor keeps of the asset's weight.
  public var retainedBasisPoints: Int
  public var parents: [LineageParent]

  public init(
    id: String, kind: AssetKind, name: String, contributor: String, claim: Claim = .declared,
    retainedBasisPoints: Int = BasisPoints.whole, parents: [LineageParent] = []
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.contributor = contributor
    self.claim = claim
    self.retainedBasisPoints = retainedBasisPoints
    self.parents = parents
  }

  /// All that can be said of a node alone.
  func check() throws(CreditError) {
    try CreditID.check(id, "asset")
    try CreditID.check(contributor, "contributor")
    let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPlain, name.utf8.count <= Self.nameByteCountMax else { throw .invalidName(name, asset: id) }
    guard claim != .confirmed || contributor != CreditID.unattributed else { throw .confirmedUnattributed(id) }
    try CreditID.refuseDuplicates(parents.map(\.id), "parent of '\(id)':")
    try BasisPoints.check([retainedBasisPoints] + parents.map(\.basisPoints), of: "asset '\(id)'", min: 0)
  }
}

/// Hundredths of a percent.
public enum BasisPoints {
  public static let whole = 10_000

  /// Requires parts from `min` to 10,000 that add up to 10,000.
  static func check(_ parts: [Int], of what: String, min: Int) throws(CreditError) {
    var sum = 0
    for part in parts {
      guard (min...whole).contains(part) else { throw .basisPointsOutOfRange(of: what, part) }
      sum += part
    }
    guard sum == whole else { throw .basisPointsSum(of: what, sum) }
  }
}
