/// Logits over a temperature, in descending order, ids ascending among equals; only the first `topK` when it is not 0,
/// and without the tail that cannot change which token is chosen. They lie in the workspace.
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

  let workspace: SamplerWorkspace
  let count: Int

  /// - Parameter isMasked: whether a logit of -infinity is a removed token.
  /// - Throws: `noLogits`, `nonFiniteLogit`, `nothingAllowed`.
  init(
    _ logits: UnsafeBufferPointer<Float>, temperature: Float, topK: Int, isMasked: Bool = false,
    in workspace: SamplerWorkspace
  ) throws(SamplingError) {
    let values = UnsafeMutableBufferPointer(rebasing: workspace.scaled[..<logits.count])
    for index in 0..<logits.count { values[index] = logits[index] / temperature }
    let scan = try LogitScan(UnsafeBufferPointer(values), isMasked: isMasked)
    // A removed logit stays -infinity; a finite one must not become it.
    if scan.hasRemoved,
      let lost = logits.indices.first(where: { values[$0] == -.infinity && logits[$0] != -.infinity })
    {
      throw .nonFiniteLogit(token: UInt32(lost))
    }
    guard scan.largest > LogitScan.removed else { throw .nothingAllowed }
    self.workspace = workspace
    let found = Self.collect(workspace, scan, atLeast: Self.threshold(scan, topK: topK))
    Self.sort(workspace, found)
    count = topK > 0 ? min(topK, found) : found
    for rank in 0..<count { workspace.ranked[rank] = values[Int(id(rank))] }
  }

  /// The token at a rank.
  func id(_ rank: Int) -> UInt32 { UInt32(truncatingIfNeeded: workspace.entries[rank]) }

  /// The values in order of rank.
  var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(rebasing: workspace.ranked[..<count]) }

  /// The least key that can take part.
  private static func threshold(_ scan: LogitScan, topK: Int) -> Int32 {
    var threshold = LogitScan.removed + 1
    if let bound = scan.lowerBound(rank: 16), bound > LogitScan.removed {
      let most = LogitScan.value(scan.largest)
      let difference = max(LogitScan.value(bound) - most, underflow) - tail
      // What is below `least` is further from the largest by the margin, however sum and difference round.
      let least = most + difference
      if least.isFinite, least - most <= difference + 0.25 { threshold = max(threshold, LogitScan.key(least)) }
    }
    if topK > 0, let bound = scan.lowerBound(rank: topK) { threshold = max(threshold, bound) }
    return threshold
  }

  /// Writes `key << 32 | id` of the tokens that reach the threshold, where this key falls as the value rises.
  private static func collect(_ workspace: SamplerWorkspace, _ scan: LogitScan, atLeast threshold: Int32) -> Int {
    guard let out = workspace.entries.baseAddress, let values = workspace.scaled.baseAddress else { return 0 }
    var count = 0
    for (block, most) in scan.blocks.enumerated() where most >= threshold {
      let start = block &* LogitScan.block
      for index in start..<min(start &+ LogitScan.block, scan.count) {
        let key = LogitScan.key(values[index])
        // Written always and kept if it counts: no branch to mispredict. `count` never passes `index`.
        out[count] = UInt64(~UInt32(bitPattern: key) ^ 0x8000_0000) << 32 | UInt64(index)
        count &+= key >= threshold ? 1 : 0
      }
    }
    return count
  }

  /// Sorts the first `count` entries, which came in order of id: by comparison when they are few, otherwise by radix over
  /// the 32 key bits, 11 at a time, least significant first, which is stable.
  private static func sort(_ workspace: SamplerWorkspace, _ count: Int) {
    var entries = UnsafeMutableBufferPointer(rebasing: workspace.entries[..<count])
    guard count > 192 else { return entries.sort() }
    var from = entries
    var to = UnsafeMutableBufferPointer(rebasing: workspace.spare[..<count])
    for shift: UInt64 in [32, 43, 54] where pass(from, to, shift: shift) { swap(&from, &to) }
    if from.baseAddress != entries.baseAddress { _ = entries.update(fromContentsOf: from) }
  }

  /// One pass. False when all have the same digit, and nothing was done.
  private static func pass(
    _ from: UnsafeMutableBufferPointer<UInt64>, _ to: UnsafeMutableBufferPointer<UInt64>, shift: UInt64
  ) -> Bool {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2049) { places in
      places.initialize(repeating: 0)
      for entry in from { places[Int(truncatingIfNeeded: entry &>> shift & 0x7ff) &+ 1] &+= 1 }
      if places[Int(truncatingIfNeeded: from[0] &>> shift & 0x7ff) &+ 1] == Int32(from.count) { return false }
      for digit in 1...2048 { places[digit] &+= places[digit &- 1] }
      for entry in from {
        let digit = Int(truncatingIfNeeded: entry &>> shift & 0x7ff)
        // Below the count: the places are sums of the counts of the same digits.
        to[Int(places[digit])] = entry
        places[digit] &+= 1
      }
      return true
    }
  }
}
