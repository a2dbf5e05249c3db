/// The element types of the format (safetensors `Dtype`), as the header spells them.
public enum SafetensorsDataType: String, CaseIterable, Sendable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8e5m2 = "F8_E5M2"
  case f8e4m3 = "F8_E4M3"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case f64 = "F64"
  case i64 = "I64"
  case u64 = "U64"

  /// Those that can be read as binary32 without a change of value.
  public static let floats: [SafetensorsDataType] = [.f32, .f16, .bf16]

  public var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .f64, .i64, .u64: 8
    }
  }
}

/// Where a tensor lies and what shape it has. All sizes have been checked against the file.
public struct SafetensorsTensor: Equatable, Sendable {
  public let name: String
  public let type: SafetensorsDataType
  /// Slowest-varying first, as the format stores them: `[rows, columns]` for a matrix; empty for a scalar.
  public let shape: [Int]
  /// From the start of the file, in bytes; a multiple of the type's size.
  public let offset: Int
  public let byteCount: Int

  /// Elements of all dimensions.
  public var count: Int { byteCount / type.byteCount }
}
