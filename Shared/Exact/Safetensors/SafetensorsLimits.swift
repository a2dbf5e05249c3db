/// What a safetensors file may hold. Each limit is checked before anything of that size is allocated.
public enum SafetensorsLimits {
  /// The reference reader allows 100 MB; the header of a model with 10,000 tensors has about 1.5 MB.
  public static let headerBytes: UInt64 = 16 << 20
  public static let tensors = 65_536
  public static let tensorNameBytes = 1_024
  public static let metadataBytes = 1 << 20
  public static let dimensions = 8
  public static let dimension: UInt64 = 1 << 40
  /// The header's own object, a tensor's, and its shape.
  static let nesting = 3
}
