public import Cryptography

/// The draw of sampled verification (FORMAT section 5): which receipts of an epoch are executed again.
///
/// Verification logs ``commitment(to:)`` before the epoch's first entry and shows the seed after its last one, when the
/// root is fixed too: so whoever executes cannot know, and whoever verifies cannot choose.
public enum Draw {
  /// Bytes of a seed.
  public static let seedBytes = 32

  /// `H(seed)`: what the log has of the seed before the epoch.
  public static func commitment(to seed: [UInt8]) -> Digest32 { SHA256.hash(seed) }

  /// - Parameters:
  ///   - seed: of the epoch, 32 bytes.
  ///   - root: of the first checkpoint past the epoch's last index.
  ///   - entry: of the log: the receipt's digest.
  public static func draw(seed: [UInt8], root: Digest32, entry: Digest32) -> Digest32 {
    SHA256.hash(DomainTag.draw.prefix + seed + root.bytes + entry.bytes)
  }

  /// Whether the draw's first 8 bytes are below `floor(rate_bp * 2^64 / 10000)`.
  public static func selects(_ draw: Digest32, basisPoints: Int) -> Bool {
    // 2^64 is no UInt64: at this rate everything is below.
    guard basisPoints < VerificationPolicy.basisPointsMax else { return true }
    let threshold = UInt64(VerificationPolicy.basisPointsMax)
      .dividingFullWidth((high: UInt64(max(0, basisPoints)), low: 0)).quotient
    return draw.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } < threshold
  }
}
