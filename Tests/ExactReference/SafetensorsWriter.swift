import Exact

/// Writes safetensors files with tensors of floats.
struct SafetensorsWriter {
  private var entries: [String] = []
  private var data: [UInt8] = []

  /// In F16 and BF16 the values must be of that type already.
  mutating func add(_ name: String, _ shape: [Int], _ values: [Float], as type: SafetensorsDataType = .f32) {
    let begin = data.count
    for value in values {
      switch type {
      case .f16: data.append(little: Float16(value).bitPattern)
      case .bf16: data.append(little: UInt16(value.bitPattern >> 16))
      default: data.append(little: value.bitPattern)
      }
    }
    entries.append(
      #""\#(name)":{"dtype":"\#(type.rawValue)","shape":\#(shape),"data_offsets":[\#(begin),\#(data.count)]}"#)
  }

  func bytes() -> [UInt8] {
    let header = "{\(entries.joined(separator: ","))}".padded()
    var out: [UInt8] = []
    out.append(little: UInt64(header.utf8.count))
    return out + Array(header.utf8) + data
  }
}

extension String {
  /// With spaces to a multiple of 8 bytes, as writers of the format do.
  func padded() -> String { self + String(repeating: " ", count: (8 - utf8.count % 8) % 8) }
}
