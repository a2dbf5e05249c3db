/// The vocabulary as bytes, in a prefix tree, made once per model.
///
/// A token of `nil` or of no bytes spells nothing (control tokens) and is never allowed by a grammar; so is one that is
/// longer than `maximumTokenBytes`. Tokens that spell the same bytes are allowed together.
public final class TokenTrie: Sendable {
  public static let maximumTokenBytes = 4096

  /// Tokens of the vocabulary, those that spell nothing included.
  public let count: Int
  /// Bytes that some token spells alone. What a grammar can end with these, it can always end.
  let singleBytes: ByteSet
  let all: TrieNodes
  /// The tokens that are not in `plain`.
  let special: TrieNodes
  /// The tokens made of whole UTF-8 characters that a JSON string spells as themselves, by their number of characters
  /// less one: nine of ten in a vocabulary. Inside a string all of one length lead to the same place, so nobody need
  /// walk them.
  let plain: [TokenMask]
  /// Longer tokens are walked.
  static let plainCharactersMax = 64

  /// - Parameter tokens: the bytes of each id, nil for one that spells nothing.
  public init(tokens: [[UInt8]?]) {
    count = tokens.count
    var singles = ByteSet()
    var plain: [TokenMask] = []
    var isSpecial = [Bool](repeating: true, count: tokens.count)
    var spelled: [(bytes: [UInt8], id: UInt32)] = []
    spelled.reserveCapacity(tokens.count)
    for (id, bytes) in tokens.enumerated() {
      guard let bytes, 1...Self.maximumTokenBytes ~= bytes.count else { continue }
      spelled.append((bytes, UInt32(id)))
      if bytes.count == 1 { singles.insert(bytes[0]) }
      guard let characters = Self.plainCharacters(bytes), characters <= Self.plainCharactersMax else { continue }
      while plain.count < characters { plain.append(TokenMask(count: tokens.count)) }
      plain[characters - 1].insert(UInt32(id))
      isSpecial[id] = false
    }
    spelled.sort { a, b in
      let shared = min(a.bytes.count, b.bytes.count)
      for index in 0..<shared where a.bytes[index] != b.bytes[index] { return a.bytes[index] < b.bytes[index] }
      return a.bytes.count != b.bytes.count ? a.bytes.count < b.bytes.count : a.id < b.id
    }
    singleBytes = singles
    all = TrieNodes(sorted: spelled)
    special = TrieNodes(sorted: spelled.filter { isSpecial[Int($0.id)] })
    self.plain = plain
  }

  /// How many characters a token has, if a string may hold each as itself.
  private static func plainCharacters(_ bytes: [UInt8]) -> Int? {
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }),
      WellFormedUTF8.firstIllFormed(bytes[...]) == nil
    else { return nil }
    return bytes.count { $0 & 0xc0 != 0x80 }
  }
}

/// A prefix tree in preorder: the children of a node follow it, and `end` skips them all.
struct TrieNodes: Sendable {
  struct Node: Sendable {
    /// The index after the last node below this one.
    var end: UInt32
    /// The tokens that end here, in `tokens`.
    var tokensFrom: UInt32
    var tokensTo: UInt32
    /// Bytes from the root: 1 for a first byte.
    var depth: UInt16
    var byte: UInt8
  }

  private(set) var nodes: [Node] = []
  private(set) var tokens: [UInt32] = []
  private(set) var depthMax = 0

  /// - Parameter sorted: by bytes, no entry empty.
  init(sorted: [(bytes: [UInt8], id: UInt32)]) {
    tokens.reserveCapacity(sorted.count)
    var path: [Int] = []
    var previous: [UInt8] = []
    for (bytes, id) in sorted {
      var shared = 0
      while shared < min(previous.count, bytes.count), previous[shared] == bytes[shared] { shared += 1 }
      close(&path, to: shared)
      for depth in shared..<bytes.count {
        let at = UInt32(tokens.count)
        path.append(nodes.count)
        nodes.append(Node(end: 0, tokensFrom: at, tokensTo: at, depth: UInt16(depth + 1), byte: bytes[depth]))
      }
      depthMax = max(depthMax, bytes.count)
      tokens.append(id)
      if let last = path.last { nodes[last].tokensTo = UInt32(tokens.count) }
      previous = bytes
    }
    close(&path, to: 0)
  }

  private mutating func close(_ path: inout [Int], to depth: Int) {
    while path.count > depth { nodes[path.removeLast()].end = UInt32(nodes.count) }
  }
}

/// A set of byte values.
struct ByteSet: Sendable, Hashable {
  private var words: SIMD4<UInt64> = .zero

  static var all: ByteSet {
    var set = ByteSet()
    set.words = SIMD4(repeating: .max)
    return set
  }

  func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

  mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  func isSuperset(of other: ByteSet) -> Bool { other.words & ~words == .zero }

  func containsAny(_ low: UInt8, _ high: UInt8) -> Bool { (low...high).contains { contains($0) } }
}
