import Glibc

/// What each token spells, end to end in one array: a vocabulary has up to a million texts of a few bytes.
struct TokenTexts: Sendable {
  private var arena: [UInt8] = []
  /// Where each text ends; the first begins at 0. Below 2^32, as `Vocabulary.maximumBytes` is.
  private var ends: [UInt32] = []

  var count: Int { ends.count }
  var byteCount: Int { arena.count }

  init(reserving count: Int, bytes: Int) {
    arena.reserveCapacity(bytes)
    ends.reserveCapacity(count)
  }

  mutating func append(_ text: some Sequence<UInt8>) {
    arena.append(contentsOf: text)
    ends.append(UInt32(arena.count))
  }

  subscript(id: Int) -> ArraySlice<UInt8> { arena[range(id)] }

  func withBytes<Result>(of id: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    arena.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(id)])) }
  }

  private func range(_ id: Int) -> Range<Int> { (id == 0 ? 0 : Int(ends[id - 1]))..<Int(ends[id]) }
}

/// Finds tokens by what they spell: open addressing with linear probing, at most half full.
struct TokenIndex: Sendable {
  /// Eleven bits of the hash over id + 1, which takes 21 bits; 0 where nothing is. Small, for each search of a token
  /// is a miss of the cache.
  private var slots: [UInt32]
  private let hash = TextHash()
  private static let idMask: UInt32 = 1 << 21 - 1

  /// Room for `count` tokens.
  init(_ count: Int) {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    slots = [UInt32](repeating: 0, count: capacity)
  }

  /// Enters a token under its text in `texts`; the token that already stands there stays and is returned.
  mutating func insert(_ id: UInt32, _ texts: TokenTexts) -> UInt32? {
    let (found, slot, tag) = texts.withBytes(of: Int(id)) { search($0, texts) }
    if found == nil { slots[slot] = tag | (id + 1) }
    return found
  }

  func find(_ text: UnsafeBufferPointer<UInt8>, _ texts: TokenTexts) -> UInt32? { search(text, texts).found }

  func find(_ text: some Sequence<UInt8>, _ texts: TokenTexts) -> UInt32? {
    Array(text).withUnsafeBufferPointer { find($0, texts) }
  }

  private func search(
    _ text: UnsafeBufferPointer<UInt8>, _ texts: TokenTexts
  ) -> (found: UInt32?, slot: Int, tag: UInt32) {
    let hash = hash.of(text)
    let tag = UInt32(truncatingIfNeeded: hash >> 32) & ~Self.idMask
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while case let entry = slots[slot], entry != 0 {
      let id = (entry & Self.idMask) - 1
      if entry & ~Self.idMask == tag, texts.withBytes(of: Int(id), { Self.equal($0, text) }) {
        return (id, slot, tag)
      }
      slot = (slot + 1) & mask
    }
    return (nil, slot, tag)
  }

  private static func equal(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    guard let first = a.baseAddress, let second = b.baseAddress else { return a.count == 0 }
    return memcmp(first, second, a.count) == 0
  }
}

/// Multiply-and-fold hashing under a seed of this process, so that no file can be made whose tokens collide. Its values
/// decide where a search begins and nothing else.
struct TextHash: Sendable {
  private static let ofProcess = UInt64.random(in: .min ... .max)
  private let seed = Self.ofProcess

  func of(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var state = Self.fold(seed ^ UInt64(text.count), 0x9e37_79b9_7f4a_7c15)
    let bytes = UnsafeRawBufferPointer(text)
    var offset = 0
    while offset + 8 <= bytes.count {
      state = Self.fold(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xd6e8_feb8_6659_fd93)
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < bytes.count {
      rest = rest << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return Self.fold(state ^ rest, 0xa076_1d64_78bd_642f)
  }

  func of(_ number: UInt64) -> UInt64 { Self.fold(number ^ seed, 0x9e37_79b9_7f4a_7c15) }

  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (high, low) = a.multipliedFullWidth(by: b)
    return high ^ low
  }
}
