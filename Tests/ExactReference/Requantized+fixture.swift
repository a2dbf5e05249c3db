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
  ///   - type: any with a kernel. Matrices whose rows its blocks do not divide stay as they are.
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
      let columns = Int(type.block.elements)
      if tensor.type == .q4_1, prefixes.contains(where: tensor.name.hasPrefix), tensor.dimensions[0] % columns == 0 {
        let weights = Self.weightsOfQ41(bytes)
        stored = type
        bytes = []
        bytes.reserveCapacity(weights.count * 4)
        for block in stride(from: 0, to: weights.count, by: columns) {
          let kept = bytes.appendBlock(weights[block..<block + columns], as: type)
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

  /// One block of a format, rounded to the nearest that it has. Returns whether no value changed.
  fileprivate mutating func appendBlock(_ weights: ArraySlice<Double>, as type: GGUFTensorType) -> Bool {
    let weights = [Double](weights)
    switch type {
    case .f32:
      append(little: Float(weights[0]).bitPattern)
      return Double(Float(weights[0])) == weights[0]
    case .f16:
      append(little: Float16(weights[0]).bitPattern)
      return Double(Float16(weights[0])) == weights[0]
    case .bf16:
      // To the nearest: half a unit of what is dropped is added first, which carries where it must.
      let upper = UInt16((Float(weights[0]).bitPattern + 0x8000) >> 16)
      append(little: upper)
      return Double(Float(bitPattern: UInt32(upper) << 16)) == weights[0]
    case .q4_K, .q5_K: return appendK(weights, highest: type == .q4_K ? 15 : 31)
    case .q6_K: return appendSixBits(weights)
    case .q5_1: return appendWithMinimum(weights)
    default: return appendScaled(weights, lowest: type == .q8_0 ? -127 : type == .q5_0 ? -16 : -8)
    }
  }

  /// Q8_0, Q5_0 or Q4_0: w = d q, with the scale d that takes the weight of largest magnitude to the lowest q.
  private mutating func appendScaled(_ weights: [Double], lowest: Double) -> Bool {
    let highest = lowest == -127 ? 127 : -lowest - 1
    let scale = Float16((weights.max { $0.magnitude < $1.magnitude } ?? 0) / lowest)
    let d = Double(scale)
    let numbers = weights.map { Self.nearest($0, d, lowest...highest) }
    append(little: scale.bitPattern)
    if lowest == -127 {
      for number in numbers { append(UInt8(bitPattern: Int8(number))) }
    } else {
      appendNibbles(numbers.map { UInt32($0 - lowest) }, hasFifth: lowest == -16)
    }
    return zip(weights, numbers).allSatisfy { $0 == d * $1 }
  }

  /// Q5_1: w = d q + m, from the least weight to the largest.
  private mutating func appendWithMinimum(_ weights: [Double]) -> Bool {
    let least = Float16(weights.min() ?? 0)
    let scale = Float16(((weights.max() ?? 0) - Double(least)) / 31)
    let (d, m) = (Double(scale), Double(least))
    let numbers = weights.map { Self.nearest($0 - m, d, 0...31) }
    append(little: scale.bitPattern)
    append(little: least.bitPattern)
    appendNibbles(numbers.map { UInt32($0) }, hasFifth: true)
    return zip(weights, numbers).allSatisfy { $0 == d * $1 + m }
  }

  /// 32 numbers: perhaps their fifth bits, then nibbles, number i beside number i + 16.
  private mutating func appendNibbles(_ numbers: [UInt32], hasFifth: Bool) {
    if hasFifth { append(little: (0..<32).reduce(UInt32(0)) { $0 | (numbers[$1] >> 4) << UInt32($1) }) }
    for i in 0..<16 { append(UInt8(numbers[i] & 15) | UInt8(numbers[i + 16] & 15) << 4) }
  }

  /// Q4_K or Q5_K: w = d scale q - dmin minimum, scale and minimum of 6 bits for each 32 weights.
  private mutating func appendK(_ weights: [Double], highest: Double) -> Bool {
    let parts = stride(from: 0, to: 256, by: 32).map { [Double](weights[$0..<$0 + 32]) }
    let minima = parts.map { Swift.max(0, -($0.min() ?? 0)) }
    let scales = zip(parts, minima).map { (($0.max() ?? 0) + $1) / highest }
    let (half, halfMinimum) = (Float16((scales.max() ?? 0) / 63), Float16((minima.max() ?? 0) / 63))
    let (d, dmin) = (Double(half), Double(halfMinimum))
    let scale = scales.map { UInt8(Self.nearest($0, d, 0...63)) }
    let minimum = minima.map { UInt8(Self.nearest($0, dmin, 0...63)) }
    append(little: half.bitPattern)
    append(little: halfMinimum.bitPattern)
    for i in 0..<4 { append(scale[i] & 63 | (scale[i + 4] >> 4) << 6) }
    for i in 0..<4 { append(minimum[i] & 63 | (minimum[i + 4] >> 4) << 6) }
    for i in 4..<8 { append(scale[i] & 15 | minimum[i] << 4) }
    let numbers = parts.indices.map { part in
      let (own, below) = (d * Double(scale[part]), dmin * Double(minimum[part]))
      return parts[part].map { Self.nearest($0 + below, own, 0...highest) }
    }
    if highest == 31 {
      for l in 0..<32 { append((0..<8).reduce(UInt8(0)) { $0 | (UInt8(numbers[$1][l]) >> 4) << UInt8($1) }) }
    }
    for part in stride(from: 0, to: 8, by: 2) {
      for l in 0..<32 { append(UInt8(numbers[part][l]) & 15 | UInt8(numbers[part + 1][l]) << 4) }
    }
    return parts.indices.allSatisfy { part in
      zip(parts[part], numbers[part]).allSatisfy {
        $0 == d * Double(scale[part]) * $1 - dmin * Double(minimum[part])
      }
    }
  }

  /// Q6_K: w = d scale (q - 32), a signed scale for each 16 weights.
  private mutating func appendSixBits(_ weights: [Double]) -> Bool {
    let parts = stride(from: 0, to: 256, by: 16).map { [Double](weights[$0..<$0 + 16]) }
    let scales = parts.map { ($0.max { $0.magnitude < $1.magnitude } ?? 0) / -32 }
    let half = Float16((scales.map(\.magnitude).max() ?? 0) / 127)
    let scale = scales.map { Self.nearest($0, Double(half), -127...127) }
    let numbers = parts.indices.flatMap { part in
      parts[part].map { Self.nearest($0, Double(half) * scale[part], -32...31) }
    }
    let stored = numbers.map { UInt8($0 + 32) }
    for base in [0, 128] {
      for l in 0..<64 { append(stored[base + l] & 15 | stored[base + 64 + l] << 4) }
    }
    for base in [0, 128] {
      for l in 0..<32 { append((0..<4).reduce(UInt8(0)) { $0 | (stored[base + 32 * $1 + l] >> 4) << UInt8(2 * $1) }) }
    }
    for value in scale { append(UInt8(bitPattern: Int8(value))) }
    append(little: half.bitPattern)
    return weights.indices.allSatisfy { weights[$0] == Double(half) * scale[$0 / 16] * numbers[$0] }
  }

  /// The integer that is nearest to value / step within a range.
  private static func nearest(_ value: Double, _ step: Double, _ range: ClosedRange<Double>) -> Double {
    step == 0 ? 0 : Swift.min(Swift.max((value / step).rounded(), range.lowerBound), range.upperBound)
  }
}
