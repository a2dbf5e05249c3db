internal import Codec
internal import Credit
public import Cryptography

/// What an attribution statement says of scores that are approximate.
public struct Approximation: Sendable, Equatable {
  /// How many were drawn.
  public var permutations: Int
  /// How far a score by the count of permutations is from the Shapley value, in 2^-16 nats, but for a chance of 2^-40 each.
  public var error: UInt64
  /// Digest of the reveal statement that the permutations follow from.
  public var reveal: Digest32

  public init(permutations: Int, error: UInt64, reveal: Digest32) {
    self.permutations = permutations
    self.error = error
    self.reveal = reveal
  }

  var json: JSON {
    ["permutations": .integer(permutations), "error": .decimal(error), "reveal": .digest(reveal)]
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    permutations = try fields.count("permutations")
    error = try fields.decimal("error")
    reveal = try fields.digest("reveal")
    try fields.end()
    guard (1...SampledContextShapley.permutationCountMax).contains(permutations) else {
      throw .field(
        "attribution.scores.approximate.permutations", why: "must be 1 to \(SampledContextShapley.permutationCountMax)")
    }
  }
}
