public import Cryptography

/// `context-shapley/1` for more documents than can be enumerated: the mean over permutations that nobody could choose.
/// An approximation, and what it says must be marked as one, with `error`.
public struct SampledContextShapley: Hashable, Sendable {
  public static let documentCountMax = 256
  public static let permutationCountMax = 65_536
  /// Coalitions that are valued for one answer.
  public static let coalitionCountMax = 1 << 18

  /// Each of 0 ..< n.
  public let permutations: [[Int]]
  public let documentCount: Int

  /// How many permutations are drawn where a policy asks for so many: no more than coalitions can be valued for.
  public static func permutations(_ asked: Int, documents count: Int) -> Int {
    min(asked, coalitionCountMax / max(1, count))
  }

  /// `seed`: from the committed-seed draw of FORMAT section 5.
  public init(documents count: Int, permutations: Int, seed: Digest32) throws(CreditError) {
    let range = ContextShapley.exactCountMax + 1...Self.documentCountMax
    guard range.contains(count) else {
      throw .outOfRange(
        what: "the count of documents", value: String(count), range: "\(range.lowerBound) to \(range.upperBound)")
    }
    guard (1...Self.permutationCountMax).contains(permutations) else {
      throw .outOfRange(
        what: "the count of permutations", value: String(permutations), range: "1 to \(Self.permutationCountMax)")
    }
    let prefix = DomainTag.permutation.prefix + seed.bytes
    var counter: UInt64 = 0
    self.permutations = (0..<permutations).map { _ in
      var order = Array(0..<count)
      for at in (1..<count).reversed() {
        let draw = firstWord(SHA256.hash(prefix + bigEndian(counter)))
        counter += 1
        order.swapAt(at, Int(draw.multipliedFullWidth(by: UInt64(at + 1)).high))
      }
      return order
    }
    documentCount = count
  }

  /// Each coalition that a permutation passes through, once, ascending: that of none of the documents is the first, that of
  /// all the last.
  public var coalitions: [DocumentSet] {
    var sets: Set<DocumentSet> = [DocumentSet()]
    for permutation in permutations {
      var coalition = DocumentSet()
      for document in permutation {
        coalition.insert(document)
        sets.insert(coalition)
      }
    }
    return sets.sorted()
  }

  /// Per document the sum of its marginals along the permutations; empty when `v(all) - v(none)` is negative.
  ///
  /// - Parameter value: v(A), for A given as sorted documents. It is asked for once for every coalition that a
  ///   permutation passes through; what it throws ends the sum.
  public func weights(_ value: ([Int]) throws -> Int64) throws -> [Int128] {
    var known: [DocumentSet: Int64] = [:]
    return try weights(valuing: { coalition in
      if let value = known[coalition] { return value }
      let found = try value(coalition.documents)
      known[coalition] = found
      return found
    })
  }

  /// The same, from the values of ``coalitions`` in their order.
  ///
  /// Errors: another count of values, or one out of its range.
  public func weights(values: [Int64]) throws -> [Int128] {
    let coalitions = coalitions
    guard values.count == coalitions.count else {
      throw CreditError.outOfRange(
        what: "the count of coalitions", value: String(values.count), range: String(coalitions.count))
    }
    for value in values { try ContextShapley.check(value) }
    let known = Dictionary(uniqueKeysWithValues: zip(coalitions, values))
    return try weights(valuing: { known[$0] ?? 0 })
  }

  private func weights(valuing value: (DocumentSet) throws -> Int64) throws -> [Int128] {
    func checked(_ coalition: DocumentSet) throws -> Int64 {
      let found = try value(coalition)
      try ContextShapley.check(found)
      return found
    }
    let none = try checked(DocumentSet())
    guard try checked(DocumentSet(0..<documentCount)) >= none else { return [] }
    var sums = Array(repeating: Int128(0), count: documentCount)
    for permutation in permutations {
      var (coalition, before) = (DocumentSet(), none)
      for document in permutation {
        coalition.insert(document)
        let after = try checked(coalition)
        sums[document] += Int128(after) - Int128(before)
        before = after
      }
    }
    return sums
  }

  /// How far a weight by the count of permutations is from the Shapley value, in 2^-16 nats, but for a chance of 2^-40
  /// each: Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables" (1963), theorem 2, for marginals
  /// from -R to R, R = 2^22 times the answer's tokens: `R * sqrt(2 ln(2^41) / m)`, and `2 ln(2^41) < 57`.
  public func error(answerTokens: Int64) throws(CreditError) -> UInt64 {
    guard (0...ContextShapley.tokenCountMax).contains(answerTokens) else {
      throw .outOfRange(
        what: "the count of answer tokens", value: String(answerTokens), range: "0 to \(ContextShapley.tokenCountMax)")
    }
    let most = UInt128(answerTokens) << 22
    let square = (57 * most * most + UInt128(permutations.count) - 1) / UInt128(permutations.count)
    // The least number whose square is at least this; below 2^45.
    var (low, high): (UInt64, UInt64) = (0, 1 << 46)
    while low < high {
      let middle = (low + high) / 2
      if UInt128(middle) * UInt128(middle) >= square { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
