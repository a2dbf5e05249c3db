/// Which tokens may come next: one bit a token of the vocabulary.
public struct TokenMask: Sendable, Equatable {
  /// Tokens of the vocabulary.
  public let count: Int
  /// Bit `id % 64` of word `id / 64` belongs to token `id`; bits past `count` are zero.
  public internal(set) var words: [UInt64]

  /// A mask that allows nothing.
  public init(count: Int) {
    precondition(count >= 0, "a vocabulary has no negative size")
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  /// Whether token `id` may come next; false for what is no token.
  public func contains(_ id: UInt32) -> Bool {
    Int(id) < count && words[Int(id) >> 6] >> UInt64(id & 63) & 1 == 1
  }

  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// How many tokens are allowed.
  public var allowedCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The allowed tokens in ascending order.
  public var tokens: [UInt32] {
    var out: [UInt32] = []
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        out.append(UInt32(index << 6 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return out
  }

  /// Allows token `id`; what is no token changes nothing.
  public mutating func insert(_ id: UInt32) {
    guard Int(id) < count else { return }
    words[Int(id) >> 6] |= 1 << UInt64(id & 63)
  }

  mutating func formUnion(_ other: TokenMask) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  mutating func removeAll() {
    for index in words.indices { words[index] = 0 }
  }
}
