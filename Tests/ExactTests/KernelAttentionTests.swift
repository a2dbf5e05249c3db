import CKernels
import Exact
import TestKit
import Testing

@testable import ExactReference

@Suite struct KernelAttentionTests {
  static func run(_ form: KernelForm, _ call: AttentionCall, _ cache: TestCache, _ query: [Float]) -> (Int32, [Float]) {
    let output = call.run(form, cache, query)
    #expect(output.isContained, "\(form) wrote past its scratch or between the rows")
    return (output.status, output.rows)
  }

  static func check(_ call: AttentionCall, width: Int, queryScale: Float = 2, keyScale: Float = 1) {
    var random = SplitMix64(state: UInt64(call.first * 1_000 + call.tokens * 10 + width))
    let cache = TestCache(&random, positions: call.first + call.tokens, width: width, scale: keyScale)
    let query = random.floats(call.tokens * call.heads * width, scale: queryScale)
    let expected = call.reference(cache, query)
    for form in KernelForm.all {
      let (status, out) = run(form, call, cache, query)
      #expect(status == 0)
      #expect(sameBits(out, expected), "\(form), width \(width), \(call)")
    }
  }

  @Test("every form of attention gives the bits of the definition", arguments: [16, 48, 64, 80, 128])
  func definition(width: Int) {
    for first in [0, 1, 14, 15, 16, 62, 63, 64, 129, 256] {
      for tokens in [1, 2, 3, 9] { Self.check(AttentionCall(tokens: tokens, heads: 3, first: first), width: width) }
    }
  }

  @Test(
    "a sliding window hides what is before it, by absolute lanes and chunks", arguments: [1, 5, 16, 63, 64, 65, 200])
  func window(window: Int) {
    for first in [0, 3, 63, 64, 65, 257, 400] {
      for tokens in [1, 2, 7, 37] {
        Self.check(AttentionCall(tokens: tokens, heads: 3, first: first, window: window), width: 64)
      }
    }
  }

  @Test("any number of heads shares a kv head, and any number of tokens a call")
  func blocking() {
    for heads in [1, 2, 4, 7, 25, 51] { Self.check(AttentionCall(tokens: 5, heads: heads, first: 70), width: 32) }
    for tokens in 1...67 { Self.check(AttentionCall(tokens: tokens, heads: 1, first: 11), width: 16) }
    Self.check(AttentionCall(tokens: 67, heads: 3, first: 3_000), width: 16)
  }

  @Test("tiny and huge scores keep the bits: weights that vanish, subnormal ones, and sums that round")
  func extremes() {
    for queryScale: Float in [0, 1e-38, 1e-20, 60, 300, 1e4, 1e15] {
      for keyScale: Float in [1e-30, 1, 40, 1e10] {
        Self.check(
          AttentionCall(tokens: 3, heads: 3, first: 130), width: 64, queryScale: queryScale, keyScale: keyScale)
      }
    }
  }

  @Test("a call for many tokens has the bits of a call for each")
  func splits() {
    var random = SplitMix64(state: 12)
    let cache = TestCache(&random, positions: 150, width: 64)
    let query = random.floats(50 * 3 * 64, scale: 2)
    for form in KernelForm.all {
      for window in [0, 33] {
        let whole = Self.run(form, AttentionCall(tokens: 50, heads: 3, first: 100, window: window), cache, query).1
        for t in 0..<50 {
          let one = Self.run(
            form, AttentionCall(tokens: 1, heads: 3, first: 100 + t, window: window), cache,
            Array(query[t * 192..<t * 192 + 192]))
          #expect(sameBits(one.1, Array(whole[t * 192..<t * 192 + 192])))
        }
      }
    }
  }

  @Test("a score that is not finite is an error wherever it is visible, and nothing where it is not")
  func nonFinite() {
    var random = SplitMix64(state: 13)
    let cache = TestCache(&random, positions: 100, width: 64)
    for value in [Float.infinity, .nan, 3e38] {
      for (token, head) in [(0, 0), (0, 2), (8, 1), (18, 2)] {
        var query = random.floats(19 * 3 * 64)
        for i in 0..<64 where value == 3e38 || i == 5 { query[(token * 3 + head) * 64 + i] = value }
        for form in KernelForm.all {
          #expect(
            Self.run(form, AttentionCall(tokens: 19, heads: 3, first: 81, scale: 8), cache, query).0
              == Int32(EXACT_NOT_FINITE),
            "\(form)")
        }
      }
    }
  }
}
