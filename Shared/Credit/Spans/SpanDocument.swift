public import Cryptography

/// A class with a text, as a span index holds it: what is its leader's.
public struct SpanDocument: Hashable, Sendable {
  public var owner: String
  public var commitment: UInt64
  public var id: Digest32
  public var tokens: [UInt32]

  public init(owner: String, commitment: UInt64, id: Digest32, tokens: [UInt32]) {
    self.owner = owner
    self.commitment = commitment
    self.id = id
    self.tokens = tokens
  }

  /// The texts of a snapshot: all that a class has is its leader's.
  public static func documents(_ records: [Record], leaders: [Int]) -> [SpanDocument] {
    leaders.indices.filter { leaders[$0] == $0 }.compactMap { at in
      guard case .text(let tokens) = records[at].content else { return nil }
      let leader = records[at]
      return SpanDocument(owner: leader.contributor, commitment: leader.commitment, id: leader.id, tokens: tokens)
    }
  }

  var standing: SpanStanding { SpanStanding(commitment: commitment, id: id) }
}

/// What decides between classes that have a span: the earlier commitment, then the smaller id.
struct SpanStanding: Hashable, Comparable, Sendable {
  var commitment: UInt64
  var id: Digest32

  static func < (a: Self, b: Self) -> Bool { (a.commitment, a.id) < (b.commitment, b.id) }
}
