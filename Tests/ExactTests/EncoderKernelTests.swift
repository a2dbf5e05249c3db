import CKernels
import TestKit
import Testing

@testable import ExactReference

/// The kernels of EXACT1.md "Encoder": each form against the definition, written out again here.
@Suite struct EncoderKernelTests {
  @Test("every form of layer norm gives the bits of the definition", arguments: [1, 15, 16, 17, 32, 100, 384, 1_536])
  func layerNorm(count: Int) {
    var random = SplitMix64(state: UInt64(count))
    for scale: Float in [1, 1e-20, 1e15, 0] {
      let (x, weight, bias) = (random.floats(count, scale: scale), random.floats(count), random.floats(count))
      let expected = EncoderReference.layerNorm(x, weight, bias, 1e-12)
      for form in KernelForm.all {
        var y = x
        #expect(form.kernels.layer_norm(x, weight, bias, count, 1e-12, &y) == 0)
        #expect(sameBits(y, expected), "\(form) at scale \(scale)")
        // In place, as the encoder calls it.
        var own = x
        _ = own.withUnsafeMutableBufferPointer { own in
          own.baseAddress.map { form.kernels.layer_norm($0, weight, bias, count, 1e-12, $0) }
        }
        #expect(sameBits(own, expected), "\(form) in place")
      }
    }
  }

  @Test("a number that is not finite fails layer norm and attention wherever it stands")
  func nonFinite() {
    var random = SplitMix64(state: 5)
    for value in [Float.infinity, -.infinity, .nan, 3.4e38] {
      for position in 0..<48 {
        var x = random.floats(48)
        x[position] = value
        for form in KernelForm.all {
          var y = x
          #expect(form.kernels.layer_norm(x, x, x, 48, 1e-12, &y) == Int32(EXACT_NOT_FINITE))
          guard !value.isFinite else { continue }
          var (scores, out) = ([Float](repeating: 0, count: 3), [Float](repeating: 0, count: 16))
          let query = [Float](repeating: 1, count: 16)
          #expect(
            form.kernels.encoder_attention(query, x, query + query + query, 16, 3, 16, 0.25, &scores, &out)
              == Int32(EXACT_NOT_FINITE))
        }
      }
    }
  }

  @Test("every form of GELU gives the bits of the definition, and its values")
  func gelu() {
    var random = SplitMix64(state: 9)
    for count in [1, 7, 16, 33, 1_000] {
      for scale: Float in [1, 8, 1e-20, 1e30] {
        let x = random.floats(count, scale: scale)
        let expected = x.map { (0.5 * $0) * (1 + exact_erff($0 * 0x1.6a09e6p-1)) }
        for form in KernelForm.all {
          var y = x
          form.kernels.gelu(&y, count)
          #expect(sameBits(y, expected), "\(form)")
        }
      }
    }
    for (x, y): (Float, Float) in [(0, 0), (1, 0.841345), (-1, -0.158655), (3, 2.99595), (-10, 0), (10, 10)] {
      var value = [x]
      KernelForm.scalar.kernels.gelu(&value, 1)
      #expect(abs(value[0] - y) < 1e-5)
    }
  }

  @Test("every form of attention over all tokens gives the bits of the definition")
  func attention() {
    var random = SplitMix64(state: 21)
    for tokens in [1, 2, 63, 64, 65, 130, 256] {
      for width in [16, 32, 48, 64] {
        let stride = 96
        let (query, keys) = (random.floats(width), random.floats(tokens * stride, scale: 4))
        let values = random.floats(tokens * stride)
        let expected = EncoderReference.attention(query, keys, values, stride: stride, tokens: tokens, scale: 0.2)
        for form in KernelForm.all {
          var (scores, out) = ([Float](repeating: 0, count: tokens), [Float](repeating: .nan, count: width))
          #expect(
            form.kernels.encoder_attention(query, keys, values, stride, tokens, width, 0.2, &scores, &out) == 0)
          #expect(sameBits(out, expected), "\(form), \(tokens) tokens of \(width)")
        }
      }
    }
  }

  @Test("pooling is the mean in the order of the tokens, of length one")
  func pooling() {
    var random = SplitMix64(state: 33)
    for (tokens, width) in [(1, 32), (3, 40), (256, 384)] {
      let x = random.floats(tokens * width)
      let mean = (0..<width).map { i in
        (0..<tokens).reduce(Float(0)) { $0 + x[$1 * width + i] } / Float(tokens)
      }
      let norm = EncoderReference.laneSum(mean) { $0.addProduct($1, $1) }.squareRoot()
      var out = [Float](repeating: .nan, count: width)
      #expect(exact_mean_pool(x, tokens, width, &out) == 0)
      #expect(bits(out) == bits(mean.map { $0 / norm }))
    }
    var zero = [Float](repeating: .nan, count: 4)
    #expect(exact_mean_pool([0, 0, 0, 0], 1, 4, &zero) == 0 && zero == [0, 0, 0, 0])
    #expect(exact_mean_pool([0, .infinity, 0, 0], 1, 4, &zero) == Int32(EXACT_NOT_FINITE))
  }
}
