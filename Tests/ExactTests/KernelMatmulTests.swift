import CKernels
import Exact
import Foundation
import TestKit
import Testing

@testable import ExactReference

@Suite struct KernelMatmulTests {
  static let types: [GGUFTensorType] = [
    .f32, .f16, .bf16, .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q4_K, .q5_K, .q6_K,
  ]

  static func pack(_ type: GGUFTensorType, _ source: [UInt8], rows: Int, columns: Int) -> [UInt8] {
    let kind = Int32(type.rawValue)
    var packed = [UInt8](repeating: 0xff, count: exact_packed_bytes(kind, rows, columns))
    #expect(exact_pack(kind, source, rows, columns, 0, (rows + 15) / 16, &packed) == 0)
    return packed
  }

  @Test("every form multiplies as the definition does, by bytes", arguments: types, [1, 2, 3, 8, 13, 37])
  func everyFormEqualsTheDefinition(type: GGUFTensorType, tokens: Int) {
    for (rows, blocks) in [(40, 3), (16, 1), (75, type.block.elements == 256 ? 2 : 18)] {
      let columns = blocks * max(32, Int(type.block.elements))
      var random = SplitMix64(state: UInt64(rows * 1_000 + tokens))
      let source = random.weights(type, columns: columns, rows: rows)
      let packed = Self.pack(type, source, rows: rows, columns: columns)
      let input = TestInput(random.floats(tokens * columns, scale: 3), columns: columns)
      let expected = input.multiply(.scalar, type, packed, rows: rows, tokens: tokens)
      let padded = (rows + 15) / 16 * 16
      for row in 0..<rows {
        let products = ReferenceWeights(type, source, columns: columns, row: row).products(input, tokens: tokens)
        #expect(sameBits((0..<tokens).map { expected[$0 * padded + row] }, products), "row \(row)")
      }
      for form in KernelForm.all {
        let whole = input.multiply(form, type, packed, rows: rows, tokens: tokens)
        #expect(sameBits(whole, expected), "\(form) \(type) \(rows)x\(columns)")
        let groups = padded / 16
        let split = input.multiply(
          form, type, packed, rows: rows, tokens: tokens, groups: [groups / 2..<groups, 0..<groups / 2])
        #expect(sameBits(split, expected), "\(form) \(type) in two parts")
      }
    }
  }

  @Test("any number of tokens and columns, and extreme weights, give the bits of the definition", arguments: types)
  func shapes(type: GGUFTensorType) {
    // A piece, a chunk, two of either, each with a block to spare, and more.
    let shapes = [
      (32, 1...67), (320, 16...17), (576, 15...18), (576, 127...130), (608, 16...16), (864, 16...17), (896, 16...17),
      (1_568, 16...17), (1_760, 33...33), (3_104, 33...33),
    ]
    for (columns, tokens) in shapes { expectOneResult(type, rows: 32, columnsMin: columns, tokens: tokens) }
  }

  @Test("more rows and more tokens than are taken together give the bits of the definition", arguments: types)
  func chunks(type: GGUFTensorType) {
    // Few tiles and one more, a chunk of tokens and one more; a chunk of rows and a group more, and two chunks; two
    // chunks of columns.
    let shapes = [
      (128, 64, 48...49), (144, 64, 48...49), (144, 64, 320...321), (272, 64, 337...337), (144, 896, 49...49),
      (272, 896, 321...321),
    ]
    for (rows, columns, tokens) in shapes {
      expectOneResult(type, rows: rows, columnsMin: columns, tokens: tokens)
    }
  }

  /// Every form against the scalar one, with extreme activations.
  /// - Parameter columnsMin: rounded up to whole blocks of the type.
  private func expectOneResult(_ type: GGUFTensorType, rows: Int, columnsMin: Int, tokens: ClosedRange<Int>) {
    let block = Int(type.block.elements)
    let columns = (columnsMin + block - 1) / block * block
    var random = SplitMix64(state: UInt64(rows * columns))
    let source = random.weights(type, columns: columns, rows: rows)
    let packed = Self.pack(type, source, rows: rows, columns: columns)
    for count in tokens {
      let input = TestInput(random.extremes(count * columns), columns: columns)
      let expected = input.multiply(.scalar, type, packed, rows: rows, tokens: count)
      for form in KernelForm.all {
        let y = input.multiply(form, type, packed, rows: rows, tokens: count)
        #expect(sameBits(y, expected), "\(form) \(type), \(count) tokens, \(rows)x\(columns)")
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
    let (rows, columns) = (21, 512)
    let source = random.weights(type, columns: columns, rows: rows)
    let packed = Self.pack(type, source, rows: rows, columns: columns)
    for row in 0..<rows {
      var values = [Float](repeating: 0, count: columns)
      exact_unpack_row(Int32(type.rawValue), packed, columns, row, &values)
      #expect(bits(values) == bits(ReferenceWeights(type, source, columns: columns, row: row).values))
    }
  }

  @Test("weights have the values that the reference of the format gives them", arguments: types)
  func vectors(type: GGUFTensorType) throws {
    struct Vector: Decodable { let type, bytes, values: String }
    let lines = try ModelFixture.vectors("weights/weights.jsonl").split(separator: "\n")
    let vectors = try lines.map { try JSONDecoder().decode(Vector.self, from: Data($0.utf8)) }
    #expect(vectors.count == Self.types.count)
    let vector = try #require(vectors.first { $0.type == type.description })
    let source = try Self.bytes(hex: vector.bytes)
    let expected = try Self.bytes(hex: vector.values)
    let columns = source.count / Int(type.block.bytes) * Int(type.block.elements)
    // As the last of three rows, so that it has a place of its own in the group.
    let packed = Self.pack(type, source + source + source, rows: 3, columns: columns)
    var values = [Float](repeating: 0, count: columns)
    exact_unpack_row(Int32(type.rawValue), packed, columns, 2, &values)
    var found: [UInt8] = []
    for value in values { found.append(little: value.bitPattern) }
    #expect(found == expected)
  }

  static func bytes(hex: String) throws -> [UInt8] {
    let digits = Array(hex)
    return try stride(from: 0, to: digits.count, by: 2).map {
      try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
    }
  }

  @Test("scales and weights that are not finite are refused when packed", arguments: types)
  func nonFiniteWeights(type: GGUFTensorType) {
    var random = SplitMix64(state: 3)
    let (columns, kind) = (512, Int32(type.rawValue))
    let clean = random.weights(type, columns: columns, rows: 3)
    // Of the second block of the second row.
    let block = (columns / Int(type.block.elements) + 1) * Int(type.block.bytes)
    let places: [Int] =
      switch type {
      case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
      case .q6_K: [208]
      default: [0]
      }
    for place in places {
      for value in [Float.infinity, -.infinity, .nan] {
        var bytes: [UInt8] = []
        switch type {
        case .f32: bytes.append(little: value.bitPattern)
        case .bf16: bytes.append(little: UInt16(value.bitPattern >> 16))
        default: bytes.append(little: Float16(value).bitPattern)
        }
        var source = clean
        source.replaceSubrange(block + place..<block + place + bytes.count, with: bytes)
        var packed = [UInt8](repeating: 0, count: exact_packed_bytes(kind, 3, columns))
        #expect(exact_pack(kind, source, 3, columns, 0, 1, &packed) == Int32(EXACT_NOT_FINITE))
        #expect(exact_pack(kind, clean, 3, columns, 0, 1, &packed) == Int32(EXACT_OK))
      }
    }
  }

  @Test("rows past the end of a matrix are zeros, whatever the memory held", arguments: types)
  func padding(type: GGUFTensorType) {
    var random = SplitMix64(state: 8)
    let columns = 512
    let packed = Self.pack(type, random.weights(type, columns: columns, rows: 17), rows: 17, columns: columns)
    let input = TestInput(random.floats(2 * columns, scale: 3), columns: columns)
    for form in KernelForm.all {
      let y = input.multiply(form, type, packed, rows: 17, tokens: 2)
      for token in 0..<2 {
        #expect(bits(y[token * 32 + 17..<token * 32 + 32]).allSatisfy { $0 == 0 }, "\(form) of token \(token)")
      }
    }
  }

  @Test("the largest integers of each type are exact in every form", arguments: types, [1, 2, 3, 8, 37])
  func extremes(type: GGUFTensorType, tokens: Int) {
    // Every bit of a block set but for its F16 numbers, and none of them, which is -8, -16 and -32 for some.
    let (rows, columns) = (16, 512)
    for filling in [UInt8(0xff), 0] {
      var source = [UInt8](repeating: filling, count: rows * columns / Int(type.block.elements) * Int(type.block.bytes))
      let one: [UInt8] = type == .bf16 ? [0x80, 0x3f] : type == .f32 ? [0, 0, 0x80, 0x3f] : [0, 0x3c]
      for block in stride(from: 0, to: source.count, by: Int(type.block.bytes)) {
        let place = type == .q6_K ? block + 208 : block
        source.replaceSubrange(place..<place + one.count, with: one)
        if [.q4_1, .q5_1, .q4_K, .q5_K].contains(type) { source.replaceSubrange(place + 2..<place + 4, with: one) }
      }
      let packed = Self.pack(type, source, rows: rows, columns: columns)
      let weights = ReferenceWeights(type, source, columns: columns, row: 0)
      for sign in [Float(127), -127] {
        let input = TestInput([Float](repeating: sign, count: tokens * columns), columns: columns)
        let expected = (0..<tokens).flatMap { token in
          [Float](repeating: weights.product(input, token: token), count: rows)
        }
        for form in KernelForm.all {
          let y = input.multiply(form, type, packed, rows: rows, tokens: tokens)
          #expect(sameBits(y, expected), "\(form), bytes of \(filling), activations of \(sign)")
        }
      }
    }
  }

  @Test("columns that do not fill the blocks of a type, and unknown types, have no packed form")
  func shapes() {
    for type in Self.types where type.block.elements > 1 {
      let (kind, block) = (Int32(type.rawValue), Int(type.block.elements))
      #expect(exact_packed_bytes(kind, 16, block) > 0 && exact_row_bytes(kind, block) == Int(type.block.bytes))
      for columns in [block - 1, block / 2, block + 16] {
        var packed: [UInt8] = [7]
        #expect(exact_packed_bytes(kind, 16, columns) == 0 && exact_row_bytes(kind, columns) == 0)
        #expect(exact_pack(kind, packed, 1, columns, 0, 1, &packed) == Int32(EXACT_NO_SUCH_MATRIX))
        #expect(packed == [7])
      }
    }
    for kind in [Int32(-1), 4, 5, 9, 10, 11, 15, 29, 31, .max] {
      #expect(exact_packed_bytes(kind, 16, 256) == 0)
      for form in KernelForm.all {
        #expect(withUnsafePointer(to: form.kernels) { exact_matmul_of($0, kind) } == nil)
      }
    }
  }

  @Test("packed weights take little more room than in the file", arguments: types)
  func room(type: GGUFTensorType) {
    let kind = Int32(type.rawValue)
    #expect(Double(exact_packed_bytes(kind, 64, 512)) <= 1.03 * Double(64 * exact_row_bytes(kind, 512)))
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
