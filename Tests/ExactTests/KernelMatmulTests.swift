import CKernels
import Exact
import Foundation
import Testing

/// A kernel table with its name, for every form that this processor runs.
struct KernelForm: CustomStringConvertible, Sendable {
  let description: String
  let kernels: exact_kernels

  static let scalar = KernelForm(description: "scalar", kernels: exact_kernels_scalar().pointee)

  static var all: [KernelForm] {
    var forms = [scalar]
    if let table = exact_kernels_avx2() { forms.append(.init(description: "avx2", kernels: table.pointee)) }
    if let table = exact_kernels_avx512() { forms.append(.init(description: "avx512", kernels: table.pointee)) }
    if let table = exact_kernels_amx() { forms.append(.init(description: "amx", kernels: table.pointee)) }
    return forms
  }
}

/// Activations in both forms, quantised by the scalar definition.
struct TestInput {
  let columns: Int
  let x: [Float]
  var q: [Int8]
  var scale: [Float]
  var weightedSum: [Float]
  var sum: [Int32]

  init(_ x: [Float], columns: Int) {
    self.columns = columns
    self.x = x
    q = [Int8](repeating: 0, count: x.count)
    scale = [Float](repeating: 0, count: x.count / 32)
    weightedSum = scale
    sum = [Int32](repeating: 0, count: x.count / 32)
    let status = KernelForm.scalar.kernels.quantize(x, x.count, &q, &scale, &weightedSum, &sum)
    precondition(status == 0)
  }

  func multiply(
    _ form: KernelForm, _ type: GGUFTensorType, _ packed: [UInt8], rows: Int, tokens: Int, groups: [Range<Int>]? = nil
  ) -> [Float] {
    let padded = (rows + 15) / 16 * 16
    var y = [Float](repeating: .nan, count: tokens * padded)
    let function =
      switch type {
      case .f32: form.kernels.matmul_f32
      case .f16: form.kernels.matmul_f16
      case .q4_0: form.kernels.matmul_q4_0
      case .q4_1: form.kernels.matmul_q4_1
      default: form.kernels.matmul_q8_0
      }
    packed.withUnsafeBytes { packed in
      x.withUnsafeBufferPointer { x in
        q.withUnsafeBufferPointer { q in
          scale.withUnsafeBufferPointer { scale in
            weightedSum.withUnsafeBufferPointer { weightedSum in
              sum.withUnsafeBufferPointer { sum in
                // None of the arrays is empty.
                // swift-format-ignore: NeverForceUnwrap
                var input = exact_activation(
                  x: x.baseAddress!, q: q.baseAddress!, scale: scale.baseAddress!,
                  weighted_sum: weightedSum.baseAddress!, sum: sum.baseAddress!)
                for range in groups ?? [0..<padded / 16] {
                  // swift-format-ignore: NeverForceUnwrap
                  function(
                    packed.baseAddress!, columns, &input, tokens, range.lowerBound, range.upperBound, &y, padded)
                }
              }
            }
          }
        }
      }
    }
    return y
  }
}

@Suite struct KernelMatmulTests {
  static let types: [GGUFTensorType] = [.f32, .f16, .q4_0, .q4_1, .q8_0]

  static func pack(_ type: GGUFTensorType, _ source: [UInt8], rows: Int, columns: Int) -> [UInt8] {
    let kind = Int32(type.rawValue)
    var packed = [UInt8](repeating: 0xff, count: exact_packed_bytes(kind, rows, columns))
    #expect(exact_pack(kind, source, rows, columns, 0, (rows + 15) / 16, &packed) == 0)
    return packed
  }

  /// FORMAT section 6, straight from GGUF's own layout.
  static func reference(
    _ type: GGUFTensorType, _ source: [UInt8], _ input: TestInput, row: Int, token: Int
  ) -> Float {
    func half(_ at: Int) -> Float { Float(Float16(bitPattern: UInt16(source[at]) | UInt16(source[at + 1]) << 8)) }
    let columns = input.columns
    var acc: Float = 0
    if type == .f32 || type == .f16 {
      for k in 0..<columns {
        let w = element(type, source, columns: columns, row: row, k)
        acc = acc.addingProduct(w, input.x[token * columns + k])
      }
      return acc
    }
    let blockBytes = Int(type.block.bytes)
    for b in 0..<columns / 32 {
      let start = (row * (columns / 32) + b) * blockBytes
      let quants = start + (type == .q4_1 ? 4 : 2)
      var dot: Int32 = 0
      for k in 0..<32 {
        let w: Int32 =
          type == .q8_0
          ? Int32(Int8(bitPattern: source[quants + k]))
          : Int32(k < 16 ? source[quants + k] & 15 : source[quants + k - 16] >> 4) - (type == .q4_0 ? 8 : 0)
        dot += w * Int32(input.q[token * columns + b * 32 + k])
      }
      let at = token * (columns / 32) + b
      acc = acc.addingProduct(Float(dot), half(start) * input.scale[at])
      if type == .q4_1 { acc = acc.addingProduct(half(start + 2), input.weightedSum[at]) }
    }
    return acc
  }

  @Test("every form multiplies as the definition does, by bytes", arguments: types, [1, 2, 3, 8, 13, 37])
  func everyFormEqualsTheDefinition(type: GGUFTensorType, tokens: Int) {
    for (rows, columns) in [(40, 96), (16, 32), (75, 576)] {
      var random = SplitMix64(state: UInt64(rows * 1_000 + tokens))
      let source = random.weights(type, columns: columns, rows: rows)
      let packed = Self.pack(type, source, rows: rows, columns: columns)
      let input = TestInput(random.floats(tokens * columns, scale: 3), columns: columns)
      let expected = input.multiply(.scalar, type, packed, rows: rows, tokens: tokens)
      let padded = (rows + 15) / 16 * 16
      for token in 0..<tokens {
        for row in 0..<rows {
          let reference = Self.reference(type, source, input, row: row, token: token)
          #expect(expected[token * padded + row].bitPattern == reference.bitPattern, "row \(row) of token \(token)")
        }
      }
      for form in KernelForm.all {
        let whole = input.multiply(form, type, packed, rows: rows, tokens: tokens)
        #expect(bits(whole) == bits(expected), "\(form) \(type) \(rows)x\(columns)")
        let groups = padded / 16
        let split = input.multiply(
          form, type, packed, rows: rows, tokens: tokens, groups: [groups / 2..<groups, 0..<groups / 2])
        #expect(bits(split) == bits(expected), "\(form) \(type) in two parts")
      }
    }
  }

  @Test("any number of tokens and columns, and extreme weights, give the bits of the definition", arguments: types)
  func shapes(type: GGUFTensorType) {
    for (columns, tokens) in [(32, 1...67), (576, 15...18), (576, 127...130), (1_568, 16...17), (3_104, 33...33)] {
      var random = SplitMix64(state: UInt64(columns))
      let source = random.weights(type, columns: columns, rows: 32)
      let packed = Self.pack(type, source, rows: 32, columns: columns)
      for count in tokens {
        // Blocks of the greatest activations between ordinary ones.
        var x = random.floats(count * columns, scale: 3)
        for i in x.indices where i / 32 % 3 == 0 { x[i] = i % 7 < 3 ? 1e4 : -1e4 }
        let input = TestInput(x, columns: columns)
        let expected = input.multiply(.scalar, type, packed, rows: 32, tokens: count)
        for form in KernelForm.all {
          let y = input.multiply(form, type, packed, rows: 32, tokens: count)
          #expect(bits(y) == bits(expected), "\(form) \(type), \(count) tokens of \(columns)")
        }
      }
    }
  }

  @Test(
    "weights of -128 against activations of either extreme are exact in every form", arguments: [1, 2, 3, 8, 16, 37])
  func minus128(tokens: Int) {
    let (rows, columns) = (16, 64)
    // Scale 1 and every weight -128, in row r but for r positions that hold 127.
    var source: [UInt8] = []
    for row in 0..<rows {
      for _ in 0..<columns / 32 {
        source.append(little: Float16(1).bitPattern)
        for k in 0..<32 { source.append(k < row ? 127 : 0x80) }
      }
    }
    for signs in 0..<3 {
      var x = [Float](repeating: 0, count: tokens * columns)
      for i in x.indices { x[i] = signs == 0 || (signs == 2 && i % 2 == 1) ? -127 : 127 }
      let input = TestInput(x, columns: columns)
      #expect(input.q.allSatisfy { abs(Int($0)) == 127 })
      let packed = Self.pack(.q8_0, source, rows: rows, columns: columns)
      for form in KernelForm.all {
        let y = input.multiply(form, .q8_0, packed, rows: rows, tokens: tokens)
        for token in 0..<tokens {
          for row in 0..<rows {
            var dot = 0
            for k in 0..<columns { dot += (k % 32 < row ? 127 : -128) * Int(x[token * columns + k]) }
            #expect(y[token * rows + row] == Float(dot), "\(form), row \(row), signs \(signs)")
          }
        }
      }
    }
  }

  @Test("a packed row unpacks to the values of the file", arguments: types)
  func unpack(type: GGUFTensorType) {
    var random = SplitMix64(state: 9)
    let (rows, columns) = (21, 64)
    let source = random.weights(type, columns: columns, rows: rows)
    let packed = Self.pack(type, source, rows: rows, columns: columns)
    for row in 0..<rows {
      var values = [Float](repeating: 0, count: columns)
      exact_unpack_row(Int32(type.rawValue), packed, columns, row, &values)
      let expected = (0..<columns).map { Self.element(type, source, columns: columns, row: row, $0) }
      #expect(bits(values) == bits(expected))
    }
  }

  /// One weight as f32, straight from GGUF's own layout.
  static func element(_ type: GGUFTensorType, _ source: [UInt8], columns: Int, row: Int, _ k: Int) -> Float {
    func half(_ at: Int) -> Float { Float(Float16(bitPattern: UInt16(source[at]) | UInt16(source[at + 1]) << 8)) }
    let at = row * columns + k
    if type == .f16 { return half(2 * at) }
    if type == .f32 {
      return Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(source[4 * at + $1]) << (8 * UInt32($1)) })
    }
    let start = at / 32 * Int(type.block.bytes)
    let quants = start + (type == .q4_1 ? 4 : 2)
    if type == .q8_0 { return half(start) * Float(Int8(bitPattern: source[quants + k % 32])) }
    let nibble = k % 32 < 16 ? source[quants + k % 32] & 15 : source[quants + k % 32 - 16] >> 4
    return type == .q4_0 ? half(start) * Float(Int(nibble) - 8) : half(start) * Float(nibble) + half(start + 2)
  }

  @Test("scales and weights that are not finite are refused when packed", arguments: types)
  func nonFiniteWeights(type: GGUFTensorType) {
    var random = SplitMix64(state: 3)
    let clean = random.weights(type, columns: 64, rows: 3)
    for value in [Float16.infinity, -.infinity, .nan] {
      var source = clean
      let at = type == .f32 ? 4 * 70 : type == .f16 ? 2 * 70 : Int(type.block.bytes) * 3
      let pattern = type == .f32 ? Float(value).bitPattern : UInt32(value.bitPattern)
      for i in 0..<(type == .f32 ? 4 : 2) { source[at + i] = UInt8(truncatingIfNeeded: pattern >> (8 * UInt32(i))) }
      var packed = [UInt8](repeating: 0, count: exact_packed_bytes(Int32(type.rawValue), 3, 64))
      #expect(exact_pack(Int32(type.rawValue), source, 3, 64, 0, 1, &packed) == Int32(EXACT_NOT_FINITE))
    }
  }

  @Test("every instruction set that the processor has is in the tests")
  func isa() throws {
    let names = KernelForm.all.map(\.description)
    #if arch(x86_64)
      let missing = ["avx2", "avx512", "amx"].filter { !names.contains($0) }.map { ", \($0) not available" }
      print("isa: \(names.joined(separator: " "))\(missing.joined())")
      let info = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = info.split(separator: "\n").first { $0.hasPrefix("flags") }
      let flags = Set(try #require(line).split(separator: " "))
      let narrow: Set<Substring> = ["avx2", "fma", "f16c"]
      #expect(names.contains("avx2") == flags.isSuperset(of: narrow))
      let wide: Set<Substring> = ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx2", "fma", "f16c"]
      #expect(names.contains("avx512") == flags.isSuperset(of: wide))
      // A sandbox may refuse the tile registers of a processor that has them, never the reverse.
      #expect(!names.contains("amx") || flags.isSuperset(of: wide.union(["amx_tile", "amx_int8"])))
    #else
      print("isa: \(names.joined(separator: " "))")
    #endif
    #expect(KernelChoice.available.map(\.rawValue) == names)
    #expect(try KernelChoice.automatic.resolved().rawValue == names.last)
  }
}
