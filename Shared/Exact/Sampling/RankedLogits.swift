/// Logits over a temperature, in descending order, ids ascending among equals; only the first `topK` when it is not 0.
struct RankedLogits {
  let ids: [UInt32]
  let values: [Float]

  init(_ logits: UnsafeBufferPointer<Float>, temperature: Float, topK: Int) throws(SamplingError) {
    guard !logits.isEmpty else { throw .noLogits }
    var scaled: [Float] = []
    scaled.reserveCapacity(logits.count)
    for (token, logit) in logits.enumerated() {
      let value = logit / temperature
      guard value.isFinite else { throw .nonFiniteLogit(token: UInt32(token)) }
      scaled.append(value)
    }
    var entries = Self.entries(scaled)
    if topK > 0, topK < entries.count {
      entries = Self.candidates(entries, atLeast: topK)
      entries.sort()
      entries.removeSubrange(topK...)
    } else {
      entries = Self.radixSorted(entries)
    }
    ids = entries.map { UInt32(truncatingIfNeeded: $0) }
    values = ids.map { scaled[Int($0)] }
  }

  /// `key << 32 | id`, where the key falls as the value rises; -0 and +0 have one key, as they compare equal.
  private static func entries(_ values: [Float]) -> [UInt64] {
    values.enumerated().map { id, value in
      let bits = (value + 0).bitPattern  // -0 + 0 = +0
      let key = bits >> 31 == 0 ? ~bits & 0x7fff_ffff : bits
      return UInt64(key) << 32 | UInt64(id)
    }
  }

  /// A superset of the `count` first entries: whole buckets of the key's top 12 bits.
  private static func candidates(_ entries: [UInt64], atLeast count: Int) -> [UInt64] {
    var sizes = [Int](repeating: 0, count: 1 << 12)
    for entry in entries { sizes[Int(entry >> 52)] += 1 }
    var last = 0
    var seen = sizes[0]
    while seen < count {
      last += 1
      seen += sizes[last]
    }
    return entries.filter { $0 >> 52 <= last }
  }

  /// Least significant digit first over the 32 key bits, 8 at a time; stable, and entries come in order of id.
  private static func radixSorted(_ entries: [UInt64]) -> [UInt64] {
    var from = entries
    var to = [UInt64](repeating: 0, count: entries.count)
    for shift in stride(from: UInt64(32), to: 64, by: 8) {
      // Unsafe buffers: bounds checks would double the time of a step that runs once per sampled token. Every place is
      // below the count, since the places are sums of the counts of the same digits.
      from.withUnsafeBufferPointer { from in
        to.withUnsafeMutableBufferPointer { to in
          withUnsafeTemporaryAllocation(of: Int32.self, capacity: 257) { places in
            places.initialize(repeating: 0)
            for entry in from { places[Int(truncatingIfNeeded: entry &>> shift & 0xff) &+ 1] &+= 1 }
            for digit in 1...256 { places[digit] &+= places[digit - 1] }
            for entry in from {
              let digit = Int(truncatingIfNeeded: entry &>> shift & 0xff)
              to[Int(places[digit])] = entry
              places[digit] &+= 1
            }
          }
        }
      }
      swap(&from, &to)
    }
    return from
  }
}
