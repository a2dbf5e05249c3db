/// Vectors of length one in int8, for exact nearest neighbours (EXACT1.md "Encoder").
public enum QuantizedVector {
  /// One for all vectors: products of two rank as those of the vectors do.
  public static let scale: Float = 512
  public static let most: Float = 127

  /// `rne(y * 512)` of each element, at least -127 and at most 127.
  public static func make(_ vector: [Float]) -> [Int8] {
    vector.map { Int8(min(most, max(-most, ($0 * scale).rounded(.toNearestOrEven)))) }
  }
}
