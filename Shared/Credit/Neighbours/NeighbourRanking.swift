/// Ranks the classes of a snapshot against one query after another, in memory that it keeps. Confined to one caller at
/// a time; many may work on one index.
public final class NeighbourRanking {
  public let index: NeighbourIndex
  let dots: Pages<Int32>
  private var keys: Pages<UInt64>
  private var spare: Pages<UInt64>
  private var counts: [Int]
  /// `floor(S / max(K, r))` at r, for the K that was asked for last.
  private var steps: [Int64] = []
  private var stepsNeighbours = 0

  private static let digitBits = 11

  public init(_ index: NeighbourIndex) throws(CreditError) {
    self.index = index
    let capacity = index.rows.capacity
    dots = try Pages(capacity, "dot products")
    keys = try Pages(capacity, "ranks")
    spare = try Pages(capacity, "ranks")
    counts = Array(repeating: 0, count: 3 << Self.digitBits)
  }

  func computeDots(_ query: [Int8]) {
    index.rows.dots(query, rows: 0..<index.rows.capacity, into: dots.base)
  }

  /// Classes by rank: the upper half of a key is how far its dot product is below `most`, the lower half what the caller
  /// wants to know of the class, so that nobody has to look it up out of order. Valid until the next call.
  struct Ranked {
    var most: Int32
    var keys: UnsafeBufferPointer<UInt64>

    @inline(__always)
    func dot(_ key: UInt64) -> Int64 { Int64(most) &- Int64(key >> 32) }
  }

  /// The classes with a dot product of at least `least`, by (dot product descending, order of ties).
  @inline(__always)
  func ranked(least: Int32, _ payload: (Int) -> UInt32) -> Ranked {
    let (dots, keys) = (dots.base, keys.base)
    var (most, least, count) = (Int32.min, least, 0)
    for at in 0..<index.count { most = max(most, dots[at]) }
    if least == .min {
      least = .max
      for at in 0..<index.count { least = min(least, dots[at]) }
    }
    for at in 0..<index.count {
      // Below 2^32: of integers within 32 bits. Written always, kept if it counts.
      keys[count] = UInt64(UInt32(truncatingIfNeeded: Int64(most) - Int64(dots[at]))) << 32 | UInt64(payload(at))
      count += dots[at] >= least ? 1 : 0
    }
    sort(count, bits: 32 - UInt32(max(0, Int64(most) - Int64(least))).leadingZeroBitCount)
    return Ranked(most: most, keys: UnsafeBufferPointer(start: self.keys.base, count: count))
  }

  /// A stable radix sort of the keys' upper halves, whose values have `bits` bits: equal ones stay in the order of ties.
  private func sort(_ count: Int, bits: Int) {
    let passes = (bits + Self.digitBits - 1) / Self.digitBits
    guard passes > 0, count > 1 else { return }
    let width = (bits + passes - 1) / passes
    let (mask, values) = (1 << width - 1, 1 << width)
    counts.withUnsafeMutableBufferPointer { counts in
      for at in 0..<passes * values { counts[at] = 0 }
      let keys = keys.base
      for at in 0..<count {
        var key = Int(keys[at] >> 32)
        for pass in 0..<passes {
          counts[pass &* values &+ key & mask] &+= 1
          key >>= width
        }
      }
      for pass in 0..<passes {
        let starts = UnsafeMutableBufferPointer(rebasing: counts[pass * values..<(pass + 1) * values])
        var sum = 0
        for value in 0..<values { (starts[value], sum) = (sum, sum + starts[value]) }
        let (from, to, shift) = (self.keys.base, spare.base, 32 + pass * width)
        for at in 0..<count {
          let key = from[at]
          let value = Int(truncatingIfNeeded: key >> UInt64(shift)) & mask
          to[starts[value]] = key
          starts[value] &+= 1
        }
        swap(&self.keys, &spare)
      }
    }
  }

  /// The table of `floor(S / max(K, r))`, from r = 0 (not used) to N.
  func steps(neighbours: Int) -> [Int64] {
    if stepsNeighbours != neighbours {
      steps = (0...index.count).map { KNNShapley.unit / Int64(max(neighbours, $0)) }
      stepsNeighbours = neighbours
    }
    return steps
  }

  /// `sum over k = 2, ..., m of floor(S / k)` at m; made when first asked for.
  private(set) lazy var harmonics: [Int64] = {
    var sums: [Int64] = [0, 0]
    for k in stride(from: 2, through: index.count, by: 1) { sums.append(sums[k - 1] + KNNShapley.unit / Int64(k)) }
    return sums
  }()
}
