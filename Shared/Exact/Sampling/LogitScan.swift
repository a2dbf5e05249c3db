/// One pass over logits for what every way of choosing needs: whether all are finite, and the largest of each block.
///
/// Floats are compared as integers of the same order (-0 made +0 first), since loops over integers are vectorised.
/// Where a grammar has removed tokens, `-infinity` stands for them and is no fault.
struct LogitScan {
  static let block = 64

  /// The key of the largest logit of each block of 64 in order of id.
  let blocks: [Int32]
  let count: Int
  let hasRemoved: Bool

  /// Keys order as the values do; -0 and +0 have one key.
  @inline(__always) static func key(_ value: Float) -> Int32 {
    let bits = Int32(bitPattern: (value + 0).bitPattern)  // -0 + 0 = +0
    return bits ^ ((bits >> 31) & 0x7fff_ffff)
  }

  @inline(__always) static func value(_ key: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: key ^ ((key >> 31) & 0x7fff_ffff)))
  }

  /// The key of +infinity; those of NaN are above it, or below that of -infinity.
  private static let infinity = key(.infinity)
  static let removed = key(-.infinity)

  /// Errors: `noLogits`, `nonFiniteLogit` with the first.
  init(_ logits: UnsafeBufferPointer<Float>, isMasked: Bool) throws(SamplingError) {
    guard let base = logits.baseAddress, !logits.isEmpty else { throw .noLogits }
    let count = logits.count
    var lowest = Int32.max
    var highest = Int32.min
    blocks = [Int32](unsafeUninitializedCapacity: (count + Self.block - 1) / Self.block) { out, filled in
      var start = 0
      while start < count {
        var most = Int32.min
        var least = Int32.max
        for index in start..<min(start &+ Self.block, count) {
          let key = Self.key(base[index])
          most = max(most, key)
          least = min(least, key)
        }
        highest = max(highest, most)
        lowest = min(lowest, least)
        out.initializeElement(at: filled, to: most)
        filled &+= 1
        start &+= Self.block
      }
    }
    self.count = count
    hasRemoved = lowest == Self.removed
    guard highest < Self.infinity, lowest > Self.removed || (isMasked && hasRemoved) else {
      let token = logits.firstIndex { !$0.isFinite && !(isMasked && $0 == -.infinity) } ?? 0
      throw .nonFiniteLogit(token: UInt32(token))
    }
  }

  /// The key of the largest of all.
  var largest: Int32 { blocks.reduce(.min, max) }

  /// The token of the largest logit; of equals the lowest. Nil when all are removed.
  func firstLargest(_ logits: UnsafeBufferPointer<Float>) -> Int? {
    let largest = largest
    guard largest > Self.removed, let block = blocks.firstIndex(of: largest) else { return nil }
    let start = block * Self.block
    return (start..<min(start + Self.block, count)).first { Self.key(logits[$0]) == largest }
  }

  /// A key that at most the key of the `rank`-th largest logit (from 1): the `rank`-th largest of the blocks' own.
  /// Nil where there are not as many blocks.
  func lowerBound(rank: Int) -> Int32? {
    guard rank <= blocks.count else { return nil }
    // An insertion sort of the first `rank`: few are ever inserted when the rank is small.
    if rank <= 64 {
      var top: [Int32] = []
      top.reserveCapacity(rank + 1)
      for key in blocks where top.count < rank || key > top[top.count - 1] {
        var place = top.count
        while place > 0, top[place - 1] < key { place -= 1 }
        top.insert(key, at: place)
        if top.count > rank { top.removeLast() }
      }
      return top.last
    }
    return blocks.sorted(by: >)[rank - 1]
  }
}
