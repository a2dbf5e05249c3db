internal import Cryptography

/// When two texts are of one class, as a policy says it of the documents in a prompt (FORMAT section 7): by the agreement of
/// their signatures over words.
public struct NearTexts: Hashable, Sendable {
  public let shingle: Int
  public let words: Int
  public let nearBasisPoints: Int

  public init(shingle: Int, words: Int, nearBasisPoints: Int) throws(CreditError) {
    _ = try MinHash(width: shingle, words: words, basisPoints: nearBasisPoints, seed: SHA256.hash([]))
    self.shingle = shingle
    self.words = words
    self.nearBasisPoints = nearBasisPoints
  }

  func minHash(seed: Digest32) throws(CreditError) -> MinHash {
    try MinHash(width: shingle, words: words, basisPoints: nearBasisPoints, seed: seed)
  }

  /// The tokens of a text: of each run of bytes between ASCII white space, its capital ASCII letters made small, the first
  /// u32 of `H("colophon/word/v1" ‖ 0 ‖ word)`.
  public static func tokens(_ text: String) -> [UInt32] {
    text.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.map { token($0) }
  }

  /// Of one word.
  static func token(_ word: some Sequence<UInt8>) -> UInt32 {
    let small = word.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    return UInt32(firstWord(SHA256.hash(DomainTag.word.prefix + small)) >> 32)
  }
}
