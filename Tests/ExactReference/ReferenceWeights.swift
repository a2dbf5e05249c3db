import Exact

/// One row of a matrix, read straight from GGUF's own layout and written for clarity alone: what the packed kernels are
/// held against.
struct ReferenceWeights {
  /// The stored integer of each column, its offset taken off; empty for float types.
  private(set) var integers: [Int32] = []
  /// The scale and minimum of each sub-block.
  private(set) var scales: [Float] = []
  private(set) var minima: [Float] = []
  /// Columns of a sub-block, 32 or 16.
  let subBlock: Int
  /// The weights as f32.
  private(set) var values: [Float] = []
  let type: GGUFTensorType

  private let source: ArraySlice<UInt8>

  init(_ type: GGUFTensorType, _ source: [UInt8], columns: Int, row: Int) {
    let rowBytes = columns / Int(type.block.elements) * Int(type.block.bytes)
    self.source = source[row * rowBytes..<(row + 1) * rowBytes]
    self.type = type
    subBlock = type == .q6_K ? 16 : 32
    for start in stride(from: 0, to: rowBytes, by: Int(type.block.bytes)) {
      switch type {
      case .f32: values.append(Float(bitPattern: word(start)))
      case .f16: values.append(half(start))
      case .bf16: values.append(Float(bitPattern: word16(start) << 16))
      case .q8_0:
        scales.append(half(start))
        integers += (0..<32).map { Int32(Int8(bitPattern: byte(start + 2 + $0))) }
      case .q4_K, .q5_K: appendK(start)
      case .q6_K: appendSixBits(start)
      default: appendPlain(start)
      }
    }
    for (column, integer) in integers.enumerated() {
      let block = column / subBlock
      values.append(
        minima.isEmpty
          ? Float(integer) * scales[block] : minima[block].addingProduct(Float(integer), scales[block]))
    }
  }

  /// Q4_0, Q4_1, Q5_0, Q5_1.
  private mutating func appendPlain(_ start: Int) {
    let hasMinimum = type == .q4_1 || type == .q5_1
    let hasFifth = type == .q5_0 || type == .q5_1
    scales.append(half(start))
    if hasMinimum { minima.append(half(start + 2)) }
    let high = start + (hasMinimum ? 4 : 2)
    let low = high + (hasFifth ? 4 : 0)
    for k in 0..<32 {
      var q = k < 16 ? byte(low + k) & 15 : byte(low + k - 16) >> 4
      if hasFifth { q |= UInt8(word(high) >> UInt32(k) & 1) << 4 }
      integers.append(Int32(q) - (hasMinimum ? 0 : hasFifth ? 16 : 8))
    }
  }

  private mutating func appendK(_ start: Int) {
    let (d, dmin) = (half(start), half(start + 2))
    for s in 0..<8 {
      func packed(_ i: Int) -> UInt8 { byte(start + 4 + i) }
      let scale = s < 4 ? packed(s) & 63 : packed(s + 4) & 15 | (packed(s - 4) >> 6) << 4
      let minimum = s < 4 ? packed(s + 4) & 63 : packed(s + 4) >> 4 | (packed(s) >> 6) << 4
      scales.append(d * Float(scale))
      minima.append(-(dmin * Float(minimum)))
      let quants = start + 16 + (type == .q5_K ? 32 : 0) + s / 2 * 32
      for l in 0..<32 {
        var q = s % 2 == 0 ? byte(quants + l) & 15 : byte(quants + l) >> 4
        if type == .q5_K { q |= (byte(start + 16 + l) >> UInt8(s) & 1) << 4 }
        integers.append(Int32(q))
      }
    }
  }

  private mutating func appendSixBits(_ start: Int) {
    let d = half(start + 208)
    for block in 0..<16 { scales.append(d * Float(Int8(bitPattern: byte(start + 192 + block)))) }
    for column in 0..<256 {
      let (part, l) = (column % 128 / 32, column % 32)
      let low = byte(start + column / 128 * 64 + part % 2 * 32 + l)
      let high = byte(start + 128 + column / 128 * 32 + l) >> UInt8(2 * part) & 3
      integers.append(Int32((part < 2 ? low & 15 : low >> 4) | high << 4) - 32)
    }
  }

  /// The product with one token as FORMAT section 6 states it.
  func product(_ input: TestInput, token: Int) -> Float {
    var acc: Float = 0
    guard !integers.isEmpty else {
      for (k, value) in values.enumerated() { acc = acc.addingProduct(value, input.x[token * input.columns + k]) }
      return acc
    }
    for (block, scale) in scales.enumerated() {
      let first = block * subBlock
      var dot: Int32 = 0
      for k in first..<first + subBlock { dot += integers[k] * Int32(input.q[token * input.columns + k]) }
      let at = (token * input.columns + first) / 32
      acc = acc.addingProduct(Float(dot), scale * input.scale[at])
      if !minima.isEmpty { acc = acc.addingProduct(minima[block], input.weightedSum[at]) }
    }
    return acc
  }

  /// The products with the first `tokens` tokens.
  func products(_ input: TestInput, tokens: Int) -> [Float] { (0..<tokens).map { product(input, token: $0) } }

  private func byte(_ at: Int) -> UInt8 { source[source.startIndex + at] }
  private func word16(_ at: Int) -> UInt32 { UInt32(byte(at)) | UInt32(byte(at + 1)) << 8 }
  private func word(_ at: Int) -> UInt32 { word16(at) | word16(at + 2) << 16 }
  private func half(_ at: Int) -> Float { Float(Float16(bitPattern: UInt16(word16(at)))) }
}
