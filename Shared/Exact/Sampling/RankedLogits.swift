/// Logits over a temperature, in descending order, ids ascending among equals; only the first `topK` when it is not 0,
/// and without the tail that cannot change which token is chosen.
///
/// **The tail.** Let x_0 >= x_1 >= ... be the ranked values and d_i = x_i - x_0. Each of the 16 lanes of the softmax's sum
/// holds at least e^(d_15) when the ranks from 16 on join it, and the running sums at least the first probability. So an
/// element with d_i < d_15 - 18 adds less than half an ulp (e^-18 < 2^-25.9) to anything and changes no bit; the same
/// holds below -104 - 18, where e^d is 0. Instead of d_15 a lower bound of it serves.
struct RankedLogits {
  /// log(2^25) = 17.33 and a margin for the rounding of differences and of `exp`.
  private static let tail: Float = 18
  /// `exp` of less is +0.
  private static let underflow: Float = -104

  let ids: [UInt32]
  let values: [Float]

  /// - Parameter isMasked: whether a logit of -infinity is a removed token.
  /// - Throws: `noLogits`, `nonFiniteLogit`, `nothingAllowed`.
  init(
    _ logits: UnsafeBufferPointer<Float>, temperature: Float, topK: Int, isMasked: Bool = false
  ) throws(SamplingError) {
    let scaled = UnsafeMutableBufferPointer<Float>.allocate(capacity: logits.count)
    defer { scaled.deallocate() }
    for index in 0..<logits.count { scaled.initializeElement(at: index, to: logits[index] / temperature) }
    let values = UnsafeBufferPointer(scaled)
    let scan = try LogitScan(values, isMasked: isMasked)
    // A removed logit stays -infinity; a finite one must not become it.
    if scan.hasRemoved,
      let lost = logits.indices.first(where: { values[$0] == -.infinity && logits[$0] != -.infinity })
    {
      throw .nonFiniteLogit(token: UInt32(lost))
    }
    guard scan.largest > LogitScan.removed else { throw .nothingAllowed }
    var entries = Self.entries(values, scan, atLeast: Self.threshold(scan, topK: topK))
    entries.sortRanked()
    if topK > 0, topK < entries.count { entries.removeSubrange(topK...) }
    ids = entries.map { UInt32(truncatingIfNeeded: $0) }
    self.values = ids.map { values[Int($0)] }
  }

  /// The least key that can take part.
  private static func threshold(_ scan: LogitScan, topK: Int) -> Int32 {
    var threshold = LogitScan.removed + 1
    if let bound = scan.lowerBound(rank: 16), bound > LogitScan.removed {
      let most = LogitScan.value(scan.largest)
      let difference = max(LogitScan.value(bound) - most, underflow) - tail
      // Values below `most + difference` are below it by at least the margin, however the sum rounds.
      let least = most + difference
      if least.isFinite, least - most <= difference + 0.25 { threshold = max(threshold, LogitScan.key(least)) }
    }
    if topK > 0, let bound = scan.lowerBound(rank: topK) { threshold = max(threshold, bound) }
    return threshold
  }

  /// `key << 32 | id` of the tokens that reach the threshold, where this key falls as the value rises.
  private static func entries(
    _ values: UnsafeBufferPointer<Float>, _ scan: LogitScan, atLeast threshold: Int32
  ) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: values.count) { out, filled in
      guard let out = out.baseAddress, let values = values.baseAddress else { return }
      var count = 0
      for (block, most) in scan.blocks.enumerated() where most >= threshold {
        let start = block &* LogitScan.block
        for index in start..<min(start &+ LogitScan.block, scan.count) {
          let key = LogitScan.key(values[index])
          // ~key ^ signbit: unsigned and descending. Written always and kept if it counts: no branch to mispredict.
          out[count] = UInt64(~UInt32(bitPattern: key) ^ 0x8000_0000) << 32 | UInt64(index)
          count &+= key >= threshold ? 1 : 0
        }
      }
      filled = count
    }
  }
}

extension [UInt64] {
  /// Sorts entries that came in order of id: by comparison when they are few, otherwise by radix over the 32 key bits,
  /// 11 at a time, least significant first, which is stable.
  fileprivate mutating func sortRanked() {
    guard count > 192 else { return sort() }
    var from = self
    var to = [UInt64](unsafeUninitializedCapacity: count) { $1 = $0.count }
    for shift: UInt64 in [32, 43, 54] where from.pass(into: &to, shift: shift) { swap(&from, &to) }
    self = from
  }

  /// One pass. False when all have the same digit, and nothing was done.
  private func pass(into to: inout [UInt64], shift: UInt64) -> Bool {
    // Unsafe buffers: bounds checks would double the time of a step that runs once per sampled token. Every place is
    // below the count, since the places are sums of the counts of the same digits.
    withUnsafeBufferPointer { from in
      to.withUnsafeMutableBufferPointer { to in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2049) { places in
          places.initialize(repeating: 0)
          for entry in from { places[Int(truncatingIfNeeded: entry &>> shift & 0x7ff) &+ 1] &+= 1 }
          if places[Int(truncatingIfNeeded: from[0] &>> shift & 0x7ff) &+ 1] == Int32(from.count) { return false }
          for digit in 1...2048 { places[digit] &+= places[digit - 1] }
          for entry in from {
            let digit = Int(truncatingIfNeeded: entry &>> shift & 0x7ff)
            to[Int(places[digit])] = entry
            places[digit] &+= 1
          }
          return true
        }
      }
    }
  }
}
