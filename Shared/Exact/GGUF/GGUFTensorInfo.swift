/// The element types that a tensor may have, named and numbered as `ggml_type`.
// swift-format-ignore: AlwaysUseLowerCamelCase
public enum GGUFTensorType: UInt32, CaseIterable, Sendable, CustomStringConvertible {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2_K = 10
  case q3_K = 11
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case bf16 = 30

  /// Elements of one block, and the bytes that it takes.
  public var block: (elements: UInt64, bytes: UInt64) {
    switch self {
    case .f32: (1, 4)
    case .f16, .bf16: (1, 2)
    case .q4_0: (32, 18)
    case .q4_1: (32, 20)
    case .q5_0: (32, 22)
    case .q5_1: (32, 24)
    case .q8_0: (32, 34)
    case .q2_K: (256, 84)
    case .q3_K: (256, 110)
    case .q4_K: (256, 144)
    case .q5_K: (256, 176)
    case .q6_K: (256, 210)
    }
  }

  public var description: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .bf16: "BF16"
    case .q4_0: "Q4_0"
    case .q4_1: "Q4_1"
    case .q5_0: "Q5_0"
    case .q5_1: "Q5_1"
    case .q8_0: "Q8_0"
    case .q2_K: "Q2_K"
    case .q3_K: "Q3_K"
    case .q4_K: "Q4_K"
    case .q5_K: "Q5_K"
    case .q6_K: "Q6_K"
    }
  }
}

/// Where a tensor lies and what shape it has. All sizes have been checked against the file.
public struct GGUFTensorInfo: Equatable, Sendable {
  public let name: String
  public let type: GGUFTensorType
  /// Fastest-varying first, as GGUF stores them: `[columns, rows]` for a matrix. One to four dimensions, each at
  /// least 1.
  public let dimensions: [Int]
  /// From the start of the file, in bytes.
  public let offset: Int
  public let byteCount: Int
}
