/// What two neighbouring tokens become, and how early.
struct Merge: Sendable, Equatable {
  /// Lower ranks merge first. Never `UInt32.max`.
  var rank: UInt32
  var result: UInt32
}

/// Merges by their pair, `left << 32 | right`: open addressing with linear probing, at most half full.
struct MergeTable: Sendable {
  private struct Slot: Sendable {
    var pair: UInt64
    var merge: Merge
  }

  /// No pair: ids are below 2^20.
  private static let none = UInt64.max
  private var slots: [Slot]
  private let hash = TextHash()

  init(_ count: Int) {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    slots = Array(repeating: Slot(pair: Self.none, merge: Merge(rank: 0, result: 0)), count: capacity)
  }

  subscript(_ pair: UInt64) -> Merge? {
    let slot = slots[search(pair)]
    return slot.pair == pair ? slot.merge : nil
  }

  /// Whether the pair was not there yet.
  mutating func insert(_ pair: UInt64, _ merge: Merge) -> Bool {
    let slot = search(pair)
    guard slots[slot].pair == Self.none else { return false }
    slots[slot] = Slot(pair: pair, merge: merge)
    return true
  }

  private func search(_ pair: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash.of(pair)) & mask
    while slots[slot].pair != pair, slots[slot].pair != Self.none { slot = (slot + 1) & mask }
    return slot
  }
}
