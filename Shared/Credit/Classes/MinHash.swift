public import Cryptography

/// Signatures of texts whose agreement estimates the similarity (Jaccard) of their sets of shingles: Broder, "On the
/// resemblance and containment of documents" (1997). Every number is of FORMAT section 7.
public struct MinHash: Hashable, Sendable {
  /// Tokens of a shingle.
  public let width: Int
  /// Of 10,000: how many words of two signatures agree when texts are near, rounded up.
  public let basisPoints: Int
  /// One `(a * x + b) mod p` for each word.
  private let functions: [Function]
  private let seed: Digest32

  private struct Function: Hashable, Sendable {
    var factor: UInt64
    var term: UInt64
  }

  /// `seed`: drawn after the last commitment, or a copier could craft copies that seem far.
  public init(width: Int, words: Int, basisPoints: Int, seed: Digest32) throws(CreditError) {
    guard (1...64).contains(width) else {
      throw .outOfRange(what: "the width of shingles", value: String(width), range: "1 to 64")
    }
    guard (1...512).contains(words) else {
      throw .outOfRange(what: "the words of a signature", value: String(words), range: "1 to 512")
    }
    guard (1...BasisPoints.whole).contains(basisPoints) else {
      throw .basisPointsOutOfRange(of: "the agreement of near texts", basisPoints)
    }
    self.width = width
    self.basisPoints = basisPoints
    self.seed = seed
    functions = (0..<words).map { word in
      let hash = SHA256.hash(DomainTag.minHash.prefix + seed.bytes + bigEndian(UInt64(word)))
      return Function(factor: 1 + firstWord(hash) % (Self.prime - 1), term: firstWord(hash, at: 1) % Self.prime)
    }
  }

  /// 2^61 - 1.
  static let prime: UInt64 = 1 << 61 - 1

  public var wordCount: Int { functions.count }

  /// Words that must agree.
  public var agreeing: Int { (wordCount * basisPoints + 9_999) / BasisPoints.whole }

  /// Nil for a text without tokens.
  public func signature(_ tokens: [UInt32]) -> [UInt64]? {
    guard !tokens.isEmpty else { return nil }
    var words = Array(repeating: UInt64.max, count: functions.count)
    let prefix = DomainTag.shingle.prefix + seed.bytes
    var bytes = prefix
    for token in tokens { withUnsafeBytes(of: token.bigEndian) { bytes.append(contentsOf: $0) } }
    let length = min(width, tokens.count)
    var shingle = Array(bytes[..<(prefix.count + 4 * length)])
    for start in 0...(tokens.count - length) {
      for at in 0..<4 * length { shingle[prefix.count + at] = bytes[prefix.count + 4 * start + at] }
      let x = firstWord(SHA256.hash(shingle)) % Self.prime
      for word in functions.indices {
        words[word] = min(words[word], Self.remainder(functions[word].factor, x, functions[word].term))
      }
    }
    return words
  }

  /// (a * x + b) mod p, each of them below p.
  @inline(__always)
  static func remainder(_ a: UInt64, _ x: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: x)
    // 2^61 = 1 mod p: the parts above and below bit 61 add up.
    var sum = (product.high << 3 | product.low >> 61) + (product.low & prime)
    if sum >= prime { sum -= prime }
    sum += b
    return sum >= prime ? sum - prime : sum
  }
}

/// The u64 at `at` of a digest, big-endian.
func firstWord(_ digest: Digest32, at word: Int = 0) -> UInt64 {
  digest.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)) }
}

func bigEndian(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
