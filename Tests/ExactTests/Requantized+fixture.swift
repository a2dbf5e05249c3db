import Exact

/// A model file of which some Q4_1 matrices are stored as another type, as one who runs a cheaper or a roomier
/// quantisation than the published one would hold it.
struct Requantized {
  /// Metadata and the order of the tensors are those of the original.
  let bytes: [UInt8]
  /// Names of the matrices that were stored anew.
  let changed: [String]
  /// Of all weights stored anew, whether each one's value is still the very same number.
  let isLossless: Bool

  /// - Parameters:
  ///   - layers: none is a plain copy.
  ///   - type: F32, F16, Q8_0 or Q4_0.
  init(_ file: GGUFFile, layers: Range<Int>, as type: GGUFTensorType) throws {
    let prefixes = layers.map { "blk.\($0)." }
    var writer = GGUFWriter()
    writer.alignment = UInt64(file.metadata["general.alignment"]?.integer ?? 32)
    writer.pairs = file.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    var changed: [String] = []
    var isLossless = true
    for tensor in file.tensors {
      var stored = tensor.type
      var bytes = file.withBytes(of: tensor) { [UInt8]($0) }
      if tensor.type == .q4_1, prefixes.contains(where: tensor.name.hasPrefix) {
        let weights = Self.weightsOfQ41(bytes)
        stored = type
        bytes = []
        bytes.reserveCapacity(weights.count * 4)
        for block in stride(from: 0, to: weights.count, by: 32) {
          let kept = bytes.appendBlock(weights[block..<block + 32], as: type)
          isLossless = isLossless && kept
        }
        changed.append(tensor.name)
      }
      writer.tensors.append(
        .init(
          name: tensor.name, dimensions: tensor.dimensions.map { UInt64($0) }, type: stored.rawValue, bytes: bytes))
    }
    self.bytes = writer.bytes()
    self.changed = changed
    self.isLossless = isLossless
  }

  /// w = d q + m, which a double holds exactly. A block of 32 is d and m in F16, then 16 bytes with weight i in the
  /// low nibble and weight i + 16 in the high one.
  private static func weightsOfQ41(_ bytes: [UInt8]) -> [Double] {
    var weights = [Double](repeating: 0, count: bytes.count / 20 * 32)
    for block in 0..<bytes.count / 20 {
      let start = block * 20
      let (d, m) = (bytes.half(at: start), bytes.half(at: start + 2))
      for index in 0..<16 {
        let pair = bytes[start + 4 + index]
        weights[block * 32 + index] = d * Double(pair & 15) + m
        weights[block * 32 + index + 16] = d * Double(pair >> 4) + m
      }
    }
    return weights
  }
}

extension [UInt8] {
  fileprivate func half(at offset: Int) -> Double {
    Double(Float16(bitPattern: UInt16(self[offset]) | UInt16(self[offset + 1]) << 8))
  }

  /// 32 weights in one of the formats, rounded to the nearest that it has. Returns whether no value changed.
  fileprivate mutating func appendBlock(_ weights: ArraySlice<Double>, as type: GGUFTensorType) -> Bool {
    switch type {
    case .f32:
      for weight in weights { append(little: Float(weight).bitPattern) }
      return weights.allSatisfy { Double(Float($0)) == $0 }
    case .f16:
      for weight in weights { append(little: Float16(weight).bitPattern) }
      return weights.allSatisfy { Double(Float16($0)) == $0 }
    case .q8_0: return appendScaled(weights, lowest: -127)
    default: return appendScaled(weights, lowest: -8)
    }
  }

  /// Q8_0 or Q4_0: w = d q, with the scale d that takes the weight of largest magnitude to the lowest q.
  private mutating func appendScaled(_ weights: ArraySlice<Double>, lowest: Double) -> Bool {
    let highest = lowest == -8 ? 7.0 : 127
    let scale = Float16((weights.max { $0.magnitude < $1.magnitude } ?? 0) / lowest)
    let d = Double(scale)
    let numbers = weights.map { d == 0 ? 0 : Swift.min(Swift.max(($0 / d).rounded(), lowest), highest) }
    append(little: scale.bitPattern)
    if lowest == -8 {
      for index in 0..<16 { append(UInt8(numbers[index] + 8) | UInt8(numbers[index + 16] + 8) << 4) }
    } else {
      for number in numbers { append(UInt8(bitPattern: Int8(number))) }
    }
    return zip(weights, numbers).allSatisfy { $0 == d * $1 }
  }
}
