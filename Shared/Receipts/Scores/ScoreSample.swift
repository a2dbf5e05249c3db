public import Credit
public import Cryptography

/// By which permutations the scores of more documents than can be enumerated are approximated, and what they follow from
/// (FORMAT section 7). It stands in front of their values, so that an opening can be read by itself; whether the seed is the
/// one that nobody could choose is for who has the reveal.
public struct ScoreSample: Sendable, Equatable {
  static let byteCount = 2 * Digest32.count + 2 * 4

  public let seed: Digest32
  /// Digest of the reveal statement from whose seed this one follows.
  public let reveal: Digest32
  public let permutations: Int
  /// Of all choices.
  public let answerTokens: Int

  /// - Parameters:
  ///   - revealed: the seed of the epoch in which the receipt is.
  ///   - reveal: digest of the statement that shows it.
  ///   - receipt: digest of the receipt: its entry in the log.
  ///   - asked: how many permutations the policy asks for.
  public init(
    revealed: [UInt8], reveal: Digest32, receipt: Digest32, permutations asked: Int, documents: Int, answerTokens: Int
  ) {
    seed = SHA256.hash(DomainTag.permutationSeed.prefix + revealed + receipt.bytes)
    self.reveal = reveal
    permutations = SampledContextShapley.permutations(asked, documents: documents)
    self.answerTokens = answerTokens
  }

  /// `seed ‖ reveal ‖ u32 permutations ‖ u32 tokens`.
  public var encoded: [UInt8] {
    seed.bytes + reveal.bytes + BigEndian.bytes(UInt32(clamping: permutations))
      + BigEndian.bytes(UInt32(clamping: answerTokens))
  }

  /// Of the beginning of `data`; nil where there are too few bytes.
  public init?(_ data: [UInt8]) {
    guard data.count >= Self.byteCount, let seed = try? Digest32(Array(data[..<32])),
      let reveal = try? Digest32(Array(data[32..<64]))
    else { return nil }
    self.seed = seed
    self.reveal = reveal
    permutations = Int(BigEndian.uint32(data[64..<68]))
    answerTokens = Int(BigEndian.uint32(data[68..<72]))
  }

  /// The permutations themselves. Errors: a count out of its range, or more coalitions than are valued for one answer.
  public func drawn(documents: Int) throws(CreditError) -> SampledContextShapley {
    guard SampledContextShapley.permutations(permutations, documents: documents) == permutations else {
      throw .tooMany(
        what: "permutations of \(documents) documents", count: permutations,
        limit: SampledContextShapley.coalitionCountMax / documents)
    }
    return try SampledContextShapley(documents: documents, permutations: permutations, seed: seed)
  }
}
