import CKernels
import Exact
import Foundation
import TestKit
import Testing

@testable import ExactReference

@Suite struct KernelVectorTests {
  struct Quantised: Equatable {
    var status: Int32
    var q: [Int8]
    var scale: [UInt32]
    var weightedSum: [UInt32]
    var sum: [Int32]
  }

  static func quantise(_ form: KernelForm, _ x: [Float]) -> Quantised {
    var q = [Int8](repeating: 0, count: x.count)
    var scale = [Float](repeating: 0, count: x.count / 32)
    var weightedSum = scale
    var sum = [Int32](repeating: 0, count: x.count / 32)
    let status = form.kernels.quantize(x, x.count, &q, &scale, &weightedSum, &sum)
    return Quantised(status: status, q: q, scale: bits(scale), weightedSum: bits(weightedSum), sum: sum)
  }

  @Test("every form quantises as the definition does")
  func quantise() {
    var random = SplitMix64(state: 4)
    let scales: [Float] = [1, 1e-3, 1e30, 3.4e38, 1e-29, 0x1p-100, 0x1.fffffep-101, 1e-38, 0x1p-149, 0]
    for scale in scales {
      for _ in 0..<50 {
        let x = random.floats(96, scale: scale)
        let expected = Self.quantise(.scalar, x)
        #expect(expected.status == 0)
        for form in KernelForm.all { #expect(Self.quantise(form, x) == expected, "\(form) at scale \(scale)") }
        for block in 0..<3 {
          let values = x[block * 32..<block * 32 + 32]
          let largest = values.map(abs).max()!
          let scale = Float(bitPattern: expected.scale[block])
          #expect(scale == (largest < 0x1p-100 ? 0 : largest / 127))
          for (k, value) in values.enumerated() {
            let wanted = largest < 0x1p-100 ? 0 : (value * (127 / largest)).rounded(.toNearestOrEven)
            #expect(Float(expected.q[block * 32 + k]) == wanted)
          }
        }
      }
    }
  }

  @Test("ties round to even and the largest value becomes 127")
  func ties() {
    var x = (0..<32).map { Float($0) - 15.5 }
    x[31] = 127
    for form in KernelForm.all {
      let q = Self.quantise(form, x).q
      #expect(q[31] == 127)
      for k in 0..<31 { #expect(Float(q[k]) == x[k].rounded(.toNearestOrEven)) }
    }
  }

  @Test("an infinite or undefined activation is an error wherever it stands")
  func nonFinite() {
    var random = SplitMix64(state: 5)
    for value in [Float.infinity, -.infinity, .nan, -.nan, Float(bitPattern: 0x7f80_0001)] {
      for position in 0..<64 {
        var x = random.floats(64)
        x[position] = value
        for form in KernelForm.all {
          #expect(Self.quantise(form, x).status == Int32(EXACT_NOT_FINITE))
          var y = x
          #expect(form.kernels.rms_norm(x, x, 64, 1e-5, &y) == Int32(EXACT_NOT_FINITE))
          #expect(form.kernels.softmax(&y, 64) == Int32(EXACT_NOT_FINITE))
        }
      }
    }
  }

  @Test("a norm whose sum of squares overflows is an error")
  func normOverflow() {
    let x = [Float](repeating: 3e38, count: 64)
    for form in KernelForm.all {
      var y = x
      #expect(form.kernels.rms_norm(x, x, 64, 1e-5, &y) == Int32(EXACT_NOT_FINITE))
    }
  }

  @Test("every form normalises as the definition does", arguments: [1, 15, 16, 17, 48, 64, 100, 576, 4_096])
  func norm(count: Int) {
    var random = SplitMix64(state: UInt64(count))
    for scale: Float in [1, 1e-20, 1e15] {
      let (x, weight) = (random.floats(count, scale: scale), random.floats(count))
      var lanes = [Float](repeating: 0, count: 16)
      for i in 0..<count { lanes[i % 16].addProduct(x[i], x[i]) }
      let r = 1 / (laneTree(lanes) / Float(count) + 1e-5).squareRoot()
      let expected = zip(x, weight).map { ($0 * r) * $1 }
      for form in KernelForm.all {
        var y = x
        #expect(form.kernels.rms_norm(x, weight, count, 1e-5, &y) == 0)
        #expect(sameBits(y, expected), "\(form)")
      }
    }
  }

  @Test("every form of softmax gives the bits of the definition, and they sum to one")
  func softmax() {
    var random = SplitMix64(state: 7)
    for count in Array(1...70) + [1_000, 8_191] {
      for scale: Float in [0, 1, 30, 1e30] {
        let x = random.floats(count, scale: scale)
        var expected = x
        #expect(KernelForm.scalar.kernels.softmax(&expected, count) == 0)
        #expect(abs(expected.reduce(0) { $0 + Double($1) } - 1) < 1e-5)
        for form in KernelForm.all {
          var y = x
          #expect(form.kernels.softmax(&y, count) == 0)
          #expect(sameBits(y, expected), "\(form) of \(count) at scale \(scale)")
        }
      }
    }
  }

  @Test("every form of RoPE, SwiGLU and addition gives the bits of the definition")
  func elementwise() {
    var random = SplitMix64(state: 8)
    for count in [32, 64, 96, 576, 1_536] {
      for scale: Float in [1, 20, 200] {
        let (x, y) = (random.floats(count, scale: scale), random.floats(count))
        let (cosine, sine) = (random.floats(16), random.floats(16))
        var rotated = x
        for h in 0..<count / 32 {
          for i in 0..<16 {
            let (even, odd) = (x[h * 32 + 2 * i], x[h * 32 + 2 * i + 1])
            rotated[h * 32 + 2 * i] = even * cosine[i] - odd * sine[i]
            rotated[h * 32 + 2 * i + 1] = even * sine[i] + odd * cosine[i]
          }
        }
        let gated = zip(x, y).map { ($0 / (1 + exact_expf(-$0))) * $1 }
        let added = zip(x, y).map { $0 + $1 }
        for form in KernelForm.all {
          var (a, b, c) = (x, x, x)
          form.kernels.rope(&a, count / 32, 32, cosine, sine)
          form.kernels.swiglu(&b, y, count)
          form.kernels.add(&c, y, count)
          #expect(sameBits(a, rotated), "\(form)")
          #expect(sameBits(b, gated), "\(form)")
          #expect(sameBits(c, added), "\(form)")
        }
      }
    }
  }

  @Test("f16 scales widen exactly, subnormal ones too")
  func halves() {
    for pattern in UInt16(0)..<0x7c00 {
      for sign: UInt16 in [0, 0x8000] {
        let value = Float16(bitPattern: pattern | sign)
        var source: [UInt8] = []
        source.append(little: value.bitPattern)
        source += [UInt8](repeating: 1, count: 32)
        var packed = [UInt8](repeating: 0, count: 16 * 64)
        _ = exact_pack(8, source, 1, 32, 0, 1, &packed)
        var row = [Float](repeating: 0, count: 32)
        exact_unpack_row(8, packed, 32, 0, &row)
        if row[0].bitPattern != Float(value).bitPattern { Issue.record("\(value)") }
      }
    }
  }
}
