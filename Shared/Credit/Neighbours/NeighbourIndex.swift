public import Cryptography

/// A class as the nearest-neighbour methods see it: what is its leader's.
public struct NeighbourClass: Hashable, Sendable {
  public var owner: String
  /// The log index of the commitment.
  public var commitment: UInt64
  public var id: Digest32
  /// What the label form asks for; nothing else reads it.
  public var label: UInt32
  public var vector: [Int8]

  public init(owner: String, commitment: UInt64, id: Digest32, label: UInt32 = 0, vector: [Int8]) {
    self.owner = owner
    self.commitment = commitment
    self.id = id
    self.label = label
    self.vector = vector
  }
}

/// The classes of one snapshot, ready to be ranked against queries: in the order that breaks ties, their vectors packed.
public final class NeighbourIndex: Sendable {
  /// int8 elements of a vector.
  public static let widthMax = 16_384
  /// Classes of one snapshot.
  public static let countMax = 1 << 32

  public let count: Int
  public let width: Int
  /// The owners by bytes, each once.
  public let owners: [String]
  /// Of each class, in the order of ties: its label, and its owner as an index into `owners`.
  let traits: [Trait]
  let rows: PackedRows
  /// Of each class, in the order of ties: its index in the array that was given.
  public let order: [Int]

  struct Trait: Sendable {
    var label: UInt32
    var owner: UInt32
  }

  /// Errors: no class, classes of several widths, widths or counts over the limits, an id twice.
  public init(_ classes: [NeighbourClass], kernel: DotKernel = .widest) throws(CreditError) {
    guard let width = classes.first?.vector.count else { throw .empty(what: "classes") }
    guard classes.count <= Self.countMax else {
      throw .tooMany(what: "classes", count: classes.count, limit: Self.countMax)
    }
    guard (1...Self.widthMax).contains(width) else {
      throw .outOfRange(what: "the width of vectors", value: String(width), range: "1 to \(Self.widthMax)")
    }
    var seen = Set<Digest32>(minimumCapacity: classes.count)
    for item in classes {
      try CreditID.check(item.owner, "owner")
      guard item.vector.count == width else {
        throw .widths(id: item.id.hex, count: item.vector.count, wanted: width)
      }
      guard seen.insert(item.id).inserted else { throw .duplicate(what: "class", item.id.hex) }
    }
    let order = classes.indices.sorted {
      (classes[$0].commitment, classes[$0].id) < (classes[$1].commitment, classes[$1].id)
    }
    let owners = Set(classes.map(\.owner)).sorted(by: CreditID.precedes)
    guard owners.count <= Apportionment.weightCountMax else {
      throw .tooMany(what: "owners", count: owners.count, limit: Apportionment.weightCountMax)
    }
    let numbers = Dictionary(uniqueKeysWithValues: owners.enumerated().map { ($1, UInt32($0)) })
    rows = try PackedRows(width: width, capacity: classes.count, kernel: kernel)
    for (at, index) in order.enumerated() { rows.set(at, classes[index].vector) }
    traits = order.map { Trait(label: classes[$0].label, owner: numbers[classes[$0].owner] ?? 0) }
    count = classes.count
    self.width = width
    self.owners = owners
    self.order = order
  }

  func check(query: [Int8]) throws(CreditError) {
    guard query.count == width else { throw .widths(id: "query", count: query.count, wanted: width) }
  }
}

/// What a contributor's sum makes of a class whose score is negative, as the label form has them.
public enum NegativeScores: String, CaseIterable, Sendable {
  /// It counts: sums are the Shapley values of contributors' classes together. Not for money: who puts the records that
  /// do harm under another name would earn more.
  case net
  /// It counts 0: then names and how records are spread over them change nothing.
  case dropped

  /// No score counts less.
  var least: Int64 { self == .net ? .min : 0 }
}

/// What a class among the nearest is worth: h of FORMAT section 7, from 0 to 2^16.
public enum NeighbourWorth: Hashable, Sendable {
  /// All of it where the class has this label.
  case label(UInt32)
  /// The dot product shifted right by 0 to 31 bits, clamped.
  case relevance(shift: Int)

  /// 2^16.
  public static let most: Int64 = 1 << 16

  func check() throws(CreditError) {
    if case .relevance(let shift) = self, !(0...31).contains(shift) {
      throw .outOfRange(what: "the shift of relevance", value: String(shift), range: "0 to 31")
    }
  }

  @inline(__always)
  func of(label: UInt32, dot: Int64) -> Int64 {
    if case .label(let wanted) = self { return label == wanted ? Self.most : 0 }
    return ofDot(dot)
  }

  /// Of relevance; a label's worth is in no dot product.
  @inline(__always)
  func ofDot(_ dot: Int64) -> Int64 {
    guard case .relevance(let shift) = self else { return 0 }
    return min(Self.most, max(0, dot) >> Int64(shift))
  }

  /// The least dot product that can have h above 0: of relevance, only what is relevant needs to be ranked.
  var dotMin: Int32 {
    guard case .relevance(let shift) = self else { return .min }
    return shift == 31 ? .max : 1 << shift
  }
}
