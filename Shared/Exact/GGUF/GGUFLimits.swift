/// What a GGUF file may hold. Each limit is checked before anything of that size is allocated.
public enum GGUFLimits {
  public static let metadataPairs: UInt64 = 65_536
  public static let tensors: UInt64 = 65_536
  /// The specification allows keys of 65,535 bytes; none in use comes near this.
  public static let keyBytes: UInt64 = 1_024
  public static let tensorNameBytes: UInt64 = 1_024
  public static let stringBytes: UInt64 = 16 << 20
  public static let arrayElements: UInt64 = 4 << 20
  /// Elements of all arrays of the file together.
  public static let allArrayElements: UInt64 = 16 << 20
  /// Arrays inside arrays: 1 is a flat array.
  public static let arrayNesting: UInt64 = 4
  public static let dimensions: UInt64 = 4
  public static let dimension: UInt64 = 1 << 40
  public static let alignment: UInt64 = 65_536
}
