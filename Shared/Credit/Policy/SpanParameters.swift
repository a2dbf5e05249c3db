public import Cryptography

/// What a policy fixes of `span/1`; the snapshot of an answer has the texts.
public struct SpanParameters: Hashable, Sendable {
  /// L_min and the least rarity, with the published table by its digest.
  public let lengthMin: Int
  public let rarityMin: Int
  public let rarityTable: Digest32
  /// Of near texts (``MinHash``): its seed is drawn after the last commitment of the snapshot.
  public let shingle: Int
  public let words: Int
  public let nearBasisPoints: Int

  public init(
    lengthMin: Int, rarityMin: Int, rarityTable: Digest32, shingle: Int, words: Int, nearBasisPoints: Int
  ) throws(CreditError) {
    // Their own makers say what may be: one place for each limit.
    _ = try SpanMethod(lengthMin: lengthMin, rarityMin: rarityMin, rarity: RarityTable(costs: []))
    _ = try MinHash(width: shingle, words: words, basisPoints: nearBasisPoints, seed: rarityTable)
    self.lengthMin = lengthMin
    self.rarityMin = rarityMin
    self.rarityTable = rarityTable
    self.shingle = shingle
    self.words = words
    self.nearBasisPoints = nearBasisPoints
  }
}
